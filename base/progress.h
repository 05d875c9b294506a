#pragma once

// How a long stage tells what it has done and asks whether to go on.

#include <cstdint>
#include <functional>
#include <string>

namespace differentia {

struct Progress {
  std::string stage;       // what is going on, as a person reads it: "collecting"
  std::int64_t done = 0;   // of `total`, in `unit`s
  std::int64_t total = 0;  // 0 where it is not known
  std::string unit;        // "photos", "taxa" …
  std::string item;        // what is being worked on now; may be empty
};

// Called between batches on the worker's thread; answers whether to go on. Must be cheap and must
// not throw.
using ProgressCallback = std::function<bool(const Progress&)>;

// Reports through `callback` (which may be empty) and throws Interrupted when it answers no.
void report(const ProgressCallback& callback, const Progress& progress);

}  // namespace differentia
