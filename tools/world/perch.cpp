#include <opencv2/imgproc.hpp>

#include "tools/world/habitat.h"

namespace differentia::world {

namespace {

struct Stand {
  Point foot;   // of the first bird
  double unit;  // pixels of a body's length
  double side;  // the frame's longer side
  double slope;
  double sun;  // −1 light from the left … 1 from the right
  std::vector<Color> palette;
  Color leaf = {0.17f, 0.49f, 0.31f}, young_leaf = {0.24f, 0.71f, 0.56f};
};

// A branch, reed or rail through the feet: its axis is a gentle curve, its surface a cylinder with
// its own grain.
struct Rod {
  double half_width;  // pixels at the foot
  double taper;       // relative change of the width per frame's width
  double bend;        // pixels
  double knots;       // joints per side; 0 for none
  Color light, dark;
  float grain;
  bool flat;  // a plank rather than a cylinder
};

void paint_rod(cv::Mat& picture, const Stand& stand, const Rod& rod, Random random) {
  const NoiseTile noise(Random(random.bits(), stream_id("bark")));
  const double wave = random.uniform(1.0, 2.2) * M_PI / stand.side, phase = random.uniform(0, 6);
  const double norm = std::hypot(1.0, stand.slope);
  const auto fine = static_cast<float>(26 / std::max(rod.half_width, 2.0));
  const double start = std::sin(wave * 0 + phase);
  for (int x = 0; x < picture.cols; ++x) {
    const double dx = x + 0.5 - stand.foot.x;
    const double away = std::min(1.0, std::abs(dx) / (0.8 * stand.unit));  // straight at the feet
    const double axis =
        stand.foot.y + stand.slope * dx + rod.bend * away * (std::sin(wave * dx + phase) - start);
    double half = rod.half_width * (1 + rod.taper * dx / stand.side);
    half *= 1 + 0.06 * noise(static_cast<float>(dx * 0.05), 3);
    if (rod.knots > 0) {
      const double place = dx / stand.side * rod.knots + phase;
      const double joint = std::abs(place - std::round(place)) / rod.knots * stand.side;
      half *= 1 + 0.22 * std::exp(-joint * joint / (0.5 * rod.half_width * rod.half_width));
    }
    half = std::max(half, 0.8);
    const double centre = axis + half * 0.85;  // the feet stand on its upper edge
    const int y0 = std::max(0, cvFloor(centre - norm * half - 2)),
              y1 = std::min(picture.rows - 1, cvCeil(centre + norm * half + 2));
    for (int y = y0; y <= y1; ++y) {
      const double d = (y + 0.5 - centre) / norm;
      const auto cover = static_cast<float>(std::clamp(half - std::abs(d) + 0.5, 0.0, 1.0));
      if (cover <= 0) continue;
      const auto across = static_cast<float>(d / half);
      const float round =
          rod.flat ? (across < -0.72f ? 1.f : 0.52f - 0.12f * across)
                   : std::clamp(0.62f - 0.55f * across - 0.25f * across * across, 0.f, 1.f);
      const auto along = static_cast<float>(dx) * 0.06f * fine;
      const float bark = noise(along * 0.55f, across * 3.2f + 20) +
                         0.6f * noise(along * 1.7f, across * 8.f) +
                         0.4f * noise(along * 5, across * 5 + 40);
      Color color = mix(rod.dark, rod.light, std::clamp(round + 0.2f * rod.grain * bark, 0.f, 1.f));
      color *= 1 + 0.16f * rod.grain * bark;
      picture.at<Color>(y, x) = mix(picture.at<Color>(y, x), color, cover);
    }
  }
}

// Leaves that sprout from the perch, each with a midrib and a paler half.
void paint_leaves(cv::Mat& picture, const Stand& stand, Random random, int count, double length) {
  for (int i = 0; i < count; ++i) {
    const double side = random.chance(0.5) ? 1 : -1;
    const double dx = side * random.uniform(0.35, 1.6) * stand.unit;
    const Point root(stand.foot.x + dx, stand.foot.y + stand.slope * dx + 0.02 * stand.unit);
    const double angle = random.uniform(0.15, 1.1) * (random.chance(0.7) ? 1 : -1);
    const double reach = length * stand.unit * random.uniform(0.7, 1.25);
    const Point way(side * std::cos(angle), -std::sin(angle));
    const Point stalk = root + 0.22 * reach * way, tip = root + 1.2 * reach * way;
    const double wide = reach * random.uniform(0.34, 0.5);
    const Color color = static_cast<float>(random.uniform(0.8, 1.25)) *
                        mix(stand.leaf, stand.young_leaf, static_cast<float>(random.uniform()));
    paint_curve(picture, {root, stalk}, 0.6f * color, 0.035 * reach + 0.6);
    const Outline leaf = leaf_outline(stalk, tip, wide);
    paint_outline(picture, leaf, 0.82f * color);
    const Point along = tip - stalk;
    const Point lift = 0.14 * wide / std::max(1.0, std::hypot(along.x, along.y)) *
                       Point(along.y, -along.x) * (way.x > 0 ? 1 : -1);
    paint_outline(picture, leaf_outline(stalk + lift, tip - 0.03 * along + lift, 0.62 * wide),
                  1.08f * color, 0.75f);
    paint_curve(picture, {stalk, tip}, 0.55f * color, 0.02 * reach + 0.4, 0.7f);
  }
}

Color of(const Stand& stand, std::size_t i, float factor) {
  return factor * stand.palette[i];
}

void paint_stone(cv::Mat& picture, const Stand& stand, const Scene& scene, Random random) {
  const NoiseTile noise(Random(random.bits(), stream_id("stone")));
  const double u = stand.unit;
  double left = 1e9, right = -1e9;
  left = std::min(left, stand.foot.x - random.uniform(0.5, 0.9) * u);
  right = std::max(right, stand.foot.x + random.uniform(0.45, 0.8) * u);
  if (scene.birds.size() > 1) left = -0.1 * picture.cols, right = 1.1 * picture.cols;
  const double high = random.uniform(0.22, 0.42) * u, wide = right - left;
  const auto top = [&](double x) { return stand.foot.y + stand.slope * (x - stand.foot.x); };
  const double line = stand.foot.y + high;  // the water's
  const Outline stone =
      smooth_curve({{left - 0.10 * wide, line + 0.01 * u},
                    {left - 0.02 * wide, line - 0.45 * high},
                    {left + 0.12 * wide, top(left + 0.12 * wide) + 0.10 * u},
                    {stand.foot.x - 0.10 * u, top(stand.foot.x - 0.1 * u) + 0.010 * u},
                    {stand.foot.x + 0.14 * u, top(stand.foot.x + 0.14 * u) + 0.014 * u},
                    {right - 0.10 * wide, top(right - 0.1 * wide) + 0.12 * u},
                    {right + 0.03 * wide, line - 0.40 * high},
                    {right + 0.12 * wide, line + 0.01 * u},
                    {right - 0.2 * wide, line + 0.06 * u},
                    {left + 0.2 * wide, line + 0.06 * u}},
                   true, 5);
  // Its reflection, broken by the ripples.
  for (int i = 0; i < 16; ++i) {
    const double f = (i + random.uniform()) / 16;
    const double y = line + 0.03 * u + f * 1.3 * high;
    const double reach = 0.5 * wide * (1.1 - 0.5 * f) * random.uniform(0.8, 1.1);
    const double shift = random.normal() * 0.03 * u;
    paint_outline(picture,
                  ellipse_outline({0.5 * (left + right) + shift, y}, reach, 0.055 * u + 0.5),
                  of(stand, 2, 0.55f), static_cast<float>(0.40 * (1 - 0.8 * f)));
  }
  paint_outline(
      picture,
      ellipse_outline({0.5 * (left + right), line + 0.02 * u}, 0.66 * wide, 0.045 * u + 0.5),
      of(stand, 3, 0.9f), 0.35f);
  cv::Mat mask = cv::Mat::zeros(picture.size(), CV_8U);
  fill_outline(mask, stone, 255, true);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const int m = mask.at<std::uint8_t>(y, x);
      if (m == 0) continue;
      const auto fx = static_cast<float>((x - stand.foot.x) / u),
                 fy = static_cast<float>((y - stand.foot.y) / u);
      const float rough =
          noise(fx * 7, fy * 7) + 0.6f * noise(fx * 17, fy * 17) + 0.35f * noise(fx * 44, fy * 44);
      const auto depth = static_cast<float>((y - top(x)) / high);
      const auto lateral = static_cast<float>((x - 0.5 * (left + right)) / wide * 2);
      const float lit =
          0.62f - 0.55f * depth + 0.15f * lateral * static_cast<float>(stand.sun) + 0.17f * rough;
      Color stone_color =
          mix(Color(0.10f, 0.11f, 0.12f), Color(0.62f, 0.64f, 0.66f), std::clamp(lit, 0.f, 1.f));
      const float moss = smoothstep(0.25f, 0.8f, noise(fx * 4 + 9, fy * 5) - 0.6f * depth);
      stone_color = mix(stone_color, Color(0.18f, 0.38f, 0.33f), 0.55f * moss);
      if (depth > 0.72f + 0.06f * rough) stone_color *= 0.55f;  // wet
      picture.at<Color>(y, x) =
          mix(picture.at<Color>(y, x), stone_color, static_cast<float>(m) / 255);
    }
  }
}

// On open ground the bird throws a shadow away from the light and darkens what it touches.
void paint_ground_shadow(cv::Mat& picture, const Scene& scene, const Stage& stage, float darkest) {
  for (std::size_t i = 0; i < stage.feet.size(); ++i) {
    const double u = stage.units[i];
    const double away = -std::cos(scene.light.azimuth);
    const Point foot = stage.feet[i];
    const auto deep = static_cast<float>(1 - (1 - darkest) * (0.35 + 0.65 * scene.light.strength));
    shade_blot(picture, foot + Point(0.38 * away * u, 0.05 * u), 0.55 * u, 0.095 * u, deep);
    shade_blot(picture, foot + Point(0.10 * away * u, 0.03 * u), 0.26 * u, 0.06 * u,
               0.5f * (1 + deep));
    shade_blot(picture, foot + Point(0.03 * u, 0.01 * u), 0.13 * u, 0.025 * u + 1, 0.62f);
  }
}

void paint_tufts(cv::Mat& picture, const Stand& stand, Random random, const Color& color,
                 int count) {
  for (int i = 0; i < count; ++i) {
    const Point root(random.uniform() * picture.cols,
                     stand.foot.y + random.uniform(-0.12, 0.25) * picture.rows);
    const int blades = 4 + static_cast<int>(random.below(6));
    const double high = random.uniform(0.04, 0.11) * stand.side;
    for (int k = 0; k < blades; ++k) {
      const double lean = random.normal() * 0.45;
      const Outline blade =
          smooth_curve({root + Point(random.normal() * 2, 0), root + high * Point(0.4 * lean, -0.6),
                        root + high * Point(lean, -1)},
                       false, 4);
      paint_outline(picture, ribbon(blade, 0.004 * stand.side + 0.7, 0.4),
                    static_cast<float>(random.uniform(0.7, 1.2)) * color, 0.85f);
    }
  }
}

}  // namespace

double perch_slope(const Scene& scene) {
  if (scene.birds.size() > 1) return 0;  // birds side by side, whatever the habitat
  Random random(scene.place_key, stream_id("perch"));
  const double slope = random.normal();
  const std::string& kind = scene.habitat.kind;
  if (kind == "snow" || kind == "sand") return 0;
  if (kind == "water") return std::clamp(0.04 * slope, -0.08, 0.08);
  if (kind == "garden") return std::clamp(0.05 * slope, -0.12, 0.12);
  if (kind == "reeds")
    return slope > 0 ? 0.28 + 0.10 * std::min(slope, 1.5) : -0.28 + 0.10 * std::max(slope, -1.5);
  return std::clamp(0.14 * slope, -0.3, 0.3);
}

void paint_perch(const Scene& scene, const Stage& stage, cv::Mat& picture) {
  Random random(scene.place_key, stream_id("perch detail"));
  Stand stand{stage.feet[0],
              stage.units[0],
              static_cast<double>(std::max(scene.width, scene.height)),
              stage.slope,
              std::cos(scene.light.azimuth),
              {}};
  for (const Rgb& rgb : scene.habitat.palette) stand.palette.push_back(to_color(rgb));
  const std::string& kind = scene.habitat.kind;
  const double u = stand.unit;
  const auto tone = static_cast<float>(random.uniform(0.8, 1.2));
  const Color bark_light = tone * mix(Color(0.42f, 0.50f, 0.58f), Color(0.50f, 0.53f, 0.55f),
                                      static_cast<float>(random.uniform()));
  const Color bark_dark = 0.26f * bark_light;
  const double taper = random.uniform(-0.45, 0.45);
  if (kind == "snow") {
    paint_ground_shadow(picture, scene, stage, 0.62f);
    paint_tufts(picture, stand, random, Color(0.30f, 0.42f, 0.50f), 3);
  } else if (kind == "sand") {
    paint_ground_shadow(picture, scene, stage, 0.48f);
    paint_tufts(picture, stand, random, Color(0.28f, 0.50f, 0.52f), 3);
  } else if (kind == "water") {
    paint_stone(picture, stand, scene, random);
  } else if (kind == "reeds") {
    paint_rod(picture, stand,
              {random.uniform(0.045, 0.06) * u, 0.3 * taper, 0.05 * u, 2.2, of(stand, 3, 1.05f),
               of(stand, 2, 0.45f), 0.35f, false},
              random);
  } else if (kind == "garden") {
    paint_rod(picture, stand,
              {random.uniform(0.12, 0.17) * u, 0.2 * taper, 0, 0, tone * Color(0.55f, 0.62f, 0.68f),
               Color(0.13f, 0.17f, 0.21f), 0.9f, true},
              random);
  } else {
    const double half = random.uniform(0.05, 0.085) * u;
    paint_rod(
        picture, stand,
        {half, taper, scene.birds.size() > 1 ? 0 : 0.10 * u, 0, bark_light, bark_dark, 1.f, false},
        random);
    if (kind == "foliage") {
      stand.leaf = stand.palette[1];
      stand.young_leaf = stand.palette[2];
      paint_leaves(picture, stand, random, 9, 0.42);
    }
    if (kind == "sky" && random.chance(0.5)) paint_leaves(picture, stand, random, 3, 0.26);
  }
  if (kind != "snow" && kind != "sand") {
    for (std::size_t i = 0; i < stage.feet.size(); ++i)
      shade_blot(picture, stage.feet[i] + Point(0.02 * u, 0.05 * stage.units[i]),
                 0.20 * stage.units[i], 0.045 * stage.units[i] + 1, 0.62f);
  }
}

void paint_flower(const Scene& scene, const Stage& stage, cv::Mat& picture) {
  Random random(scene.place_key, stream_id("flower"));
  const double u = std::max(stage.units[0], 0.28 * std::max(scene.width, scene.height));
  const Color petal = to_color(scene.flower_color);
  const int heads = 2 + static_cast<int>(random.below(2));
  double side = random.chance(0.5) ? 1 : -1;
  for (int i = 0; i < heads; ++i) {
    const double radius = u * random.uniform(0.17, 0.23);
    Point head = stage.feet[0] +
                 Point(side * random.uniform(0.55, 1.0) * u, -random.uniform(-0.15, 0.75) * u);
    // Inside the frame, whatever the bird's place.
    if (head.x < radius || head.x > scene.width - radius) head.x = 2 * stage.feet[0].x - head.x;
    head.x = std::clamp(head.x, radius, scene.width - radius);
    head.y = std::clamp(head.y, radius, scene.height - radius);
    side = -side;
    const Outline stem = smooth_curve({{head.x + 0.25 * u, scene.height + 10.0},
                                       {head.x + 0.16 * u, 0.5 * (head.y + scene.height)},
                                       head},
                                      false, 6);
    paint_outline(picture, ribbon(stem, 0.045 * u, 0.030 * u), Color(0.16f, 0.42f, 0.25f));
    const Point root = stem[5];
    paint_outline(picture, leaf_outline(root, root + Point(-0.3 * u, -0.18 * u), 0.13 * u),
                  Color(0.15f, 0.46f, 0.28f));
    const double start = random.uniform(0, 1), squash = random.uniform(0.72, 0.95);
    constexpr int kPetals = 9;
    for (int k = 0; k < kPetals; ++k) {
      const double a = start + k * 2 * M_PI / kPetals;
      const Point way(std::cos(a), squash * std::sin(a));
      const auto lit = static_cast<float>(0.86 + 0.18 * -std::sin(a) + 0.05 * random.normal());
      paint_outline(
          picture,
          leaf_outline(head + 0.12 * radius * way, head + 1.04 * radius * way, 0.60 * radius),
          0.7f * lit * petal);
      paint_outline(picture,
                    leaf_outline(head + 0.16 * radius * way, head + radius * way, 0.50 * radius),
                    lit * petal);
    }
    paint_outline(picture, ellipse_outline(head, 0.30 * radius, 0.27 * radius),
                  Color(0.08f, 0.22f, 0.35f));
    paint_outline(picture,
                  ellipse_outline(head - Point(0, 0.04 * radius), 0.22 * radius, 0.18 * radius),
                  Color(0.15f, 0.55f, 0.80f));
  }
}

cv::Mat paint_habitat(const Scene& scene, const Stage& stage) {
  cv::Mat picture = paint_backdrop(scene, stage);
  if (scene.has_flower) paint_flower(scene, stage, picture);
  paint_perch(scene, stage, picture);
  return picture;
}

}  // namespace differentia::world
