#include <opencv2/imgproc.hpp>

#include "tools/world/habitat.h"

namespace differentia::world {

namespace {

// One habitat being painted: the frame, the place's random numbers, the palette.
struct Place {
  cv::Size size;
  Random random;
  std::vector<Color> palette;
  double side;  // the frame's longer side
  Point foot;

  Color pick() {  // between two neighbours of the palette
    const auto i = random.below(static_cast<std::uint32_t>(palette.size()));
    const auto j = random.below(static_cast<std::uint32_t>(palette.size()));
    return mix(palette[i], palette[j], static_cast<float>(random.uniform()));
  }
  Point anywhere() {
    return {random.uniform(-0.05, 1.05) * size.width, random.uniform(-0.05, 1.05) * size.height};
  }
};

void soften(cv::Mat& picture, double sigma) {
  if (sigma < 0.3) return;
  if (sigma < 3) {
    cv::GaussianBlur(picture, picture, {}, sigma);
    return;
  }
  // A wide blur of a small copy is the same to the eye and far cheaper.
  cv::Mat small;
  const double shrink = std::min(8.0, sigma / 1.5);
  cv::resize(picture, small, {}, 1 / shrink, 1 / shrink, cv::INTER_AREA);
  cv::GaussianBlur(small, small, {}, sigma / shrink);
  cv::resize(small, picture, picture.size(), 0, 0, cv::INTER_CUBIC);
}

// Mixes two colours by a noise field, with contrast around its middle.
cv::Mat mix_by(const cv::Mat& noise, const Color& a, const Color& b, float low, float high) {
  cv::Mat out(noise.size(), CV_32FC3);
  for (int y = 0; y < noise.rows; ++y) {
    const auto* n = noise.ptr<float>(y);
    auto* o = out.ptr<Color>(y);
    for (int x = 0; x < noise.cols; ++x) o[x] = mix(a, b, smoothstep(low, high, n[x]));
  }
  return out;
}

// Out-of-focus highlights: discs of light with a slightly brighter rim, added to the picture.
void bokeh(Place& place, cv::Mat& picture, int count, double radius, const Color& color,
           float strength) {
  cv::Mat glow = cv::Mat::zeros(place.size, CV_32FC3);
  for (int i = 0; i < count; ++i) {
    const Point p = place.anywhere();
    const double r = radius * place.side * place.random.uniform(0.5, 1.3);
    const auto s = strength * static_cast<float>(place.random.uniform(0.3, 1));
    const Color tint = mix(color, place.pick(), static_cast<float>(place.random.uniform(0, 0.5)));
    paint_outline(glow, ellipse_outline(p, r, r), s * tint, 0.85f);
    paint_outline(glow, ellipse_outline(p, 0.86 * r, 0.86 * r), 0.82f * s * tint, 0.6f);
  }
  soften(glow, 0.004 * place.side);
  picture += glow;
}

void scatter_leaves(Place& place, cv::Mat& picture, int count, double length, float brightness) {
  for (int i = 0; i < count; ++i) {
    const Point base = place.anywhere();
    const double angle = place.random.uniform(0, 2 * M_PI);
    const double reach = length * place.side * place.random.uniform(0.5, 1.3);
    const Point tip = base + reach * Point(std::cos(angle), std::sin(angle));
    const auto light = brightness * static_cast<float>(place.random.uniform(0.6, 1.35));
    paint_outline(picture, leaf_outline(base, tip, reach * place.random.uniform(0.35, 0.55)),
                  light * place.pick(), 0.85f);
  }
}

cv::Mat foliage(Place& place) {
  const cv::Mat noise = cloud_noise(place.random, place.size, 3, 3, 2);
  cv::Mat picture = mix_by(noise, 0.45f * place.palette[0], 0.85f * place.palette[1], 0.3f, 0.7f);
  scatter_leaves(place, picture, 60, 0.22, 0.75f);
  soften(picture, 0.032 * place.side);
  bokeh(place, picture, 16, 0.035, place.palette[3], 0.32f);
  scatter_leaves(place, picture, 34, 0.15, 0.9f);
  soften(picture, 0.014 * place.side);
  bokeh(place, picture, 6, 0.020, place.palette[3], 0.35f);
  scatter_leaves(place, picture, 9, 0.12, 1.0f);
  soften(picture, 0.0055 * place.side);
  return picture;
}

cv::Mat sky(Place& place) {
  const cv::Mat noise = cloud_noise(place.random, place.size, 2.6, 2.6, 6, 0.52);
  const auto cover = static_cast<float>(place.random.uniform(0.46, 0.62));
  cv::Mat picture(place.size, CV_32FC3);
  for (int y = 0; y < picture.rows; ++y) {
    const float down = (static_cast<float>(y) + 0.5f) / static_cast<float>(picture.rows);
    const Color clear = mix(place.palette[0], place.palette[1], down);
    for (int x = 0; x < picture.cols; ++x) {
      const float n = noise.at<float>(y, x);
      // Light from above: a cloud is brighter where it gets thinner upwards.
      const float above = noise.at<float>(std::max(0, y - picture.rows / 24), x);
      const float cloud = smoothstep(cover - 0.04f, cover + 0.14f, n);
      const float lit = std::clamp(0.75f + 3.2f * (n - above) - 0.8f * (n - cover), 0.f, 1.f);
      picture.at<Color>(y, x) =
          mix(clear, mix(place.palette[2], place.palette[3], lit), 0.92f * cloud);
    }
  }
  soften(picture, 0.006 * place.side);
  if (place.random.chance(0.35)) {  // far tree tops
    Outline hills = {{-20.0, place.size.height + 20.0}};
    double y = place.size.height * place.random.uniform(0.82, 0.95);
    for (int i = -1; i <= 12; ++i) {
      y += place.size.height * place.random.uniform(-0.035, 0.035);
      hills.push_back({place.size.width * i / 11.0, y});
    }
    hills.push_back({place.size.width + 20.0, place.size.height + 20.0});
    cv::Mat far = picture.clone();
    paint_outline(far, hills, 0.55f * place.palette[0] + Color(0.05f, 0.12f, 0.08f));
    soften(far, 0.022 * place.side);
    picture = far;
  }
  return picture;
}

// Ground or water seen at a low angle: `depth` grows towards the horizon, 1 at the frame's lower
// edge.
struct Plane {
  double horizon;  // row
  double height;
  float depth(double y) const {
    const double below = (y - horizon) / (height - horizon);
    return static_cast<float>(1 / std::max(0.06, below));
  }
};

cv::Mat water(Place& place) {
  const Plane plane{-0.22 * place.size.height, static_cast<double>(place.size.height)};
  const NoiseTile waves(Random(place.random.bits(), stream_id("waves")));
  const auto calm = static_cast<float>(place.random.uniform(0.5, 1.0));
  // Some water is green with what grows in it, some grey under clouds.
  const auto green = static_cast<float>(place.random.uniform(0, 0.6)),
             grey = static_cast<float>(place.random.uniform(0, 0.7));
  for (Color& color : place.palette) {
    const float level = 0.3f * (color[0] + color[1] + color[2]);
    color = mix(color, Color(level, level, 0.95f * level), grey);
    color = mix(color, Color(0.62f * color[0], 0.96f * color[1], color[2]), green);
  }
  const auto bank = static_cast<float>(place.random.uniform(-0.1, 0.45));  // reflected far bank
  const auto drift = static_cast<float>(place.random.uniform(-0.3, 0.3));
  cv::Mat picture(place.size, CV_32FC3);
  const auto width = static_cast<float>(place.side);
  for (int y = 0; y < picture.rows; ++y) {
    const float z = plane.depth(y + 0.5);
    const float down = static_cast<float>(y) / static_cast<float>(picture.rows);
    for (int x = 0; x < picture.cols; ++x) {
      const float u = (static_cast<float>(x) / width - 0.5f) * z;
      const float along = z * 9 + drift * u * 4;
      const float swell = waves(u * 4, along * 1.4f);
      const float ripple = waves(u * 11 + 0.7f * swell, along * 4 + 3) +
                           0.55f * waves(u * 24, along * 9 + 7) / (0.6f + 0.4f * z);
      const float facing = 0.5f + 0.30f * swell + 0.34f * calm * ripple;
      Color color = mix(place.palette[0], place.palette[1], smoothstep(0.05f, 0.95f, facing));
      const float dark = smoothstep(bank + 0.12f, bank - 0.16f, down + 0.05f * ripple);
      color = mix(color, place.palette[2], 0.75f * dark * (0.55f + 0.45f * (1 - facing)));
      const float glint = smoothstep(0.86f, 1.06f, facing + 0.12f * swell);
      picture.at<Color>(y, x) = mix(color, place.palette[3], 0.85f * glint);
    }
  }
  cv::Mat soft = picture.clone();
  soften(soft, 0.009 * place.side);
  for (int y = 0; y < picture.rows; ++y) {  // in focus about the bird's feet only
    const auto off = static_cast<float>(std::abs(y - place.foot.y) / place.size.height);
    const float blur = smoothstep(0.02f, 0.30f, off);
    for (int x = 0; x < picture.cols; ++x)
      picture.at<Color>(y, x) =
          mix(picture.at<Color>(y, x), soft.at<Color>(y, x), 0.35f + 0.65f * blur);
  }
  return picture;
}

// A wood in the distance, out of focus, above the horizon.
void far_wood(Place& place, cv::Mat& picture, double horizon, const Color& dark,
              const Color& pale) {
  const double top = horizon - place.random.uniform(0.25, 0.6) * place.size.height;
  for (int i = 0; i < 42; ++i) {
    const double x = place.random.uniform(-0.05, 1.05) * place.size.width;
    const double wide = place.random.uniform(0.015, 0.07) * place.side;
    const double high = top + place.random.uniform(0, 0.6) * (horizon - top);
    const Color color = mix(dark, pale, static_cast<float>(place.random.uniform()));
    paint_outline(picture,
                  {{x - wide, horizon + 4},
                   {x - 0.3 * wide, high},
                   {x + 0.3 * wide, high},
                   {x + wide, horizon + 4}},
                  color, 0.7f);
  }
}

cv::Mat snow(Place& place) {
  const double horizon =
      (0.10 + 0.28 * place.random.uniform()) * std::min<double>(place.foot.y, place.size.height);
  cv::Mat picture(place.size, CV_32FC3, cv::Scalar::all(0));
  picture.setTo(cv::Scalar(place.palette[2][0], place.palette[2][1], place.palette[2][2]));
  far_wood(place, picture, horizon, 0.55f * place.palette[3], place.palette[2]);
  soften(picture, 0.022 * place.side);
  const Plane plane{horizon - 0.06 * place.size.height, static_cast<double>(place.size.height)};
  const NoiseTile drifts(Random(place.random.bits(), stream_id("drifts")));
  const auto slant = static_cast<float>(place.random.uniform(-1.6, 1.6));
  const auto bands = static_cast<float>(place.random.uniform(0.2, 0.9));
  const auto width = static_cast<float>(place.side);
  for (int y = 0; y < picture.rows; ++y) {
    const float rise =
        smoothstep(-0.02f, 0.05f, static_cast<float>((y - horizon) / place.size.height));
    if (rise <= 0) continue;
    const float z = plane.depth(y + 0.5);
    for (int x = 0; x < picture.cols; ++x) {
      const float u = (static_cast<float>(x) / width - 0.5f) * z;
      const float swell = drifts(u * 3.2f, z * 5) + 0.4f * drifts(u * 9, z * 14 + 3);
      const float grain = drifts(u * 55, z * 90) * 0.25f / z;
      const float tree = smoothstep(
          0.25f, 0.75f, drifts((u + slant * z) * 1.7f, 5 + 0.3f * z) * bands + 0.25f * swell);
      const float shade = std::clamp(0.42f + 0.30f * swell + 0.5f * tree + grain, 0.f, 1.f);
      picture.at<Color>(y, x) =
          mix(picture.at<Color>(y, x), mix(place.palette[0], place.palette[1], shade), rise);
    }
  }
  soften(picture, 0.004 * place.side);
  for (int i = 0; i < 26; ++i) {  // falling flakes at all distances
    const double r = place.side * (0.002 + 0.010 * std::pow(place.random.uniform(), 4.0));
    const Point p = place.anywhere();
    paint_outline(picture, ellipse_outline(p, r, r * 1.2), place.palette[0], 0.45f);
  }
  return picture;
}

cv::Mat sand(Place& place) {
  const double horizon =
      (0.05 + 0.35 * place.random.uniform()) * std::min<double>(place.foot.y, place.size.height);
  cv::Mat picture(place.size, CV_32FC3);
  for (int y = 0; y < picture.rows; ++y) {
    const auto down = static_cast<float>(y / std::max(horizon, 1.0));
    picture.row(y).setTo(
        cv::Scalar(mix(place.palette[3], place.palette[2], std::min(1.f, 0.4f * down))));
  }
  // Far dunes: a lit slope and a shaded one each.
  for (int i = 0; i < 3; ++i) {
    const double base = horizon + 0.02 * i * place.size.height;
    const double peak = place.random.uniform(0.1, 0.9) * place.size.width;
    const double rise = place.random.uniform(0.06, 0.18) * place.size.height;
    const double reach = place.random.uniform(0.3, 0.6) * place.size.width;
    const Outline ridge = smooth_curve({{peak - reach, base},
                                        {peak - 0.4 * reach, base - 0.5 * rise},
                                        {peak, base - rise},
                                        {peak + 0.5 * reach, base - 0.45 * rise},
                                        {peak + reach, base}},
                                       false, 8);
    Outline whole = ridge, dark(ridge.begin() + 16, ridge.end());
    whole.push_back({peak, base + 30});
    dark.push_back({peak + 0.35 * reach, base + 30});
    paint_outline(picture, whole, mix(place.palette[0], place.palette[3], 0.25f));
    paint_outline(picture, dark, mix(place.palette[1], place.palette[3], 0.30f));
  }
  soften(picture, 0.016 * place.side);
  const Plane plane{horizon - 0.05 * place.size.height, static_cast<double>(place.size.height)};
  const NoiseTile noise(Random(place.random.bits(), stream_id("dunes")));
  const auto slant = static_cast<float>(place.random.uniform(-0.9, 0.9));
  const auto strength = static_cast<float>(place.random.uniform(0.5, 1.0));
  const auto width = static_cast<float>(place.side);
  for (int y = 0; y < picture.rows; ++y) {
    const float rise =
        smoothstep(-0.01f, 0.05f, static_cast<float>((y - horizon) / place.size.height));
    if (rise <= 0) continue;
    const float z = plane.depth(y + 0.5);
    const float fade = 1 / (0.55f + 0.45f * z);
    for (int x = 0; x < picture.cols; ++x) {
      const float u = (static_cast<float>(x) / width - 0.5f) * z;
      const float bend = noise(u * 3, z * 5);
      const float phase =
          (z * 9 + slant * u * 3 + 0.8f * bend + 0.25f * noise(u * 12, z * 12)) * 2.4f;
      const float wave = phase - std::floor(phase);
      const float ripple =
          wave < 0.7f ? wave / 0.7f : (1 - wave) / 0.3f;  // gentle windward, steep lee
      const float grain = noise(u * 80, z * 130);
      const float lit =
          0.55f + strength * fade * (0.42f * (ripple - 0.5f)) + 0.22f * bend + 0.10f * fade * grain;
      picture.at<Color>(y, x) =
          mix(picture.at<Color>(y, x),
              mix(place.palette[1], place.palette[0], std::clamp(lit, 0.f, 1.f)), rise);
    }
  }
  for (int i = 0; i < 9; ++i) {  // pebbles and shells
    const double y =
        place.random.uniform(std::max(horizon, 0.45 * place.size.height), 1.0 * place.size.height);
    const Point p(place.random.uniform() * place.size.width, y);
    const double r = 0.012 * place.side / plane.depth(y) * place.random.uniform(0.5, 1.3);
    paint_outline(picture, ellipse_outline(p + Point(0.3 * r, 0.4 * r), 1.2 * r, 0.6 * r),
                  0.5f * place.palette[1], 0.6f);
    paint_outline(
        picture, ellipse_outline(p, r, 0.7 * r),
        mix(place.palette[3], place.palette[1], static_cast<float>(place.random.uniform())));
  }
  soften(picture, 0.003 * place.side);
  return picture;
}

void stems(Place& place, cv::Mat& picture, int count, double width, float brightness) {
  for (int i = 0; i < count; ++i) {
    const double x = place.random.uniform(-0.1, 1.1) * place.size.width;
    const double lean = place.random.normal() * 0.13 * place.size.height;
    const double wide = width * place.side * place.random.uniform(0.6, 1.4);
    const double top =
        place.random.chance(0.6) ? -20 : place.random.uniform(0, 0.5) * place.size.height;
    const auto light = brightness * static_cast<float>(place.random.uniform(0.65, 1.3));
    const Color color = light * place.pick();
    const Outline axis = smooth_curve({{x, place.size.height + 20.0},
                                       {x + 0.3 * lean, 0.55 * place.size.height},
                                       {x + lean, top}},
                                      false, 5);
    paint_outline(picture, ribbon(axis, wide, 0.6 * wide), color);
    if (place.random.chance(0.55)) {  // a long leaf bends away
      const double side = place.random.chance(0.5) ? 1 : -1;
      const Point root = axis[3 + place.random.below(4)];
      const double reach = place.random.uniform(0.12, 0.3) * place.side;
      const Outline blade = smooth_curve({root, root + Point(0.35 * side * reach, -0.75 * reach),
                                          root + Point(0.9 * side * reach, -0.72 * reach),
                                          root + Point(1.25 * side * reach, -0.30 * reach)},
                                         false, 5);
      paint_outline(picture, ribbon(blade, 0.9 * wide, 0.1 * wide), 1.08f * color);
    }
  }
}

cv::Mat reeds(Place& place) {
  const cv::Mat noise = cloud_noise(place.random, place.size, 6, 1.6, 2);
  cv::Mat picture = mix_by(noise, 0.55f * place.palette[0], place.palette[1], 0.2f, 0.8f);
  stems(place, picture, 40, 0.020, 0.7f);
  soften(picture, 0.022 * place.side);
  stems(place, picture, 24, 0.016, 0.9f);
  soften(picture, 0.009 * place.side);
  stems(place, picture, 11, 0.014, 1.05f);
  soften(picture, 0.0045 * place.side);
  return picture;
}

void blossoms(Place& place, cv::Mat& picture, int count, double radius) {
  for (int i = 0; i < count; ++i) {
    const Point p(place.random.uniform(-0.05, 1.05) * place.size.width,
                  place.size.height * place.random.uniform(0.25, 1.05));
    const Color color =
        place.palette[3 + place.random.below(static_cast<std::uint32_t>(place.palette.size() - 3))];
    const double r = radius * place.side * place.random.uniform(0.5, 1.3);
    const double start = place.random.uniform(0, 1);
    paint_curve(picture, {p, p + Point(0.2 * r, 6 * r)}, 0.7f * place.palette[0], 0.25 * r, 0.8f);
    for (int k = 0; k < 5; ++k) {
      const double a = start + k * 2 * M_PI / 5;
      paint_outline(picture,
                    ellipse_outline(p + 0.6 * r * Point(std::cos(a), 0.8 * std::sin(a)), 0.55 * r,
                                    0.45 * r, a * 180 / M_PI, 10),
                    static_cast<float>(place.random.uniform(0.8, 1.1)) * color);
    }
    paint_outline(picture, ellipse_outline(p, 0.25 * r, 0.22 * r), Color(0.25f, 0.75f, 0.9f));
  }
}

cv::Mat garden(Place& place) {
  const cv::Mat noise = cloud_noise(place.random, place.size, 4, 3, 3);
  cv::Mat picture(place.size, CV_32FC3);
  const auto hedge = static_cast<float>(place.random.uniform(0.25, 0.55));
  for (int y = 0; y < picture.rows; ++y) {
    const float down = static_cast<float>(y) / static_cast<float>(picture.rows);
    for (int x = 0; x < picture.cols; ++x) {
      const float n = noise.at<float>(y, x);
      const Color lawn = mix(0.75f * place.palette[1], 1.15f * place.palette[1], n);
      const Color wall = mix(0.45f * place.palette[0], 1.1f * place.palette[0], n);
      picture.at<Color>(y, x) =
          mix(wall, mix(lawn, place.palette[2], 0.35f * n),
              smoothstep(hedge - 0.1f, hedge + 0.12f, down + 0.3f * (n - 0.5f)));
    }
  }
  scatter_leaves(place, picture, 26, 0.10, 0.55f);
  blossoms(place, picture, 26, 0.030);
  soften(picture, 0.020 * place.side);
  blossoms(place, picture, 12, 0.030);
  soften(picture, 0.009 * place.side);
  bokeh(place, picture, 5, 0.022, place.palette[2], 0.22f);
  blossoms(place, picture, 4, 0.026);
  soften(picture, 0.005 * place.side);
  return picture;
}

}  // namespace

cv::Mat paint_backdrop(const Scene& scene, const Stage& stage) {
  Place place{{scene.width, scene.height},
              Random(scene.place_key, stream_id("backdrop")),
              {},
              static_cast<double>(std::max(scene.width, scene.height)),
              stage.feet[0]};
  // No two places have quite the same colours.
  const auto brightness = static_cast<float>(place.random.uniform(0.82, 1.15));
  const auto warm = static_cast<float>(place.random.normal() * 0.05);
  for (const Rgb& rgb : scene.habitat.palette) {
    Color color = brightness * to_color(rgb);
    color[0] *= 1 - warm, color[2] *= 1 + warm;
    place.palette.push_back(color);
  }
  const std::string& kind = scene.habitat.kind;
  if (kind == "water") return water(place);
  if (kind == "sky") return sky(place);
  if (kind == "snow") return snow(place);
  if (kind == "sand") return sand(place);
  if (kind == "reeds") return reeds(place);
  if (kind == "garden") return garden(place);
  return foliage(place);
}

}  // namespace differentia::world
