#pragma once

// Comparing two taxa while a person looks at something else. The viewer itself does not link what
// that takes: the program hands it a function (ViewOptions::compare_pair). Main thread only.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/progress.h"
#include "viewer/job_queue.h"

namespace differentia::viewer {

struct PairQuestion {
  std::string atlas, model;  // paths
  std::string photo_root;
  std::int32_t taxon_a = -1, taxon_b = -1;
};

// Compares the pair and keeps the result beside the atlas. Runs on a worker's thread. Throws
// InputError, also where it cannot be kept, and Interrupted.
using PairComparer = std::function<void(const PairQuestion&, const ProgressCallback&)>;

class PairJobs {
 public:
  // `comparer` empty: never available. `wake`: called on a worker's thread when there is something
  // new to show.
  PairJobs(PairComparer comparer, std::function<void()> wake);

  bool available() const { return static_cast<bool>(comparer_); }
  // Begins; one that runs is stopped. `done`: on the main thread, when the result is kept.
  void compare(const PairQuestion& question, std::function<void()> done);
  void stop();

  bool runs(std::int32_t taxon_a, std::int32_t taxon_b) const;
  // Why the last comparison of the pair failed; empty while all is well.
  std::string error(std::int32_t taxon_a, std::int32_t taxon_b) const;
  // What it is doing, and how far that is, 0…1; negative while not known.
  struct Stage {
    std::string name;
    double share = -1;
  };
  Stage stage() const;

  JobQueue& jobs() { return jobs_; }
  const JobQueue& jobs() const { return jobs_; }

 private:
  struct Shared {  // between the threads
    std::mutex mutex;
    Stage stage;
  };

  PairComparer comparer_;
  std::function<void()> wake_;
  JobQueue jobs_;
  JobId job_ = 0;  // 0: none runs
  PairQuestion asked_;
  std::string error_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace differentia::viewer
