#include "viewer/job_queue.h"

#include <algorithm>
#include <chrono>
#include <exception>

#ifdef __linux__
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace differentia::viewer {

namespace {

constexpr std::size_t kMostFailures = 50;

// Background work gives way to the thread that draws: on few cores a frame would else wait for a
// photo.
void step_back() {
#ifdef __linux__
  setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 3);
#endif
}

}  // namespace

JobQueue::JobQueue(int threads, std::function<void()> wake) : wake_(std::move(wake)) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

JobQueue::~JobQueue() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    waiting_.clear();
    for (Job& job : running_) job.stop->stop();
  }
  added_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

JobId JobQueue::submit(std::string name, Work work,
                       std::function<void(const std::string&)> on_failure) {
  JobId id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = next_++;
    waiting_.push_front({id, std::move(name), std::move(work), std::move(on_failure),
                         std::make_shared<StopFlag>()});
  }
  added_.notify_one();
  return id;
}

void JobQueue::bump(JobId job) {
  const std::lock_guard lock(mutex_);
  const auto it = std::find_if(waiting_.begin(), waiting_.end(),
                               [&](const Job& waiting) { return waiting.id == job; });
  if (it != waiting_.end()) std::rotate(waiting_.begin(), it, it + 1);
}

void JobQueue::cancel(JobId job) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(),
                                [&](const Job& waiting) { return waiting.id == job; }),
                 waiting_.end());
  for (Job& running : running_)
    if (running.id == job) running.stop->stop();
  results_.erase(std::remove_if(results_.begin(), results_.end(),
                                [&](const Result& result) { return result.id == job; }),
                 results_.end());
}

void JobQueue::run() {
  step_back();
  std::unique_lock lock(mutex_);
  while (true) {
    added_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    if (closing_) return;
    running_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    const Job job = running_.back();
    lock.unlock();

    Publish publish;
    std::string failure;
    try {
      publish = job.work(*job.stop);
    } catch (const std::exception& error) {
      failure = error.what();
      if (failure.empty()) failure = "failed without a reason";
    }

    lock.lock();
    running_.erase(std::find_if(running_.begin(), running_.end(),
                                [&](const Job& running) { return running.id == job.id; }));
    const bool wanted = !job.stop->stopped();
    if (wanted && !failure.empty()) {
      if (job.on_failure)
        publish = [tell = job.on_failure, failure] { tell(failure); };
      else if (failures_.size() < kMostFailures)
        failures_.push_back(job.name + ": " + failure);
    }
    if (wanted && publish) results_.push_back({job.id, job.stop, std::move(publish)});
    if (wake_) {  // also where there is no result: what runs is shown
      lock.unlock();
      wake_();
      lock.lock();
    }
  }
}

std::size_t JobQueue::publish(double seconds) {
  const auto start = std::chrono::steady_clock::now();
  std::size_t published = 0;
  while (true) {
    Result result;
    {
      const std::lock_guard lock(mutex_);
      if (results_.empty()) return published;
      result = std::move(results_.front());
      results_.pop_front();
    }
    result.publish();
    ++published;
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    if (spent.count() >= seconds) return published;
  }
}

bool JobQueue::idle() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty() && running_.empty() && results_.empty();
}

std::vector<std::string> JobQueue::running() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const Job& job : running_) names.push_back(job.name);
  return names;
}

std::size_t JobQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

std::vector<std::string> JobQueue::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

void JobQueue::forget_failures() {
  const std::lock_guard lock(mutex_);
  failures_.clear();
}

}  // namespace differentia::viewer
