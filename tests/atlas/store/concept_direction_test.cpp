#include "atlas/store/concept_direction.h"

#include <cmath>

#include "tests/atlas/store/small_atlas.h"
#include "tests/atlas/store/synthetic/synthetic_atlas.h"
#include "tests/atlas/store/test_folder.h"
#include "tests/catch.h"

using namespace differentia;
using namespace differentia::store;

TEST_CASE("a concept's direction is its centroid's looks, without its place, of unit length") {
  const TestFolder folder("concept_direction");
  const std::string path = folder / "small.atlas";
  make_synthetic_atlas(path, small_options());
  const Reader atlas(path);
  for (const std::int32_t map : {atlas.map_of_taxon(1), atlas.map_of_taxon(-1)}) {
    const MapRecord record = atlas.map(map);
    const auto centre = atlas.centre(record.layer), scale = atlas.scale(record.layer);
    const auto centroids = atlas.concept_centroids(map);
    for (const std::int32_t number : {0, 2}) {
      const ConceptDirection found = concept_direction(atlas, map, number);
      CHECK(found.layer == atlas.layers()[static_cast<std::size_t>(record.layer)].path);
      REQUIRE(found.direction.size() == centre.size());
      CHECK(std::equal(centre.begin(), centre.end(), found.centre.begin(), found.centre.end()));
      CHECK(std::equal(scale.begin(), scale.end(), found.scale.begin(), found.scale.end()));
      double squares = 0, along = 0, looks = 0;
      const auto row = centroids.subspan(
          static_cast<std::size_t>(number) * (centre.size() + kPlaceColumns), centre.size());
      for (std::size_t c = 0; c < row.size(); ++c) {
        squares += found.direction[c] * found.direction[c];
        along += found.direction[c] * row[c];
        looks += row[c] * row[c];
      }
      CHECK(squares == Approx(1));
      CHECK(along == Approx(std::sqrt(looks)));
    }
  }
  CHECK_THROWS_AS(concept_direction(atlas, 0, 3), InputError);
  CHECK_THROWS_WITH(concept_direction(atlas, 0, -1), Catch::Matchers::Contains("counted from 0"));
}
