#pragma once

// The 2-D map: UMAP (McInnes, Healy, Melville 2018) over cosine neighbours. The same vectors and
// options give the same map, whatever the number of threads and however often it runs.

#include <cstdint>
#include <vector>

#include "atlas/neighbours.h"
#include "base/matrix.h"
#include "base/progress.h"

namespace differentia {

struct LayoutOptions {
  int neighbours = 50;     // 50 for a map of all taxa, 20 for one taxon's
  double min_dist = 0.05;  // 0.05 for a map of all taxa, 0.01 for one taxon's
  double spread = 1;
  int epochs = 0;            // 0: 500 up to 10,000 points, 200 above
  int negative_samples = 5;  // repulsions per attraction
  double learning_rate = 1;
  int threads = 0;  // 0: all cores; changes nothing but the time
  std::uint64_t seed = 1;

  static LayoutOptions all_taxa() { return {}; }
  static LayoutOptions one_taxon() {
    LayoutOptions options;
    options.neighbours = 20;
    options.min_dist = 0.01;
    return options;
  }
};

// As many points as rows were given.
struct Layout {
  std::vector<float> x, y;
  // The island of each point, numbered from 0 by their first points; empty: all are one. Islands
  // lie so far apart that hardly anything but repulsion says how far: no edge of the neighbours'
  // graph joins them, or too few and weak ones to hold them.
  std::vector<std::int32_t> island{};
};

// `unit`: rows of unit length. Any number of rows: none gives none, one gives (0, 0).
Layout lay_out(const Matrix& unit, const LayoutOptions& options = {},
               const ProgressCallback& progress = {});

// The same from neighbours that are there already (at least options.neighbours − 1 of each, else
// all there are are used). `unit` serves the initialisation only.
Layout lay_out(const Matrix& unit, const Neighbours& neighbours, const LayoutOptions& options = {},
               const ProgressCallback& progress = {});

// Into the unit square, both axes by one factor so that the map keeps its shape: the middle `1 − 2
// · clip` of the points along the longer axis spans 0…1, the shorter axis is centred, points beyond
// come to lie on the border. Several islands are each fitted so by themselves and packed side by
// side (pack_rectangles.h), on areas in proportion to their points.
Layout fit_unit_square(const Layout& layout, double clip = 0.01);

}  // namespace differentia
