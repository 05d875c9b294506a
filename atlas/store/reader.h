#pragma once

// Reads NAME.atlas. Needs neither LibTorch nor FAISS nor OpenCV. Opening reads the tables' sizes
// and checks every file's length; arrays are memory-mapped and read when asked for, so that an
// atlas of 55,000 taxa opens at once. Safe to use from several threads (calls are serialised where
// SQLite is asked).

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <Imath/half.h>
#include <gsl/span>

#include "atlas/store/records.h"
#include "base/error.h"

namespace differentia::store {

// Something in the atlas is not as it was written.
class DamagedAtlas : public FileError {
 public:
  DamagedAtlas(const std::string& file, const std::string& what);
};

// Sums over an atlas.
struct Totals {
  std::int64_t taxa = 0;
  std::int64_t photos_used = 0, photos_repaired = 0,
               photos_unreadable = 0;  // repaired ones are used
  std::int64_t tested = 0, correct = 0;
  std::int64_t maps = 0, points = 0, concepts = 0, exemplars = 0, icons = 0;
};

class Reader {
 public:
  // Throws FileError (nothing there, no atlas, a build not finished), DamagedAtlas, InputError for
  // a newer version.
  explicit Reader(const std::string& path);
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  const std::string& path() const;
  const std::string& hash() const;  // of the whole atlas (SHA-256 of its SHA256SUMS)
  const Provenance& provenance() const;
  const std::vector<std::string>& labels() const;  // of the model's outputs
  const std::vector<LayerRecord>& layers() const;

  std::int32_t taxon_count() const;
  std::vector<TaxonRecord> taxa() const;  // all, by id
  TaxonRecord taxon(std::int32_t id) const;
  std::vector<TaxonRecord> find_taxa(
      const std::string& part) const;  // any part of a name, case-insensitive; an id
  std::int32_t photo_count() const;
  Totals totals() const;
  PhotoRecord photo(std::int32_t id) const;
  std::vector<PhotoRecord> photos_of_taxon(std::int32_t taxon) const;
  std::vector<PhotoRecord> photos_with_status(PhotoStatus status) const;
  // Used photos whose mask could not be (kMaskLeftOut). Reads the whole table.
  std::vector<PhotoRecord> photos_without_their_mask() const;
  // Used photos of a taxon (−1: of all) with a subject from a mask: what shares on the subject
  // speak of.
  std::int32_t masked_photos(std::int32_t taxon) const;

  std::vector<MapRecord> maps() const;
  MapRecord map(std::int32_t id) const;
  std::int32_t map_of_taxon(
      std::int32_t taxon) const;  // −1: none; the map of all taxa for taxon −1
  std::vector<ConceptRecord> concepts(std::int32_t map) const;           // by number
  std::vector<ExemplarRecord> exemplars(std::int32_t concept_id) const;  // by rank
  Points points(std::int32_t map) const;
  Cells cells(std::int32_t map, std::size_t level) const;

  // Rows as stored, memory-mapped: valid while the reader lives.
  gsl::span<const Imath::half> activations(std::int32_t map) const;  // points * channels
  gsl::span<const float> concept_centroids(
      std::int32_t map) const;  // concepts * (channels + kPlaceColumns), unit length
  gsl::span<const float> centre(std::int32_t layer) const;  // channels: global figures for cosine
  gsl::span<const float> scale(std::int32_t layer) const;

  // Full grids kept at `layer` for new pairs: photos (ids) and their rows photos * height * width *
  // channels.
  std::vector<std::int32_t> grid_photos(std::int32_t taxon) const;
  gsl::span<const Imath::half> grids(std::int32_t taxon) const;
  gsl::span<const float> grid_attributions(
      std::int32_t taxon) const;  // photos * height * width * targets
  gsl::span<const float> grid_subjects(
      std::int32_t taxon) const;  // photos * height * width; NaN unknown

  IconSheets icons() const;
  std::string icon_sheet_path(std::int32_t sheet) const;

  // Reads every byte and compares with SHA256SUMS; returns one sentence per damaged file.
  std::vector<std::string> verify() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace differentia::store
