#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "explain/network_torch.h"
#include "explain/saliency/forward_pool_torch.h"

namespace differentia {

namespace {

// What workers and caller share.
class Queue {
 public:
  Queue(std::int64_t batches, std::int64_t ahead) : batches_(batches), ahead_(ahead) {}

  // The next batch to make, or −1: no more. Waits while too many are made ahead.
  std::int64_t start() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || started_ - taken_ < ahead_; });
    return closed_ || started_ == batches_ ? -1 : started_++;
  }

  void finish(std::int64_t number, std::vector<double> values) {
    const std::lock_guard<std::mutex> lock(mutex_);
    made_[number] = std::move(values);
    changed_.notify_all();
  }

  void fail(std::exception_ptr error) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!error_) error_ = std::move(error);
    changed_.notify_all();
  }

  // Batch `number`, when it is made. Throws what a worker threw.
  std::vector<double> wait_for(std::int64_t number) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return error_ || made_.count(number) > 0; });
    if (error_) std::rethrow_exception(error_);
    std::vector<double> values = std::move(made_.at(number));
    made_.erase(number);
    ++taken_;
    changed_.notify_all();
    return values;
  }

  void close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  const std::int64_t batches_, ahead_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t started_ = 0, taken_ = 0;
  std::map<std::int64_t, std::vector<double>> made_;
  std::exception_ptr error_;
  bool closed_ = false;
};

// Ends the workers however the caller leaves.
class Workers {
 public:
  explicit Workers(Queue& queue) : queue_(queue) {}
  ~Workers() {
    queue_.close();
    for (std::thread& thread : threads_) thread.join();
  }
  void start(std::function<void()> work) { threads_.emplace_back(std::move(work)); }

 private:
  Queue& queue_;
  std::vector<std::thread> threads_;
};

}  // namespace

int forward_workers(int workers) {
  return workers > 0 ? workers : at::get_num_threads();
}

void forward_in_order(std::int64_t count, std::int64_t batch, int workers,
                      const std::function<BatchWork()>& make_worker, const BatchTake& take) {
  const std::int64_t batches = (count + batch - 1) / batch;
  const auto size_of = [&](std::int64_t number) { return std::min(batch, count - number * batch); };
  workers = static_cast<int>(std::min<std::int64_t>(forward_workers(workers), batches));
  if (workers <= 1) {
    const OneThread one_thread;
    const BatchWork work = make_worker();
    for (std::int64_t number = 0; number < batches; ++number) {
      std::vector<double> values;
      {
        const c10::InferenceMode inference;
        values = work(number * batch, size_of(number));
      }
      if (!take(number * batch, size_of(number), values)) return;
    }
    return;
  }
  Queue queue(batches, 2 * static_cast<std::int64_t>(workers));
  Workers threads(queue);
  for (int w = 0; w < workers; ++w) {
    threads.start([&] {
      try {
        const OneThread one_thread;
        const c10::InferenceMode inference;
        const BatchWork work = make_worker();
        for (std::int64_t number = queue.start(); number >= 0; number = queue.start())
          queue.finish(number, work(number * batch, size_of(number)));
      } catch (...) {
        queue.fail(std::current_exception());
      }
    });
  }
  for (std::int64_t number = 0; number < batches; ++number) {
    const std::vector<double> values = queue.wait_for(number);
    if (!take(number * batch, size_of(number), values)) return;
  }
}

}  // namespace differentia
