#include "atlas/concept_space.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "atlas/concepts.h"
#include "base/error.h"

namespace differentia {
namespace {

struct FoldedPlace {
  double across = 0, down = 0;  // from the middle of the bounding box, in its sides
};

FoldedPlace folded_place(const ConceptPhoto& photo, Point centre) {
  if (!photo.subject || photo.subject->width <= 0 || photo.subject->height <= 0) return {};
  const Box& box = *photo.subject;
  const Point at = photo.geometry.to_photo(centre);
  return {std::min(0.5, std::abs((at.x - box.x) / box.width - 0.5)),
          std::clamp((at.y - box.y) / box.height - 0.5, -0.5, 0.5)};
}

}  // namespace

Matrix concept_space(const Positions& positions, const Normalisation& normalisation,
                     gsl::span<const ConceptPhoto> photos, const GridGeometry& grid,
                     double place_weight) {
  const Matrix unit = normalisation.apply(positions);
  std::map<std::int32_t, const ConceptPhoto*> by_number;
  for (const ConceptPhoto& photo : photos) by_number[photo.photo] = &photo;
  Matrix result(unit.rows, unit.columns + store::kPlaceColumns);
  for (std::size_t i = 0; i < unit.rows; ++i) {
    const auto photo = by_number.find(positions.photo[i]);
    if (photo == by_number.end())
      throw InputError("Positions of photo " + std::to_string(positions.photo[i]) +
                       " were given, but nothing is said of that photo.");
    const auto activation = unit.row(i);
    if (std::all_of(activation.begin(), activation.end(), [](float v) { return v == 0; })) continue;
    const FoldedPlace place =
        folded_place(*photo->second, grid.centre(positions.row[i], positions.column[i]));
    const double across = place_weight * place.across, down = place_weight * place.down;
    const double length = std::sqrt(1 + across * across + down * down);
    const auto row = result.row(i);
    for (std::size_t c = 0; c < unit.columns; ++c)
      row[c] = static_cast<float>(activation[c] / length);
    row[unit.columns] = static_cast<float>(across / length);
    row[unit.columns + 1] = static_cast<float>(down / length);
  }
  return result;
}

}  // namespace differentia
