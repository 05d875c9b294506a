#include "tools/world/bird_paint.h"

#include <opencv2/imgproc.hpp>

#include "tools/world/bird_painter.h"

namespace differentia::world {

BirdPainter::BirdPainter(const Bird& bird, const BirdShape& shape, const cv::Matx23d& to_frame,
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

std::uint8_t BirdPainter::add(Part part, const Color& color, float relief, float gloss) {
  materials_.push_back({part, color, relief, gloss});
  return static_cast<std::uint8_t>(materials_.size() - 1);
}

void BirdPainter::paint_legs() {
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

void BirdPainter::paint_bill() {
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

void BirdPainter::feather(const Feather& f, std::uint8_t material, int tone) {
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

void BirdPainter::paint_tail() {
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

void BirdPainter::paint_wing() {
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

void BirdPainter::paint_eye() {
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

BirdLayer BirdPainter::paint(const Light& light) {
  paint_legs();
  paint_tail();
  paint_bill();
  paint_body();
  paint_wing();
  paint_eye();
  return lit(light);
}

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
  return BirdPainter(bird, shape, to_frame, box).paint(light);
}

}  // namespace differentia::world
