// Lights a painted bird and brings it to the frame's pixels.

#include <algorithm>
#include <array>

#include <opencv2/imgproc.hpp>

#include "tools/world/bird_painter.h"

namespace differentia::world {

// Direct and diffuse light per sample (CV_32FC3: direct, diffuse, gloss).
cv::Mat BirdPainter::light_field(const Light& light) {
  cv::blur(normal_, normal_, {9, 9});
  cv::blur(normal_, normal_, {7, 7});
  cv::blur(shadow_, shadow_, {13, 13});
  const float level = std::sqrt(static_cast<float>(1 - light.elevation * light.elevation));
  const auto lx = level * static_cast<float>(std::cos(light.azimuth));
  const auto ly = -level * static_cast<float>(std::sin(light.azimuth));
  const auto lz = static_cast<float>(light.elevation);
  const cv::Vec3f half = cv::normalize(cv::Vec3f(lx, ly, lz + 1));
  cv::Mat field(material_.size(), CV_32FC3);
  for (int y = 0; y < field.rows; ++y) {
    const auto* normals = normal_.ptr<cv::Vec2f>(y);
    auto* out = field.ptr<cv::Vec3f>(y);
    for (int x = 0; x < field.cols; ++x) {
      const float nx = normals[x][0], ny = normals[x][1];
      const float nz = std::sqrt(std::max(0.06f, 1 - nx * nx - ny * ny));
      const float facing = (nx * lx + ny * ly + nz * lz + 0.25f) / 1.25f;
      const float sky = 0.60f - 0.40f * ny;  // from above more than from below
      const float shine = std::max(0.f, nx * half[0] + ny * half[1] + nz * half[2]);
      const float s2 = shine * shine, s8 = s2 * s2 * s2 * s2;
      out[x] = {std::max(0.f, facing), sky, s8 * s8};
    }
  }
  return field;
}

// The colour of every sample before light (CV_32FC3, linear). Where soft feathers of two parts
// meet, their colours run into each other over about a pixel; bill, eye, legs, wing and tail keep
// their edges.
cv::Mat BirdPainter::plumage_colors() const {
  cv::Mat colors(material_.size(), CV_32FC3, cv::Scalar::all(0));
  cv::Mat soft = cv::Mat::zeros(material_.size(), CV_32FC3);
  cv::Mat weight = cv::Mat::zeros(material_.size(), CV_32F);
  for (int y = 0; y < colors.rows; ++y) {
    const auto* materials = material_.ptr<std::uint8_t>(y);
    for (int x = 0; x < colors.cols; ++x) {
      if (materials[x] == 0) continue;
      const Material& m = materials_[materials[x]];
      Color& color = colors.at<Color>(y, x);
      color = m.color;
      if (const int alpha = pattern_.at<std::uint8_t>(y, x); alpha > 0) {
        // A pattern belongs to the part below it, not to what was painted over both.
        const Material& other = materials_[second_.at<std::uint8_t>(y, x)];
        if (other.part == m.part) color = mix(color, other.color, static_cast<float>(alpha) / 255);
      }
      if (!m.soft) continue;
      soft.at<Color>(y, x) = color;
      weight.at<float>(y, x) = 1;
    }
  }
  cv::blur(soft, soft, {3, 3});
  cv::blur(weight, weight, {3, 3});
  cv::blur(soft, soft, {3, 3});
  cv::blur(weight, weight, {3, 3});
  for (int y = 0; y < colors.rows; ++y) {
    const auto* materials = material_.ptr<std::uint8_t>(y);
    for (int x = 0; x < colors.cols; ++x) {
      if (materials_[materials[x]].soft)
        colors.at<Color>(y, x) = soft.at<Color>(y, x) / weight.at<float>(y, x);
    }
  }
  return colors;
}

BirdLayer BirdPainter::lit(const Light& light) {
  cv::blur(detail_, detail_, {2, 2});
  const cv::Mat field = light_field(light);
  const cv::Mat albedo = plumage_colors();
  const auto warm = static_cast<float>(light.warmth), direct = static_cast<float>(light.strength);
  const Color sun(1 - 0.16f * warm, 1.0f, 1 + 0.16f * warm);
  const Color sky(1.08f, 1.0f, 0.95f);
  std::array<float, 256> relief_table{};
  for (int i = 0; i < 256; ++i)
    relief_table[static_cast<std::size_t>(i)] = (static_cast<float>(i) - 128) / 80;

  cv::Mat fine(material_.size(), CV_32FC4, cv::Scalar::all(0));
  for (int y = 0; y < fine.rows; ++y) {
    const auto* materials = material_.ptr<std::uint8_t>(y);
    const auto* fields = field.ptr<cv::Vec3f>(y);
    const auto* colors = albedo.ptr<Color>(y);
    auto* out = fine.ptr<cv::Vec4f>(y);
    for (int x = 0; x < fine.cols; ++x) {
      if (materials[x] == 0) continue;
      const Material& m = materials_[materials[x]];
      const Color color = colors[x];
      const float relief = m.relief * relief_table[detail_.at<std::uint8_t>(y, x)];
      const float tone = relief > 0 ? 1 + relief : 1 / (1 - relief);
      const bool shaded = m.part != Part::wing && m.part != Part::wing_bars &&
                          m.part != Part::tail && m.part != Part::back && m.part != Part::rump;
      const float shadow = shaded ? static_cast<float>(shadow_.at<std::uint8_t>(y, x)) / 255 : 0.f;
      const float lit = fields[x][0] * direct * (1 - 0.75f * shadow) * 0.95f;
      const float diffuse = fields[x][1] * (1 - 0.45f * shadow) * (1.02f - 0.45f * direct);
      const float shine = m.gloss * fields[x][2] * (0.3f + 0.5f * direct);
      for (int c = 0; c < 3; ++c)
        out[x][c] = encode(color[c] * tone * (lit * sun[c] + diffuse * sky[c]) + shine);
      out[x][3] = 1;
    }
  }
  BirdLayer layer;
  layer.roi = roi_;
  cv::resize(fine, layer.color, roi_.size(), 0, 0, cv::INTER_AREA);
  layer.parts = cv::Mat::zeros(roi_.size(), CV_8U);
  for (int y = 0; y < roi_.height; ++y) {
    for (int x = 0; x < roi_.width; ++x) {
      std::array<int, kParts> votes{};
      for (int k = 0; k < kFine * kFine; ++k) {
        const int m = material_.at<std::uint8_t>(y * kFine + k / kFine, x * kFine + k % kFine);
        ++votes[static_cast<std::size_t>(materials_[static_cast<std::size_t>(m)].part)];
      }
      if (2 * (kFine * kFine - votes[0]) < kFine * kFine) continue;
      const auto best = std::max_element(votes.begin() + 1, votes.end()) - votes.begin();
      layer.parts.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(best);
    }
  }
  return layer;
}

}  // namespace differentia::world
