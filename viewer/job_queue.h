#pragma once

// Background work of the viewer: newest first, because what was asked for last is what is on the
// screen. A job works on a worker's thread and hands back what is to be done with its result; that
// runs on the main thread, in publish(). All methods are the main thread's, except those of
// StopFlag.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace differentia::viewer {

// Asked by a job between its steps.
class StopFlag {
 public:
  bool stopped() const { return stopped_.load(); }
  void stop() { stopped_.store(true); }

 private:
  std::atomic<bool> stopped_{false};
};

using Publish = std::function<void()>;
using Work = std::function<Publish(const StopFlag&)>;
using JobId = std::uint64_t;

class JobQueue {
 public:
  // `wake` is called on a worker's thread when a job has ended (glfwPostEmptyEvent); may be empty.
  explicit JobQueue(int threads, std::function<void()> wake = {});
  ~JobQueue();  // drops what waits, stops and joins what runs
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  // `name` as a person reads it in the footer: "reading photo 12.jpg". `on_failure` gets the
  // error's sentence on the main thread when the work throws; without it the sentence goes to
  // failures().
  JobId submit(std::string name, Work work,
               std::function<void(const std::string&)> on_failure = {});
  void bump(JobId job);    // to the front, if it still waits
  void cancel(JobId job);  // drops it, or asks it to stop; its result is not published

  // Runs what is ready, oldest result first, until `seconds` are spent (at least one). Answers how
  // many.
  std::size_t publish(double seconds = 1e9);

  bool idle() const;                         // nothing waits, runs or is to be published
  std::vector<std::string> running() const;  // names of what runs
  std::size_t waiting() const;
  std::vector<std::string> failures() const;  // sentences
  void forget_failures();

 private:
  struct Job {
    JobId id;
    std::string name;
    Work work;
    std::function<void(const std::string&)> on_failure;
    std::shared_ptr<StopFlag> stop;
  };
  struct Result {
    JobId id;
    std::shared_ptr<StopFlag> stop;
    Publish publish;
  };

  void run();

  std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::condition_variable added_;
  std::deque<Job> waiting_;  // newest in front
  std::vector<Job> running_;
  std::deque<Result> results_;
  std::vector<std::string> failures_;
  bool closing_ = false;
  JobId next_ = 1;
  std::vector<std::thread> threads_;
};

}  // namespace differentia::viewer
