#include "tools/world/canvas.h"

#include <array>

#include <opencv2/imgproc.hpp>

namespace differentia::world {

namespace {
constexpr int kShift = 4;  // sub-pixel bits of OpenCV's drawing

std::vector<cv::Point> fixed_points(const Outline& outline) {
  std::vector<cv::Point> points;
  points.reserve(outline.size());
  // OpenCV's pixel centres lie at whole numbers, ours at halves.
  for (const Point& p : outline) {
    points.emplace_back(cvRound((p.x - 0.5) * (1 << kShift)), cvRound((p.y - 0.5) * (1 << kShift)));
  }
  return points;
}
}  // namespace

Color to_color(const Rgb& rgb) {
  return {static_cast<float>(rgb.b) / 255, static_cast<float>(rgb.g) / 255,
          static_cast<float>(rgb.r) / 255};
}

Color to_linear(const Color& encoded) {
  Color out;
  for (int i = 0; i < 3; ++i) out[i] = std::pow(encoded[i], 2.2f);
  return out;
}

float encode(float linear) {
  constexpr int kSteps = 4096;
  static const std::array<float, kSteps + 2> table = [] {
    std::array<float, kSteps + 2> values{};
    for (int i = 0; i < kSteps + 2; ++i)  // by the square root, fine where the curve is steep
      values[static_cast<std::size_t>(i)] =
          std::pow(std::pow(static_cast<float>(i) / kSteps, 2.f), 1 / 2.2f);
    return values;
  }();
  const float x = std::sqrt(std::clamp(linear, 0.f, 1.f)) * kSteps;
  return table[static_cast<std::size_t>(x)];
}

NoiseTile::NoiseTile(Random random) : values_(kSide * kSide) {
  for (float& value : values_) value = static_cast<float>(random.uniform(-1, 1));
}

cv::Mat cloud_noise(Random& random, cv::Size size, double cells_x, double cells_y, int octaves,
                    double persistence) {
  cv::Mat sum = cv::Mat::zeros(size, CV_32F);
  double weight = 1, total = 0;
  for (int octave = 0; octave < octaves; ++octave) {
    const double nx = std::min(cells_x * (1 << octave), static_cast<double>(size.width));
    const double ny = std::min(cells_y * (1 << octave), static_cast<double>(size.height));
    const cv::Size grid(std::max(2, static_cast<int>(nx)) + 2,
                        std::max(2, static_cast<int>(ny)) + 2);
    cv::Mat values(grid, CV_32F);
    for (int y = 0; y < grid.height; ++y) {
      for (int x = 0; x < grid.width; ++x)
        values.at<float>(y, x) = static_cast<float>(random.bits()) * 0x1p-32f;
    }
    cv::Mat large;
    cv::resize(values, large, size, 0, 0, cv::INTER_CUBIC);
    cv::scaleAdd(large, weight, sum, sum);
    total += weight;
    weight *= persistence;
  }
  return sum / total;
}

void fill_outline(cv::Mat& picture, const Outline& outline, const cv::Scalar& value,
                  bool anti_alias) {
  if (outline.size() < 3) return;
  const std::vector<std::vector<cv::Point>> polygons = {fixed_points(outline)};
  cv::fillPoly(picture, polygons, value, anti_alias ? cv::LINE_AA : cv::LINE_8, kShift);
}

void draw_curve(cv::Mat& picture, const Outline& points, const cv::Scalar& value, double thickness,
                bool anti_alias) {
  const std::vector<std::vector<cv::Point>> lines = {fixed_points(points)};
  cv::polylines(picture, lines, false, value, std::max(1, cvRound(thickness)),
                anti_alias ? cv::LINE_AA : cv::LINE_8, kShift);
}

Outline ribbon(const Outline& points, double start, double end) {
  Outline left, right;
  const std::size_t n = points.size();
  for (std::size_t i = 0; i < n; ++i) {
    const Point along = points[std::min(i + 1, n - 1)] - points[i == 0 ? 0 : i - 1];
    const double norm = std::max(std::hypot(along.x, along.y), 1e-9);
    const Point across(-along.y / norm, along.x / norm);
    const double half =
        0.5 * (start + (end - start) * static_cast<double>(i) / static_cast<double>(n - 1));
    left.push_back(points[i] + half * across);
    right.push_back(points[i] - half * across);
  }
  left.insert(left.end(), right.rbegin(), right.rend());
  return left;
}

void paint_outline(cv::Mat& picture, const Outline& outline, const Color& color, float opacity) {
  if (outline.size() < 3) return;
  double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
  for (const Point& p : outline) {
    left = std::min(left, p.x), right = std::max(right, p.x);
    top = std::min(top, p.y), bottom = std::max(bottom, p.y);
  }
  const cv::Rect frame(0, 0, picture.cols, picture.rows);
  const cv::Rect box =
      cv::Rect(cv::Point(cvFloor(std::max(left, -1e4)) - 2, cvFloor(std::max(top, -1e4)) - 2),
               cv::Point(cvCeil(std::min(right, 1e4)) + 2, cvCeil(std::min(bottom, 1e4)) + 2)) &
      frame;
  if (box.empty()) return;
  Outline moved;
  for (const Point& p : outline) moved.push_back(p - Point(box.x, box.y));
  cv::Mat mask = cv::Mat::zeros(box.size(), CV_8U);
  fill_outline(mask, moved, 255, true);
  for (int y = 0; y < box.height; ++y) {
    const auto* m = mask.ptr<std::uint8_t>(y);
    auto* p = picture.ptr<Color>(box.y + y) + box.x;
    for (int x = 0; x < box.width; ++x) {
      if (m[x]) p[x] = mix(p[x], color, opacity * static_cast<float>(m[x]) / 255);
    }
  }
}

void paint_curve(cv::Mat& picture, const Outline& points, const Color& color, double width,
                 float opacity) {
  paint_outline(picture, ribbon(points, width, width), color, opacity);
}

void shade_blot(cv::Mat& picture, const Point& centre, double rx, double ry, float factor) {
  const cv::Rect box = cv::Rect(cvFloor(centre.x - 2 * rx), cvFloor(centre.y - 2 * ry),
                                cvCeil(4 * rx) + 1, cvCeil(4 * ry) + 1) &
                       cv::Rect(0, 0, picture.cols, picture.rows);
  for (int y = box.y; y < box.y + box.height; ++y) {
    auto* row = picture.ptr<Color>(y);
    for (int x = box.x; x < box.x + box.width; ++x) {
      const double dx = (x + 0.5 - centre.x) / rx, dy = (y + 0.5 - centre.y) / ry;
      const double reach = std::max(0.0, 1 - (dx * dx + dy * dy) / 4);
      const auto depth = static_cast<float>(reach * reach * reach);
      row[x] *= 1 + (factor - 1) * depth;
    }
  }
}

Outline leaf_outline(const Point& base, const Point& tip, double width) {
  const Point along = tip - base;
  const double norm = std::max(std::hypot(along.x, along.y), 1e-9);
  const Point across(-along.y / norm, along.x / norm);
  const auto at = [&](double s, double w) { return base + s * along + w * width * across; };
  return smooth_curve({at(0, 0), at(0.2, 0.36), at(0.45, 0.5), at(0.75, 0.3), at(1, 0),
                       at(0.75, -0.3), at(0.45, -0.5), at(0.2, -0.36)},
                      true, 3);
}

Outline ellipse_outline(const Point& centre, double rx, double ry, double degrees, int points) {
  Outline out;
  const double c = std::cos(degrees * M_PI / 180), s = std::sin(degrees * M_PI / 180);
  for (int i = 0; i < points; ++i) {
    const double a = 2 * M_PI * i / points;
    const double x = rx * std::cos(a), y = ry * std::sin(a);
    out.push_back(centre + Point(x * c - y * s, x * s + y * c));
  }
  return out;
}

}  // namespace differentia::world
