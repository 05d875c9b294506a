// The body and the head of a bird with their plumage, and the patterns of all parts.

#include <array>

#include "tools/world/bird_painter.h"

namespace differentia::world {

void BirdPainter::lay_pattern(Part part, std::uint8_t target, std::uint8_t pattern,
                              const Point& along, const Point& across, double scale) {
  const Pattern kind = look(part).pattern;
  const cv::Matx22d linear(to_fine_(0, 0), to_fine_(0, 1), to_fine_(1, 0), to_fine_(1, 1));
  const cv::Matx22d back = linear.inv();
  const auto fine = static_cast<float>(1 / unit_ / scale);
  for (int y = 0; y < material_.rows; ++y) {
    const std::uint8_t* material = material_.ptr<std::uint8_t>(y);
    for (int x = 0; x < material_.cols; ++x) {
      if (material[x] != target) continue;
      const cv::Vec2d q = back * cv::Vec2d(x + 0.5 - to_fine_(0, 2), y + 0.5 - to_fine_(1, 2));
      const Point p(q[0], q[1]);
      const float alpha = field_(kind, static_cast<float>(p.dot(along) / scale),
                                 static_cast<float>(p.dot(across) / scale), fine);
      pattern_.at<std::uint8_t>(y, x) = cv::saturate_cast<std::uint8_t>(255 * alpha);
      second_.at<std::uint8_t>(y, x) = pattern;
    }
  }
}

// Fills the body as a strip of quadrilaterals between its stations and notes each sample's place
// and normal.
void BirdPainter::raster_body() {
  constexpr std::uint8_t kBody = 255;
  struct Corner {
    Point p;
    cv::Vec4f place;
    cv::Vec2f normal;
  };
  const auto triangle = [&](const Corner& a, const Corner& b, const Corner& c) {
    const double area = (b.p - a.p).cross(c.p - a.p);
    if (std::abs(area) < 1e-9) return;
    const int x0 = std::max(0, cvFloor(std::min({a.p.x, b.p.x, c.p.x}) - 0.5));
    const int x1 = std::min(material_.cols - 1, cvCeil(std::max({a.p.x, b.p.x, c.p.x})));
    const int y0 = std::max(0, cvFloor(std::min({a.p.y, b.p.y, c.p.y}) - 0.5));
    const int y1 = std::min(material_.rows - 1, cvCeil(std::max({a.p.y, b.p.y, c.p.y})));
    for (int y = y0; y <= y1; ++y) {
      for (int x = x0; x <= x1; ++x) {
        const Point p(x + 0.5, y + 0.5);
        const auto wb = static_cast<float>((p - a.p).cross(c.p - a.p) / area);
        const auto wc = static_cast<float>((b.p - a.p).cross(p - a.p) / area);
        const float wa = 1 - wb - wc;
        if (wa < -1e-4f || wb < -1e-4f || wc < -1e-4f) continue;
        material_.at<std::uint8_t>(y, x) = kBody;
        detail_.at<std::uint8_t>(y, x) = 128;
        place_.at<cv::Vec4f>(y, x) = wa * a.place + wb * b.place + wc * c.place;
        normal_.at<cv::Vec2f>(y, x) = wa * a.normal + wb * b.normal + wc * c.normal;
      }
    }
  };
  // Across the body in strips, so that the lateral length and the normal follow its roundness.
  constexpr int kStrips = 6;
  const auto corner = [&](const Station& s, int strip) {
    const double v = -1 + 2.0 * strip / kStrips;
    const double radius = v > 0 ? s.up : s.down;
    Corner out;
    out.p = map(s.centre + v * radius * s.dorsal);
    out.place = {static_cast<float>(s.t), static_cast<float>(v), static_cast<float>(s.arc),
                 static_cast<float>(std::asin(v) * radius)};
    const Point normal = v * map_way(s.dorsal);
    out.normal = {static_cast<float>(normal.x), static_cast<float>(normal.y)};
    return out;
  };
  for (std::size_t i = 0; i + 1 < shape_.spine.size(); ++i) {
    for (int k = 0; k < kStrips; ++k) {
      const Corner a = corner(shape_.spine[i], k), b = corner(shape_.spine[i], k + 1),
                   c = corner(shape_.spine[i + 1], k + 1), d = corner(shape_.spine[i + 1], k);
      triangle(a, b, c);
      triangle(a, c, d);
    }
  }
}

void BirdPainter::paint_body() {
  raster_body();
  if (!shape_.crest.empty()) {
    const std::uint8_t crest = add(Part::crown, 1.f, 0.2f);
    fill(shape_.crest, crest);
    const double high = look(Part::crown).size;
    for (int i = 0; i < 7; ++i) {  // its feathers, swept back
      const double f = i / 6.0;
      const Outline stroke =
          smooth_curve({shape_.head.at(0.45 - 0.9 * f, 0.62),
                        shape_.head.at(0.05 - 0.8 * f, 0.95 + 0.18 * high * (1 - f)),
                        shape_.head.at(-0.85 - 0.35 * f, 1.0 + 0.52 * high * (1 - 0.75 * f))},
                       false, 5);
      line(stroke, i % 2 ? 92 : 152, 0.008);
    }
  }
  fill_outline(material_, map(shape_.head_outline), 254);
  shade(shape_.head_outline, 128);
  paint_plumage();
}

// Gives every sample of body (255) and head (254) its part's material, pattern and feather relief.
void BirdPainter::paint_plumage() {
  std::array<std::uint8_t, kParts> first{}, second{};
  for (const Part part : all_parts()) {
    const auto i = static_cast<std::size_t>(part);
    first[i] = add(part, 1.f, 0.22f);
    second[i] = add(part, to_linear(to_color(look(part).pattern_color)), 0.22f);
    materials_[first[i]].soft = true;
  }
  const cv::Matx22d linear(to_fine_(0, 0), to_fine_(0, 1), to_fine_(1, 0), to_fine_(1, 1));
  const cv::Matx22d back = linear.inv();
  const HeadFrame& head = shape_.head;
  const auto fine = static_cast<float>(1 / unit_);
  const NoiseTile& noise = field_.noise();
  const Point head_right = map_way(head.forward), head_up = map_way(head.up);
  for (int y = 0; y < material_.rows; ++y) {
    for (int x = 0; x < material_.cols; ++x) {
      std::uint8_t& material = material_.at<std::uint8_t>(y, x);
      if (material < 254) continue;
      const cv::Vec4f place = place_.at<cv::Vec4f>(y, x);
      const bool on_body = place[0] >= 0;
      Part part = Part::none;
      float along = place[2], across = place[3], scale = 1;
      // Feathers of one part reach into the next: edges are drawn along fibres.
      const float fibre =
          noise(along * 30, across * 90) + 0.6f * noise(along * 70 + 5, across * 180);
      if (material == 254) {
        const cv::Vec2d q = back * cv::Vec2d(x + 0.5 - to_fine_(0, 2), y + 0.5 - to_fine_(1, 2));
        const Point p = (Point(q[0], q[1]) - head.centre) / head.radius;
        const auto hx = static_cast<float>(p.dot(head.forward)),
                   hy = static_cast<float>(p.dot(head.up));
        const float ragged = noise(hx * 5 + 3, hy * 17) + 0.6f * noise(hx * 12, hy * 34 + 8);
        part = head_part(bird_.looks, hx + 0.05f * ragged, hy + 0.035f * ragged);
        const auto nx = hx * 0.95f, ny = hy * 0.95f;
        cv::Vec2f& normal = normal_.at<cv::Vec2f>(y, x);
        const cv::Vec2f sphere(
            nx * static_cast<float>(head_right.x) + ny * static_cast<float>(head_up.x),
            nx * static_cast<float>(head_right.y) + ny * static_cast<float>(head_up.y));
        // Towards the neck the body's roundness takes over.
        const float own =
            on_body ? smoothstep(1.05f, 0.55f, std::hypot(hx + 0.1f, hy) - 0.25f * hy) : 1;
        normal = own * sphere + (1 - own) * normal;
        if (part != Part::none || !on_body) {
          along = -hx * static_cast<float>(head.radius);
          across = hy * static_cast<float>(head.radius);
          scale = 0.62f;
        }
        if (part == Part::none && !on_body) part = Part::face;
      }
      if (part == Part::none)
        part = body_part(bird_.looks, place[0] + 0.012f * fibre, place[1] + 0.05f * fibre);
      const auto i = static_cast<std::size_t>(part);
      material = first[i];
      const PartLook& own = bird_.looks[i];
      if (own.pattern != Pattern::plain) {
        float alpha = 0;
        if (own.pattern == Pattern::banded)
          alpha = on_body ? smoothstep(0.05f, 0.03f, std::abs(place[0] - 0.60f)) : 0;
        else
          alpha = field_(own.pattern, along / scale, across / scale, fine / scale);
        pattern_.at<std::uint8_t>(y, x) = cv::saturate_cast<std::uint8_t>(255 * alpha);
        second_.at<std::uint8_t>(y, x) = second[i];
      }
      const float relief = field_.feathers(along / scale, across / scale);
      detail_.at<std::uint8_t>(y, x) = cv::saturate_cast<std::uint8_t>(128 + 62 * relief);
    }
  }
}

}  // namespace differentia::world
