#pragma once

// Writes the photos of a demo world as a photo set:
//
//   photos.csv        one line a photo of one bird; the photo set that networks and atlases are
//   made from several.csv       one line a bird of the photos of two or three birds, with its box
//   taxa.csv          taxon,common_name,genus,forms
//   parts.csv         number,name of the parts in part masks
//   photos/ masks/ parts/   <genus_species>/0000.jpg|png; held-out photos are t0000 …
//   several/ several_masks/ several_parts/
//   description.json  the description, as given
//   world.json        the options that determine the rest
//
// Masks are 8-bit PNG of the oriented photo's size: `masks` the number of the bird (1 …), `parts`
// the number of the Part; 0 elsewhere.

#include <cstdint>
#include <string>

#include "base/progress.h"
#include "tools/world/scene.h"

namespace differentia::world {

struct WorldOptions {
  std::string description = "data/world/demo.json";  // path
  std::uint64_t invent = 0;  // not 0: a world invented from this number instead
  std::string output;        // folder to make
  Variant variant = Variant::clean;
  std::uint64_t seed = 1;
  int train_photos = 60;    // a species
  int test_photos = 20;     // a species, held out
  int several_photos = 60;  // photos of two or three birds, all species together
  int long_side = 320;      // pixels
  int threads = 1;
  bool replace = false;  // an existing world in `output`
};

struct WorldSummary {
  int species = 0;
  int photos = 0;  // of one bird
  int several = 0;
  double seconds_per_photo = 0;  // of one thread, rendering alone
};

// Works in `output`.partial and renames it when done; the same call goes on where an interrupted
// one stopped. The same options give the same bytes for any number of threads.
//
// Throws InputError for bad options or a bad description, FileError where `output` exists without
// `replace`, is no world, or cannot be written, DiskFull, Interrupted.
WorldSummary write_world(const WorldOptions& options, const ProgressCallback& progress = {});

// The scene of a photo that write_world wrote: `taxon` and `number` are columns of photos.csv.
// Render it again as it was, or with an Exchange.
Scene written_scene(const Description& description, const WorldOptions& options,
                    const std::string& taxon, int number);

// Likewise for a photo of several.csv, by its column `number`.
Scene written_group_scene(const Description& description, const WorldOptions& options, int number);

}  // namespace differentia::world
