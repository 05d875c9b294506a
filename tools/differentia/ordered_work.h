#pragma once

// Items worked on by several threads, their results taken in order.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"

namespace differentia::cli {

// Calls `work(thread, item)` for the items 0 … count − 1 on `threads` threads and, as soon as an
// item and all before it are done, `receive(item, result)` on the caller's thread. Few results wait
// at a time. What `work` or `receive` throws ends it and is thrown here; when `stop_asked`, looked
// at several times a second, says so, items that were begun are finished and dropped, and
// Interrupted is thrown.
template <typename Result>
void work_in_order(std::size_t count, int threads,
                   const std::function<Result(int thread, std::size_t item)>& work,
                   const std::function<void(std::size_t item, Result result)>& receive,
                   const std::function<bool()>& stop_asked) {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t next = 0, received = 0;
  bool stop = false;
  std::exception_ptr failure;
  std::map<std::size_t, Result> done;
  const std::size_t ahead = 4 * static_cast<std::size_t>(threads);

  const auto run = [&](int thread) {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stop || next == count || next < received + ahead; });
      if (stop || next == count) return;
      const std::size_t item = next++;
      lock.unlock();
      try {
        Result result = work(thread, item);
        lock.lock();
        done.emplace(item, std::move(result));
      } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        if (!failure) failure = std::current_exception();
        stop = true;
      }
      changed.notify_all();
    }
  };

  // Threads end with the scope, however it is left.
  struct Threads {
    std::vector<std::thread> threads;
    std::function<void()> stop;
    ~Threads() {
      stop();
      for (std::thread& thread : threads) thread.join();
    }
  } pool{{}, [&] {
           const std::lock_guard lock(mutex);
           stop = true;
           changed.notify_all();
         }};
  for (int i = 0; i < threads; ++i) pool.threads.emplace_back(run, i);

  std::unique_lock lock(mutex);
  while (received < count) {
    const bool ready = changed.wait_for(lock, std::chrono::milliseconds(100),
                                        [&] { return failure || done.count(received) > 0; });
    if (failure) {
      lock.unlock();
      std::rethrow_exception(failure);
    }
    if (stop_asked()) throw Interrupted();
    if (!ready) continue;
    Result result = std::move(done.at(received));
    done.erase(received);
    const std::size_t item = received++;
    lock.unlock();
    changed.notify_all();
    receive(item, std::move(result));
    lock.lock();
  }
}

}  // namespace differentia::cli
