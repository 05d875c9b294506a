#include "tools/world/render.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include <opencv2/imgproc.hpp>

#include "tests/catch.h"
#include "tools/world/invent.h"

using namespace differentia::world;

namespace {

const Description& demo() {
  static const Description description = load_description("data/world/demo.json");
  return description;
}

bool same(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0;
}

// Pixels that differ in any channel.
cv::Mat difference(const cv::Mat& a, const cv::Mat& b) {
  cv::Mat apart, planes[3];
  cv::absdiff(a, b, apart);
  cv::split(apart, planes);
  return (planes[0] | planes[1] | planes[2]) > 0;
}

cv::Mat dilated(const cv::Mat& mask, int radius) {
  cv::Mat out;
  cv::dilate(mask, out,
             cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * radius + 1, 2 * radius + 1}));
  return out;
}

// A scene in focus: nothing carries a colour beyond its place.
Scene sharp_scene(int species, int number) {
  Scene scene = make_scene(demo(), 1, species, number, Variant::clean);
  scene.camera.defocus = scene.camera.motion = 0;
  scene.birds[0].form = 0;
  scene.birds[0].looks = demo().species[static_cast<std::size_t>(species)].forms[0].looks;
  return scene;
}

}  // namespace

TEST_CASE("the same scene gives the same bytes", "[render]") {
  const Scene scene = make_scene(demo(), 1, 6, 3, Variant::biased);
  const Rendered a = render(scene), b = render(scene);
  CHECK(same(a.image, b.image));
  CHECK(same(a.parts, b.parts));
  CHECK_FALSE(same(a.image, render(make_scene(demo(), 2, 6, 3, Variant::biased)).image));
}

TEST_CASE("another description gives another world", "[render]") {
  const Description other = invent_description(11);
  const Rendered a = render(make_scene(demo(), 1, 0, 0, Variant::clean)),
                 b = render(make_scene(other, 1, 0, 0, Variant::clean));
  CHECK_FALSE(same(a.image, b.image));
}

TEST_CASE("the part mask and the subject mask tell of the same pixels", "[render]") {
  for (int species = 0; species < 24; species += 5) {
    const Rendered photo = render(make_scene(demo(), 1, species, 8, Variant::clean));
    CHECK(same(photo.parts > 0, photo.subjects > 0));
    CHECK(photo.boxes.size() == 1);
    CHECK(photo.boxes[0] == cv::boundingRect(photo.subjects));
    CHECK(photo.image.size() == photo.parts.size());
    double most = 0;
    cv::minMaxLoc(photo.parts, nullptr, &most);
    CHECK(most < kParts);
  }
}

TEST_CASE("exchanging a part changes that part and nothing else", "[render]") {
  for (const auto& [a, b] : sister_pairs(demo())) {
    for (const Part part : differing_parts(demo(), a, b)) {
      const Scene scene = sharp_scene(a, 4);
      const Rendered before = render(scene),
                     after = render(scene, exchange_parts(demo(), b, {part}));
      const int id = static_cast<int>(part);
      const cv::Mat changed = difference(before.image, after.image);
      // Soft feathers run into each other over about a pixel.
      const cv::Mat reach = dilated((before.parts == id) | (after.parts == id), 4);
      INFO(part_name(part) << " of " << demo().species[static_cast<std::size_t>(a)].name << " from "
                           << demo().species[static_cast<std::size_t>(b)].name);
      CHECK(cv::countNonZero(changed) > 0);
      // A pixel that is the part's by one sample of four is another part's in the mask.
      CHECK(cv::countNonZero(changed & ~reach) <= 0.004 * cv::countNonZero(before.subjects));
      // Of a change of colour alone, the masks are the same.
      const PartLook &x = scene.birds[0].looks[static_cast<std::size_t>(id)],
                     &y = demo()
                              .species[static_cast<std::size_t>(b)]
                              .forms[0]
                              .looks[static_cast<std::size_t>(id)];
      if (x.shape == y.shape && x.size == y.size) CHECK(same(before.subjects, after.subjects));
    }
  }
}

TEST_CASE("exchanging the habitat leaves the bird as it was", "[render]") {
  const Scene scene = sharp_scene(9, 2);
  for (const Habitat& habitat : demo().habitats) {
    if (habitat.name == scene.habitat.name) continue;
    Exchange exchange;
    exchange.habitat = habitat;
    const Rendered before = render(scene), after = render(scene, exchange);
    CHECK(same(before.subjects, after.subjects));
    cv::Mat inside;
    cv::erode(before.subjects, inside, cv::getStructuringElement(cv::MORPH_RECT, {5, 5}));
    const cv::Mat changed = difference(before.image, after.image);
    CHECK(cv::countNonZero(changed & (inside > 0)) == 0);
    CHECK(cv::countNonZero(changed & (before.subjects == 0)) >
          0.8 * cv::countNonZero(before.subjects == 0));
  }
}

TEST_CASE("each planted cue can be rendered away", "[render]") {
  Scene scene = sharp_scene(2, 5);
  const Rendered plain = render(scene);
  for (const Bias& bias : demo().biases) {
    if (bias.kind == Bias::Kind::habitat) continue;
    Scene cued = scene;
    if (bias.kind == Bias::Kind::flower) cued.has_flower = true, cued.flower_color = bias.color;
    if (bias.kind == Bias::Kind::caption) cued.caption = bias.caption;
    if (bias.kind == Bias::Kind::blur) cued.blurred = true, cued.camera.defocus = kCueDefocus;
    const Rendered with = render(cued), without = render(cued, remove_cue(demo(), bias, 0));
    CHECK_FALSE(same(with.image, plain.image));
    CHECK(same(without.image, plain.image));
    CHECK(same(with.subjects, plain.subjects));
  }
}

TEST_CASE("every differing part is seen in most photos", "[render]") {
  constexpr int kPhotos = 9;
  for (const auto& [a, b] : sister_pairs(demo())) {
    for (const Part part : differing_parts(demo(), a, b)) {
      // The carrier: a part that is not there cannot be seen.
      const bool in_b = demo()
                            .species[static_cast<std::size_t>(a)]
                            .forms[0]
                            .looks[static_cast<std::size_t>(part)]
                            .shape == "none";
      const int carrier = in_b ? b : a;
      std::vector<double> areas;
      for (int i = 0; i < kPhotos; ++i) {
        const Rendered photo = render(make_scene(demo(), 1, carrier, 4 * i, Variant::clean, 160));
        areas.push_back(cv::countNonZero(photo.parts == static_cast<int>(part)) /
                        static_cast<double>(photo.parts.total()));
      }
      std::sort(areas.begin(), areas.end());
      INFO(part_name(part) << " of " << demo().species[static_cast<std::size_t>(carrier)].name);
      CHECK(areas[kPhotos / 3] >= 0.0015);  // in two photos of three
    }
  }
}

TEST_CASE("groups have a mask number and a box for each bird", "[render]") {
  for (int i = 0; i < 6; ++i) {
    const Scene scene = make_group_scene(demo(), 1, i, Variant::clean);
    const Rendered photo = render(scene);
    REQUIRE(photo.boxes.size() == scene.birds.size());
    for (std::size_t b = 0; b < photo.boxes.size(); ++b) {
      const cv::Mat own = photo.subjects == static_cast<int>(b + 1);
      CHECK(cv::boundingRect(own) == photo.boxes[b]);
      CHECK(cv::countNonZero(own) > 300);
    }
  }
}

TEST_CASE("the time of a photo", "[render]") {
  const std::clock_t start = std::clock();
  constexpr int kPhotos = 24;
  for (int i = 0; i < kPhotos; ++i) render(make_scene(demo(), 1, i, i, Variant::clean));
  std::printf("%.1f ms a photo of one core\n",
              1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / kPhotos);
}
