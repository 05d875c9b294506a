#include "tools/world/render.h"

#include <cmath>

#include <opencv2/imgproc.hpp>

#include "tools/world/bird_paint.h"
#include "tools/world/camera.h"
#include "tools/world/habitat.h"

namespace differentia::world {

namespace {

struct Placed {
  BirdShape shape;
  cv::Matx23d to_frame;
  double unit = 0;  // pixels
  Point foot;
};

// The bird's units to pixels, but for the shift.
cv::Matx22d turn_and_scale(const Bird& bird, double unit) {
  const double a = bird.rotation * M_PI / 180, flip = bird.facing_left ? -1 : 1;
  return {unit * flip * std::cos(a), unit * -std::sin(a), unit * flip * std::sin(a),
          unit * std::cos(a)};
}

Point apply(const cv::Matx22d& m, const Point& p) {
  return {m(0, 0) * p.x + m(0, 1) * p.y, m(1, 0) * p.x + m(1, 1) * p.y};
}

// Where the birds stand. Depends on the scene alone, never on an exchange.
std::vector<Placed> place_birds(const Scene& scene, double slope) {
  const double side = std::max(scene.width, scene.height);
  std::vector<Placed> out;
  for (const Bird& bird : scene.birds) {
    Placed placed;
    placed.shape = make_bird_shape(bird);
    const cv::Rect2d e = placed.shape.extent;
    placed.unit = bird.scale * side / std::max(e.width, e.height);
    placed.unit =
        std::min({placed.unit, 0.90 * scene.width / e.width, 0.88 * scene.height / e.height});
    const cv::Matx22d m = turn_and_scale(bird, placed.unit);
    // Into the frame whole, the extent's centre where the scene wants it.
    const double half_w = 0.5 * placed.unit * e.width, half_h = 0.5 * placed.unit * e.height;
    const double margin = 0.03 * side;
    const auto within = [&](double wanted, double half, double size) {
      const double low = half + margin, high = size - half - margin;
      return low < high ? std::clamp(wanted, low, high) : 0.5 * size;
    };
    const Point centre(within(bird.x * scene.width, half_w, scene.width),
                       within(bird.y * scene.height, half_h, scene.height));
    Point shift = centre - apply(m, Point(e.x + e.width / 2, e.y + e.height / 2));
    placed.foot = apply(m, placed.shape.foot) + shift;
    if (!out.empty()) {
      const double perch = out[0].foot.y + slope * (placed.foot.x - out[0].foot.x);
      shift.y += perch - placed.foot.y;
      placed.foot.y = perch;
    }
    placed.to_frame = {m(0, 0), m(0, 1), shift.x, m(1, 0), m(1, 1), shift.y};
    out.push_back(std::move(placed));
  }
  return out;
}

}  // namespace

Rendered render(const Scene& given, const Exchange& exchange) {
  Scene scene = given;
  if (exchange.habitat) scene.habitat = *exchange.habitat;
  if (exchange.remove_flower) scene.has_flower = false;
  if (exchange.remove_caption) scene.caption.clear();
  if (exchange.remove_blur && scene.blurred) scene.camera.defocus = 0, scene.blurred = false;

  Stage stage;
  stage.slope = perch_slope(scene);
  std::vector<Placed> placed = place_birds(scene, stage.slope);
  for (const Placed& bird : placed) {
    stage.feet.push_back(bird.foot);
    stage.units.push_back(bird.unit);
  }
  for (const Exchange::Parts& other : exchange.parts) {
    const auto bird = static_cast<std::size_t>(other.bird);
    for (const Part part : other.parts) {
      const auto i = static_cast<std::size_t>(part);
      scene.birds[bird].looks[i] = other.looks[i];
    }
    placed[bird].shape = make_bird_shape(scene.birds[bird]);
  }

  cv::Mat picture = paint_habitat(scene, stage);
  Rendered out;
  out.parts = cv::Mat::zeros(picture.size(), CV_8U);
  out.subjects = cv::Mat::zeros(picture.size(), CV_8U);
  for (std::size_t i = 0; i < placed.size(); ++i) {
    const BirdLayer layer = paint_bird(scene.birds[i], placed[i].shape, placed[i].to_frame,
                                       scene.light, picture.size());
    for (int y = 0; y < layer.roi.height; ++y) {
      auto* row = picture.ptr<Color>(layer.roi.y + y) + layer.roi.x;
      auto* parts = out.parts.ptr<std::uint8_t>(layer.roi.y + y) + layer.roi.x;
      auto* subjects = out.subjects.ptr<std::uint8_t>(layer.roi.y + y) + layer.roi.x;
      for (int x = 0; x < layer.roi.width; ++x) {
        const cv::Vec4f c = layer.color.at<cv::Vec4f>(y, x);
        row[x] = row[x] * (1 - c[3]) + Color(c[0], c[1], c[2]);
        if (const auto part = layer.parts.at<std::uint8_t>(y, x)) {
          parts[x] = part;
          subjects[x] = static_cast<std::uint8_t>(i + 1);
        }
      }
    }
  }
  cv::Mat hidden = cv::Mat::zeros(picture.size(), CV_8U);
  paint_twigs(scene, picture, hidden);
  out.parts.setTo(0, hidden);
  out.subjects.setTo(0, hidden);
  out.boxes = subject_boxes(out.subjects, static_cast<int>(placed.size()));
  out.image = take_photo(scene, picture);
  return out;
}

std::vector<cv::Rect> subject_boxes(const cv::Mat& subjects, int birds) {
  std::vector<cv::Rect> boxes;
  for (int i = 1; i <= birds; ++i) boxes.push_back(cv::boundingRect(subjects == i));
  return boxes;
}

Exchange exchange_parts(const Description& description, int donor, const std::vector<Part>& parts) {
  Exchange exchange;
  exchange.parts.push_back(
      {parts, description.species[static_cast<std::size_t>(donor)].forms[0].looks, 0});
  return exchange;
}

Exchange remove_cue(const Description& description, const Bias& bias, int other_habitat) {
  Exchange exchange;
  switch (bias.kind) {
    case Bias::Kind::habitat:
      exchange.habitat = description.habitats[static_cast<std::size_t>(other_habitat)];
      break;
    case Bias::Kind::flower:
      exchange.remove_flower = true;
      break;
    case Bias::Kind::caption:
      exchange.remove_caption = true;
      break;
    case Bias::Kind::blur:
      exchange.remove_blur = true;
      break;
  }
  return exchange;
}

}  // namespace differentia::world
