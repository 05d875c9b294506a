#include "tests/atlas/store/small_atlas.h"

#include <filesystem>

namespace differentia::store {

double read_everything(const Reader& reader) {
  double sum = static_cast<double>(reader.hash().size());
  const auto photos = reader.photo_count();
  for (const auto& taxon : reader.taxa()) {
    sum += static_cast<double>(taxon.name.size() + reader.taxon(taxon.id).rivals.size());
    sum += static_cast<double>(reader.photos_of_taxon(taxon.id).size());
    for (const auto photo : reader.grid_photos(taxon.id)) sum += reader.photo(photo).logit;
    for (const auto value : reader.grids(taxon.id)) sum += static_cast<float>(value);
    for (const auto value : reader.grid_attributions(taxon.id)) sum += value;
    for (const auto value : reader.grid_subjects(taxon.id)) sum += value;
    sum += reader.map_of_taxon(taxon.id);
  }
  sum += static_cast<double>(reader.photos_with_status(PhotoStatus::kRepaired).size() +
                             reader.photos_with_status(PhotoStatus::kUsed).size());
  for (const auto& layer : reader.layers()) {
    for (const auto value : reader.centre(layer.id)) sum += value;
    for (const auto value : reader.scale(layer.id)) sum += value;
  }
  for (const auto& map : reader.maps()) {
    const auto points = reader.points(map.id);
    std::vector<int> of_photo(static_cast<std::size_t>(photos));
    for (const auto photo : points.photo) ++of_photo.at(static_cast<std::size_t>(photo));
    for (const auto value : reader.activations(map.id)) sum += static_cast<float>(value);
    for (const auto value : reader.concept_centroids(map.id)) sum += value;
    for (std::size_t level = 0; level < map.level_bins.size(); ++level) {
      const auto cells = reader.cells(map.id, level);
      for (std::size_t i = 0; i < cells.count.size(); ++i)
        sum += points.x.at(static_cast<std::size_t>(cells.medoid[i])) + cells.icon[i];
    }
    for (const auto& c : reader.concepts(map.id)) {
      if (c.medoid >= 0) sum += points.y.at(static_cast<std::size_t>(c.medoid));
      for (const auto& exemplar : reader.exemplars(c.id))
        sum += reader.photo(exemplar.photo).size.width;
    }
  }
  return sum;
}

}  // namespace differentia::store
