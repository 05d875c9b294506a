#include "tools/world/train/photos.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <thread>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace differentia::world {

std::vector<cv::Mat> take_photos(const std::vector<Shot>& shots, const Shrink& shrink, int threads,
                                 const std::string& stage, const ProgressCallback& progress) {
  std::vector<cv::Mat> photos(shots.size());
  std::atomic<std::size_t> next{0}, done{0};
  std::atomic<bool> stop{false};
  std::atomic<int> finished{0};
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(threads));
  const auto work = [&](std::size_t worker) {
    try {
      for (std::size_t i = next++; i < shots.size() && !stop; i = next++) {
        const Rendered rendered = render(shots[i].scene, shots[i].exchange);
        std::vector<std::uint8_t> bytes;
        cv::imencode(".jpg", rendered.image, bytes,
                     {cv::IMWRITE_JPEG_QUALITY, shots[i].scene.camera.jpeg_quality});
        photos[i] = shrink(cv::imdecode(bytes, cv::IMREAD_COLOR));
        ++done;
      }
    } catch (...) {
      errors[worker] = std::current_exception();
      stop = true;
    }
    ++finished;
  };
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i) workers.emplace_back(work, static_cast<std::size_t>(i));
  std::exception_ptr stopped;
  while (finished < threads) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    try {
      if (!stopped)
        report(progress, {stage,
                          static_cast<std::int64_t>(done),
                          static_cast<std::int64_t>(shots.size()),
                          "photos",
                          {}});
    } catch (...) {
      stopped = std::current_exception();
      stop = true;
    }
  }
  for (std::thread& worker : workers) worker.join();
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
  if (stopped) std::rethrow_exception(stopped);
  return photos;
}

cv::Mat augment(const cv::Mat& photo, Random& random) {
  const double angle = random.normal() * 6 * M_PI / 180, scale = std::exp(random.normal() * 0.09);
  const double stretch = std::exp(random.normal() * 0.06), flip = random.chance(0.5) ? -1 : 1;
  const double side = photo.cols, half = side / 2;
  const double a = flip * scale * stretch * std::cos(angle), b = -scale / stretch * std::sin(angle);
  const double c = flip * scale * stretch * std::sin(angle), d = scale / stretch * std::cos(angle);
  const double dx = half + random.normal() * 0.045 * side,
               dy = half + random.normal() * 0.045 * side;
  const cv::Matx23d move(a, b, dx - a * half - b * half, c, d, dy - c * half - d * half);
  cv::Mat out;
  cv::warpAffine(photo, out, move, photo.size(), cv::INTER_LINEAR, cv::BORDER_REFLECT_101);
  const double gain = std::exp(random.normal() * 0.10), lift = random.normal() * 8;
  std::array<double, 3> balance{};
  for (double& channel : balance) channel = gain * std::exp(random.normal() * 0.035);
  const double noise = 5 * random.uniform();
  for (int y = 0; y < out.rows; ++y) {
    auto* row = out.ptr<cv::Vec3b>(y);
    for (int x = 0; x < out.cols; ++x) {
      const std::uint32_t bits = random.bits();
      for (int k = 0; k < 3; ++k) {
        const double grain = (static_cast<double>((bits >> (8 * k)) & 255) - 127.5) / 74 * noise;
        row[x][k] = cv::saturate_cast<std::uint8_t>(
            balance[static_cast<std::size_t>(k)] * row[x][k] + lift + grain);
      }
    }
  }
  return out;
}

}  // namespace differentia::world
