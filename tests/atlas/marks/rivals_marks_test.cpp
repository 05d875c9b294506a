// Marks of one taxon in pairs made by hand: which are one thing, and against how many rivals they
// hold.

#include "atlas/marks/rivals_marks.h"

#include "tests/catch.h"

using namespace differentia;

namespace {

constexpr double kSide = 100;  // of a mark's box

// A mark of A with its box at `x` in photos `first` … `last`.
Mark mark_at(double x, int first, int last, const std::string& part = {}) {
  Mark mark;
  mark.status = MarkStatus::kTested;
  mark.words.part = part;
  mark.words.text = "white " + part + " (black in B)";
  mark.strength = 0.5;
  mark.seen = {30, 32};
  mark.seen_other = {2, 32};
  mark.changed_mind = {10, 30};
  for (int photo = first; photo <= last; ++photo) {
    Sighting sighting;
    sighting.photo = photo;
    sighting.box = {x + photo, 0, kSide, kSide};
    sighting.place = {x + photo + kSide / 2, kSide / 2};
    mark.sightings.push_back(sighting);
  }
  return mark;
}

Mark of_rival(Mark mark) {
  mark.carrier = Side::kB;
  return mark;
}

PairMarks pair_of(std::vector<Mark> marks) {
  PairMarks pair;
  pair.marks = std::move(marks);
  for (std::size_t m = 0; m < pair.marks.size(); ++m)
    pair.marks[m].number = static_cast<int>(m) + 1;
  return pair;
}

}  // namespace

TEST_CASE("the same place in the same photos", "[rivals]") {
  const Mark one = mark_at(0, 0, 9);
  CHECK(same_place(one, mark_at(0, 0, 9)) == 1);
  CHECK(same_place(one, mark_at(60, 0, 9)) == 0);  // boxes: 40 of 160; places: 60 of 100
  CHECK(same_place(one, mark_at(48, 0, 9)) == 1);  // boxes: 52 of 148, 0.35
  Mark near = mark_at(60, 0, 9), far = mark_at(48, 0, 9);
  for (Sighting& sighting : near.sightings) sighting.place.x -= 11;
  for (Sighting& sighting : far.sightings) sighting.place.x += 500;
  CHECK(same_place(one, near) == 1);               // by their places
  CHECK(same_place(one, far) == 1);                // by their boxes
  CHECK(same_place(one, mark_at(0, 7, 20)) == 1);  // of the photos that show both
  CHECK(same_place(one, mark_at(0, 8, 20)) == 0);  // two photos tell nothing
  Mark half = mark_at(0, 0, 9);
  for (std::size_t i = 0; i < 5; ++i) half.sightings[i].box.x = half.sightings[i].place.x = 500;
  CHECK(same_place(one, half) == 0.5);
}

TEST_CASE("marks at one place are put together across rivals, and counted over them", "[rivals]") {
  Mark weak = mark_at(10, 0, 9);
  weak.strength = 0.2;
  weak.seen = {20, 32};
  weak.changed_mind = {12, 24};
  weak.seen_other = {5, 30};
  weak.words.text = "pale breast (dark in C)";
  const std::vector<PairMarks> pairs{pair_of({mark_at(0, 0, 9), mark_at(500, 0, 9)}),
                                     pair_of({mark_at(900, 0, 9), weak})};
  const RivalsMarks result = marks_against_rivals(pairs);
  REQUIRE(result.marks.size() == 3);
  const SharedMark& both = result.marks[0];
  CHECK(both.holds == 2);
  REQUIRE(both.against.size() == 2);
  CHECK(both.against[0].mark == &pairs[0].marks[0]);
  CHECK(both.against[1].mark == &pairs[1].marks[1]);
  CHECK(both.strongest == &pairs[0].marks[0]);
  CHECK(both.strength == 0.2);
  CHECK(both.seen.with == 20);
  CHECK(both.seen_other.with == 7);
  CHECK(both.seen_other.of == 62);
  CHECK(both.changed_mind.with == 10);
  CHECK(both.changed_mind.of == 30);
  for (std::size_t m = 1; m < 3; ++m) {
    CHECK(result.marks[m].holds == 1);
    CHECK(result.marks[m].against.size() == 1);
  }
}

TEST_CASE("what the test does not show holds against nobody, but is named with what does",
          "[rivals]") {
  Mark unshown = mark_at(0, 0, 9), alone = mark_at(500, 0, 9), untestable = mark_at(900, 0, 9);
  unshown.status = alone.status = MarkStatus::kNotShown;
  untestable.status = MarkStatus::kNotTestable;
  unshown.strength = 3;  // says nothing where it does not hold
  const std::vector<PairMarks> pairs{pair_of({mark_at(0, 0, 9), untestable}),
                                     pair_of({unshown, alone})};
  const RivalsMarks result = marks_against_rivals(pairs);
  REQUIRE(result.marks.size() == 3);
  CHECK(result.marks[0].holds == 1);
  CHECK(result.marks[0].against.size() == 2);
  CHECK(!result.marks[0].against[1].holds);
  CHECK(result.marks[0].strongest == &pairs[0].marks[0]);
  CHECK(result.marks[0].strength == 0.5);
  CHECK(result.marks[0].seen_other.of == 32);
  CHECK(result.marks[1].holds == 0);
  CHECK(result.marks[1].strongest != nullptr);
  CHECK(result.marks[2].holds == 0);
}

TEST_CASE("untested marks hold where they are no chance", "[rivals]") {
  Mark good = mark_at(0, 0, 9), chance = mark_at(0, 0, 9);
  good.status = chance.status = MarkStatus::kUntested;
  good.difference_q = good.attribution_q = chance.attribution_q = 0.01;
  chance.difference_q = 0.2;
  const std::vector<PairMarks> pairs{pair_of({good}), pair_of({chance})};
  const RivalsMarks result = marks_against_rivals(pairs);
  REQUIRE(result.marks.size() == 1);
  CHECK(result.marks[0].holds == 1);
  CHECK(result.marks[0].against[0].holds);
}

TEST_CASE("one thing: at one place in half of the photos, and not named as two parts", "[rivals]") {
  // At one place in `photos` of ten.
  const auto partly = [](std::size_t photos) {
    Mark mark = mark_at(0, 0, 9);
    for (std::size_t i = photos; i < 10; ++i)
      mark.sightings[i].box.x = mark.sightings[i].place.x = 500;
    return mark;
  };
  const auto groups = [](const Mark& one, const Mark& two) {
    const std::vector<PairMarks> pairs{pair_of({one}), pair_of({two})};
    return marks_against_rivals(pairs).marks.size();
  };
  CHECK(groups(mark_at(0, 0, 9), partly(5)) == 1);
  CHECK(groups(mark_at(0, 0, 9), partly(4)) == 2);
  CHECK(groups(mark_at(0, 0, 9, "crown"), mark_at(0, 0, 9, "crown")) == 1);
  CHECK(groups(mark_at(0, 0, 9, "crown"), mark_at(0, 0, 9, "face")) == 2);
  CHECK(groups(mark_at(0, 0, 9, "crown"), mark_at(0, 0, 9, "")) == 1);
}

TEST_CASE("one pair's marks stay two, whatever lies between them", "[rivals]") {
  // The second pair's mark overlaps both of the first pair's; it goes with the better.
  const std::vector<PairMarks> pairs{pair_of({mark_at(0, 0, 9), mark_at(40, 0, 9)}),
                                     pair_of({mark_at(35, 0, 9)})};
  const RivalsMarks result = marks_against_rivals(pairs);
  REQUIRE(result.marks.size() == 2);
  CHECK(result.marks[0].holds == 2);
  CHECK(result.marks[0].against[1].mark == &pairs[1].marks[0]);
  CHECK(result.marks[1].holds == 1);
}

TEST_CASE("a rival's own marks are told by absence; context cues stand apart", "[rivals]") {
  Mark refused = of_rival(mark_at(0, 0, 9));
  refused.status = MarkStatus::kNotShown;
  std::vector<PairMarks> pairs{pair_of({of_rival(mark_at(0, 0, 9)), refused}),
                               pair_of({mark_at(0, 0, 9)})};
  pairs[0].context = {mark_at(700, 0, 9), of_rival(mark_at(800, 0, 9))};
  const RivalsMarks result = marks_against_rivals(pairs);
  REQUIRE(result.absent.size() == 2);
  REQUIRE(result.absent[0].size() == 1);
  CHECK(result.absent[0][0] == &pairs[0].marks[0]);
  CHECK(result.absent[1].empty());
  CHECK(result.marks.size() == 1);
  REQUIRE(result.context.size() == 1);
  CHECK(result.context[0].strongest == &pairs[0].context[0]);
}

TEST_CASE("no pairs, no marks", "[rivals]") {
  CHECK(marks_against_rivals({}).marks.empty());
  const std::vector<PairMarks> pairs{pair_of({})};
  CHECK(marks_against_rivals(pairs).marks.empty());
}

TEST_CASE("a mark's own words leave the other out", "[rivals]") {
  CHECK(own_words(mark_at(0, 0, 1, "breast")) == "white breast");
  CHECK(own_words(Mark()).empty());
}
