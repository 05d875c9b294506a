#include "tools/world/bird_paint.h"

#include <array>

#include <opencv2/imgproc.hpp>

#include "tools/world/plumage.h"

namespace differentia::world {

namespace {

constexpr int kFine = 2;  // samples per pixel and direction

// What a sample is made of. Colours are linear.
struct Material {
  Part part = Part::none;
  Color color;
  float relief = 0;  // strength of `detail`
  float gloss = 0;
  bool soft = false;  // body feathers
};

class Painter {
 public:
  Painter(const Bird& bird, const BirdShape& shape, const cv::Matx23d& to_frame, cv::Rect roi);
  BirdLayer paint(const Light& light);

 private:
  const PartLook& look(Part part) const { return bird_.looks[static_cast<std::size_t>(part)]; }
  Point map(const Point& p) const {
    return {(to_fine_(0, 0) * p.x + to_fine_(0, 1) * p.y + to_fine_(0, 2)),
            (to_fine_(1, 0) * p.x + to_fine_(1, 1) * p.y + to_fine_(1, 2))};
  }
  Outline map(const Outline& points) const {
    Outline out;
    out.reserve(points.size());
    for (const Point& p : points) out.push_back(map(p));
    return out;
  }
  // A direction in the bird's units as one on the screen.
  Point map_way(const Point& p) const {
    return Point(to_fine_(0, 0) * p.x + to_fine_(0, 1) * p.y,
                 to_fine_(1, 0) * p.x + to_fine_(1, 1) * p.y) /
           unit_;
  }
  std::uint8_t add(Part part, const Color& color, float relief, float gloss = 0);
  std::uint8_t add(Part part, float darker = 1, float relief = 0.16f, float gloss = 0) {
    return add(part, darker * to_linear(to_color(look(part).color)), relief, gloss);
  }
  void fill(const Outline& outline, std::uint8_t material) {
    fill_outline(material_, map(outline), material);
  }
  void shade(const Outline& outline, int value) { fill_outline(detail_, map(outline), value); }
  void line(const Outline& points, int value, double width) {
    draw_curve(detail_, map(points), value, width * unit_);
  }
  void paint_legs();
  void paint_bill();
  void paint_tail();
  void paint_body();
  void raster_body();
  void paint_plumage();
  void paint_wing();
  void paint_eye();
  void feather(const Feather& feather, std::uint8_t material, int tone);
  // Lays the part's pattern over everything of `target` within the box, in the frame (along,
  // across).
  void lay_pattern(Part part, std::uint8_t target, std::uint8_t pattern, const Point& along,
                   const Point& across, double scale);
  cv::Mat light_field(const Light& light);
  cv::Mat plumage_colors() const;

  const Bird& bird_;
  const BirdShape& shape_;
  const cv::Rect roi_;
  cv::Matx23d to_fine_;  // bird's units to samples of the region
  double unit_ = 1;      // samples per unit
  PatternField field_;
  std::vector<Material> materials_;
  cv::Mat material_;  // CV_8U, index into materials_; 0 nothing
  cv::Mat second_;    // CV_8U, material of the pattern
  cv::Mat pattern_;   // CV_8U, how much of it, 0 … 255
  cv::Mat detail_;    // CV_8U, 128 neutral
  cv::Mat shadow_;    // CV_8U, 255 full shadow, cast by the wing and the body
  cv::Mat normal_;    // CV_32FC2, on the screen
  cv::Mat place_;     // CV_32FC4, BodyPlace of the body's samples; t < 0 where none
};

Painter::Painter(const Bird& bird, const BirdShape& shape, const cv::Matx23d& to_frame,
                 cv::Rect roi)
    : bird_(bird),
      shape_(shape),
      roi_(roi),
      unit_(kFine * std::hypot(to_frame(0, 0), to_frame(1, 0))),
      field_(bird.key, 1.0),
      materials_(1) {
  to_fine_ = to_frame * static_cast<double>(kFine);
  to_fine_(0, 2) -= roi.x * kFine;
  to_fine_(1, 2) -= roi.y * kFine;
  const cv::Size size(roi.width * kFine, roi.height * kFine);
  material_ = cv::Mat::zeros(size, CV_8U);
  second_ = cv::Mat::zeros(size, CV_8U);
  pattern_ = cv::Mat::zeros(size, CV_8U);
  detail_ = cv::Mat(size, CV_8U, cv::Scalar(128));
  shadow_ = cv::Mat::zeros(size, CV_8U);
  normal_ = cv::Mat(size, CV_32FC2, cv::Scalar(0, 0));
  place_ = cv::Mat(size, CV_32FC4, cv::Scalar(-1, 0, 0, 0));
}

std::uint8_t Painter::add(Part part, const Color& color, float relief, float gloss) {
  materials_.push_back({part, color, relief, gloss});
  return static_cast<std::uint8_t>(materials_.size() - 1);
}

void Painter::paint_legs() {
  for (const Leg& leg : shape_.legs) {
    const double width = bird_.plan.leg_width * look(Part::legs).size;
    const std::uint8_t skin = add(Part::legs, leg.far ? 0.62f : 1.f, 0.35f, 0.15f);
    const Outline shin = smooth_curve({leg.hip, leg.heel, leg.foot}, false, 8);
    const Outline tarsus(shin.begin() + 6, shin.end());
    fill(ribbon(tarsus, width * 1.15, width), skin);
    fill(ellipse_outline(leg.heel, 0.72 * width, 0.66 * width), skin);
    fill(ellipse_outline(leg.foot, 0.75 * width, 0.62 * width), skin);
    for (const Outline& toe : leg.toes) fill(ribbon(toe, width * 0.86, width * 0.34), skin);
    // Roundness: a light along the front, dark behind; scutes across.
    Outline front, back;
    for (const Point& p : tarsus) {
      front.push_back(p + Point(0.22 * width, 0));
      back.push_back(p - Point(0.34 * width, 0));
    }
    line(back, 84, 0.30 * width);
    line(front, 172, 0.22 * width);
    for (std::size_t i = 4; i + 1 < tarsus.size(); i += 2)
      line({tarsus[i] - Point(0.4 * width, 0), tarsus[i] + Point(0.4 * width, 0.2 * width)}, 96,
           0.004);
  }
}

void Painter::paint_bill() {
  const PartLook& bill = look(Part::bill);
  const std::uint8_t upper = add(Part::bill, 0.92f, 0.5f, 0.45f);
  const std::uint8_t lower = add(Part::bill, 0.72f, 0.4f, 0.2f);
  fill(shape_.bill_lower, lower);
  fill(shape_.bill_upper, upper);
  if (bill.pattern != Pattern::plain) {  // a tip (or more bands) of another colour
    const Color other = to_linear(to_color(bill.pattern_color));
    const std::uint8_t tip = add(Part::bill, other, 0.5f, 0.45f);
    const Point root = shape_.head.at(0.85, -0.02), way = shape_.head.forward;
    const double reach = bird_.plan.bill_length * bill.size * (1 - 0.45 * bird_.head_turn);
    const cv::Matx22d linear(to_fine_(0, 0), to_fine_(0, 1), to_fine_(1, 0), to_fine_(1, 1));
    const cv::Matx22d back = linear.inv();
    const cv::Rect box = cv::boundingRect(std::vector<cv::Point2f>(
                             {map(shape_.head.at(0, -2)), map(shape_.head.at(0, 2)),
                              map(root + 1.2 * reach * way - Point(0, 0.3)),
                              map(root + 1.2 * reach * way + Point(0, 0.3))})) &
                         cv::Rect(0, 0, material_.cols, material_.rows);
    for (int y = box.y; y < box.y + box.height; ++y) {
      for (int x = box.x; x < box.x + box.width; ++x) {
        std::uint8_t& material = material_.at<std::uint8_t>(y, x);
        if (material != upper && material != lower) continue;
        const cv::Vec2d p = back * cv::Vec2d(x + 0.5 - to_fine_(0, 2), y + 0.5 - to_fine_(1, 2));
        const double along = (Point(p[0], p[1]) - root).dot(way) / reach;
        const bool other_color = bill.pattern == Pattern::banded
                                     ? along > 0.56
                                     : std::fmod(std::max(along, 0.0) * 3, 1.0) > 0.5;
        if (other_color) material = tip;
      }
    }
  }
  line(shape_.gape, 30, 0.010);
  Outline culmen;
  for (std::size_t i = 4; i < 4 + shape_.bill_upper.size() / 2 - 4; ++i)
    culmen.push_back(0.78 * shape_.bill_upper[i] + 0.22 * shape_.gape[shape_.gape.size() / 2]);
  line(culmen, 190, 0.016);
  line({shape_.nostril, shape_.nostril + 0.014 * shape_.head.forward}, 30, 0.012);
}

void Painter::feather(const Feather& f, std::uint8_t material, int tone) {
  const Outline outline = feather_outline(f);
  Feather inner = f;
  inner.width *= 0.74;
  inner.tip = f.tip - 0.05 * (f.tip - f.base);
  line(outline, 58, 0.016);  // the shadow it casts on its neighbours
  fill(outline, material);
  shade(outline, std::min(255, tone + 46));
  shade(feather_outline(inner), tone);
  line({f.base, f.tip - 0.06 * (f.tip - f.base)}, tone - 26, 0.005);
}

void Painter::paint_tail() {
  const std::uint8_t web = add(Part::tail, 1.f, 0.42f, 0.05f);
  fill(shape_.tail_base, web);
  const PartLook& tail = look(Part::tail);
  const std::uint8_t band = add(Part::tail, to_linear(to_color(tail.pattern_color)), 0.3f);
  Random tones(bird_.key, stream_id("tail"));
  for (const Feather& f : shape_.tail) {
    feather(f, web, 112 + static_cast<int>(tones.below(22)));
    if (tail.pattern ==
        Pattern::banded) {  // within the feather: a band adds nothing to the outline
      cv::Mat end = cv::Mat::zeros(material_.size(), CV_8U);
      fill_outline(end, map(feather_outline(f, 0.72, 1)), 255);
      material_.setTo(band, end & (material_ == web));
    }
  }
  if (tail.pattern == Pattern::plain || tail.pattern == Pattern::banded) return;
  const Feather& middle = shape_.tail.back();
  const Point way = (middle.tip - middle.base) / cv::norm(middle.tip - middle.base);
  lay_pattern(Part::tail, web, add(Part::tail, to_linear(to_color(tail.pattern_color)), 0.35f), way,
              {-way.y, way.x}, tail.pattern == Pattern::barred ? 1.3 : 0.8);
}

void Painter::lay_pattern(Part part, std::uint8_t target, std::uint8_t pattern, const Point& along,
                          const Point& across, double scale) {
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
void Painter::raster_body() {
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

void Painter::paint_body() {
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
void Painter::paint_plumage() {
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

void Painter::paint_wing() {
  using Tract = Feather::Tract;
  // The folded wing shades the flank below it.
  Outline below;
  for (const Point& p : shape_.wing) below.push_back(p + Point(-0.01, 0.035));
  fill_outline(shadow_, map(below), 150);

  const std::uint8_t coverts = add(Part::wing, 1.f, 0.34f), flight = add(Part::wing, 0.62f, 0.5f);
  const PartLook& bars = look(Part::wing_bars);
  const std::uint8_t bar = add(Part::wing_bars, 1.f, 0.22f);
  fill(shape_.wing, coverts);
  shade(shape_.wing, 100);
  Random tones(bird_.key, stream_id("wing"));
  for (const Feather& f : shape_.wing_feathers) {
    const int tone = 108 + static_cast<int>(tones.below(26));
    const bool long_feather =
        f.tract == Tract::primary || f.tract == Tract::secondary || f.tract == Tract::tertial;
    feather(f, long_feather ? flight : coverts, tone);
    const bool greater = f.tract == Tract::greater_covert && bars.shape != "none";
    const bool median = f.tract == Tract::median_covert && bars.shape == "two";
    const bool speculum = bars.shape == "patch" && f.tract == Tract::secondary;
    const double wide = bars.size;
    Feather tip = f;
    tip.width *= 1.25;
    if (bars.shape == "patch") {
      if (speculum) fill(feather_outline(tip, 0.26, std::min(0.95, 0.26 + 0.50 * wide)), bar);
    } else if (greater || median) {
      const Outline end = feather_outline(tip, 1 - (greater ? 0.34 : 0.42) * wide, 1);
      fill(end, bar);
      shade(end, 124);
    }
  }
  fill(shape_.shoulder, coverts);
  // Lesser coverts: the body's feather relief goes on over the shoulder.
  const Feather& longest = shape_.wing_feathers.front();
  const Point way = (longest.base - longest.tip) / cv::norm(longest.base - longest.tip);
  const Point over(-way.y, way.x);
  cv::Mat smooth = cv::Mat::zeros(material_.size(), CV_8U);
  fill_outline(smooth, map(shape_.shoulder), 255);
  const cv::Matx22d linear(to_fine_(0, 0), to_fine_(0, 1), to_fine_(1, 0), to_fine_(1, 1));
  const cv::Matx22d back = linear.inv();
  for (int y = 0; y < smooth.rows; ++y) {
    for (int x = 0; x < smooth.cols; ++x) {
      if (smooth.at<std::uint8_t>(y, x) == 0) continue;
      const cv::Vec2d q = back * cv::Vec2d(x + 0.5 - to_fine_(0, 2), y + 0.5 - to_fine_(1, 2));
      const Point p(q[0], q[1]);
      const float relief =
          field_.feathers(static_cast<float>(p.dot(way)), static_cast<float>(p.dot(over)));
      detail_.at<std::uint8_t>(y, x) = cv::saturate_cast<std::uint8_t>(124 + 45 * relief);
    }
  }
  const PartLook& wing = look(Part::wing);
  if (wing.pattern != Pattern::plain) {
    const std::uint8_t marks = add(Part::wing, to_linear(to_color(wing.pattern_color)), 0.35f);
    for (const std::uint8_t target : {coverts, flight})
      lay_pattern(Part::wing, target, marks, way, over, 1.0);
  }
}

void Painter::paint_eye() {
  const PartLook& ring = look(Part::eye_ring);
  const double r = shape_.eye_radius;
  const HeadFrame& head = shape_.head;
  const auto circle = [&](double radius) { return ellipse_outline(shape_.eye, radius, radius); };
  if (ring.shape != "none") {
    const std::uint8_t skin = add(Part::eye_ring, 1.f, 0.1f);
    const double wide = 1 + (ring.shape == "broad" ? 0.85 : 0.50) * ring.size;
    fill(circle(r * wide), skin);
    shade(circle(r * wide), 128);
  }
  const std::uint8_t lid = add(Part::eye, Color(0.012f, 0.012f, 0.014f), 0.0f, 0.1f);
  const std::uint8_t iris = add(Part::eye, 1.f, 0.5f, 0.2f);
  const std::uint8_t glint = add(Part::eye, Color(0.9f, 0.92f, 0.92f), 0.f);
  fill(circle(r), lid);
  fill(circle(r * 0.86), iris);
  shade(circle(r * 0.86), 110);
  fill(circle(r * 0.60), lid);
  shade(ellipse_outline(shape_.eye - 0.35 * r * head.up, r * 0.7, r * 0.4), 170);
  const Point spark = shape_.eye + r * (0.28 * head.forward + 0.38 * head.up);
  fill(ellipse_outline(spark, r * 0.24, r * 0.21), glint);
  fill(ellipse_outline(shape_.eye - r * (0.30 * head.forward + 0.42 * head.up), r * 0.11, r * 0.09),
       add(Part::eye, Color(0.25f, 0.26f, 0.27f), 0.f));
}

// Direct and diffuse light per sample (CV_32FC3: direct, diffuse, gloss).
cv::Mat Painter::light_field(const Light& light) {
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
cv::Mat Painter::plumage_colors() const {
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

BirdLayer Painter::paint(const Light& light) {
  paint_legs();
  paint_tail();
  paint_bill();
  paint_body();
  paint_wing();
  paint_eye();
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

}  // namespace

BirdLayer paint_bird(const Bird& bird, const BirdShape& shape, const cv::Matx23d& to_frame,
                     const Light& light, cv::Size frame) {
  std::vector<cv::Point2f> corners;
  const cv::Rect2d e = shape.extent;
  for (const Point& p : {Point(e.x, e.y), Point(e.x + e.width, e.y), Point(e.x, e.y + e.height),
                         Point(e.x + e.width, e.y + e.height)}) {
    corners.emplace_back(
        static_cast<float>(to_frame(0, 0) * p.x + to_frame(0, 1) * p.y + to_frame(0, 2)),
        static_cast<float>(to_frame(1, 0) * p.x + to_frame(1, 1) * p.y + to_frame(1, 2)));
  }
  cv::Rect box = cv::boundingRect(corners);
  box = cv::Rect(box.x - 3, box.y - 3, box.width + 6, box.height + 6) &
        cv::Rect(0, 0, frame.width, frame.height);
  if (box.empty()) return {};
  return Painter(bird, shape, to_frame, box).paint(light);
}

}  // namespace differentia::world
