#pragma once

// Is the model card right? The accuracy over labelled photos under the card and under the usual
// alternatives: a wrong card ruins everything and says nothing.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gsl/span>

#include "base/progress.h"
#include "base/statistics.h"
#include "explain/model.h"

namespace differentia {

struct CheckOptions {
  int photos = 200;  // at most so many, spread evenly over the list
  int threads = 1;   // workers, each with one thread inside LibTorch
};

struct CheckRow {
  std::string description;  // "the card", "mean and std 0.5", "order BGR, fit crop"
  InputSpec input;          // the card's input with that change
  std::size_t correct = 0;
  std::size_t photos = 0;
  Estimate accuracy;  // correct / photos with Wilson's interval
  bool is_card = false;
};

struct CheckResult {
  std::vector<CheckRow> rows;  // best first; the card before its equals
  // Photos left out, with the reason.
  std::vector<std::pair<std::string, std::string>> unreadable;
};

// `photos`: path and the output that should be the highest. First each alternative alone, then
// those of the other kinds together with the best of them. Throws InputError for no photos, or
// outputs that are not there.
CheckResult model_check(const std::shared_ptr<const Model>& model,
                        gsl::span<const std::pair<std::string, int>> photos,
                        const CheckOptions& options = {}, const ProgressCallback& progress = {});

}  // namespace differentia
