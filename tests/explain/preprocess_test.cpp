#include "explain/preprocess.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <opencv2/imgproc.hpp>

#include "base/random.h"
#include "tests/catch.h"

namespace differentia {
namespace {

Photo noise_photo(int width, int height) {
  Photo photo;
  photo.bgr = cv::Mat(height, width, CV_8UC3);
  photo.full_size = {width, height};
  Random random(3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < 3 * width; ++x)
      photo.bgr.ptr(y)[x] = static_cast<unsigned char>(random.below(256));
  }
  // Noise alone averages to grey; some of it in larger patches.
  cv::Mat coarse;
  cv::resize(photo.bgr(cv::Rect(0, 0, 9, 7)), coarse, photo.bgr.size(), 0, 0, cv::INTER_NEAREST);
  photo.bgr = photo.bgr / 2 + coarse / 2;
  return photo;
}

InputSpec plain(Size size, Fit fit) {
  InputSpec spec;
  spec.size = size;
  spec.fit = fit;
  spec.mean = {0, 0, 0};
  spec.std = {1, 1, 1};
  return spec;
}

std::vector<float> run(const Photo& photo, const InputSpec& spec) {
  std::vector<float> input(static_cast<std::size_t>(3) * spec.size.width * spec.size.height);
  preprocess(photo, spec, input);
  return input;
}

TEST_CASE("resizing, cropping and padding follow Pillow and torchvision") {
  const auto folder = std::filesystem::temp_directory_path() / "differentia_preprocess_test";
  std::filesystem::create_directories(folder);
  struct Case {
    int width, height;
    Fit fit;
    int resize;
    Interpolation interpolation;
  };
  const std::vector<Case> cases = {{301, 200, Fit::kCrop, 73, Interpolation::kBilinear},
                                   {200, 301, Fit::kCrop, 64, Interpolation::kBicubic},
                                   {301, 200, Fit::kStretch, 64, Interpolation::kBilinear},
                                   {40, 33, Fit::kStretch, 64, Interpolation::kBicubic},
                                   {200, 301, Fit::kPad, 64, Interpolation::kBilinear},
                                   {301, 200, Fit::kStretch, 64, Interpolation::kNearest}};
  std::ofstream script(folder / "run.py");
  script
      << "import numpy as np\nfrom PIL import Image\nfrom torchvision import transforms as T\n"
         "M = {0: T.InterpolationMode.BILINEAR, 1: T.InterpolationMode.BICUBIC, 2: "
         "T.InterpolationMode.NEAREST}\n"
         "def go(i, w, h, fit, resize, mode):\n"
         "    x = Image.fromarray(np.fromfile('%d.raw' % i, np.uint8).reshape(h, w, 3)[:, :, "
         "::-1].copy())\n"
         "    if fit == 0: x = T.Resize((48, 64), M[mode])(x)\n"
         "    if fit == 1: x = T.CenterCrop((48, 64))(T.Resize(resize, M[mode])(x))\n"
         "    if fit == 2:\n"
         "        s = min(64 / w, 48 / h)\n"
         "        x = T.CenterCrop((48, 64))(T.Resize((round(h * s), round(w * s)), M[mode])(x))\n"
         "    np.asarray(x, np.uint8).tofile('%d.out' % i)\n";
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& one = cases[i];
    const Photo photo = noise_photo(one.width, one.height);
    std::ofstream(folder / (std::to_string(i) + ".raw"), std::ios::binary)
        .write(reinterpret_cast<const char*>(photo.bgr.data),
               static_cast<std::streamsize>(photo.bgr.total() * 3));
    script << "go(" << i << ", " << one.width << ", " << one.height << ", "
           << static_cast<int>(one.fit) << ", " << one.resize << ", "
           << static_cast<int>(one.interpolation) << ")\n";
  }
  script.close();
  REQUIRE(std::system(("cd " + folder.string() + " && /usr/bin/python3 run.py").c_str()) == 0);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    INFO("case " << i);
    const Case& one = cases[i];
    InputSpec spec = plain({64, 48}, one.fit);
    spec.resize = one.resize;
    spec.interpolation = one.interpolation;
    const auto input = run(noise_photo(one.width, one.height), spec);
    std::vector<unsigned char> truth(input.size());
    std::ifstream(folder / (std::to_string(i) + ".out"), std::ios::binary)
        .read(reinterpret_cast<char*>(truth.data()), static_cast<std::streamsize>(truth.size()));
    double worst = 0, mean = 0;
    for (std::size_t p = 0; p < truth.size() / 3; ++p) {
      for (std::size_t c = 0; c < 3; ++c) {
        const double difference =
            std::abs(255 * input[c * truth.size() / 3 + p] - truth[3 * p + c]);
        worst = std::max(worst, difference);
        mean += difference / static_cast<double>(truth.size());
      }
    }
    CHECK(worst <= 1.6);  // Pillow rounds to whole numbers twice
    CHECK(mean <= 0.5);
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("order, mean and std are the card's") {
  Photo photo;
  photo.bgr = cv::Mat(10, 10, CV_8UC3, cv::Scalar(51, 102, 204));
  photo.full_size = {10, 10};
  InputSpec spec = plain({4, 4}, Fit::kStretch);
  spec.mean = {0.1f, 0.2f, 0.3f};
  spec.std = {0.5f, 0.25f, 2};
  const auto rgb = run(photo, spec);
  CHECK(rgb[0] == Approx((0.8 - 0.1) / 0.5));
  CHECK(rgb[16] == Approx((0.4 - 0.2) / 0.25));
  CHECK(rgb[32] == Approx((0.2 - 0.3) / 2));
  spec.rgb = false;
  CHECK(run(photo, spec)[0] == Approx((0.2 - 0.1) / 0.5));
}

TEST_CASE("the geometry leads back to where a mark was made, also from a scaled decode") {
  for (const Fit fit : {Fit::kStretch, Fit::kCrop, Fit::kPad}) {
    for (const int scale : {1, 2}) {
      Photo photo;
      photo.full_size = {400, 300};
      photo.bgr = cv::Mat(300 / scale, 400 / scale, CV_8UC3, cv::Scalar(0, 0, 0));
      // A white square around (230, 110).
      cv::rectangle(photo.bgr, cv::Rect(220 / scale, 100 / scale, 20 / scale, 20 / scale),
                    cv::Scalar(255, 255, 255), cv::FILLED);
      InputSpec spec = plain({96, 96}, fit);
      spec.resize = 110;
      std::vector<float> input(3 * 96 * 96);
      const InputGeometry geometry = preprocess(photo, spec, input);
      double weight = 0, x = 0, y = 0;
      for (int row = 0; row < 96; ++row) {
        for (int column = 0; column < 96; ++column) {
          const double value = input[96 * row + column];
          weight += value;
          x += value * (column + 0.5);
          y += value * (row + 0.5);
        }
      }
      REQUIRE(weight > 0);
      const Point centre = geometry.to_photo(Point{x / weight, y / weight});
      CHECK(centre.x == Approx(230).margin(0.5));
      CHECK(centre.y == Approx(110).margin(0.5));
    }
  }
  const InputGeometry pad = input_geometry(plain({96, 96}, Fit::kPad), {400, 300});
  CHECK(pad.offset_y == 12);
  CHECK(pad.visible().height == Approx(300));
}

}  // namespace
}  // namespace differentia
