#include "viewer/pair_jobs.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace differentia::viewer {
namespace {

constexpr std::chrono::milliseconds kBetweenWakes{200};

}  // namespace

PairJobs::PairJobs(PairComparer comparer, std::function<void()> wake)
    : comparer_(std::move(comparer)), wake_(wake), jobs_(1, std::move(wake)) {}

void PairJobs::compare(const PairQuestion& question, std::function<void()> done) {
  stop();
  if (!available()) return;
  asked_ = question;
  error_.clear();
  const auto shared = shared_ = std::make_shared<Shared>();
  job_ = jobs_.submit(
      "comparing two taxa",
      [this, question, shared, comparer = comparer_, wake = wake_,
       done = std::move(done)](const StopFlag& flag) -> Publish {
        auto last = std::chrono::steady_clock::now();
        comparer(question, [&](const Progress& made) {
          {
            const std::lock_guard lock(shared->mutex);
            shared->stage.name = made.stage;
            shared->stage.share = made.total > 0
                                      ? std::min(1.0, static_cast<double>(made.done) /
                                                          static_cast<double>(made.total))
                                      : -1;
          }
          const auto now = std::chrono::steady_clock::now();
          if (wake && now - last > kBetweenWakes) {
            last = now;
            wake();
          }
          return !flag.stopped();
        });
        return [this, done] {
          job_ = 0;
          done();
        };
      },
      [this](const std::string& error) {
        job_ = 0;
        error_ = error;
      });
}

void PairJobs::stop() {
  if (job_ != 0) jobs_.cancel(job_);
  job_ = 0;
}

bool PairJobs::runs(std::int32_t taxon_a, std::int32_t taxon_b) const {
  return job_ != 0 && std::minmax(taxon_a, taxon_b) == std::minmax(asked_.taxon_a, asked_.taxon_b);
}

std::string PairJobs::error(std::int32_t taxon_a, std::int32_t taxon_b) const {
  return std::minmax(taxon_a, taxon_b) == std::minmax(asked_.taxon_a, asked_.taxon_b)
             ? error_
             : std::string();
}

PairJobs::Stage PairJobs::stage() const {
  if (!shared_) return {};
  const std::lock_guard lock(shared_->mutex);
  return shared_->stage;
}

}  // namespace differentia::viewer
