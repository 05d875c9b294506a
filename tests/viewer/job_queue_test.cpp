#include "viewer/job_queue.h"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "tests/catch.h"
#include "viewer/async_cache.h"

using namespace differentia::viewer;

namespace {

// Publishes until nothing is left.
void finish(JobQueue& jobs) {
  while (!jobs.idle()) {
    jobs.publish();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// A job that holds the only worker until released.
struct Gate {
  std::atomic<bool> open{false}, entered{false};
  Work work() {
    return [this](const StopFlag& stop) -> Publish {
      entered = true;
      while (!open && !stop.stopped()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return {};
    };
  }
  void wait() const {
    while (!entered) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
};

}  // namespace

TEST_CASE("what was asked for last is done first; bumping brings it to the front") {
  Gate gate;
  JobQueue jobs(1);
  jobs.submit("gate", gate.work());
  gate.wait();
  std::vector<int> done;
  std::vector<JobId> ids;
  for (int i = 0; i < 4; ++i)
    ids.push_back(jobs.submit("job", [&done, i](const StopFlag&) -> Publish {
      return [&done, i] { done.push_back(i); };
    }));
  CHECK(jobs.waiting() == 4);
  jobs.bump(ids[1]);
  gate.open = true;
  finish(jobs);
  CHECK(done == std::vector<int>{1, 3, 2, 0});
}

TEST_CASE("a job that is cancelled publishes nothing") {
  Gate gate;
  JobQueue jobs(1);
  const JobId running = jobs.submit("gate", gate.work());
  gate.wait();
  bool published = false;
  const JobId waiting =
      jobs.submit("job", [&](const StopFlag&) -> Publish { return [&] { published = true; }; });
  jobs.cancel(waiting);
  CHECK(jobs.waiting() == 0);
  jobs.cancel(running);  // it sees the flag and ends although the gate stays shut
  finish(jobs);
  CHECK_FALSE(published);
}

TEST_CASE("failures are gathered, or told to whom they concern") {
  JobQueue jobs(1);
  jobs.submit("reading x",
              [](const StopFlag&) -> Publish { throw std::runtime_error("no such file"); });
  std::string told;
  jobs.submit(
      "reading y", [](const StopFlag&) -> Publish { throw std::runtime_error("damaged"); },
      [&](const std::string& message) { told = message; });
  finish(jobs);
  REQUIRE(jobs.failures().size() == 1);
  CHECK(jobs.failures().front() == "reading x: no such file");
  CHECK(told == "damaged");
  jobs.forget_failures();
  CHECK(jobs.failures().empty());
}

TEST_CASE("results wake the waiting thread and are published on the caller's") {
  std::atomic<int> woken{0};
  JobQueue jobs(2, [&] { ++woken; });
  std::thread::id ran, published;
  jobs.submit("job", [&](const StopFlag&) -> Publish {
    ran = std::this_thread::get_id();
    return [&] { published = std::this_thread::get_id(); };
  });
  finish(jobs);
  CHECK(woken == 1);
  CHECK(published == std::this_thread::get_id());
  CHECK(ran != published);
}

TEST_CASE("an async cache makes a value once, and gives it up when it is not used") {
  JobQueue jobs(1);
  AsyncCache<int, int> cache(jobs, 2);
  std::atomic<int> made{0};
  const auto get = [&](int key) {
    return cache.get(key, "making", [&made, key] {
      ++made;
      return 10 * key;
    });
  };
  CHECK(get(1) == nullptr);
  CHECK(get(1) == nullptr);
  finish(jobs);
  REQUIRE(get(1) != nullptr);
  CHECK(*get(1) == 10);
  CHECK(made == 1);
  get(2);
  finish(jobs);
  get(3);
  finish(jobs);
  CHECK(get(1) == nullptr);  // it had to go
  finish(jobs);
  CHECK(made == 4);
}

TEST_CASE("an async cache tells why there is no value, and may go before its jobs are done") {
  Gate gate;
  JobQueue jobs(1);
  {
    AsyncCache<int, int> cache(jobs, 2);
    cache.get(1, "failing", []() -> int { throw std::runtime_error("it is raining"); });
    finish(jobs);
    CHECK(cache.get(1, "failing", [] { return 1; }) == nullptr);
    CHECK(cache.error(1) == "it is raining");
    jobs.submit("gate", gate.work());
    cache.get(2, "late", [] { return 2; });
  }
  gate.open = true;
  finish(jobs);
  CHECK(jobs.failures().empty());
}
