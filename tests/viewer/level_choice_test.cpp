#include "viewer/level_choice.h"

#include <vector>

#include "tests/catch.h"

using namespace differentia::viewer;

namespace {

const std::vector<std::int32_t> kBins{8, 16, 32, 64, 128};

}  // namespace

TEST_CASE("the finest level with comfortable tiles is shown") {
  CHECK(choose_level(kBins, 700) == 1);  // 700 / 16 = 44 px; 700 / 32 = 22 px is too small
  CHECK(choose_level(kBins, 768) == 2);  // 24 px
  CHECK(choose_level(kBins, 100) == 0);  // nothing is comfortable: the coarsest
  CHECK(choose_level(kBins, 1e6) == 4);  // nothing finer to be had
}

TEST_CASE("tiles are never smaller than 12 px while there is a coarser level") {
  for (double scale = 100; scale < 1e5; scale *= 1.01) {
    const std::size_t level = choose_level(kBins, scale);
    CHECK((level == 0 || scale / kBins[level] >= 12));
    for (std::size_t shown = 0; shown < kBins.size(); ++shown) {
      const std::size_t followed = follow_level(kBins, scale, shown);
      CHECK((followed == 0 || scale / kBins[followed] >= 12));
    }
  }
}

TEST_CASE("a level shown stays while somebody zooms to and fro about its limit") {
  const double limit = 24.0 * 64;
  const std::size_t finer = follow_level(kBins, limit * 1.02, 2);
  CHECK(finer == 2);  // coarser tiles are just above 48 px: still good
  CHECK(follow_level(kBins, limit * 1.3, finer) == 3);
  CHECK(follow_level(kBins, limit * 0.97, 3) == 3);
  CHECK(follow_level(kBins, limit * 0.7, 3) == 2);
  CHECK(follow_level(kBins, limit * 0.97, 99) == choose_level(kBins, limit * 0.97));
}
