#include "atlas/build_taxon.h"

#include <limits>
#include <map>
#include <stdexcept>

#include "explain/model_card.h"

namespace differentia {
namespace {

constexpr char kSamples[] = "samples";  // at the layer, beyond the whole grids
constexpr char kDeep[] = "deep";

store::PhotoRecord photo_record(const PhotoSet& set, const PhotoEntry& entry,
                                const PhotoOutcome& outcome) {
  store::PhotoRecord record;
  record.path = entry.path;
  record.mask = entry.mask;
  record.status = static_cast<store::PhotoStatus>(outcome.status);
  record.reason = outcome.reason;
  record.size = {outcome.width, outcome.height};
  record.split = entry.split;
  record.form = entry.form;
  record.observation = entry.observation;
  record.observer = entry.observer;
  record.date = entry.date;
  record.latitude = entry.latitude;
  record.longitude = entry.longitude;
  record.licence = entry.licence;
  record.credit = entry.credit;
  record.url = entry.url;
  for (std::size_t i = 0; i < entry.extra.size(); ++i)
    record.extra.emplace(set.extra_columns[i], entry.extra[i]);
  record.predicted = outcome.predicted;
  record.logit =
      outcome.logits.empty() ? std::numeric_limits<double>::quiet_NaN() : outcome.logits.front();
  record.residual = outcome.residual;
  record.steps = outcome.steps;
  record.subject = outcome.subject;
  return record;
}

// Rows from `first` on.
store::WorkPositions rows_after(const Positions& positions, std::size_t first) {
  const auto from = [](const auto& values, std::size_t start) {
    return std::decay_t<decltype(values)>(values.begin() + static_cast<std::ptrdiff_t>(start),
                                          values.end());
  };
  store::WorkPositions rows;
  rows.photo = from(positions.photo, first);
  rows.row = from(positions.row, first);
  rows.column = from(positions.column, first);
  rows.activation =
      from(positions.activation, first * static_cast<std::size_t>(positions.channels));
  rows.attribution =
      from(positions.attribution, first * static_cast<std::size_t>(positions.targets));
  rows.subject = from(positions.subject, first);
  return rows;
}

store::Grids whole_grids(const Positions& positions) {
  const auto cells =
      static_cast<std::size_t>(positions.height) * static_cast<std::size_t>(positions.width);
  const auto n = static_cast<std::size_t>(positions.grid_photos) * cells;
  const auto first = [](const auto& values, std::size_t count) {
    return std::decay_t<decltype(values)>(values.begin(),
                                          values.begin() + static_cast<std::ptrdiff_t>(count));
  };
  store::Grids grids;
  for (std::size_t i = 0; i < n; i += cells) grids.photos.push_back(positions.photo[i]);
  grids.activation = first(positions.activation, n * static_cast<std::size_t>(positions.channels));
  grids.attribution = first(positions.attribution, n * static_cast<std::size_t>(positions.targets));
  grids.subject = first(positions.subject, n);
  return grids;
}

template <typename T>
void extend(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

void store_taxon(store::Writer& writer, const BuildInputs& inputs, const TaxonActivations& taxon) {
  const auto t = static_cast<std::size_t>(taxon.taxon);
  store::TaxonRecord record;
  record.id = taxon.taxon;
  record.name = inputs.photos.taxa[t];
  record.output = inputs.outputs[t];
  for (std::size_t i = 1; i < taxon.targets.size(); ++i) record.rivals.push_back(taxon.targets[i]);
  std::vector<store::PhotoRecord> photos;
  for (std::size_t i = 0; i < taxon.photos.size(); ++i) {
    // Photo ids are the indexes into the photo set: every photo is stored, in order.
    if (taxon.photos[i] != writer.photos() + static_cast<std::int32_t>(i))
      throw std::logic_error("photos of a taxon out of order");
    const auto& entry = inputs.photos.photos[static_cast<std::size_t>(taxon.photos[i])];
    const auto& outcome = taxon.outcomes[i];
    photos.push_back(photo_record(inputs.photos, entry, outcome));
    if (outcome.status == PhotoOutcome::Status::kUnreadable) {
      ++record.unreadable;
      continue;
    }
    ++record.photos;
    if (entry.split == "train" || record.output < 0) continue;
    ++record.tested;
    record.correct += outcome.predicted == record.output ? 1 : 0;
  }
  writer.add_taxon(record, photos);
  const auto grid_rows = static_cast<std::size_t>(taxon.layer.grid_photos) *
                         static_cast<std::size_t>(taxon.layer.height) *
                         static_cast<std::size_t>(taxon.layer.width);
  writer.add_grids(record.id, whole_grids(taxon.layer));
  writer.put_work(kSamples, record.id, rows_after(taxon.layer, grid_rows));
  writer.put_work(kDeep, record.id, rows_after(taxon.deep, 0));
}

Positions stored_positions(const store::Writer& writer, const BuildInputs& inputs,
                           std::int32_t taxon, std::int32_t layer) {
  const auto& record = inputs.head.layers[static_cast<std::size_t>(layer)];
  Positions positions;
  positions.channels = record.channels;
  positions.height = record.grid.height;
  positions.width = record.grid.width;
  if (layer == kLayer) {
    store::Grids grids = writer.grids(taxon);
    positions.grid_photos = static_cast<int>(grids.photos.size());
    for (const auto photo : grids.photos)
      for (int row = 0; row < positions.height; ++row)
        for (int column = 0; column < positions.width; ++column) {
          positions.photo.push_back(photo);
          positions.row.push_back(static_cast<std::uint16_t>(row));
          positions.column.push_back(static_cast<std::uint16_t>(column));
        }
    positions.activation = std::move(grids.activation);
    positions.attribution = std::move(grids.attribution);
    positions.subject = std::move(grids.subject);
  }
  const auto work = writer.work(layer == kLayer ? kSamples : kDeep, taxon);
  extend(positions.photo, work.photo);
  extend(positions.row, work.row);
  extend(positions.column, work.column);
  extend(positions.activation, work.activation);
  extend(positions.attribution, work.attribution);
  extend(positions.subject, work.subject);
  if (positions.size() > 0)
    positions.targets = static_cast<int>(positions.attribution.size() / positions.size());
  return positions;
}

std::vector<ConceptPhoto> concept_photos(const store::Writer& writer, const BuildInputs& inputs,
                                         std::int32_t taxon) {
  std::vector<ConceptPhoto> photos;
  std::map<std::string, std::int64_t> observations;  // to the first photo of each
  std::map<std::string, std::int32_t> forms{{"", 0}};
  const auto& input = inputs.model->card().input;
  for (const auto& record : writer.photos_of_taxon(taxon)) {
    if (record.status == store::PhotoStatus::kUnreadable) continue;
    ConceptPhoto photo;
    photo.photo = record.id;
    photo.observation = record.observation.empty()
                            ? record.id
                            : observations.emplace(record.observation, record.id).first->second;
    photo.tested = record.split != "train";
    photo.form = forms.emplace(record.form, static_cast<std::int32_t>(forms.size())).first->second;
    if (record.subject.width > 0) photo.subject = record.subject;
    photo.geometry = input_geometry(input, record.size);
    photos.push_back(photo);
  }
  return photos;
}

std::vector<std::int32_t> stored_targets(const store::Writer& writer, std::int32_t taxon,
                                         const Positions& positions) {
  if (positions.targets == 0) return {};
  const auto record = writer.taxon(taxon);
  std::vector<std::int32_t> targets{record.output};
  targets.insert(targets.end(), record.rivals.begin(), record.rivals.end());
  targets.resize(static_cast<std::size_t>(positions.targets), -1);
  return targets;
}

}  // namespace differentia
