#include "tools/differentia/ordered_work.h"

#include <atomic>
#include <stdexcept>

#include "tests/catch.h"

namespace differentia::cli {
namespace {

const auto kGoOn = [] { return false; };

TEST_CASE("results come in order, on the caller's thread, however long each takes") {
  std::vector<int> taken;
  std::atomic<int> started{0};
  const auto here = std::this_thread::get_id();
  work_in_order<int>(
      60, 4,
      [&](int, std::size_t item) {
        ++started;
        std::this_thread::sleep_for(std::chrono::milliseconds(item % 7));
        return static_cast<int>(item * item);
      },
      [&](std::size_t item, int result) {
        CHECK(std::this_thread::get_id() == here);
        CHECK(result == static_cast<int>(item * item));
        // Few results wait.
        CHECK(started <= static_cast<int>(item) + 1 + 4 * 4);
        taken.push_back(static_cast<int>(item));
      },
      kGoOn);
  REQUIRE(taken.size() == 60);
  CHECK(std::is_sorted(taken.begin(), taken.end()));
}

TEST_CASE("each thread works with its own number") {
  std::vector<std::atomic<int>> busy(3);
  work_in_order<int>(
      30, 3,
      [&](int thread, std::size_t) {
        const bool alone = ++busy[static_cast<std::size_t>(thread)] == 1;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        --busy[static_cast<std::size_t>(thread)];
        return alone ? 1 : 0;
      },
      [](std::size_t, int alone) { CHECK(alone == 1); }, kGoOn);
}

TEST_CASE("what work or the receiver throws ends it and arrives") {
  const auto work = [](int, std::size_t item) {
    if (item == 5) throw std::runtime_error("five");
    return 0;
  };
  CHECK_THROWS_WITH(work_in_order<int>(
                        20, 2, work, [](std::size_t, int) {}, kGoOn),
                    "five");
  CHECK_THROWS_WITH(work_in_order<int>(
                        20, 2, [](int, std::size_t) { return 0; },
                        [](std::size_t item, int) {
                          if (item == 3) throw std::runtime_error("three");
                        },
                        kGoOn),
                    "three");
}

TEST_CASE("asked to stop, it is interrupted; with nothing to do it is done") {
  int taken = 0;
  const auto count = [&](std::size_t, int) { ++taken; };
  const auto work = [](int, std::size_t) { return 0; };
  CHECK_THROWS_AS(work_in_order<int>(1000, 2, work, count, [&] { return taken >= 10; }),
                  Interrupted);
  CHECK(taken == 10);
  work_in_order<int>(0, 2, work, count, kGoOn);
  CHECK(taken == 10);
}

}  // namespace
}  // namespace differentia::cli
