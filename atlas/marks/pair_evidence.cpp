#include "atlas/marks/pair_evidence.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <thread>
#include <tuple>

#include <fmt/format.h>

#include "base/error.h"
#include "base/parallel.h"
#include "base/random.h"
#include "base/statistics.h"
#include "explain/attribution.h"
#include "explain/model_card.h"

namespace differentia {
namespace {

// Photos attributed between two questions whether to stop.
constexpr std::size_t kBatch = 8;
// So many held-out photos of a taxon are enough to test on alone.
constexpr std::size_t kEnoughHeldOut = 8;

bool is_held_out(const store::PhotoRecord& photo) {
  return photo.split != "train";
}

// One observation's photos, as indexes into the side's.
struct Observation {
  std::string name;
  std::vector<std::size_t> photos;
  bool held_out = true;
  std::uint32_t draw = 0;
};

std::vector<Observation> observations_of(const std::vector<PairPhoto>& photos, std::uint64_t seed) {
  std::map<std::string, Observation> by_name;
  for (std::size_t i = 0; i < photos.size(); ++i) {
    const store::PhotoRecord& record = photos[i].record;
    const std::string& name = record.observation.empty() ? record.path : record.observation;
    Observation& one = by_name[name];
    one.name = name;
    one.photos.push_back(i);
    one.held_out = one.held_out && photos[i].held_out;
  }
  std::vector<Observation> observations;
  for (auto& [name, one] : by_name) {
    one.draw = Random(seed, stream_id("halves of a pair"), stream_id(name)).bits();
    observations.push_back(std::move(one));
  }
  return observations;
}

// Marks the testing half: observations that no photo of is marked `train`, as far as they go.
// `halves`: whether an observation is of the testing half; one that holds photos of both taxa is of
// the same half in both. Answers whether the half is of photos not marked `train` alone.
bool choose_testing(std::vector<PairPhoto>& photos, std::uint64_t seed,
                    std::map<std::string, bool>& halves) {
  std::vector<Observation> observations = observations_of(photos, seed);
  std::sort(observations.begin(), observations.end(), [](const auto& one, const auto& two) {
    if (one.held_out != two.held_out) return one.held_out;
    return std::tie(one.draw, one.name) < std::tie(two.draw, two.name);
  });
  std::size_t testing = 0;
  bool held_out = true;
  const auto take = [&](const Observation& one) {
    held_out = held_out && one.held_out;
    testing += one.photos.size();
    for (const std::size_t i : one.photos) photos[i].testing = true;
  };
  const std::map<std::string, bool> chosen = halves;
  for (const Observation& one : observations)
    if (const auto found = chosen.find(one.name); found != chosen.end() && found->second) take(one);
  for (const Observation& one : observations) {
    if (chosen.count(one.name) != 0) continue;
    const bool enough =
        2 * testing >= photos.size() || (!one.held_out && testing >= kEnoughHeldOut && held_out);
    halves[one.name] = !enough;
    if (!enough) take(one);
  }
  return held_out;
}

Grids grids_of(const PairSide& side, const store::LayerRecord& layer, std::size_t first,
               std::size_t count) {
  Grids grids;
  grids.photos = static_cast<int>(count);
  grids.height = layer.grid.height;
  grids.width = layer.grid.width;
  grids.channels = layer.channels;
  const std::size_t size = side.activation.size() / side.photos.size();
  const auto values = side.activation.subspan(first * size, count * size);
  grids.values.assign(values.begin(), values.end());
  return grids;
}

// Where a column of the stored attribution is the output's; −1: nowhere.
std::ptrdiff_t column_of(const std::vector<std::int32_t>& targets, std::int32_t output) {
  const auto found = std::find(targets.begin(), targets.end(), output);
  return found == targets.end() ? -1 : found - targets.begin();
}

// What of a side is worked out by the model, photo by photo.
struct SideWork {
  PairSide* side = nullptr;
  const PairSide* rival = nullptr;
  bool stored = false;  // the attribution is the atlas's
};

void attribute(TailAttribution& tail, const store::LayerRecord& layer, const SideWork& work,
               std::size_t first, std::size_t count) {
  PairSide& side = *work.side;
  const auto own = side.taxon.output, rival = work.rival->taxon.output;
  const Grids grids = grids_of(side, layer, first, count);
  const Matrix outputs = tail.outputs(grids);
  const std::size_t cells = side.toward.size() / side.photos.size();
  std::vector<std::vector<Attribution>> attributed;
  if (!work.stored) {
    const std::vector<std::vector<Target>> targets(count, {Target::difference(own, rival)});
    attributed = tail.run(grids, targets, &outputs);
  }
  const auto& zero = tail.outputs_at_zero();
  for (std::size_t i = 0; i < count; ++i) {
    PairPhoto& photo = side.photos[first + i];
    const auto row = outputs.row(i);
    photo.margin = static_cast<double>(row[static_cast<std::size_t>(own)]) -
                   row[static_cast<std::size_t>(rival)];
    photo.predicted = static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin());
    float* toward = side.toward.data() + (first + i) * cells;
    if (!work.stored) std::copy_n(attributed[i][0].values.begin(), cells, toward);
    double sum = 0;
    for (std::size_t p = 0; p < cells; ++p) sum += toward[p];
    const double at_zero = static_cast<double>(zero[static_cast<std::size_t>(own)]) -
                           zero[static_cast<std::size_t>(rival)];
    photo.residual = sum - (photo.margin - at_zero);
  }
}

void take_stored(const store::Reader& atlas, SideWork& work) {
  PairSide& side = *work.side;
  const std::int32_t map = atlas.map_of_taxon(side.taxon.id);
  if (map < 0) return;
  const std::vector<std::int32_t> targets = atlas.map(map).targets;
  const auto own = column_of(targets, side.taxon.output),
             rival = column_of(targets, work.rival->taxon.output);
  if (own < 0 || rival < 0) return;
  const auto values = atlas.grid_attributions(side.taxon.id);
  if (values.size() != side.toward.size() * targets.size()) return;
  for (std::size_t p = 0; p < side.toward.size(); ++p)
    side.toward[p] = values[p * targets.size() + static_cast<std::size_t>(own)] -
                     values[p * targets.size() + static_cast<std::size_t>(rival)];
  work.stored = true;
}

PairSide read_side(const store::Reader& atlas, const Model& model, std::int32_t taxon,
                   std::size_t cells) {
  PairSide side;
  side.taxon = atlas.taxon(taxon);
  require_comparable(atlas, side.taxon);
  const std::vector<std::int32_t> ids = atlas.grid_photos(taxon);
  for (const std::int32_t id : ids) {
    PairPhoto photo;
    photo.record = atlas.photo(id);
    photo.held_out = is_held_out(photo.record);
    photo.geometry = input_geometry(model.card().input, photo.record.size);
    side.photos.push_back(std::move(photo));
  }
  side.activation = atlas.grids(taxon);
  const auto subjects = atlas.grid_subjects(taxon);
  side.subject.assign(subjects.begin(), subjects.end());
  side.toward.assign(ids.size() * cells, 0);
  return side;
}

// Numbers observations through both taxa: one observation may hold photos of either.
void number_observations(PairEvidence& pair) {
  std::map<std::string, std::int64_t> numbers;
  for (PairSide& side : pair.sides)
    for (PairPhoto& photo : side.photos) {
      const std::string& name =
          photo.record.observation.empty() ? photo.record.path : photo.record.observation;
      photo.observation =
          numbers.emplace(name, static_cast<std::int64_t>(numbers.size())).first->second;
    }
}

}  // namespace

bool PairEvidence::masked(Side which) const {
  const auto& subject = side(which).subject;
  return std::any_of(subject.begin(), subject.end(),
                     [](float share) { return !std::isnan(share); });
}

std::vector<std::size_t> photos_of_half(const PairEvidence& pair, Side side, bool testing) {
  std::vector<std::size_t> photos;
  for (std::size_t i = 0; i < pair.side(side).photos.size(); ++i)
    if (pair.side(side).photos[i].testing == testing) photos.push_back(i);
  return photos;
}

double median_margin(const PairEvidence& pair, Side side) {
  std::vector<double> margins;
  for (const PairPhoto& photo : pair.side(side).photos) margins.push_back(photo.margin);
  return quantile(std::move(margins), 0.5);
}

void require_comparable(const store::Reader& atlas, const store::TaxonRecord& taxon) {
  if (taxon.output < 0)
    throw InputError(fmt::format(
        "The model has no output for {}, so it cannot be compared; choose a taxon of its labels.",
        taxon.name));
  if (atlas.grid_photos(taxon.id).empty())
    throw InputError(fmt::format(
        "The atlas keeps no whole grids of {}, which a comparison needs; build it again with "
        "--grids-per-taxon 64.",
        taxon.name));
}

void require_model_of(const store::Reader& atlas, const Model& model) {
  if (model.sha256() != atlas.provenance().model_sha256)
    throw InputError(fmt::format(
        "The atlas is of another model ({}, SHA-256 {:.12}…) than {} (SHA-256 {:.12}…); give that "
        "one.",
        atlas.provenance().model_name, atlas.provenance().model_sha256, model.path(),
        model.sha256()));
}

PairEvidence pair_evidence(const store::Reader& atlas, std::shared_ptr<const Model> model,
                           std::int32_t taxon_a, std::int32_t taxon_b,
                           const PairEvidenceOptions& options, const ProgressCallback& progress) {
  if (taxon_a == taxon_b)
    throw InputError(
        fmt::format("Both taxa are {}; name two different ones.", atlas.taxon(taxon_a).name));
  require_model_of(atlas, *model);
  PairEvidence pair;
  pair.layer = atlas.layers().at(0);
  const auto centre = atlas.centre(0), scale = atlas.scale(0);
  pair.normalisation.centre.assign(centre.begin(), centre.end());
  pair.normalisation.scale.assign(scale.begin(), scale.end());
  pair.sides = {read_side(atlas, *model, taxon_a, pair.cells()),
                read_side(atlas, *model, taxon_b, pair.cells())};
  if (pair.sides[0].taxon.output == pair.sides[1].taxon.output)
    throw InputError(
        fmt::format("{} and {} are one output of the model, which cannot tell them apart.",
                    pair.sides[0].taxon.name, pair.sides[1].taxon.name));
  const std::int32_t map = atlas.map_of_taxon(taxon_a);
  pair.place_weight = map < 0 ? 0 : atlas.map(map).place_weight;
  number_observations(pair);
  std::vector<SideWork> works{{&pair.sides[0], &pair.sides[1]}, {&pair.sides[1], &pair.sides[0]}};
  struct Job {
    std::size_t side, first, count;
  };
  std::vector<Job> jobs;
  // In the order of the atlas, so that A against B has the halves of B against A.
  std::map<std::string, bool> halves;
  for (const std::int32_t taxon : {std::min(taxon_a, taxon_b), std::max(taxon_a, taxon_b)}) {
    PairSide& side = pair.sides[taxon == taxon_a ? 0 : 1];
    const bool held_out = choose_testing(side.photos, options.seed, halves);
    pair.tested_on_held_out = pair.tested_on_held_out && held_out;
  }
  for (std::size_t s = 0; s < 2; ++s) {
    PairSide& side = pair.sides[s];
    take_stored(atlas, works[s]);
    for (std::size_t first = 0; first < side.photos.size(); first += kBatch)
      jobs.push_back({s, first, std::min(kBatch, side.photos.size() - first)});
  }

  // Photos are independent of each other: which worker takes which changes nothing.
  std::atomic<std::int64_t> done{0};
  const std::thread::id caller = std::this_thread::get_id();
  for_each_job(
      jobs.size(), options.threads,
      [&] { return std::make_unique<TailAttribution>(model, pair.layer.path); },
      [&](const std::unique_ptr<TailAttribution>& tail, std::size_t j) {
        attribute(*tail, pair.layer, works[jobs[j].side], jobs[j].first, jobs[j].count);
        const std::int64_t so_far = ++done;
        if (std::this_thread::get_id() == caller)
          report(progress,
                 {"attributing", so_far, static_cast<std::int64_t>(jobs.size()), "batches", ""});
      });

  TailAttribution tail(model, pair.layer.path);
  const auto& zero = tail.outputs_at_zero();
  pair.margin_at_zero =
      static_cast<double>(zero[static_cast<std::size_t>(pair.sides[0].taxon.output)]) -
      zero[static_cast<std::size_t>(pair.sides[1].taxon.output)];
  return pair;
}

}  // namespace differentia
