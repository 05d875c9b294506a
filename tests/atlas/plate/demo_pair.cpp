#include "tests/atlas/plate/demo_pair.h"

#include <algorithm>

#include "atlas/store/reader.h"

namespace differentia::test {
namespace {

// Where a mark is set: in the subject's box, as of a bird that faces left.
struct Spot {
  double x, y, size;
};

Sighting sighting(const store::PhotoRecord& record, Side side, Spot spot, double look) {
  const auto facing = record.extra.find("facing");
  const bool right = facing != record.extra.end() && facing->second == "right";
  const Box& subject = record.subject;
  const double side_length = spot.size * std::max(subject.width, subject.height);
  Sighting out;
  out.photo = record.id;
  out.side = side;
  out.testing = true;
  out.place = {subject.x + subject.width * (right ? 1 - spot.x : spot.x),
               subject.y + subject.height * spot.y};
  out.box = {out.place.x - side_length / 2, out.place.y - side_length / 2, side_length,
             side_length};
  out.look = look;
  return out;
}

}  // namespace

DemoPair demo_pair() {
  const store::Reader atlas("data/demo/demo.atlas");
  DemoPair out;
  PairMarks& pair = out.pair;
  pair.tested = true;
  const char* names[] = {"Turdisca guttata", "Turdisca aurantia"};
  std::vector<store::PhotoRecord> photos[2];
  for (std::size_t side = 0; side < 2; ++side) {
    PairTaxon& taxon = pair.taxa[side];
    taxon.record = atlas.find_taxa(names[side]).at(0);
    photos[side] = atlas.photos_of_taxon(taxon.record.id);
    taxon.photos = taxon.testing = static_cast<int>(photos[side].size());
    taxon.told = {taxon.photos - static_cast<int>(side), taxon.photos};
  }
  const auto add = [&](Side carrier, Spot spot, MarkKind kind, const std::string& text) {
    Mark mark;
    mark.carrier = carrier;
    mark.kind = kind;
    mark.status = MarkStatus::kTested;
    mark.words.text = text;
    mark.place_x = spot.x;
    mark.place_y = spot.y;
    const std::vector<store::PhotoRecord>& own = photos[index(carrier)];
    const std::vector<store::PhotoRecord>& rival = photos[index(other(carrier))];
    for (std::size_t i = 0; i < own.size(); ++i)
      mark.sightings.push_back(
          sighting(own[i], carrier, spot, i + 1 < own.size() ? 0.9 - 0.04 * i : -0.3));
    for (std::size_t i = 0; i < rival.size(); ++i)
      mark.counterparts.push_back(sighting(rival[i], other(carrier), spot, -0.5));
    mark.seen = {static_cast<int>(own.size()) - 1, static_cast<int>(own.size())};
    mark.seen_other = {0, static_cast<int>(rival.size())};
    mark.changed_mind = {4, static_cast<int>(own.size()) - 1};
    return mark;
  };
  pair.marks.push_back(
      add(Side::kA, {0.2, 0.5, 0.22}, MarkKind::kState, "spotted breast (plain orange in B)"));
  pair.marks.push_back(add(Side::kB, {0.2, 0.5, 0.22}, MarkKind::kState, "orange breast"));
  pair.marks.push_back(add(Side::kA, {0.1, 0.2, 0.12}, MarkKind::kPresence, ""));
  pair.marks.push_back(
      add(Side::kA, {0.85, 0.7, 0.2}, MarkKind::kState, "dark tail, a little longer"));
  for (std::size_t i = 0; i < pair.marks.size(); ++i)
    pair.marks[i].number = static_cast<int>(i) + 1;
  pair.marks[2].status = MarkStatus::kNotTestable;
  pair.marks[2].why = "there is no other place of its size on the subject";
  pair.marks[3].flags.push_back("All photos that show it are of two observers.");
  pair.context.push_back(add(Side::kB, {0.9, 1.05, 0.3}, MarkKind::kPresence, ""));
  pair.context.back().on_subject = false;
  pair.context.back().number = 5;
  pair.decided = {21, 24};
  out.photos = plate_photos(atlas, pair, "data/demo");
  return out;
}

}  // namespace differentia::test
