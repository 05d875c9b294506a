#pragma once

// Independent jobs on several threads.

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace differentia {

// Calls work(state, job) for every job 0 … count − 1, each once, on up to `threads` threads (the
// caller's is one of them). `make` makes a thread's own state (a session, a buffer) on that thread.
// The first exception ends the rest and is thrown again here. Which thread does which job is not
// fixed: what a job writes must not depend on it.
template <typename Make, typename Work>
void for_each_job(std::size_t count, int threads, const Make& make, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto run = [&] {
    try {
      auto state = make();
      for (std::size_t job = next++; job < count && !stop; job = next++) work(state, job);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!failure) failure = std::current_exception();
      stop = true;
    }
  };
  std::vector<std::thread> workers;
  for (std::size_t i = 1; i < count && static_cast<int>(i) < threads; ++i)
    workers.emplace_back(run);
  if (count > 0) run();
  for (std::thread& worker : workers) worker.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace differentia
