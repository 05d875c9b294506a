#include "atlas/marks/book_region.h"

#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "tests/atlas/marks/planted_pair.h"
#include "tests/catch.h"

using namespace differentia;
using Catch::Matchers::Contains;
using differentia::planted::Pair;

TEST_CASE("a box drawn on one photo is found in the others by what it looks like", "[marks]") {
  Pair planted(12, 12);
  planted.plant_in_all(Side::kA, 3, 0.5f);
  const PairEvidence& pair = planted.evidence();
  const PairSpace space = pair_space(pair);
  BookRegion region;
  region.side = Side::kA;
  region.photo = 2;
  // The four positions that were planted: 20 × 20 pixels of the photo.
  region.box = {10.0 * Pair::column_of(2), 10.0 * Pair::row_of(2), 20, 20};
  const RegionInPhotos found = region_in_photos(pair, space, region, "");
  for (std::size_t i = 0; i < 12; ++i) {
    CAPTURE(i);
    REQUIRE(found[0][i].found);
    CHECK(Pair::within(found[0][i].row, Pair::row_of(i)));
    CHECK(Pair::within(found[0][i].column, Pair::column_of(i)));
    CHECK(overlap(found[0][i].box, {10.0 * Pair::column_of(i), 10.0 * Pair::row_of(i), 20, 20}) >
          0.2);
    CHECK(cv::countNonZero(found[0][i].mask) > 0);
    CHECK(found[0][i].coverage.size() == Pair::kCells);
    // B has nothing of the kind.
    CHECK_FALSE(found[1][i].found);
  }
  // The drawn one is as it was drawn.
  CHECK(overlap(found[0][2].box, region.box) == Approx(1));
}

TEST_CASE("a region that cannot be used: one sentence that says what to do", "[marks]") {
  Pair planted(6, 6);
  const PairSpace space = pair_space(planted.evidence());
  BookRegion region;
  region.part = "throat";
  CHECK_THROWS_WITH(region_in_photos(planted.evidence(), space, region, "/nowhere"),
                    Contains("throat") && Contains("--box"));
  region.part.clear();
  region.box = {200, 200, 10, 10};
  CHECK_THROWS_WITH(region_in_photos(planted.evidence(), space, region, ""),
                    Contains("covers nothing"));
}
