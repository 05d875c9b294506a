// The viewer's screens without a person: written by flags, the same every time.

#include <cstdlib>
#include <filesystem>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/sha256.h"
#include "tests/catch.h"
#include "tests/end_to_end/fixtures.h"
#include "tests/end_to_end/program.h"

using namespace differentia::test;
using Catch::Matchers::Contains;

namespace {

bool has_display() {
  return std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr;
}

// Pixels that differ clearly between two pictures of one size, as a share.
double difference(const cv::Mat& a, const cv::Mat& b) {
  cv::Mat absolute, grey;
  cv::absdiff(a, b, absolute);
  cv::cvtColor(absolute, grey, cv::COLOR_BGR2GRAY);
  return static_cast<double>(cv::countNonZero(grey > 16)) / static_cast<double>(grey.total());
}

}  // namespace

TEST_CASE("a snapshot shows what its flags say, the same every time", "[view]") {
  if (!has_display()) {
    WARN("skipped: there is no display");
    return;
  }
  const TemporaryFolder folder;
  const auto snapshot = [&](const std::string& name, std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"view", demo_atlas(), "--snapshot", folder.path(name), "--size",
                                 "1000x640", "--model", demo_model()});
    const Outcome outcome = run(flags);
    CAPTURE(name, outcome.errors);
    REQUIRE(outcome.status == 0);
    const cv::Mat picture = cv::imread(folder.path(name));
    REQUIRE(picture.cols == 1000);
    REQUIRE(picture.rows == 640);
    return picture;
  };
  const cv::Mat map = snapshot("map.png", {"--taxon", "0"});
  const cv::Mat again = snapshot("again.png", {"--taxon", "0"});
  REQUIRE(difference(map, again) == 0);
  REQUIRE(differentia::sha256_of_file(folder.path("map.png")) ==
          differentia::sha256_of_file(folder.path("again.png")));
  REQUIRE(difference(map, snapshot("other.png", {"--taxon", "1"})) > 0.02);
  // The tiles themselves, without the controls and the key to the colours.
  const cv::Rect tiles(260, 80, 390, 420);
  const cv::Mat coloured = snapshot("coloured.png", {"--taxon", "0", "--colour-by", "attribution"});
  REQUIRE(difference(map(tiles), coloured(tiles)) > 0.01);
  REQUIRE(difference(map, snapshot("concept.png", {"--taxon", "0", "--concept", "0"})) > 0.01);
  const cv::Mat photo =
      snapshot("photo.png", {"--taxon", "0", "--concept", "0", "--exemplar", "0"});
  REQUIRE(difference(map, photo) > 0.1);
  REQUIRE(difference(photo, snapshot("gradient.png", {"--taxon", "0", "--concept", "0",
                                                      "--exemplar", "0", "--method", "gradient"})) >
          0.005);
  // Other targets lay another map over the photo itself, not only other words beside it.
  const cv::Rect canvas(270, 110, 360, 480);
  for (const std::vector<std::string>& target :
       {std::vector<std::string>{"--target", "concept"}, {"--against", "rivals"}}) {
    std::vector<std::string> flags{"--taxon", "0", "--concept", "0", "--exemplar", "0"};
    flags.insert(flags.end(), target.begin(), target.end());
    const cv::Mat other = snapshot(target[1] + ".png", flags);
    CAPTURE(target[1]);
    REQUIRE(cv::norm(photo(canvas), other(canvas), cv::NORM_L1) > 1e4);
  }
}

TEST_CASE("a name that matches nothing is refused", "[view]") {
  if (!has_display()) {
    WARN("skipped: there is no display");
    return;
  }
  const Outcome outcome =
      run({"view", demo_atlas(), "--taxon", "no such bird", "--snapshot", "/tmp/never.png"});
  REQUIRE(outcome.status == 2);
  REQUIRE_THAT(outcome.errors, Contains("no such bird"));
  REQUIRE_FALSE(std::filesystem::exists("/tmp/never.png"));
  const Outcome method =
      run({"view", demo_atlas(), "--method", "grad-cams", "--snapshot", "/tmp/never.png"});
  REQUIRE(method.status == 2);
  REQUIRE_THAT(method.errors, Contains("nearest") && Contains("grad-cam"));
  REQUIRE_FALSE(std::filesystem::exists("/tmp/never.png"));
}
