#include "viewer/saliency_desk.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/sha256.h"
#include "tests/catch.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

namespace fs = std::filesystem;

// What the explainers of this file were asked, over all threads.
struct Log {
  std::atomic<int> started{0}, stopped{0}, done{0};
};

// "slow" goes on until it is told to stop; anything else answers at once.
class Stubborn : public PhotoExplainer {
 public:
  explicit Stubborn(Log& log) : log_(log) {}
  ExplainerInfo info() override {
    return {"stubborn", {"a", "b"}, {"features"}, "features", {{"slow", "Slow", "", ""}}};
  }
  SaliencyMap explain(const SaliencyRequest& request) override {
    ++log_.started;
    if (request.method == "slow") {
      for (int done = 1;; done = done < 60 ? done + 1 : 60) {
        if (!request.progress({"slow", done, 120, "masks", {}})) {
          ++log_.stopped;
          throw Interrupted();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }
    ++log_.done;
    SaliencyMap map;
    map.size = {2, 1};
    map.values = {0, 1};
    map.target = request.output;
    return map;
  }

 private:
  Log& log_;
};

struct Bench {
  Log log;
  fs::path model = fs::temp_directory_path() /
                   ("differentia_saliency_desk_test-" + std::to_string(getpid()) + ".pt");
  std::atomic<int> woken{0};
  SaliencyDesk desk{[this](const std::string&) { return std::make_unique<Stubborn>(log); },
                    [this] { ++woken; }};
  Bench() {
    std::ofstream(model) << "a model";
    desk.use({model.string(), "stubborn", sha256_of_file(model.string())});
  }
  ~Bench() { fs::remove(model); }
  bool wait(const std::function<bool()>& until) {
    for (int i = 0; i < 5000 && !until(); ++i) {
      desk.jobs().publish();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return until();
  }
};

SaliencyRequest request(const std::string& method) {
  SaliencyRequest asked;
  asked.photo = "a.jpg";
  asked.output = 1;
  asked.method = method;
  asked.size = {2, 1};
  return asked;
}

}  // namespace

TEST_CASE("a slow map tells how far it is, and is dropped when another is chosen") {
  Bench bench;
  CHECK(bench.desk.saliency(request("slow")) == nullptr);
  REQUIRE(bench.wait([&] { return bench.desk.progress() >= 0.5; }));
  CHECK(bench.wait([&] { return bench.woken > 0; }));  // the window draws the bar again
  CHECK(bench.log.stopped == 0);
  CHECK(bench.desk.saliency(request("quick")) == nullptr);
  REQUIRE(bench.wait([&] { return bench.desk.saliency(request("quick")) != nullptr; }));
  CHECK(bench.log.stopped == 1);
  CHECK(bench.desk.error(request("slow")).empty());
  // Asked for again it starts again; what is finished is kept.
  CHECK(bench.desk.saliency(request("slow")) == nullptr);
  REQUIRE(bench.wait([&] { return bench.log.started == 3; }));
  CHECK(bench.desk.saliency(request("quick")) != nullptr);
  CHECK(bench.wait([&] { return bench.log.stopped == 2; }));
  CHECK(bench.log.done == 1);
}

TEST_CASE("nobody looks: what is still being computed is dropped") {
  Bench bench;
  bench.desk.saliency(request("slow"));
  REQUIRE(bench.wait([&] { return bench.log.started == 1; }));
  bench.desk.want_nothing();
  CHECK(bench.wait([&] { return bench.desk.jobs().idle(); }));
  CHECK(bench.log.stopped == 1);
}

TEST_CASE("every way of asking has a map of its own") {
  const auto direction = std::make_shared<const store::ConceptDirection>();
  std::set<std::string> keys;
  const auto add = [&](const std::function<void(SaliencyRequest&)>& change) {
    SaliencyRequest asked = request("grad-cam");
    change(asked);
    keys.insert(SaliencyDesk::key_of(asked));
  };
  add([](SaliencyRequest&) {});
  add([](SaliencyRequest& r) { r.method = "gradient"; });
  add([](SaliencyRequest& r) { r.output = 0; });
  add([](SaliencyRequest& r) { r.minus_output = 0; });
  add([](SaliencyRequest& r) { r.against_rivals = true; });
  add([](SaliencyRequest& r) { r.rectified = false; });
  add([](SaliencyRequest& r) { r.layers = {"features.1"}; });
  add([](SaliencyRequest& r) { r.layers = {"features.1", "features.2"}; });
  add([](SaliencyRequest& r) { r.options["samples"] = "3"; });
  add([](SaliencyRequest& r) { r.options["samples"] = "4"; });
  add([](SaliencyRequest& r) { r.photo = "b.jpg"; });
  add([&](SaliencyRequest& r) {
    r.of_concept = direction;
    r.concept_name = "0:1";
  });
  add([&](SaliencyRequest& r) {
    r.of_concept = direction;
    r.concept_name = "0:2";
  });
  CHECK(keys.size() == 13);
  SaliencyRequest same = request("grad-cam");
  same.progress = [](const Progress&) { return true; };
  CHECK(keys.count(SaliencyDesk::key_of(same)) == 1);
}
