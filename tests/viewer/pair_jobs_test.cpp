#include "viewer/pair_jobs.h"

#include <chrono>
#include <thread>

#include "base/error.h"
#include "tests/catch.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

PairQuestion pair_of(std::int32_t a, std::int32_t b) {
  PairQuestion question;
  question.taxon_a = a;
  question.taxon_b = b;
  return question;
}

// Publishes until nothing is left, at most some seconds.
void finish(PairJobs& jobs) {
  for (int i = 0; i < 2000 && !jobs.jobs().idle(); ++i) {
    jobs.jobs().publish();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

}  // namespace

TEST_CASE("a comparison in the background tells how far it is, and when it is done") {
  std::atomic<bool> go_on{false};
  PairJobs jobs(
      [&](const PairQuestion& question, const ProgressCallback& progress) {
        CHECK(question.taxon_a == 3);
        report(progress, {"finding marks", 1, 4, "", ""});
        while (!go_on) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      },
      {});
  REQUIRE(jobs.available());
  CHECK_FALSE(jobs.runs(3, 5));
  bool done = false;
  jobs.compare(pair_of(3, 5), [&] { done = true; });
  CHECK(jobs.runs(5, 3));
  CHECK_FALSE(jobs.runs(3, 4));
  for (int i = 0; i < 2000 && jobs.stage().name.empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  CHECK(jobs.stage().name == "finding marks");
  CHECK(jobs.stage().share == Approx(0.25));
  CHECK_FALSE(done);
  go_on = true;
  finish(jobs);
  CHECK(done);
  CHECK_FALSE(jobs.runs(3, 5));
  CHECK(jobs.error(3, 5).empty());
}

TEST_CASE("a comparison that fails says why, of its own pair; one that is stopped says nothing") {
  PairJobs jobs(
      [](const PairQuestion& question, const ProgressCallback& progress) {
        if (question.taxon_b == 1) throw InputError("The photos are not there.");
        for (;;) {
          report(progress, {"testing", 0, 0, "", ""});
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
      },
      {});
  bool done = false;
  jobs.compare(pair_of(0, 1), [&] { done = true; });
  finish(jobs);
  CHECK(jobs.error(1, 0) == "The photos are not there.");
  CHECK(jobs.error(0, 2).empty());
  jobs.compare(pair_of(0, 2), [&] { done = true; });
  CHECK(jobs.runs(0, 2));
  jobs.stop();
  CHECK_FALSE(jobs.runs(0, 2));
  finish(jobs);
  CHECK(jobs.error(0, 2).empty());
  CHECK_FALSE(done);
}

TEST_CASE("without the program's help nothing can be compared") {
  PairJobs jobs({}, {});
  CHECK_FALSE(jobs.available());
  jobs.compare(pair_of(0, 1), [] { FAIL("compared"); });
  CHECK_FALSE(jobs.runs(0, 1));
  CHECK(jobs.jobs().idle());
}
