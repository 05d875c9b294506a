#include "atlas/layout.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/error.h"
#include "tests/atlas/planted.h"
#include "tests/catch.h"

using namespace differentia;

namespace {

double distance(const Layout& layout, std::size_t i, std::size_t j) {
  return std::hypot(layout.x[i] - layout.x[j], layout.y[i] - layout.y[j]);
}

// Share of points whose nearest point on the map is of their own cluster (row i is of cluster i %
// clusters).
double nearest_of_own_cluster(const Layout& layout, std::size_t clusters) {
  std::size_t own = 0;
  for (std::size_t i = 0; i < layout.x.size(); ++i) {
    std::size_t nearest = i;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < layout.x.size(); ++j)
      if (j != i && distance(layout, i, j) < least) {
        least = distance(layout, i, j);
        nearest = j;
      }
    own += nearest % clusters == i % clusters;
  }
  return static_cast<double>(own) / static_cast<double>(layout.x.size());
}

}  // namespace

TEST_CASE("planted clusters stay together and apart on the map") {
  const Matrix unit = planted::clusters(6, 80, 32, 0.6);
  const Layout layout = lay_out(unit, LayoutOptions::one_taxon());
  CHECK(nearest_of_own_cluster(layout, 6) > 0.98);
  double within = 0, across = 0, pairs_within = 0, pairs_across = 0;
  for (std::size_t i = 0; i < unit.rows; ++i)
    for (std::size_t j = i + 1; j < unit.rows; ++j) {
      (i % 6 == j % 6 ? within : across) += distance(layout, i, j);
      (i % 6 == j % 6 ? pairs_within : pairs_across) += 1;
    }
  CHECK(within / pairs_within < 0.4 * across / pairs_across);
}

TEST_CASE("the map keeps the order of a curve") {
  // A half circle of directions: neighbours along it must stay neighbours.
  const std::size_t n = 600;
  Matrix unit(n, 2);
  for (std::size_t i = 0; i < n; ++i) {
    const double angle = 3.0 * static_cast<double>(i) / n;
    unit(i, 0) = static_cast<float>(std::cos(angle));
    unit(i, 1) = static_cast<float>(std::sin(angle));
  }
  const Layout layout = lay_out(unit, LayoutOptions::all_taxa());
  double near = 0, far = 0;
  for (std::size_t i = 0; i + 300 < n; ++i) {
    near += distance(layout, i, i + 5);
    far += distance(layout, i, i + 300);
  }
  CHECK(near < 0.1 * far);
}

TEST_CASE("the same vectors give the same map on any number of threads") {
  const Matrix unit = planted::clusters(5, 200, 16, 0.9);
  LayoutOptions options = LayoutOptions::one_taxon();
  options.epochs = 60;
  options.threads = 1;
  const Layout one = lay_out(unit, options);
  options.threads = 3;
  const Layout three = lay_out(unit, options);
  CHECK(one.x == three.x);
  CHECK(one.y == three.y);
  options.seed = 2;
  CHECK(lay_out(unit, options).x != one.x);
}

TEST_CASE("none, one, two, few and equal vectors are laid out") {
  CHECK(lay_out(Matrix(0, 4)).x.empty());
  const Layout single = lay_out(planted::clusters(1, 1, 4, 0));
  CHECK(single.x == std::vector<float>{0});
  for (const std::size_t rows : {2, 3, 7, 40}) {
    for (const double spread : {0.0, 1.0}) {  // 0: all equal
      const Layout layout = lay_out(planted::clusters(1, rows, 5, spread));
      REQUIRE(layout.x.size() == rows);
      for (std::size_t i = 0; i < rows; ++i) {
        CHECK(std::isfinite(layout.x[i]));
        CHECK(std::isfinite(layout.y[i]));
      }
    }
  }
  const Layout nothing = lay_out(Matrix(50, 3));  // activations without direction
  CHECK(std::all_of(nothing.x.begin(), nothing.x.end(), [](float x) { return std::isfinite(x); }));
}

TEST_CASE("the layout stops when asked to") {
  CHECK_THROWS_AS(
      lay_out(planted::clusters(2, 50, 8, 0.5), {}, [](const Progress&) { return false; }),
      Interrupted);
}

TEST_CASE("the unit square keeps the shape and clips the outermost points") {
  Layout layout;
  for (int i = 0; i <= 100; ++i) {
    layout.x.push_back(static_cast<float>(i));
    layout.y.push_back(static_cast<float>(i) / 2 + 1000);
  }
  const Layout fitted = fit_unit_square(layout, 0.01);
  CHECK(fitted.x[0] == 0);
  CHECK(fitted.x[1] == Approx(0).margin(1e-5));
  CHECK(fitted.x[50] == Approx(0.5));
  CHECK(fitted.x[99] == Approx(1));
  CHECK(fitted.x[100] == 1);
  CHECK(fitted.y[50] == Approx(0.5));
  CHECK(fitted.y[99] - fitted.y[1] == Approx(0.5));  // half as high as wide
  const Layout point = fit_unit_square(Layout{{3, 3}, {4, 4}});
  CHECK(point.x == std::vector<float>{0.5f, 0.5f});
}

TEST_CASE("islands of a map are packed side by side") {
  // Three groups at right angles to each other: nobody's neighbours lie in another group.
  const std::size_t sizes[] = {400, 200, 40};
  Matrix unit(640, 12);
  std::vector<std::size_t> group;
  const Matrix within = planted::clusters(1, 640, 4, 0.4);
  for (std::size_t g = 0; g < 3; ++g) group.insert(group.end(), sizes[g], g);
  for (std::size_t i = 0; i < unit.rows; ++i)
    for (std::size_t c = 0; c < 4; ++c) unit(i, 4 * group[i] + c) = within(i, c);
  LayoutOptions options = LayoutOptions::one_taxon();
  options.epochs = 100;
  Layout layout = lay_out(unit, options);
  std::set<std::int32_t> found[3];
  for (std::size_t i = 0; i < unit.rows; ++i) found[group[i]].insert(layout.island[i]);
  for (const std::int32_t island : found[0]) CHECK(found[1].count(island) == 0);
  for (const std::int32_t island : found[2])
    CHECK(found[0].count(island) + found[1].count(island) == 0);

  layout.island.assign(group.begin(), group.end());
  const Layout packed = fit_unit_square(layout);
  // Each group in a box of its own, the boxes' areas as their points, most of the square in use.
  float left[3], right[3], top[3], bottom[3], used = 0;
  for (std::size_t g = 0; g < 3; ++g) {
    left[g] = top[g] = 2;
    right[g] = bottom[g] = -1;
  }
  for (std::size_t i = 0; i < unit.rows; ++i) {
    const std::size_t g = group[i];
    left[g] = std::min(left[g], packed.x[i]);
    right[g] = std::max(right[g], packed.x[i]);
    top[g] = std::min(top[g], packed.y[i]);
    bottom[g] = std::max(bottom[g], packed.y[i]);
  }
  for (std::size_t g = 0; g < 3; ++g) {
    CHECK(left[g] >= 0);
    CHECK(right[g] <= 1);
    CHECK(top[g] >= 0);
    CHECK(bottom[g] <= 1);
    const float area = (right[g] - left[g]) * (bottom[g] - top[g]);
    used += area;
    CHECK(area / ((right[0] - left[0]) * (bottom[0] - top[0])) ==
          Approx(static_cast<double>(sizes[g]) / 400).epsilon(0.1));
    for (std::size_t other = 0; other < g; ++other)
      CHECK((right[g] < left[other] || right[other] < left[g] || bottom[g] < top[other] ||
             bottom[other] < top[g]));
  }
  CHECK(used > 0.5);
}

TEST_CASE("strays take little of the packed map") {
  Layout layout;
  for (int i = 0; i < 1000; ++i) {
    layout.x.push_back(static_cast<float>(i % 40));
    layout.y.push_back(static_cast<float>(i / 40));
    layout.island.push_back(0);
  }
  for (int stray = 1; stray <= 30; ++stray) {
    layout.x.push_back(1000.f * static_cast<float>(stray));
    layout.y.push_back(-500);
    layout.island.push_back(stray);
  }
  const Layout packed = fit_unit_square(layout);
  CHECK(packed.x[39] - packed.x[0] > 0.9f);
  for (std::size_t i = 1000; i < packed.x.size(); ++i) {
    CHECK((packed.x[i] >= 0 && packed.x[i] <= 1 && packed.y[i] >= 0 && packed.y[i] <= 1));
    CHECK(packed.y[i] > packed.y[999]);  // beyond the last row of the others
  }
}
