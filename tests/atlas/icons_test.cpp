#include "atlas/icons.h"

#include <filesystem>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "tests/catch.h"

using namespace differentia;

namespace {

// A folder that goes away with its owner.
struct Folder {
  Folder() : path(std::filesystem::temp_directory_path() / "differentia_icons_test") {
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  const std::filesystem::path path;
};

// 320 × 160, every 20-pixel square of another colour: (its column · 16, its row · 30, 77), blue
// first.
cv::Mat checkered() {
  cv::Mat picture(160, 320, CV_8UC3);
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x)
      picture.at<cv::Vec3b>(y, x) = {static_cast<uchar>(x / 20 * 16),
                                     static_cast<uchar>(y / 20 * 30), 77};
  return picture;
}

InputSpec stretched() {
  InputSpec spec;
  spec.size = {64, 64};
  spec.fit = Fit::kStretch;
  return spec;
}

const GridGeometry kGrid{16, 16, 4, 4, 2, 2};  // over a 64 × 64 input

}  // namespace

TEST_CASE(
    "an icon's box is square in the photo, as large as its grid cells, and inside the photo") {
  const InputGeometry geometry{{320, 160}, {64, 64}, 0.2, 0.4, 0, 0};
  const Box middle = icon_box(kGrid, geometry, 8, 8, 4);
  const double side = std::sqrt(16 / 0.2 * 16 / 0.4);
  CHECK(middle.width == Approx(side));
  CHECK(middle.height == Approx(side));
  CHECK(middle.x + middle.width / 2 == Approx(34 / 0.2));
  CHECK(middle.y + middle.height / 2 == Approx(34 / 0.4));
  const Box corner = icon_box(kGrid, geometry, 0, 15, 4);
  CHECK(corner.x == Approx(320 - side));
  CHECK(corner.y == 0);
  const Box all = icon_box(kGrid, geometry, 3, 3, 100);
  CHECK(all.width == 160);
  CHECK(all.height == 160);
}

TEST_CASE("a list gives each icon one number") {
  IconList list;
  CHECK(list.add({5, 1, 2, 0}) == 0);
  CHECK(list.add({5, 1, 3, 0}) == 1);
  CHECK(list.add({5, 1, 2, 0}) == 0);
  CHECK(list.add({5, 1, 2, 1}) == 2);
  CHECK(list.requests().size() == 3);
}

TEST_CASE("tiles show their place of the photo, in the order asked for") {
  const Folder folder;
  cv::imwrite((folder.path / "a.png").string(), checkered());
  cv::imwrite((folder.path / "b.png").string(), cv::Mat(100, 100, CV_8UC3, cv::Scalar(1, 2, 3)));
  PhotoSet photos;
  photos.root = folder.path.string();
  for (const char* name : {"a.png", "b.png", "gone.png"}) {
    PhotoEntry entry;
    entry.path = name;
    photos.photos.push_back(entry);
  }
  const std::vector<GridGeometry> grids{kGrid};
  const std::vector<IconRequest> requests{{1, 0, 0, 0}, {0, 8, 8, 0}, {2, 0, 0, 0}, {0, 0, 0, 0}};
  for (const int threads : {1, 2}) {
    IconOptions options;
    options.tile = 32;
    options.threads = threads;
    std::vector<cv::Mat> tiles;
    cut_icons(photos, stretched(), grids, requests, options,
              [&](std::size_t i, const cv::Mat& tile) {
                CHECK(i == tiles.size());
                CHECK(tile.type() == CV_8UC3);
                CHECK(tile.size() == cv::Size(32, 32));
                tiles.push_back(tile.clone());
              });
    REQUIRE(tiles.size() == 4);
    CHECK(tiles[0].at<cv::Vec3b>(16, 16) == cv::Vec3b(1, 2, 3));
    // Position (8, 8) lies at 34/64 of the photo: (170, 85), column 8 and row 4 of the squares.
    CHECK(tiles[1].at<cv::Vec3b>(16, 16) == cv::Vec3b(8 * 16, 4 * 30, 77));
    CHECK(tiles[2].at<cv::Vec3b>(16, 16) ==
          cv::Vec3b(128, 128, 128));  // cannot be decoded any more
    CHECK(tiles[3].at<cv::Vec3b>(2, 2) == cv::Vec3b(0, 0, 77));
  }
}
