#include "tools/bench/concepts.h"

#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <opencv2/imgcodecs.hpp>

#include "atlas/collect.h"
#include "base/error.h"
#include "base/image/mask.h"
#include "base/statistics.h"
#include "tools/bench/concept_judge.h"
#include "tools/world/description.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;

// photos/genus_species/0007.jpg → parts/genus_species/0007.png
cv::Mat part_mask(const std::string& root, const std::string& photo) {
  const fs::path below_photos = fs::path(photo).lexically_relative("photos");
  const fs::path path = (fs::path(root) / "parts" / below_photos).replace_extension(".png");
  cv::Mat mask = cv::imread(path.string(), cv::IMREAD_GRAYSCALE);
  if (mask.empty())
    throw FileError(path.string(),
                    path.string() +
                        ": there is no such part mask; give the photos.csv of a world "
                        "that `differentia world` wrote");
  return mask;
}

// Adds the share of every part in each cell of one photo's grid to rows first … of `parts`.
void fill_parts(const cv::Mat& mask, const InputGeometry& geometry, const GridGeometry& grid,
                std::size_t first, Matrix& parts) {
  for (int row = 0; row < grid.height; ++row)
    for (int column = 0; column < grid.width; ++column) {
      const Box cell = clip(geometry.to_photo(grid.box(row, column)), geometry.photo);
      const std::size_t i = first + static_cast<std::size_t>(row * grid.width + column);
      double count = 0;
      std::vector<double> seen(parts.columns, 0);
      for (int y = static_cast<int>(cell.y); y < cell.y + cell.height && y < mask.rows; ++y)
        for (int x = static_cast<int>(cell.x); x < cell.x + cell.width && x < mask.cols; ++x) {
          const std::size_t part = mask.at<unsigned char>(y, x);
          if (part < seen.size()) seen[part] += 1;
          count += 1;
        }
      for (std::size_t p = 0; p < parts.columns && count > 0; ++p)
        parts(i, p) = static_cast<float>(seen[p] / count);
    }
}

struct Counts {
  std::size_t concepts = 0, pure = 0, mainly = 0, chance = 0, found = 0;
  std::size_t halves = 0, matched = 0, subject_halves = 0, subject_matched = 0;
  std::size_t on_subject = 0, covered = 0;  // positions

  void add(const ConceptJudgement& judgement) {
    for (const JudgedConcept& judged : judgement.concepts) {
      concepts += 1;
      pure += judged.in_part >= 0.6;
      mainly += judged.mainly_part >= 0.6;
      chance += judged.by_chance >= 0.6;
    }
    found += static_cast<std::size_t>(judgement.found);
    on_subject += judgement.on_subject;
    covered += judgement.covered;
    halves += static_cast<std::size_t>(judgement.halves);
    matched += static_cast<std::size_t>(judgement.matched);
    subject_halves += static_cast<std::size_t>(judgement.subject_halves);
    subject_matched += static_cast<std::size_t>(judgement.subject_matched);
  }
};

double share(std::size_t part, std::size_t of) {
  return of > 0 ? static_cast<double>(part) / static_cast<double>(of) : 0;
}

// Of what the concepts are made in a run.
struct Variant {
  const char* name;
  double place_factor;
  bool asked;  // false: told for comparison
};

constexpr Variant kVariants[] = {{"", kPlaceFactor, true}, {" (looks alone)", 0, false}};

void add_rows(const Counts& counts, std::size_t taxa, const Variant& variant,
              std::vector<BenchRow>& rows) {
  const Estimate pure = wilson(counts.pure, counts.concepts);
  const Estimate matched = wilson(counts.matched, counts.halves);
  const auto asked = [&](double target) {
    return variant.asked ? std::optional<double>(target) : std::nullopt;
  };
  rows.push_back(
      {std::string("concepts on the subject with 60 % of their positions in one part") +
           variant.name,
       pure.value, "share", asked(0.7), pure.value >= 0.7,
       fmt::format(
           "{} of {} concepts of {} taxa, 95 % interval {:.2f} to {:.2f}; {:.2f} where a position "
           "counts only for the part it shows most; {:.2f} of random positions on the subject; "
           "{:.2f} of the positions on the subject are in a concept",
           counts.pure, counts.concepts, taxa, pure.low, pure.high,
           share(counts.mainly, counts.concepts), share(counts.chance, counts.concepts),
           share(counts.covered, counts.on_subject))});
  rows.push_back(
      {std::string("concepts built from two halves of the photos that match") + variant.name,
       matched.value, "share", asked(0.8), matched.value >= 0.8,
       fmt::format(
           "{} of {} concepts of {} taxa, 95 % interval {:.2f} to {:.2f}; {:.2f} of those on the "
           "subject; {:.1f} concepts a taxon from all photos",
           counts.matched, counts.halves, taxa, matched.low, matched.high,
           share(counts.subject_matched, counts.subject_halves), share(counts.found, taxa))});
}

// What the world knows of one taxon's photos.
struct TaxonTruth {
  std::vector<ConceptPhoto> photos;
  Matrix parts;  // positions × parts: the share of the position's cell
};

TaxonTruth truth_of(const PhotoSet& photos, const Model& model, const LayerInfo& layer,
                    const TaxonActivations& taxon) {
  const std::size_t cells =
      static_cast<std::size_t>(layer.grid.height) * static_cast<std::size_t>(layer.grid.width);
  const auto grids = static_cast<std::size_t>(taxon.layer.grid_photos);
  std::map<std::int32_t, Size> size;
  for (std::size_t j = 0; j < taxon.photos.size(); ++j)
    size[taxon.photos[j]] = {taxon.outcomes[j].width, taxon.outcomes[j].height};
  std::map<std::string, std::int64_t> observations;
  TaxonTruth truth;
  truth.parts = Matrix(taxon.layer.size(), static_cast<std::size_t>(world::kParts));
  for (std::size_t g = 0; g < grids; ++g) {
    const std::int32_t photo = taxon.layer.photo[g * cells];
    const PhotoEntry& entry = photos.photos[static_cast<std::size_t>(photo)];
    ConceptPhoto info;
    info.photo = photo;
    info.observation = observations
                           .emplace(entry.observation.empty() ? entry.path : entry.observation,
                                    observations.size())
                           .first->second;
    info.tested = entry.split != "train";
    info.geometry = input_geometry(model.card().input, size.at(photo));
    if (!entry.mask.empty())
      info.subject =
          SubjectMask::read((fs::path(photos.root) / entry.mask).string(), size.at(photo)).bounds();
    truth.photos.push_back(info);
    fill_parts(part_mask(photos.root, entry.path), info.geometry, layer.grid, g * cells,
               truth.parts);
  }
  return truth;
}

}  // namespace

std::vector<BenchRow> bench_concepts(const ConceptBenchOptions& options,
                                     const ProgressCallback& progress) {
  PhotoSet photos = read_photo_set(options.photos);
  const auto model = Model::load(options.model);
  const LayerInfo& layer = model->layer(model->card().layer);
  const std::size_t taxa =
      options.taxa > 0 ? std::min(photos.taxa.size(), static_cast<std::size_t>(options.taxa))
                       : photos.taxa.size();
  CollectOptions collecting;
  collecting.samples_per_photo = 0;
  collecting.deep_per_photo = 0;
  collecting.rivals = 0;
  collecting.threads = options.threads;
  collecting.seed = options.seed;
  std::vector<TaxonActivations> collected;
  NormalisationBuilder builder;
  collect(
      photos, model, outputs_of_taxa(photos, model->card(), model->outputs()), collecting,
      [&](TaxonActivations&& taxon) {
        builder.add(taxon.layer);
        collected.push_back(std::move(taxon));
      },
      [&](int taxon) { return static_cast<std::size_t>(taxon) >= taxa; }, progress);
  const Normalisation normalisation = builder.build();

  std::vector<TaxonTruth> truths;
  std::vector<double> explained;
  for (const TaxonActivations& taxon : collected) {
    truths.push_back(truth_of(photos, *model, layer, taxon));
    explained.push_back(
        explained_by_place(taxon.layer, normalisation, truths.back().photos, layer.grid));
  }
  std::vector<Counts> counts(std::size(kVariants));
  for (std::size_t t = 0; t < collected.size(); ++t) {
    report(progress, {"judging concepts", static_cast<std::int64_t>(t),
                      static_cast<std::int64_t>(collected.size()), "taxa", ""});
    for (std::size_t v = 0; v < counts.size(); ++v) {
      ConceptOptions finding;
      finding.seed = options.seed;
      finding.place = place_weight(explained, kVariants[v].place_factor);
      counts[v].add(judge_concepts(collected[t].layer, truths[t].parts, normalisation,
                                   truths[t].photos, layer.grid, finding));
    }
  }
  std::vector<BenchRow> rows;
  for (std::size_t v = 0; v < counts.size(); ++v)
    add_rows(counts[v], collected.size(), kVariants[v], rows);
  return rows;
}

}  // namespace differentia
