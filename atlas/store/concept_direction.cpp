#include "atlas/store/concept_direction.h"

#include <cmath>

#include <fmt/format.h>

namespace differentia::store {

ConceptDirection concept_direction(const Reader& atlas, std::int32_t map, std::int32_t number) {
  const MapRecord record = atlas.map(map);
  const auto layer = static_cast<std::size_t>(record.layer);
  const auto centre = atlas.centre(record.layer), scale = atlas.scale(record.layer);
  const std::size_t channels = centre.size(), columns = channels + kPlaceColumns;
  const auto centroids = atlas.concept_centroids(map);
  const std::size_t concepts = centroids.size() / columns;
  if (number < 0 || static_cast<std::size_t>(number) >= concepts) {
    throw InputError(fmt::format("There is no concept {} of {}; it has {}, counted from 0.", number,
                                 record.taxon < 0 ? "all taxa" : atlas.taxon(record.taxon).name,
                                 concepts));
  }
  const auto looks = centroids.subspan(static_cast<std::size_t>(number) * columns, channels);
  double squares = 0;
  for (const float value : looks) squares += static_cast<double>(value) * value;
  ConceptDirection result;
  result.layer = atlas.layers().at(layer).path;
  result.centre.assign(centre.begin(), centre.end());
  result.scale.assign(scale.begin(), scale.end());
  const double length = squares > 0 ? std::sqrt(squares) : 1;
  for (const float value : looks) result.direction.push_back(static_cast<float>(value / length));
  return result;
}

}  // namespace differentia::store
