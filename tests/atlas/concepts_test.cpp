#include "atlas/concepts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <omp.h>

#include "atlas/concept_statistics.h"
#include "base/error.h"
#include "base/random.h"
#include "tests/catch.h"

using namespace differentia;

namespace {

constexpr int kSide = 8, kChannels = 24;
const GridGeometry kGrid{kSide, kSide, 10, 10, 5, 5};

// What stands at a position of every photo: a subject of two parts (left 1, right 2) in the middle
// of two grounds (upper 3, lower 0).
int planted_at(int row, int column) {
  const bool subject = row >= 2 && row < 6 && column >= 1 && column < 7;
  return subject ? (column < 4 ? 1 : 2) : row < 4 ? 3 : 0;
}

struct World {
  Positions positions;
  std::vector<ConceptPhoto> photos;
  std::vector<int> planted;  // of each position
};

World planted_world(int photos, bool masks = true, bool attributed = true) {
  Random random(11);
  std::vector<std::vector<double>> directions(4);
  for (auto& direction : directions)
    for (int c = 0; c < kChannels; ++c) direction.push_back(random.normal());
  World world;
  Positions& positions = world.positions;
  positions.channels = kChannels;
  positions.height = positions.width = kSide;
  positions.grid_photos = photos;
  positions.targets = attributed ? 1 : 0;
  for (int photo = 0; photo < photos; ++photo) {
    ConceptPhoto info;
    info.photo = photo;
    info.observation = photo / 2;  // two photos an observation
    info.tested = photo % 4 == 0;
    info.geometry = {{160, 80}, {80, 80}, 0.5, 1, 0, 0};
    if (masks) info.subject = Box{20, 20, 120, 40};
    world.photos.push_back(info);
    for (int row = 0; row < kSide; ++row)
      for (int column = 0; column < kSide; ++column) {
        const int what = planted_at(row, column);
        const bool subject = what == 1 || what == 2;
        world.planted.push_back(what);
        positions.photo.push_back(photo);
        positions.row.push_back(static_cast<std::uint16_t>(row));
        positions.column.push_back(static_cast<std::uint16_t>(column));
        for (const double value : directions[static_cast<std::size_t>(what)])
          positions.activation.push_back(static_cast<float>(value + 0.35 * random.normal()));
        if (attributed)
          positions.attribution.push_back(what == 2 ? 0.5f : what == 1 ? 0.25f : 0.01f);
        positions.subject.push_back(masks ? (subject ? 1.f : 0.f)
                                          : std::numeric_limits<float>::quiet_NaN());
      }
  }
  return world;
}

Normalisation normalisation_of(const Positions& positions) {
  NormalisationBuilder builder;
  builder.add(positions);
  return builder.build();
}

ConceptSet concepts_of(const World& world, const ConceptOptions& options = {}) {
  return find_concepts(world.positions, normalisation_of(world.positions), world.photos, kGrid,
                       options);
}

// Share of a concept's positions on what it shows most.
double purity(const World& world, const ConceptSet& set, std::int16_t number) {
  std::vector<double> counts(4, 0);
  double all = 0;
  for (std::size_t i = 0; i < world.planted.size(); ++i)
    if (set.concept_number[i] == number) {
      counts[static_cast<std::size_t>(world.planted[i])] += 1;
      all += 1;
    }
  return *std::max_element(counts.begin(), counts.end()) / all;
}

}  // namespace

TEST_CASE("planted parts are found, each concept in one of them") {
  for (const bool masks : {true, false}) {
    for (const bool attributed : {true, false}) {
      const World world = planted_world(40, masks, attributed);
      const ConceptSet set = concepts_of(world);
      INFO("masks " << masks << ", attributed " << attributed);
      REQUIRE(set.concepts.size() >= 4);
      CHECK(set.concepts.size() <= 40);
      std::set<int> shown;
      for (std::size_t k = 0; k < set.concepts.size(); ++k) {
        CHECK(set.concepts[k].record.number == static_cast<int>(k));
        CHECK(purity(world, set, static_cast<std::int16_t>(k)) > 0.9);
        shown.insert(world.planted[static_cast<std::size_t>(set.concepts[k].record.medoid)]);
      }
      CHECK(shown.count(1) == 1);  // both parts of the subject, and what lies around it
      CHECK(shown.count(2) == 1);
      CHECK(shown.size() >= 4);
    }
  }
}

TEST_CASE("concepts are ordered by attribution, above their thresholds, and found again") {
  const World world = planted_world(40);
  const ConceptSet set = concepts_of(world);
  for (std::size_t k = 1; k < set.concepts.size(); ++k)
    CHECK(set.concepts[k - 1].record.attribution.value >= set.concepts[k].record.attribution.value);
  for (std::size_t k = 0; k < set.centroids.rows; ++k) {
    double length = 0;
    for (const float value : set.centroids.row(k)) length += static_cast<double>(value) * value;
    CHECK(length == Approx(1).epsilon(1e-4));
  }
  std::vector<std::int64_t> counts(set.concepts.size(), 0);
  for (std::size_t i = 0; i < set.concept_number.size(); ++i) {
    if (set.concept_number[i] < 0) continue;
    const auto k = static_cast<std::size_t>(set.concept_number[i]);
    CHECK(set.similarity[i] >= set.concepts[k].record.threshold - 1e-6);
    ++counts[k];
  }
  for (std::size_t k = 0; k < counts.size(); ++k)
    CHECK(set.concepts[k].record.positions == counts[k]);
  const Matrix space =
      concept_space(normalisation_of(world.positions).apply(world.positions),
                    folded_places(world.positions, world.photos, kGrid), ConceptOptions().place);
  CHECK(assign_concepts(space, set) == set.concept_number);
}

TEST_CASE("parts that look much alike are told apart by where on the subject they are") {
  World world = planted_world(40);
  // One part above the other. Both have the same two looks, each one of them more often.
  Random random(5);
  for (std::size_t i = 0; i < world.planted.size(); ++i) {
    if (world.planted[i] != 1 && world.planted[i] != 2) continue;
    world.planted[i] = world.positions.row[i] < 4 ? 1 : 2;
    const std::size_t period = (random.uniform() < 0.75) == (world.planted[i] == 1) ? 3 : 4;
    for (std::size_t c = 0; c < kChannels; ++c)
      world.positions.activation[i * kChannels + c] =
          static_cast<float>(static_cast<double>(c % period) - 1 + 0.35 * random.normal());
  }
  const double explained =
      explained_by_place(world.positions, normalisation_of(world.positions), world.photos, kGrid);
  const auto least_pure_on_subject = [&](double factor) {
    ConceptOptions options;
    options.place = place_weight(std::vector<double>{explained}, factor);
    const ConceptSet set = concepts_of(world, options);
    double least = 1;
    for (std::size_t k = 0; k < set.concepts.size(); ++k)
      if (set.concepts[k].record.subject_share > 0.5)
        least = std::min(least, purity(world, set, static_cast<std::int16_t>(k)));
    return least;
  };
  CHECK(least_pure_on_subject(kPlaceFactor) > 0.9);
  CHECK(least_pure_on_subject(0) < 0.9);
}

TEST_CASE("prevalence, attribution, share and place of a concept whose positions are known") {
  const World world = planted_world(8);
  std::vector<std::int16_t> number(world.planted.size(), -1);
  std::vector<float> similarity(world.planted.size(), 0.1f);
  // Cells (3, 1) and (3, 4), on the subject, of photos 0, 1 and 2, and a ground cell of photo 4.
  for (const int photo : {0, 1, 2})
    for (const int column : {1, 4})
      number[static_cast<std::size_t>(photo * 64 + 3 * 8 + column)] = 0;
  number[4 * 64] = 0;
  similarity[1 * 64 + 3 * 8 + 4] = 0.9f;
  similarity[0 * 64 + 3 * 8 + 1] = 0.8f;
  similarity[2 * 64 + 3 * 8 + 1] = 0.7f;
  const auto statistics = concept_statistics(world.positions, number, similarity,
                                             std::vector<double>{0.05}, world.photos, kGrid, {});
  CHECK(statistics.prevalence_on_tested);
  REQUIRE(statistics.concepts.size() == 1);
  const auto& record = statistics.concepts[0].record;
  CHECK(record.positions == 7);
  CHECK(record.observations == 3);  // photos 0 and 1 are one observation
  // Tested photos 0 and 4, each of its own observation, both with the concept.
  const Estimate both = wilson(2, 2);
  CHECK(record.prevalence.value == both.value);
  CHECK(record.prevalence.low == both.low);
  // Three photos add 0.25 + 0.5, one 0.01, four nothing.
  CHECK(record.attribution.value == Approx((3 * 0.75 + 0.01) / 8));
  CHECK(record.attribution.low < record.attribution.value);
  CHECK(record.subject_share == Approx(6.0 / 7));
  CHECK(record.place_on_subject);
  // Cell (3, 1) is centred at (30, 35) of the photo, (3, 4) at (90, 35), (0, 0) at (10, 5); the box
  // is 120 × 40 at (20, 20).
  CHECK(record.place_x == Approx((3 * (10 + 70) - 10) / 120.0 / 7));
  CHECK(record.place_y == Approx((6 * 15 - 15) / 40.0 / 7));
  CHECK(record.medoid == 1 * 64 + 3 * 8 + 4);
  const auto& exemplars = statistics.concepts[0].exemplars;
  REQUIRE(exemplars.size() == 3);  // one of each observation
  CHECK(exemplars[0].photo == 1);
  CHECK(exemplars[0].row == 3);
  CHECK(exemplars[0].column == 4);
  CHECK(exemplars[0].attribution == Approx(0.75));
  CHECK(exemplars[2].photo == 4);
  CHECK(exemplars[2].rank == 2);
}

TEST_CASE("without tested photos prevalence speaks of all and says so; samples are not looked at") {
  World world = planted_world(6);
  for (auto& photo : world.photos) photo.tested = false;
  world.positions.grid_photos = 4;  // the last two photos are samples
  std::vector<std::int16_t> number(world.planted.size(), -1);
  number[0] = 0;
  number[5 * 64] = 0;
  const std::vector<float> similarity(world.planted.size(), 0.5f);
  const auto statistics = concept_statistics(world.positions, number, similarity,
                                             std::vector<double>{0.2}, world.photos, kGrid, {});
  CHECK_FALSE(statistics.prevalence_on_tested);
  CHECK(statistics.concepts[0].record.prevalence.value == 0.5);  // one of two observations
  CHECK(statistics.concepts[0].record.observations == 2);
  CHECK(statistics.concepts[0].exemplars.size() == 1);
}

TEST_CASE("few photos, equal activations, missing masks and attribution") {
  for (const int photos : {1, 2, 3}) {
    const World world = planted_world(photos, photos != 2, photos != 3);
    const ConceptSet set = concepts_of(world);
    CHECK(!set.concepts.empty());
    CHECK(set.concept_number.size() == world.planted.size());
  }
  World constant = planted_world(5);
  for (auto& value : constant.positions.activation) value = 1.f;
  const ConceptSet none = concepts_of(constant);
  CHECK(none.concepts.empty());
  CHECK(std::all_of(none.concept_number.begin(), none.concept_number.end(),
                    [](std::int16_t number) { return number == -1; }));

  CHECK(find_concepts({}, {}, {}, kGrid).concepts.empty());
  World unknown = planted_world(3);
  unknown.photos.pop_back();
  CHECK_THROWS_AS(concepts_of(unknown), InputError);
}

TEST_CASE("masks for only some photos: the others' positions belong to concepts all the same") {
  World world = planted_world(40);
  std::vector<bool> masked(world.photos.size());
  for (std::size_t photo = 0; photo < masked.size(); ++photo) {
    masked[photo] = photo / 2 % 2 == 0;  // every other observation
    if (!masked[photo]) world.photos[photo].subject.reset();
  }
  for (std::size_t i = 0; i < world.planted.size(); ++i)
    if (!masked[static_cast<std::size_t>(world.positions.photo[i])])
      world.positions.subject[i] = std::numeric_limits<float>::quiet_NaN();
  CHECK(!place_known(world.positions, world.photos));
  CHECK(place_known(planted_world(3).positions, planted_world(3).photos));
  ConceptOptions options;
  options.place = 2;
  CHECK(concepts_of(planted_world(40), options).place == 2);

  const ConceptSet set = concepts_of(world, options);
  CHECK(set.place == 0);
  REQUIRE(set.concepts.size() >= 4);
  double all_with = 0, all_without = 0;
  for (std::size_t k = 0; k < set.concepts.size(); ++k) {
    INFO("concept " << k);
    double with = 0, without = 0;
    for (std::size_t i = 0; i < set.concept_number.size(); ++i)
      if (set.concept_number[i] == static_cast<std::int16_t>(k))
        (masked[static_cast<std::size_t>(world.positions.photo[i])] ? with : without) += 1;
    if (with + without > 200)
      CHECK(without == Approx(with).epsilon(0.2));  // chance moves small ones
    all_with += with;
    all_without += without;
    const store::ConceptRecord& record = set.concepts[k].record;
    const int shown = world.planted[static_cast<std::size_t>(record.medoid)];
    // The share and the place are those of the photos with masks.
    CHECK(record.subject_share == Approx(shown == 1 || shown == 2 ? 1 : 0).margin(0.1));
    CHECK(record.place_on_subject);
    CHECK(std::isfinite(record.place_x));
  }
  CHECK(all_without == Approx(all_with).epsilon(0.05));
}

TEST_CASE("samples alone, as the map of all taxa has them, give concepts too") {
  World world = planted_world(40, false, false);
  world.positions.grid_photos = 0;
  CHECK(concepts_of(world).concepts.size() >= 4);
}

TEST_CASE("no more concepts than asked for") {
  ConceptOptions options;
  options.min_concepts = 2;
  options.max_concepts = 3;
  CHECK(concepts_of(planted_world(40), options).concepts.size() <= 3);
}

TEST_CASE("the same activations give the same concepts on any number of threads") {
  const World world = planted_world(30);
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  const ConceptSet one = concepts_of(world);
  omp_set_num_threads(2);
  const ConceptSet two = concepts_of(world);
  omp_set_num_threads(before);
  CHECK(one.centroids.values == two.centroids.values);
  CHECK(one.concept_number == two.concept_number);
  CHECK(one.similarity == two.similarity);
}
