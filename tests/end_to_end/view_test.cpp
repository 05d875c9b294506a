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
}

TEST_CASE("explain writes a map over the photo, and the raw map", "[explain]") {
  const TemporaryFolder folder;
  const std::string table = read_text(demo_photos());
  const std::size_t row = table.find('\n') + 1;
  const std::string photo = std::filesystem::path(demo_photos()).parent_path().string() + "/" +
                            table.substr(row, table.find(',', row) - row);
  for (const std::string method : {"grad-cam", "gradient"}) {
    const Outcome outcome =
        run({"explain", photo, "--model", demo_model(), "--method", method, "--out",
             folder.path("map.png"), "--npy", folder.path("map.npy"), "--quiet"});
    CAPTURE(outcome.errors);
    REQUIRE(outcome.status == 0);
    REQUIRE_THAT(outcome.output, Contains("does not") || Contains("not that it is right"));
    REQUIRE_FALSE(cv::imread(folder.path("map.png")).empty());
    REQUIRE(std::filesystem::file_size(folder.path("map.npy")) > 1000);
  }
  const Outcome near =
      run({"explain", photo, "--model", demo_model(), "--target", "Silvaria simples", "--quiet"});
  REQUIRE(near.status == 2);
  REQUIRE_THAT(near.errors, Contains("nearest") && Contains("Silvaria simplex"));
  const Outcome far =
      run({"explain", photo, "--model", demo_model(), "--target", "Nothing nowhere", "--quiet"});
  REQUIRE(far.status == 2);
  REQUIRE_THAT(far.errors, Contains("nor one like it") && !Contains("nearest"));
}
