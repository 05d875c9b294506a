#include "base/parallel.h"

#include <atomic>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/catch.h"

using namespace differentia;

TEST_CASE("every job is done once, whatever the number of threads", "[parallel]") {
  for (const int threads : {-1, 0, 1, 2, 7}) {
    for (const std::size_t count : {0, 1, 3, 500}) {
      CAPTURE(threads, count);
      std::vector<std::atomic<int>> done(count);
      for_each_job(
          count, threads, [] { return 0; },
          [&](int, std::size_t job) { done.at(job).fetch_add(1); });
      for (const auto& times : done) REQUIRE(times == 1);
    }
  }
}

TEST_CASE("a thread's state is its own, and made on it", "[parallel]") {
  struct State {
    std::thread::id made = std::this_thread::get_id();
    int jobs = 0;
  };
  std::atomic<int> states{0}, strangers{0}, jobs{0};
  for_each_job(
      200, 3,
      [&] {
        ++states;
        return std::make_unique<State>();
      },
      [&](const std::unique_ptr<State>& state, std::size_t) {
        strangers += state->made != std::this_thread::get_id();
        ++state->jobs;
        ++jobs;
      });
  CHECK(states <= 3);
  CHECK(states >= 1);
  CHECK(strangers == 0);
  CHECK(jobs == 200);
  // No more threads than jobs.
  states = 0;
  for_each_job(
      2, 8, [&] { return ++states; }, [](int, std::size_t) {});
  CHECK(states <= 2);
}

TEST_CASE("the first exception ends the rest and comes through", "[parallel]") {
  for (const int threads : {1, 2}) {
    CAPTURE(threads);
    std::atomic<int> done{0};
    const auto stumble = [&] {
      for_each_job(
          100000, threads, [] { return 0; },
          [&](int, std::size_t job) {
            if (job == 5) throw std::runtime_error("job 5");
            ++done;
            std::this_thread::yield();
          });
    };
    CHECK_THROWS_WITH(stumble(), "job 5");
    CHECK(done < 100000 - 1);
    const auto stateless = [&] {
      for_each_job(
          4, threads, []() -> int { throw std::runtime_error("no state"); },
          [](int, std::size_t) {});
    };
    CHECK_THROWS_WITH(stateless(), "no state");
  }
}
