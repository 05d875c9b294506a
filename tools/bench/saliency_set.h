#pragma once

// Every saliency method, measured over a set of photos.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/statistics.h"
#include "explain/measures/measure.h"

namespace differentia {

// A method, or a map that knows nothing, over the photos.
struct SaliencyRow {
  std::string title;
  const Method* method = nullptr;  // null: a reference map
  std::vector<std::optional<MapMeasures>>
      photos{};           // by photo; none where it was not run or refused
  std::string refused{};  // why, where it was refused

  int count() const;  // photos measured
};

struct SaliencySet {
  std::string name;  // "demo world"
  int photos = 0;
  std::vector<std::int64_t> groups;  // the observation of each photo
  std::vector<SaliencyRow> rows;     // the references first: centre, random grid, random pixels
};

constexpr std::size_t kCentreRow = 0, kRandomGridRow = 1, kRandomPixelsRow = 2;

struct SaliencySetOptions {
  std::string name;
  std::string photos;  // CSV
  std::string model;
  // Empty: all of the registry, those of many passes over fewer photos. Methods asked for by name
  // are run over all photos, however long it takes.
  std::vector<std::string> methods;
  int count = 216;  // photos, as many of each taxon, none marked `train`
  int extra = 24;   // of these, photos with weights drawn at random and with two targets
  int threads = 2;
  std::uint64_t seed = 1;
};

// The target of each photo is its taxon's output. Throws InputError, UnknownName, Interrupted.
SaliencySet measure_saliency(const SaliencySetOptions& options,
                             const ProgressCallback& progress = {});

using MeasureField = double MapMeasures::*;

// Mean over the photos that have the field; NaN for none.
double mean_of(const SaliencyRow& row, MeasureField field);

// Mean of row − reference over the photos that have both, with its interval by bootstrap over
// observations.
Estimate paired_difference(const SaliencySet& set, const SaliencyRow& row,
                           const SaliencyRow& reference, MeasureField field);

}  // namespace differentia
