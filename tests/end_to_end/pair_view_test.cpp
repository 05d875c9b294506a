// A pair from `compare` to the viewer's screen, by what is kept beside the atlas.

#include <cstdlib>
#include <filesystem>

#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "tests/catch.h"
#include "tests/end_to_end/fixtures.h"
#include "tests/end_to_end/program.h"

using namespace differentia::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

// A copy of the atlas that ships, so that what is kept beside it is gone with the folder.
struct DemoCopy {
  TemporaryFolder folder;
  std::string atlas = folder.path("copy.atlas");
  std::string kept = folder.path("copy.derived.sqlite");

  DemoCopy() {
    fs::copy("data/demo/demo.atlas", atlas, fs::copy_options::recursive);
    write_text(atlas + "/photo_root.txt", fs::absolute("data/demo").string() + "\n");
    write_text(atlas + "/model_path.txt", fs::absolute(demo_model()).string() + "\n");
  }
  Outcome compare(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"compare", atlas});
    return run(arguments);
  }
  cv::Mat shown(std::vector<std::string> flags) const {
    const std::string picture = folder.path("pair.png");
    flags.insert(flags.begin(), {"view", atlas, "--snapshot", picture, "--size", "1100x700"});
    const Outcome outcome = run(flags);
    CAPTURE(outcome.errors);
    REQUIRE(outcome.status == 0);
    return cv::imread(picture);
  }
};

double difference(const cv::Mat& a, const cv::Mat& b) {
  cv::Mat absolute, grey;
  cv::absdiff(a, b, absolute);
  cv::cvtColor(absolute, grey, cv::COLOR_BGR2GRAY);
  return static_cast<double>(cv::countNonZero(grey > 16)) / static_cast<double>(grey.total());
}

}  // namespace

TEST_CASE("what compare finds is kept, and the viewer shows it, by either order", "[view]") {
  const DemoCopy demo;
  const bool display = std::getenv("DISPLAY") != nullptr;
  const std::vector<std::string> pair{"--pair", "guttata", "aurantia"};
  cv::Mat absent;
  if (display) absent = demo.shown(pair);
  REQUIRE_FALSE(fs::exists(demo.kept));
  const Outcome compared =
      demo.compare({"Turdisca aurantia", "Turdisca guttata", "--untested", "--quiet", "--json"});
  CAPTURE(compared.errors);
  REQUIRE(compared.status == 0);
  REQUIRE(fs::exists(demo.kept));
  if (!display) {
    WARN("skipped: there is no display");
    return;
  }
  const cv::Mat shown = demo.shown(pair);
  CHECK(difference(absent, shown) > 0.05);
  // All but the list of taxa, where the first one named is chosen.
  const cv::Rect pair_screen(264, 0, 836, 670);
  const cv::Mat other_order = demo.shown({"--pair", "aurantia", "guttata"});
  CHECK(difference(shown(pair_screen), other_order(pair_screen)) == 0);
  const cv::Mat marked = demo.shown({"--pair", "guttata", "aurantia", "--mark", "1"});
  CHECK(difference(shown, marked) > 0.05);
  const cv::Mat photo =
      demo.shown({"--pair", "guttata", "aurantia", "--mark", "1", "--exemplar", "0"});
  CHECK(difference(marked, photo) > 0.1);
  const Outcome none = run({"view", demo.atlas, "--pair", "guttata", "aurantia", "--mark", "99",
                            "--snapshot", demo.folder.path("never.png")});
  CHECK(none.status == 2);
  CHECK_THAT(none.errors, Contains("no mark 99"));
  CHECK_FALSE(fs::exists(demo.folder.path("never.png")));
}

TEST_CASE("where a result cannot be kept it is printed all the same, and one sentence says so",
          "[compare]") {
  const DemoCopy demo;
  const std::vector<std::string> pair{"guttata", "aurantia", "--untested"};
  const Outcome kept = demo.compare(pair);
  REQUIRE(kept.status == 0);
  CHECK_THAT(kept.errors, !Contains("could not be kept"));
  fs::remove(demo.kept);
  fs::create_directory(demo.kept);
  const Outcome not_kept = demo.compare(pair);
  CHECK(not_kept.status == 0);
  CHECK((not_kept.output == kept.output));
  CHECK_THAT(not_kept.errors, Contains("could not be kept") && Contains("copy.derived.sqlite"));
  // A plate is drawn all the same, too.
  const Outcome plate = run({"plate", demo.atlas, "guttata", "aurantia", "--untested", "--quiet",
                             "-o", demo.folder.path("plate.svg")});
  CAPTURE(plate.errors);
  CHECK(plate.status == 0);
  CHECK(fs::exists(demo.folder.path("plate.svg")));
}
