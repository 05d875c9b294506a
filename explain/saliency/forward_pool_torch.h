#pragma once

// Inside explain/saliency/ only: many altered photos through the network on several threads, one
// LibTorch thread in each (faster than one batch after the other inside LibTorch), with results in
// order, so that they do not depend on the number of threads.

#include <cstdint>
#include <functional>
#include <vector>

namespace differentia {

// Makes the batch of items first … first + count − 1 and returns its numbers. Each worker has its
// own; called with inference mode on.
using BatchWork = std::function<std::vector<double>(std::int64_t first, std::int64_t count)>;

// Gets the numbers of one batch after the other, in order, on the caller's thread; may throw
// (Interrupted …). False: enough, leave the rest.
using BatchTake =
    std::function<bool(std::int64_t first, std::int64_t count, const std::vector<double>& values)>;

// The workers that `workers` stands for: itself, or for 0 as many as LibTorch may use threads on
// the caller's thread.
int forward_workers(int workers);

// Items 0 … count−1 in batches of `batch` (the last one may be smaller). At most two batches a
// worker are made ahead of what has been taken: memory depends on workers × batch alone. Returns
// when all is taken or `take` has had enough, and all workers have ended; what a worker or `take`
// threw is thrown on.
void forward_in_order(std::int64_t count, std::int64_t batch, int workers,
                      const std::function<BatchWork()>& make_worker, const BatchTake& take);

}  // namespace differentia
