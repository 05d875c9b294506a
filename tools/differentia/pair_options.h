#pragma once

// Options that verbs on a pair of taxa share: which atlas, which two, with which model and photos.

#include <memory>
#include <string>

#include "atlas/marks/compare.h"
#include "atlas/store/reader.h"
#include "tools/differentia/console.h"
#include "tools/differentia/target_options.h"

namespace CLI {
class App;
}

namespace differentia::cli {

struct PairFlags {
  std::string atlas, a, b;
  ModelFlags model;
  std::string photos;
  bool untested = false;
  std::uint64_t seed = 1;
  int threads = 0;

  // `pair_required`: every use of the verb is on a pair, so that A and B must be given.
  void add_to(CLI::App& app, bool pair_required = true);
};

// What the flags come to.
struct PairRequest {
  store::Reader atlas;
  std::shared_ptr<const Model> model;
  store::TaxonRecord a, b;
  CompareOptions options;
};

// All of it. Throws InputError where A or B is not given, and where the atlas does not know where
// its model is.
PairRequest pair_request(const PairFlags& flags);

// For what is no question on one pair: the atlas and the options, to which load_model() adds the
// model; a and b are the caller's to set before it asks for a pair.
PairRequest atlas_request(const PairFlags& flags);
void load_model(const PairFlags& flags, PairRequest& request);

// The pair's marks, with their words where photos can be read. `progress`: in place of the
// console's own.
PairMarks compared(const PairRequest& request, Console& console,
                   const ProgressCallback& progress = {});

// Where the atlas's photos are: `photos` if given, else where the atlas says.
std::string photo_root_of(const store::Reader& atlas, const std::string& photos);

}  // namespace differentia::cli
