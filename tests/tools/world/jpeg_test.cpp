#include "tools/world/jpeg.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "tests/catch.h"

using namespace differentia::world;

TEST_CASE("a reader that honours EXIF sees the photo upright, whatever its orientation", "[jpeg]") {
  // Smooth, with no symmetry: a wrong turn cannot pass.
  cv::Mat photo(48, 80, CV_8UC3);
  for (int y = 0; y < photo.rows; ++y) {
    for (int x = 0; x < photo.cols; ++x)
      photo.at<cv::Vec3b>(y, x) =
          cv::Vec3b(static_cast<std::uint8_t>(3 * x), static_cast<std::uint8_t>(5 * y),
                    static_cast<std::uint8_t>(x + y));
  }
  for (int orientation = 1; orientation <= 8; ++orientation) {
    INFO("orientation " << orientation);
    const auto bytes = encode_jpeg(photo, 95, orientation);
    const cv::Mat upright = cv::imdecode(bytes, cv::IMREAD_COLOR);
    REQUIRE(upright.size() == photo.size());
    CHECK(cv::norm(upright, photo, cv::NORM_L1) / static_cast<double>(photo.total() * 3) < 3);
    const cv::Mat stored = cv::imdecode(bytes, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
    CHECK((stored.size() == photo.size()) == (orientation <= 4));
    if (orientation == 3)
      CHECK(cv::norm(stored, photo, cv::NORM_L1) / static_cast<double>(photo.total() * 3) > 20);
  }
}
