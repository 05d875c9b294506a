#include "tools/world/camera.h"

#include <opencv2/imgproc.hpp>

namespace differentia::world {

namespace {

// The mean over a disc (defocus) or a line (motion), as a small kernel.
cv::Mat disc_kernel(double radius) {
  const int half = cvCeil(radius);
  cv::Mat kernel(2 * half + 1, 2 * half + 1, CV_32F);
  for (int y = -half; y <= half; ++y) {
    for (int x = -half; x <= half; ++x)
      kernel.at<float>(y + half, x + half) =
          static_cast<float>(std::clamp(radius + 0.5 - std::hypot(x, y), 0.0, 1.0));
  }
  return kernel / cv::sum(kernel)[0];
}

cv::Mat line_kernel(double length, double angle) {
  const int half = std::max(1, cvCeil(length / 2));
  cv::Mat kernel = cv::Mat::zeros(2 * half + 1, 2 * half + 1, CV_32F);
  const double c = std::cos(angle), s = std::sin(angle);
  for (int y = -half; y <= half; ++y) {
    for (int x = -half; x <= half; ++x) {
      const double along = std::abs(x * c + y * s), across = std::abs(-x * s + y * c);
      kernel.at<float>(y + half, x + half) = static_cast<float>(
          std::clamp(length / 2 + 0.5 - along, 0.0, 1.0) * std::clamp(1 - across, 0.0, 1.0));
    }
  }
  return kernel / cv::sum(kernel)[0];
}

void write_caption(const std::string& caption, cv::Mat& picture) {
  // Drawn large and made smaller, so that the letters are smooth.
  constexpr int kScale = 4;
  const double height = std::max(8.0, 0.046 * std::max(picture.cols, picture.rows));
  const double font = kScale * height / 22;
  int baseline = 0;
  const cv::Size text = cv::getTextSize(caption, cv::FONT_HERSHEY_DUPLEX, font, kScale, &baseline);
  cv::Mat large =
      cv::Mat::zeros(text.height + baseline + 4 * kScale, text.width + 4 * kScale, CV_8U);
  cv::putText(large, caption, {2 * kScale, text.height + kScale}, cv::FONT_HERSHEY_DUPLEX, font,
              255, kScale, cv::LINE_AA);
  cv::Mat letters;
  cv::resize(large, letters, {}, 1.0 / kScale, 1.0 / kScale, cv::INTER_AREA);
  const int left = picture.cols - letters.cols - 5, top = picture.rows - letters.rows - 3;
  for (int y = 0; y < letters.rows; ++y) {
    for (int x = 0; x < letters.cols; ++x) {
      const float a = static_cast<float>(letters.at<std::uint8_t>(y, x)) / 255;
      if (a == 0) continue;
      for (const int shadow : {1, 0}) {
        const int px = left + x + shadow, py = top + y + shadow;
        if (px < 0 || py < 0 || px >= picture.cols || py >= picture.rows) continue;
        Color& p = picture.at<Color>(py, px);
        p = shadow ? p * (1 - 0.6f * a) : mix(p, Color(0.98f, 0.98f, 0.98f), 0.95f * a);
      }
    }
  }
}

}  // namespace

void paint_twigs(const Scene& scene, cv::Mat& picture, cv::Mat& hidden) {
  if (scene.twigs == 0) return;
  Random random(scene.key, stream_id("twig shapes"));
  const double side = std::max(scene.width, scene.height);
  cv::Mat cover = cv::Mat::zeros(picture.size(), CV_8U);
  cv::Mat color(picture.size(), CV_32FC3, cv::Scalar::all(0));
  for (int i = 0; i < scene.twigs; ++i) {
    const double angle = random.uniform(0.25, 1.3) * (random.chance(0.5) ? 1 : -1);
    const Point middle(random.uniform(0.05, 0.95) * scene.width,
                       random.uniform(0.1, 0.9) * scene.height);
    const Point way(std::cos(angle), std::sin(angle)), bow(-way.y, way.x);
    const double bend = random.normal() * 0.05 * side;
    const Outline axis =
        smooth_curve({middle - 1.3 * side * way, middle - 0.4 * side * way + bend * bow,
                      middle + 0.4 * side * way, middle + 1.3 * side * way - bend * bow},
                     false, 8);
    const double wide = side * random.uniform(0.006, 0.013);
    const auto tone = static_cast<float>(random.uniform(0.22, 0.5));
    const Outline twig = ribbon(axis, wide, 0.6 * wide);
    fill_outline(cover, twig, 255, true);
    const Color bark =
        random.chance(0.5) ? tone * Color(0.55f, 0.75f, 0.9f) : tone * Color(0.4f, 0.95f, 0.75f);
    fill_outline(color, ribbon(axis, wide + 3, wide + 3), cv::Scalar(bark[0], bark[1], bark[2]));
    const Point root = axis[axis.size() / 2 + random.below(4)];
    const Point tip = root + 0.09 * side * Point(std::cos(angle + 0.7), std::sin(angle + 0.7));
    const Outline bud = leaf_outline(root, tip, 0.028 * side);
    fill_outline(cover, bud, 255, true);
    fill_outline(color, bud, cv::Scalar(0.22 + tone * 0.1, 0.55 * tone + 0.2, 0.3 * tone + 0.12));
  }
  // Nearer than the bird, so out of focus.
  cv::Mat soft;
  cover.convertTo(soft, CV_32F, 1 / 255.0);
  cv::GaussianBlur(soft, soft, {}, 0.0035 * side);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const float a = soft.at<float>(y, x);
      if (a < 0.002f) continue;
      Color tint = color.at<Color>(y, x);
      if (tint == Color(0, 0, 0)) tint = Color(0.2f, 0.25f, 0.25f);
      picture.at<Color>(y, x) = mix(picture.at<Color>(y, x), tint, a);
      if (a >= 0.5f) hidden.at<std::uint8_t>(y, x) = 255;
    }
  }
}

cv::Mat take_photo(const Scene& scene, cv::Mat picture) {
  const Camera& camera = scene.camera;
  const double side = std::max(scene.width, scene.height);
  if (camera.defocus * side > 0.4)
    cv::filter2D(picture, picture, -1, disc_kernel(camera.defocus * side), {-1, -1}, 0,
                 cv::BORDER_REPLICATE);
  if (camera.motion * side > 1)
    cv::filter2D(picture, picture, -1, line_kernel(camera.motion * side, camera.motion_angle),
                 {-1, -1}, 0, cv::BORDER_REPLICATE);
  const auto gain = static_cast<float>(std::pow(2, camera.exposure / 2.2));
  const auto contrast = static_cast<float>(camera.contrast),
             saturation = static_cast<float>(camera.saturation);
  const auto tint = static_cast<float>(0.03 * camera.tint),
             noise = static_cast<float>(camera.noise);
  const auto warm = static_cast<float>(0.05 * scene.light.warmth);
  const Color balance(1 - warm + tint, 1 - tint, 1 + warm + tint);
  const auto vignette = static_cast<float>(camera.vignette);
  // Sensor noise: one draw a pixel for brightness and a third of it for colour, slightly clumped as
  // after demosaicing.
  Random random(scene.key, stream_id("noise"));
  cv::Mat grain(picture.size(), CV_32FC3);
  for (int y = 0; y < grain.rows; ++y) {
    auto* row = grain.ptr<Color>(y);
    for (int x = 0; x < grain.cols; ++x) {
      // Sums of uniform bytes: close to normal, and cheap.
      const std::uint32_t a = random.bits(), b = random.bits();
      const auto sum = [](std::uint32_t v) {
        return (static_cast<float>((v & 255) + ((v >> 8) & 255) + ((v >> 16) & 255) + (v >> 24)) -
                510.f) /
               148.f;
      };
      const float luma = sum(a);
      row[x] = Color(luma + 0.5f * (static_cast<float>(b & 255) - 127.5f) / 74,
                     luma + 0.3f * (static_cast<float>((b >> 8) & 255) - 127.5f) / 74,
                     luma + 0.4f * (static_cast<float>((b >> 16) & 255) - 127.5f) / 74);
    }
  }
  cv::Mat photo(picture.size(), CV_32FC3);
  const auto cx = static_cast<float>(picture.cols) / 2, cy = static_cast<float>(picture.rows) / 2;
  const float reach = 1 / (cx * cx + cy * cy);
  for (int y = 0; y < picture.rows; ++y) {
    const auto* in = picture.ptr<Color>(y);
    const auto* g = grain.ptr<Color>(y);
    auto* out = photo.ptr<Color>(y);
    for (int x = 0; x < picture.cols; ++x) {
      const float dx = static_cast<float>(x) + 0.5f - cx, dy = static_cast<float>(y) + 0.5f - cy;
      const float edge = (dx * dx + dy * dy) * reach;
      const float fall = gain * (1 - vignette * 0.55f * edge * edge);
      const float grey = 0.114f * in[x][0] + 0.587f * in[x][1] + 0.299f * in[x][2];
      for (int c = 0; c < 3; ++c) {
        float v = (grey + saturation * (in[x][c] - grey)) * balance[c] * fall;
        v = 0.46f + contrast * (v - 0.46f);
        if (v > 0.85f)
          v = 0.85f + 0.15f * (1 - 1 / (1 + (v - 0.85f) / 0.15f));  // highlights roll off
        out[x][c] = v + noise * (0.5f + 0.8f * std::sqrt(std::max(v, 0.f))) * g[x][c];
      }
    }
  }
  // Added to the finished photo: neither exposure nor noise touches it.
  if (!scene.caption.empty()) write_caption(scene.caption, photo);
  cv::Mat bytes;
  photo.convertTo(bytes, CV_8U, 255);
  return bytes;
}

}  // namespace differentia::world
