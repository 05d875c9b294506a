#include "atlas/neighbours.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include <faiss/IndexFlat.h>
#include <faiss/IndexIVFFlat.h>

namespace differentia {
namespace {

constexpr std::size_t kBatch = 4096;  // queries searched at once; fixed, so that results are too

using Id = faiss::Index::idx_t;

// Leaves out the row itself and orders equal similarities by index.
void keep_row(std::size_t row, gsl::span<const Id> ids, gsl::span<const float> similarities,
              Neighbours& result) {
  std::vector<std::pair<float, Id>> found;
  found.reserve(ids.size());
  for (std::size_t j = 0; j < ids.size(); ++j)
    if (ids[j] >= 0 && ids[j] != static_cast<Id>(row)) found.emplace_back(similarities[j], ids[j]);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  for (std::size_t j = 0; j < result.k; ++j) {
    const bool there = j < found.size();
    result.index[row * result.k + j] = there ? static_cast<std::int32_t>(found[j].second) : -1;
    result.similarity[row * result.k + j] = there ? found[j].first : -1.f;
  }
}

}  // namespace

Neighbours find_neighbours(const Matrix& unit, const NeighbourOptions& options,
                           const ProgressCallback& progress) {
  Neighbours result;
  result.rows = unit.rows;
  result.k = unit.rows > 0 ? std::min(options.k, unit.rows - 1) : 0;
  result.index.resize(result.rows * result.k);
  result.similarity.resize(result.rows * result.k);
  if (result.k == 0) return result;

  const int d = static_cast<int>(unit.columns);
  const auto total = static_cast<std::int64_t>(unit.rows);
  faiss::IndexFlatIP flat(d);
  std::unique_ptr<faiss::IndexIVFFlat> lists;
  faiss::Index* index = &flat;
  if (unit.rows > options.exact_up_to) {
    const auto count = static_cast<std::size_t>(4 * std::sqrt(static_cast<double>(unit.rows)));
    lists = std::make_unique<faiss::IndexIVFFlat>(&flat, d, count, faiss::METRIC_INNER_PRODUCT);
    lists->cp.seed = static_cast<int>(options.seed & 0x7fffffff);
    lists->cp.spherical = true;
    lists->cp.min_points_per_centroid = 1;  // else FAISS prints a warning
    lists->cp.max_points_per_centroid = 256;
    lists->nprobe = static_cast<std::size_t>(std::max(1, options.probes));
    lists->train(total, unit.values.data());
    index = lists.get();
  }
  index->add(total, unit.values.data());

  const std::size_t asked = result.k + 1;
  std::vector<Id> ids(kBatch * asked);
  std::vector<float> similarities(kBatch * asked);
  for (std::size_t first = 0; first < unit.rows; first += kBatch) {
    report(progress, {"finding neighbours", static_cast<std::int64_t>(first), total, "points", ""});
    const std::size_t batch = std::min(kBatch, unit.rows - first);
    index->search(static_cast<Id>(batch), unit.values.data() + first * unit.columns,
                  static_cast<Id>(asked), similarities.data(), ids.data());
    for (std::size_t i = 0; i < batch; ++i)
      keep_row(first + i, {ids.data() + i * asked, asked}, {similarities.data() + i * asked, asked},
               result);
  }
  return result;
}

}  // namespace differentia
