#include "atlas/marks/pair_space.h"

#include <algorithm>
#include <string>
#include <utility>

#include "atlas/concepts.h"

namespace differentia {
namespace {

// What places are worked out from.
Positions positions_of(const PairEvidence& pair, const PairSide& side) {
  const int height = pair.layer.grid.height, width = pair.layer.grid.width;
  Positions positions;
  positions.channels = pair.layer.channels;
  positions.height = height;
  positions.width = width;
  positions.grid_photos = static_cast<int>(side.photos.size());
  for (const PairPhoto& photo : side.photos) {
    for (int row = 0; row < height; ++row) {
      for (int column = 0; column < width; ++column) {
        positions.photo.push_back(photo.record.id);
        positions.row.push_back(static_cast<std::uint16_t>(row));
        positions.column.push_back(static_cast<std::uint16_t>(column));
      }
    }
  }
  positions.activation.assign(side.activation.begin(), side.activation.end());
  return positions;
}

std::vector<ConceptPhoto> concept_photos(const PairSide& side) {
  std::vector<ConceptPhoto> photos;
  for (const PairPhoto& photo : side.photos) {
    ConceptPhoto one;
    one.photo = photo.record.id;
    one.observation = photo.observation;
    one.geometry = photo.geometry;
    if (photo.record.subject.width > 0) one.subject = photo.record.subject;
    photos.push_back(std::move(one));
  }
  return photos;
}

}  // namespace

PairSpace pair_space(const PairEvidence& pair) {
  PairSpace result;
  for (std::size_t s = 0; s < 2; ++s) {
    const PairSide& side = pair.sides[s];
    const Positions positions = positions_of(pair, side);
    result.looks[s] = pair.normalisation.apply(positions);
    result.places[s] = folded_places(positions, concept_photos(side), pair.layer.grid);
    result.space[s] = concept_space(result.looks[s], result.places[s], pair.place_weight);
  }
  return result;
}

Matrix rows_of(const Matrix& all, const std::vector<std::size_t>& positions) {
  Matrix rows(positions.size(), all.columns);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const auto row = all.row(positions[i]);
    std::copy(row.begin(), row.end(), rows.row(i).begin());
  }
  return rows;
}

std::vector<std::size_t> half_positions(const PairEvidence& pair, Side side, bool testing) {
  std::vector<std::size_t> positions;
  const auto& photos = pair.side(side).photos;
  for (std::size_t i = 0; i < photos.size(); ++i) {
    if (photos[i].testing != testing) continue;
    for (std::size_t p = 0; p < pair.cells(); ++p) positions.push_back(i * pair.cells() + p);
  }
  return positions;
}

}  // namespace differentia
