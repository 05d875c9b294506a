#include "atlas/plate/same_place.h"

#include <algorithm>
#include <cmath>

#include "tests/atlas/plate/demo_pair.h"
#include "tests/catch.h"

using namespace differentia;

namespace {

// Of the places, how far they lie from where the demo's marks are set, of the subject's longer
// side: the median.
double median_miss(const std::vector<Sighting>& places, const std::vector<Sighting>& truth) {
  std::vector<double> misses;
  for (std::size_t i = 0; i < places.size(); ++i)
    misses.push_back(
        std::hypot(places[i].place.x - truth[i].place.x, places[i].place.y - truth[i].place.y) /
        (truth[i].box.width / 0.22));
  std::sort(misses.begin(), misses.end());
  return misses[misses.size() / 2];
}

}  // namespace

TEST_CASE("Where masks tell, the other's place is that of the mark, wherever the model looked") {
  const test::DemoPair demo = test::demo_pair();
  Mark mark = demo.pair.marks[0];  // on the breast, also of birds that face right
  const std::vector<Sighting> truth = mark.counterparts;
  for (Sighting& one : mark.counterparts) one.place = {1, 1};
  SamePlace same_place(demo.photos);
  const std::vector<Sighting> moved = same_place.counterparts(mark, 24);
  REQUIRE(moved.size() == truth.size());
  CHECK(median_miss(mark.counterparts, truth) > 0.4);
  CHECK(median_miss(moved, truth) < 0.12);
  CHECK(same_place.counterparts(mark, 3).size() == 3);
}

TEST_CASE("Without masks, and beside the organism, the other's place is the model's") {
  test::DemoPair demo = test::demo_pair();
  const auto unmoved = [&](const Mark& mark) {
    SamePlace same_place(demo.photos);
    const std::vector<Sighting> places = same_place.counterparts(mark, 24);
    return std::equal(places.begin(), places.end(), mark.counterparts.begin(),
                      [](const Sighting& a, const Sighting& b) {
                        return a.place.x == b.place.x && a.place.y == b.place.y;
                      });
  };
  CHECK(!unmoved(demo.pair.marks[0]));
  CHECK(unmoved(demo.pair.context[0]));
  // Two subjects of the carrier are too few.
  Mark few = demo.pair.marks[0];
  few.sightings.resize(2);
  CHECK(unmoved(few));
  for (auto& [id, record] : demo.photos.records) record.mask.clear();
  CHECK(unmoved(demo.pair.marks[0]));
}
