#include "explain/measures/measure.h"

#include <cmath>

#include "base/error.h"
#include "explain/measures/contrastive.h"
#include "explain/measures/deletion_insertion.h"
#include "explain/measures/reference_maps.h"
#include "tests/catch.h"
#include "tests/explain/measures/patch_model.h"
#include "tests/explain/test_models.h"

namespace differentia {
namespace {

using Catch::Matchers::Contains;

Photo patch_photo() {
  Photo photo;
  photo.full_size = {16, 16};
  photo.bgr = cv::Mat(16, 16, CV_8UC3, cv::Scalar(40, 60, 50));
  photo.bgr(cv::Rect(4, 4, 4, 4)) = cv::Scalar(255, 230, 240);
  return photo;
}

TEST_CASE("one call measures every way, and other maps beside them") {
  const auto model = patch_model(3);
  const Photo photo = patch_photo();
  cv::Mat labels = cv::Mat::zeros(16, 16, CV_8UC1);
  labels(cv::Rect(4, 4, 4, 4)) = 1;
  const SubjectMask mask(labels, photo.full_size);
  MeasureSession session(model);
  SaliencyOptions gradient, signed_gradient, cam;
  gradient.method = signed_gradient.method = "gradient";
  signed_gradient.options = {{"reduce", "signed"}};
  const std::vector<SaliencyOptions> ways{gradient, signed_gradient, cam};
  const std::vector<cv::Mat> maps{centre_map({16, 16})};
  const auto measured = session.run(photo, Target::output(0), ways, maps, &mask);
  REQUIRE(measured.size() == 4);
  for (const MapMeasures& one : measured) {
    INFO(one.refused);
    CHECK(one.refused.empty());
    CHECK(one.deletion_mean > 0);
    CHECK(one.deletion_mean < 1);
    CHECK(one.insertion_blur > 0);
    CHECK(one.area == Approx(1.0 / 16));
    CHECK(one.pointing_centre == 1);  // the patch ends where the middle is
    CHECK(std::isnan(one.completeness));
  }
  // The gradient is the patch and nothing else.
  CHECK(measured[0].inside == Approx(1));
  CHECK(measured[0].rank_accuracy == Approx(1));
  CHECK(measured[0].pointing == 1);
  CHECK(measured[0].deletion_mean < measured[3].deletion_mean);
  CHECK(measured[0].insertion_mean > measured[3].insertion_mean);
  CHECK(measured[3].inside < 0.5);
  CHECK(measured[0].antisymmetry == Approx(2));
  CHECK(measured[1].antisymmetry == Approx(0).margin(1e-6));
  CHECK(measured[0].seconds > 0);
  CHECK(measured[0].backward_passes > 0);
  // It looks the same however the weights are drawn: they only scale it.
  CHECK(measured[0].redrawn_all == Approx(1));
  for (const double none : {measured[3].antisymmetry, measured[3].rival, measured[3].redrawn_head})
    CHECK(std::isnan(none));

  // The areas are those of the map with evidence against the target kept.
  cam.rectified = false;
  const Saliency saliency =
      SaliencySession(model).run(photo, Target::output(0), cam, measure_size(*model, {16, 16}));
  const auto areas = DeletionTest(model, photo, Target::output(0)).run(saliency.map, Fill::kBlur);
  CHECK(measured[2].deletion_blur == Approx(areas.deletion).epsilon(1e-6));
  CHECK(measured[2].insertion_blur == Approx(areas.insertion).epsilon(1e-6));
}

TEST_CASE("what is not asked for or does not apply is not there; what is refused says why") {
  const Photo photo = patch_photo();
  const auto model = small_model("small");
  MeasureSession session(model);
  SaliencyOptions way;
  way.method = "gradient";
  MeasureOptions options;
  options.blur = options.redraw = options.contrast = false;
  const auto few = session.run(photo, Target::output(1), {&way, 1}, {}, nullptr, options)[0];
  CHECK(few.refused.empty());
  CHECK(few.deletion_mean > 0);
  for (const double none : {few.deletion_blur, few.insertion_blur, few.pointing, few.inside,
                            few.redrawn_head, few.redrawn_all, few.rival, few.antisymmetry})
    CHECK(std::isnan(none));

  // Evidence against the target stays in the map that is measured.
  SaliencyOptions cam;
  cam.layers = {"act#2"};
  const Target target = Target::difference(0, 1);
  const auto measured = session.run(photo, target, {&cam, 1}, {}, nullptr, options)[0];
  DeletionTest deletion(model, photo, target);
  const auto area_of = [&](bool rectified) {
    cam.rectified = rectified;
    const Size size = measure_size(*model, photo.full_size);
    return deletion.run(SaliencySession(model).run(photo, target, cam, size).map, Fill::kMean)
        .deletion;
  };
  CHECK(measured.deletion_mean == Approx(area_of(false)).epsilon(1e-6));
  CHECK(std::abs(measured.deletion_mean - area_of(true)) > 1e-5);

  // Of a pair the contrast is the pair's own; at a layer there is no probability.
  const auto pair = session.run(photo, Target::difference(0, 1), {&way, 1})[0];
  CHECK(pair.antisymmetry == Approx(2));
  CHECK(std::isnan(pair.rival));
  SaliencyOptions signed_way = way;
  signed_way.options = {{"reduce", "signed"}};
  CHECK(session.run(photo, Target::difference(0, 1), {&signed_way, 1})[0].antisymmetry ==
        Approx(0).margin(1e-5));
  CHECK(std::isfinite(pair.redrawn_head));
  CHECK(pair.redrawn_head > pair.redrawn_all);
  const auto at_layer = session.run(photo, {{{0, 1.0}}, "stem"}, {&way, 1})[0];
  CHECK(at_layer.refused.empty());
  CHECK(std::isnan(at_layer.deletion_blur));
  CHECK(std::isfinite(at_layer.redrawn_all));

  const auto broken = small_model("broken");
  const auto refused = MeasureSession(broken).run(photo, Target::output(0), {&way, 1})[0];
  CHECK_THAT(refused.refused, Contains("not finite"));
  CHECK_THROWS_AS(session.run(photo, Target::output(99), {&way, 1}), InputError);
  way.method = "no such method";
  CHECK_THROWS_AS(session.run(photo, Target::output(0), {&way, 1}), UnknownName);
}

TEST_CASE("maps that know nothing: the centre's is highest there, random ones are by counter") {
  const cv::Mat centre = centre_map({31, 21});
  cv::Point highest;
  cv::minMaxLoc(centre, nullptr, nullptr, nullptr, &highest);
  CHECK(highest == cv::Point(15, 10));
  CHECK(centre.at<float>(0, 0) > 0);
  const Size size{30, 20};
  const cv::Mat a = random_map(size, size, 1, 5);
  CHECK(cv::norm(a, random_map(size, size, 1, 5), cv::NORM_INF) == 0);
  CHECK(cv::norm(a, random_map(size, size, 1, 6), cv::NORM_INF) > 0);
  CHECK(cv::norm(a, random_map(size, size, 2, 5), cv::NORM_INF) > 0);
  CHECK(std::abs(map_correlation(a, random_map(size, size, 1, 6))) < 4 / std::sqrt(600.0));
  const cv::Mat coarse = random_map(size, {3, 2}, 1, 5);
  CHECK(coarse.size() == cv::Size(30, 20));
  CHECK(std::abs(coarse.at<float>(0, 10) - coarse.at<float>(0, 11)) < 0.5);
}

}  // namespace
}  // namespace differentia
