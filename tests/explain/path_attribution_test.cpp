#include "explain/path_attribution.h"

#include <numeric>

#include "base/error.h"
#include "explain/forward_session.h"
#include "tests/catch.h"
#include "tests/explain/measures/patch_model.h"

using namespace differentia;

// The network looks at rows and columns 4 … 7 of its 16×16 input alone.
TEST_CASE("a path's attribution lies where inputs differ and the network looks", "[attribution]") {
  const auto model = patch_model(10);
  std::vector<float> from(3 * 256, -0.5f), to = from;
  for (int c = 0; c < 3; ++c)
    for (int row = 0; row < 6; ++row)
      for (int column = 0; column < 16; ++column)
        to[static_cast<std::size_t>(c * 256 + row * 16 + column)] = 0.5f;
  PathAttribution path(model);
  const Target target = Target::difference(0, 1);
  const std::vector<float> map = path.run(from, to, target, 32);
  REQUIRE(map.size() == 256);
  for (int row = 0; row < 16; ++row)
    for (int column = 0; column < 16; ++column) {
      const bool counts = row >= 4 && row < 6 && column >= 4 && column < 8;
      CAPTURE(row, column);
      if (!counts) CHECK(map[static_cast<std::size_t>(row * 16 + column)] == 0);
    }
  ForwardSession forward(model, ForwardOptions{{}, true, 2});
  std::vector<float> both = from;
  both.insert(both.end(), to.begin(), to.end());
  const Matrix z = forward.run(both, 2).outputs;
  const double moved = (z.row(1)[0] - z.row(1)[1]) - (z.row(0)[0] - z.row(0)[1]);
  REQUIRE(std::abs(moved) > 1);
  CHECK(std::accumulate(map.begin(), map.end(), 0.0) == Approx(moved).epsilon(0.02));
  // The way back is the same with its sign turned.
  const std::vector<float> back = path.run(to, from, target, 32);
  for (std::size_t i = 0; i < map.size(); ++i) CHECK(back[i] == Approx(-map[i]).margin(1e-5));
}

TEST_CASE("inputs of another size and outputs that are not there are refused", "[attribution]") {
  PathAttribution path(patch_model(10));
  const std::vector<float> input(3 * 256), small(3 * 64);
  REQUIRE_THROWS_AS(path.run(small, input, Target::output(0), 4), InputError);
  REQUIRE_THROWS_AS(path.run(input, input, Target::output(99), 4), InputError);
  REQUIRE_THROWS_AS(path.run(input, input, Target::output(0), 0), InputError);
}
