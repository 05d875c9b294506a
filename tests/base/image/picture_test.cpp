// Colour maps, overlays, patches and writing.

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <limits>

#include <opencv2/imgcodecs.hpp>

#include "base/error.h"
#include "base/image/colour_map.h"
#include "base/image/overlay.h"
#include "base/image/patch.h"
#include "base/image/write_picture.h"
#include "tests/catch.h"

namespace differentia {
namespace {

int lightness(const Rgb& colour) {
  return 2 * colour[0] + 5 * colour[1] + colour[2];
}

}  // namespace

TEST_CASE("colour maps are ordered in lightness, the signed one is even", "[colour_map]") {
  for (const ColourMap map : {ColourMap::kViridis, ColourMap::kCividis}) {
    const ColourTable& table = colour_table(map);
    for (std::size_t i = 16; i < 256; i += 16) {
      CHECK(lightness(table[i]) > lightness(table[i - 16]));
    }
  }
  const Rgb low = colour_of(ColourMap::kBlueRed, -1), high = colour_of(ColourMap::kBlueRed, 2);
  CHECK(low[2] > low[0] + 80);
  CHECK(high[0] > high[2] + 80);
  CHECK(lightness(colour_of(ColourMap::kBlueRed, 0.5)) > 8 * 220);
  CHECK(colour_map_of("cividis") == ColourMap::kCividis);
  CHECK_THROWS_AS(colour_map_of("jet"), UnknownName);
}

TEST_CASE("the colours end where the few most extreme values begin", "[colour_map]") {
  std::vector<float> map(1001, 0);
  for (std::size_t i = 0; i <= 1000; ++i) map[i] = static_cast<float>(i) / 1000;
  map[1000] = 1e6f;
  map.push_back(std::numeric_limits<float>::quiet_NaN());
  CHECK(colour_range(map, MapKind::kAmount, 99).low == 0);
  CHECK(colour_range(map, MapKind::kAmount, 99).high == Approx(0.99));
  CHECK(colour_range(map, MapKind::kAmount, 100).high == Approx(1e6));
  for (float& value : map) value = -value;
  CHECK(colour_range(map, MapKind::kSigned, 99).low == Approx(-0.99));
  CHECK(colour_range(map, MapKind::kSigned, 99).high == Approx(0.99));
  CHECK(colour_range(map, MapKind::kRelative, 99).low == Approx(-0.99));
  CHECK(colour_range(map, MapKind::kRelative, 99).high == Approx(-0.01));
  // A single spot is not clipped away; a map that is the same everywhere still has a range.
  std::vector<float> spot(1000, 0);
  spot[7] = 3;
  CHECK(colour_range(spot, MapKind::kAmount).high == Approx(3));
  CHECK(colour_range(std::vector<float>(9, 2.0f), MapKind::kRelative).low == Approx(2));
  const ColourRange nothing = colour_range(
      std::vector<float>(4, std::numeric_limits<float>::quiet_NaN()), MapKind::kSigned);
  CHECK(nothing.low < nothing.high);
}

TEST_CASE("an overlay colours evidence and hatches its absence", "[overlay]") {
  const cv::Mat photo(100, 200, CV_8UC3, cv::Scalar(0, 200, 0));
  cv::Mat map(10, 20, CV_32FC1, cv::Scalar(0));
  map.colRange(0, 5).setTo(std::numeric_limits<float>::quiet_NaN());
  map.colRange(15, 20).setTo(4);
  map.colRange(5, 8).setTo(-2);
  OverlayOptions options;
  options.colours = ColourMap::kBlueRed;
  options.opacity = 1;
  const cv::Mat result = overlay(photo, map, options);
  REQUIRE(result.size() == photo.size());
  const auto& nothing = result.at<cv::Vec3b>(50, 10);
  CHECK((nothing[0] == nothing[1] && nothing[1] == nothing[2]));
  const auto& high = result.at<cv::Vec3b>(50, 190);
  const Rgb red = colour_of(ColourMap::kBlueRed, 1);
  CHECK(high == cv::Vec3b(red[2], red[1], red[0]));
  // The range is symmetric: −2 of 4 is a quarter of the way.
  const Rgb blue = colour_of(ColourMap::kBlueRed, 0.25);
  CHECK(cv::norm(result.at<cv::Vec3b>(50, 65) - cv::Vec3b(blue[2], blue[1], blue[0])) <= 2);
  // Faded, nothing is the photo as it is, and the strongest as before.
  options.fade = true;
  const cv::Mat faded = overlay(photo, map, options);
  CHECK(cv::norm(faded.at<cv::Vec3b>(50, 110) - cv::Vec3b(0, 200, 0)) <= 2);
  CHECK(faded.at<cv::Vec3b>(50, 190) == high);
  options.opacity = 0;
  CHECK(overlay(photo, map, options).at<cv::Vec3b>(50, 190) == cv::Vec3b(0, 200, 0));
}

TEST_CASE("patches are cut in the full photo's coordinates, the border repeated", "[patch]") {
  Photo photo;
  photo.full_size = {800, 400};
  photo.bgr = cv::Mat(200, 400, CV_8UC3, cv::Scalar::all(10));  // decoded at half size
  photo.bgr.colRange(200, 400).setTo(cv::Scalar(0, 0, 250));
  const cv::Mat patch = cut_patch(photo, {300, 100, 200, 200}, 50);
  REQUIRE(patch.size() == cv::Size(50, 50));
  CHECK(patch.at<cv::Vec3b>(25, 20) == cv::Vec3b(10, 10, 10));
  CHECK(patch.at<cv::Vec3b>(25, 30) == cv::Vec3b(0, 0, 250));
  // Enlarged: the edge stays in the middle.
  const cv::Mat enlarged = cut_patch(photo, {396, 100, 8, 8}, 64);
  CHECK(enlarged.at<cv::Vec3b>(32, 8)[2] < 20);
  CHECK(enlarged.at<cv::Vec3b>(32, 56)[2] > 240);
  CHECK(std::abs(enlarged.at<cv::Vec3b>(32, 31)[2] + enlarged.at<cv::Vec3b>(32, 32)[2] - 260) < 12);
  // Grown to a square about its centre, beyond the photo's top.
  const cv::Mat beyond = cut_patch(photo, {500, 0, 200, 20}, 40);
  CHECK(beyond.at<cv::Vec3b>(0, 0) == cv::Vec3b(0, 0, 250));
  CHECK(thumbnail(photo, 100).size() == cv::Size(100, 50));
  CHECK(thumbnail(photo, 1000).size() == cv::Size(400, 200));
}

TEST_CASE("pictures are written by their name, a full disk is told", "[write_picture]") {
  const auto folder = std::filesystem::temp_directory_path();
  const cv::Mat picture(20, 30, CV_8UC3, cv::Scalar(1, 2, 3));
  const std::string path = (folder / "differentia_written.png").string();
  write_picture(path, picture);
  CHECK(cv::norm(cv::imread(path), picture, cv::NORM_INF) == 0);
  std::filesystem::remove(path);
  CHECK_THROWS_AS(write_picture((folder / "x.gif").string(), picture), InputError);
  CHECK_THROWS_AS(write_picture("/nowhere/x.png", picture), FileError);

  // A limit on the size of files stands for a disk without space.
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{16, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  CHECK_THROWS_AS(write_picture(path, picture), DiskFull);
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK_FALSE(std::filesystem::exists(path));
}

}  // namespace differentia
