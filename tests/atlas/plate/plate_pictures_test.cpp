#include "atlas/plate/plate_pictures.h"

#include <algorithm>
#include <set>

#include "atlas/plate/photo_shelf.h"
#include "tests/atlas/plate/demo_pair.h"
#include "tests/catch.h"

using namespace differentia;

namespace {

bool inside(const Box& box, Size photo) {
  return box.x >= 0 && box.y >= 0 && box.x + box.width <= photo.width + 1e-9 &&
         box.y + box.height <= photo.height + 1e-9;
}

}  // namespace

TEST_CASE("Exemplars are of the right taxa, of one form and face one way") {
  const test::DemoPair demo = test::demo_pair();
  const PlatePictures pictures = plate_pictures(demo.pair, demo.photos);
  Facing shown[2];
  for (std::size_t side = 0; side < 2; ++side) {
    REQUIRE(pictures.exemplars[side]);
    const PlatePicture& picture = pictures.exemplars[side]->picture;
    const store::PhotoRecord& record = demo.photos.records.at(picture.photo);
    CHECK(record.taxon == demo.pair.taxa[side].record.id);
    CHECK(inside(picture.box, record.size));
    const Facing facing = facing_of(record);
    REQUIRE(facing != Facing::kUnknown);
    shown[side] =
        picture.mirrored ? (facing == Facing::kLeft ? Facing::kRight : Facing::kLeft) : facing;
    for (const ExemplarMark& mark : pictures.exemplars[side]->marks) {
      CHECK(index(mark.mark->carrier) == side);
      CHECK(mark.place.x >= 0);
      CHECK(mark.place.x + mark.place.width <= 1 + 1e-9);
      CHECK(mark.place.y >= 0);
      CHECK(mark.place.y + mark.place.height <= 1 + 1e-9);
    }
  }
  CHECK(shown[0] == shown[1]);
  CHECK(demo.photos.records.at(pictures.exemplars[0]->picture.photo).form ==
        demo.photos.records.at(pictures.exemplars[1]->picture.photo).form);
  CHECK(pictures.exemplars[0]->marks.size() == 3);
  CHECK(pictures.exemplars[1]->marks.size() == 1);
}

TEST_CASE(
    "A mark's pictures are of its carrier, of the other, and of a photo that speaks against it") {
  const test::DemoPair demo = test::demo_pair();
  const PlatePictures pictures = plate_pictures(demo.pair, demo.photos);
  REQUIRE(pictures.marks.size() == 4);
  CHECK(pictures.context.size() == 1);
  for (const MarkPictures& mark : pictures.marks) {
    const Side carrier = mark.mark->carrier;
    REQUIRE(mark.own);
    REQUIRE(mark.other);
    REQUIRE(mark.exception);
    CHECK(demo.photos.records.at(mark.own->photo).taxon == demo.pair.taxon(carrier).record.id);
    CHECK(demo.photos.records.at(mark.other->photo).taxon ==
          demo.pair.taxon(other(carrier)).record.id);
    CHECK(mark.exception_of_carrier);
    CHECK(mark.exception->photo == mark.mark->sightings.back().photo);  // the one with look < 0
  }
}

TEST_CASE("Where every photo agrees with a mark there is no exception") {
  test::DemoPair demo = test::demo_pair();
  for (Mark& mark : demo.pair.marks) mark.seen.with = mark.seen.of;
  for (const MarkPictures& mark : plate_pictures(demo.pair, demo.photos).marks)
    CHECK_FALSE(mark.exception);
}

TEST_CASE("At most so many marks of a side; what the test does not show is left out") {
  test::DemoPair demo = test::demo_pair();
  PictureOptions options;
  options.marks = 2;
  PlatePictures pictures = plate_pictures(demo.pair, demo.photos, options);
  CHECK(pictures.marks.size() == 3);
  CHECK(pictures.left_out == 1);
  demo.pair.marks[0].status = MarkStatus::kNotShown;
  pictures = plate_pictures(demo.pair, demo.photos, options);
  CHECK(pictures.marks.size() == 3);
  CHECK(pictures.left_out == 0);
  CHECK(pictures.marks.front().mark->number == 2);
}

TEST_CASE("Photos that cannot be read are passed over") {
  test::DemoPair demo = test::demo_pair();
  const std::int32_t first = plate_pictures(demo.pair, demo.photos).exemplars[0]->picture.photo;
  demo.photos.records.at(first).path = "gone.jpg";
  const PlatePictures pictures = plate_pictures(demo.pair, demo.photos);
  REQUIRE(pictures.exemplars[0]);
  CHECK(pictures.exemplars[0]->picture.photo != first);
}

TEST_CASE("A mirrored picture has its places mirrored") {
  PlatePicture picture;
  picture.box = {100, 50, 200, 100};
  const Box place{120, 60, 40, 20};
  CHECK(picture.place(place).x == Approx(0.1));
  picture.mirrored = true;
  CHECK(picture.place(place).x == Approx(0.7));
  CHECK(picture.place(place).y == Approx(0.1));
  CHECK(picture.place(place).width == Approx(0.2));
}
