#include "atlas/concept_space.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>

#include "atlas/concepts.h"
#include "atlas/store/records.h"
#include "base/error.h"

namespace differentia {
namespace {

constexpr int kAcross = 3, kDown = 5;  // bins; about half as many positions of a subject are in one
constexpr double kLeastRows = 6;       // of a bin that has a mean of its own

FoldedPlace folded_place(const ConceptPhoto& photo, Point centre) {
  if (!photo.subject || photo.subject->width <= 0 || photo.subject->height <= 0) return {};
  const Box& box = *photo.subject;
  const Point at = photo.geometry.to_photo(centre);
  return {std::min(0.5, std::abs((at.x - box.x) / box.width - 0.5)),
          std::clamp((at.y - box.y) / box.height - 0.5, -0.5, 0.5)};
}

std::size_t bin_of(const FoldedPlace& place) {
  const int across = std::min(kAcross - 1, static_cast<int>(2 * place.across * kAcross));
  const int down = std::min(kDown - 1, static_cast<int>((place.down + 0.5) * kDown));
  return static_cast<std::size_t>(across * kDown + down);
}

// Mean rows of some bins, and of all rows where a bin has too few.
struct BinMeans {
  std::array<std::vector<double>, kAcross * kDown> bins;
  std::vector<double> all;
};

BinMeans means(const Matrix& unit, gsl::span<const FoldedPlace> places,
               const std::vector<std::size_t>& rows) {
  BinMeans result;
  std::array<double, kAcross * kDown> counts{};
  result.all.assign(unit.columns, 0);
  for (auto& bin : result.bins) bin.assign(unit.columns, 0);
  for (const std::size_t i : rows) {
    const std::size_t b = bin_of(places[i]);
    counts[b] += 1;
    const auto row = unit.row(i);
    for (std::size_t c = 0; c < unit.columns; ++c) {
      result.bins[b][c] += row[c];
      result.all[c] += row[c];
    }
  }
  for (double& value : result.all) value /= std::max<double>(1, static_cast<double>(rows.size()));
  for (std::size_t b = 0; b < result.bins.size(); ++b) {
    if (counts[b] < kLeastRows) {
      result.bins[b] = result.all;
    } else {
      for (double& value : result.bins[b]) value /= counts[b];
    }
  }
  return result;
}

}  // namespace

std::vector<FoldedPlace> folded_places(const Positions& positions,
                                       gsl::span<const ConceptPhoto> photos,
                                       const GridGeometry& grid) {
  std::map<std::int32_t, const ConceptPhoto*> by_number;
  for (const ConceptPhoto& photo : photos) by_number[photo.photo] = &photo;
  std::vector<FoldedPlace> places;
  places.reserve(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const auto photo = by_number.find(positions.photo[i]);
    if (photo == by_number.end())
      throw InputError("Positions of photo " + std::to_string(positions.photo[i]) +
                       " were given, but nothing is said of that photo.");
    places.push_back(
        folded_place(*photo->second, grid.centre(positions.row[i], positions.column[i])));
  }
  return places;
}

double explained_by_place(const Matrix& unit, gsl::span<const FoldedPlace> places,
                          const std::vector<bool>& chosen,
                          gsl::span<const std::int64_t> observations) {
  std::map<std::int64_t, std::size_t> order;
  std::array<std::vector<std::size_t>, 2> halves;
  for (std::size_t i = 0; i < unit.rows; ++i) {
    const std::size_t number = order.emplace(observations[i], order.size()).first->second;
    if (chosen[i]) halves[number % 2].push_back(i);
  }
  double variance = 0, left = 0;
  for (std::size_t half = 0; half < 2; ++half) {
    const BinMeans mean = means(unit, places, halves[half]);
    for (const std::size_t i : halves[1 - half]) {
      const auto row = unit.row(i);
      const std::vector<double>& own = mean.bins[bin_of(places[i])];
      for (std::size_t c = 0; c < unit.columns; ++c) {
        variance += (row[c] - mean.all[c]) * (row[c] - mean.all[c]);
        left += (row[c] - own[c]) * (row[c] - own[c]);
      }
    }
  }
  return variance > 0 ? std::max(0.0, 1 - left / variance) : 0;
}

Matrix concept_space(const Matrix& unit, gsl::span<const FoldedPlace> places, double weight) {
  Matrix result(unit.rows, unit.columns + store::kPlaceColumns);
  for (std::size_t i = 0; i < unit.rows; ++i) {
    const auto activation = unit.row(i);
    if (std::all_of(activation.begin(), activation.end(), [](float v) { return v == 0; })) continue;
    const double across = weight * places[i].across, down = weight * places[i].down;
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
