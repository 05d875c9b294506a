#pragma once

// Writes NAME.atlas. All work goes on in NAME.atlas.partial; only finish() gives the folder its
// name, so that whatever happens before (a kill, a full disk) leaves a folder that the next Writer
// goes on with, and never a broken atlas.
//
// Order of calls: add_taxon for every taxon by id, each with its add_grids and put_work; then
// set_normalisation for each layer; then add_map for every taxon by id, the map of all taxa last;
// then finish. commit() after each step keeps it. Not thread-safe.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <Imath/half.h>
#include <gsl/span>

#include "atlas/store/records.h"

namespace differentia::store {

struct WriterOptions {
  bool replace = false;  // an existing atlas gives way at finish(); a partial one of other inputs
                         // is started over
  std::size_t shard_bytes = std::size_t{256}
                            << 20;  // an array file is closed before it would pass this
};

// What an atlas opens with. Two builds go on from each other only where all of it is equal.
struct AtlasHead {
  Provenance provenance;
  std::vector<std::string> labels;  // of the model's outputs
  std::vector<LayerRecord> layers;  // ids 0 …, roles all different
};

// Positions of one layer, kept between collecting and mapping; not part of the finished atlas.
struct WorkPositions {
  std::vector<std::int32_t> photo;  // photo ids
  std::vector<std::uint16_t> row, column;
  std::vector<Imath::half> activation;  // n * channels
  std::vector<float> attribution;       // n * targets
  std::vector<float> subject;           // n
};

// Whole grids of some photos at layer 0.
struct Grids {
  std::vector<std::int32_t> photos;     // ids
  std::vector<Imath::half> activation;  // photos * height * width * channels
  std::vector<float> attribution;       // photos * height * width * targets
  std::vector<float> subject;           // photos * height * width
};

// A map with all that lies on it. Ids, map numbers and counts of records are filled in by the
// writer.
struct MapContents {
  std::int32_t taxon = -1;
  std::int32_t layer = 0;
  std::vector<std::int32_t> targets;
  double place_weight = 0;
  Points points;
  std::vector<Imath::half> activations;  // points * channels
  std::vector<std::int32_t> level_bins;
  std::vector<Cells> levels;                           // one for each of level_bins
  std::vector<ConceptRecord> concepts;                 // by number
  std::vector<float> centroids;                        // concepts * (channels + kPlaceColumns)
  std::vector<std::vector<ExemplarRecord>> exemplars;  // of each concept, by rank
};

class Writer {
 public:
  // Starts, or goes on with, PATH.partial. Throws FileError: `path` exists and replace is off, its
  // folder cannot be written, a partial atlas of other inputs is there (replace starts it over),
  // another build is working on it.
  Writer(const std::string& path, const AtlasHead& head, const WriterOptions& options = {});
  ~Writer();
  Writer(Writer&&) noexcept;

  // Throws as the constructor does for what can be known without the head: for errors before long
  // work begins.
  static void check_path(const std::string& path, bool replace);

  bool resumed() const;  // something was there to go on from
  bool whole() const;    // nothing is missing but the name: only finish() may be called

  std::int32_t taxa() const;    // added so far: the next id
  std::int32_t photos() const;  // the same
  std::int32_t icons() const;
  // Photos get ids from photos() on; `taxon.id` must be taxa().
  void add_taxon(const TaxonRecord& taxon, const std::vector<PhotoRecord>& taxon_photos);
  void add_grids(std::int32_t taxon, const Grids& grids);
  void put_work(const std::string& name, std::int32_t taxon, const WorkPositions& positions);

  bool has_normalisation(std::int32_t layer) const;
  void set_normalisation(std::int32_t layer, gsl::span<const float> centre,
                         gsl::span<const float> scale);

  bool has_map(std::int32_t taxon) const;
  std::int32_t add_icon(
      gsl::span<const std::uint8_t> rgb);        // 64 * 64 * 3 bytes; returns its number
  std::int32_t add_map(const MapContents& map);  // returns its id

  // What has been written, read back.
  TaxonRecord taxon(std::int32_t id) const;
  std::vector<PhotoRecord> photos_of_taxon(std::int32_t taxon) const;
  Grids grids(std::int32_t taxon) const;
  WorkPositions work(const std::string& name, std::int32_t taxon) const;
  std::vector<float> centre(std::int32_t layer) const;
  std::vector<float> scale(std::int32_t layer) const;

  void commit();  // what was added is kept, whatever happens next. Throws DiskFull

  // Removes the partial atlas: there is nothing in it to go on from. The writer is spent.
  void discard();

  // Makes it an atlas: sums, names, and `path` appears (or is exchanged) in one step. The writer is
  // spent.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace differentia::store
