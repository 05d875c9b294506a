#include "tests/atlas/store/synthetic/synthetic_atlas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "atlas/store/format.h"
#include "atlas/store/icon_writer.h"
#include "base/random.h"

namespace differentia::store {
namespace {

namespace fs = std::filesystem;

constexpr int kPhotoWidth = 640, kPhotoHeight = 480;

struct Colour {
  double r = 0, g = 0, b = 0;  // 0…255
};

// Saturated colours around the wheel, the golden angle apart, so that neighbours in number differ.
Colour hue_colour(int number, double lightness) {
  const double hue = std::fmod(0.11 + number * 0.61803398875, 1.0) * 6;
  const auto channel = [&](double shift) {
    const double distance = std::abs(std::fmod(hue + shift, 6.0) - 3) - 1;
    return 255 * lightness * (0.25 + 0.75 * std::clamp(distance, 0.0, 1.0));
  };
  return {channel(0), channel(4), channel(2)};
}

const std::array<const char*, 12> kStarts{"Pica", "Turd", "Vane", "Lyca", "Boma", "Cora",
                                          "Syl",  "Aqui", "Para", "Emb",  "Fri",  "Gal"};
const std::array<const char*, 8> kEnds{"lus", "ria", "tor", "nis", "thes", "gus", "dia", "ssa"};
const std::array<const char*, 10> kSpecies{"cardui",  "atalanta", "major",  "viridis",  "alba",
                                           "montana", "rustica",  "minuta", "borealis", "pallida"};
const std::array<const char*, 8> kLooks{"Painted", "Grey",   "Spotted", "Northern",
                                        "Lesser",  "Golden", "Ringed",  "Plain"};

std::string scientific_name(int taxon) {
  return fmt::format("{}{}{}_{}", kStarts[static_cast<std::size_t>(taxon) % 12],
                     kEnds[static_cast<std::size_t>(taxon / 12) % 8],
                     taxon / 960 == 0 ? "" : fmt::format("{:x}", taxon / 960),
                     kSpecies[static_cast<std::size_t>(taxon / 3) % 10]);
}

std::string common_name(int taxon) {
  return fmt::format("{} {} {}", kLooks[static_cast<std::size_t>(taxon) % 8],
                     kStarts[static_cast<std::size_t>(taxon / 8) % 12], taxon);
}

// A tile that says where it comes from: the colour of its concept, a disc whose place is the
// point's place on the map.
std::vector<std::uint8_t> tile(int colour, double x, double y, double size) {
  const Colour ground = hue_colour(colour, 0.75), disc = hue_colour(colour + 3, 1.0);
  std::vector<std::uint8_t> rgb(std::size_t{kIconTile} * kIconTile * 3);
  for (int row = 0; row < kIconTile; ++row)
    for (int column = 0; column < kIconTile; ++column) {
      const double dx = (column + 0.5) / kIconTile - (0.2 + 0.6 * x),
                   dy = (row + 0.5) / kIconTile - (0.2 + 0.6 * y);
      const bool border = row < 2 || column < 2 || row >= kIconTile - 2 || column >= kIconTile - 2;
      const bool inside = dx * dx + dy * dy < size * size;
      const bool stripe = (row + column * (colour % 3)) / 6 % 2 == 0;
      const double light = border ? 0.5 : stripe ? 1.0 : 0.85;
      const Colour& c = inside ? disc : ground;
      auto* pixel = rgb.data() + (std::size_t(row) * kIconTile + std::size_t(column)) * 3;
      pixel[0] = static_cast<std::uint8_t>(c.r * light);
      pixel[1] = static_cast<std::uint8_t>(c.g * light);
      pixel[2] = static_cast<std::uint8_t>(c.b * light);
    }
  return rgb;
}

std::string photo_path(int taxon, int photo) {
  return fmt::format("photos/{:05}/{:04}.jpg", taxon, photo);
}

void write_photo(const std::string& file, int taxon, int photo) {
  const Colour sky = hue_colour(taxon, 0.9), subject = hue_colour(taxon + 1 + photo % 3, 0.7);
  std::vector<std::uint8_t> rgb(std::size_t{kPhotoWidth} * kPhotoHeight * 3);
  Random random(7, stream_id("synthetic photo"), static_cast<std::uint32_t>(taxon * 4096 + photo));
  const double cx = random.uniform(0.3, 0.7) * kPhotoWidth,
               cy = random.uniform(0.3, 0.7) * kPhotoHeight;
  for (int y = 0; y < kPhotoHeight; ++y)
    for (int x = 0; x < kPhotoWidth; ++x) {
      const double inside = std::hypot((x - cx) / 1.5, y - cy);
      const double light = 0.6 + 0.4 * y / kPhotoHeight;
      const Colour& c = inside < 110 ? subject : sky;
      const double spots = inside < 110 && std::sin(x * 0.2) * std::sin(y * 0.2) > 0.5 ? 0.5 : 1.0;
      auto* pixel = rgb.data() + (std::size_t(y) * kPhotoWidth + std::size_t(x)) * 3;
      pixel[0] = static_cast<std::uint8_t>(c.r * light * spots);
      pixel[1] = static_cast<std::uint8_t>(c.g * light * spots);
      pixel[2] = static_cast<std::uint8_t>(c.b * light * spots);
    }
  write_whole_file(file, encode_jpeg(rgb, kPhotoWidth, kPhotoHeight, 85));
}

LayerRecord layer_record(int id, const char* path, const char* role, int channels, int grid) {
  LayerRecord layer;
  layer.id = id;
  layer.path = path;
  layer.role = role;
  layer.channels = channels;
  layer.input = {224, 224};
  const double stride = 224.0 / grid;
  layer.grid = {grid, grid, stride, stride, stride / 2, stride / 2};
  return layer;
}

// The part of a map that binning gives: counts, means, commonest concept, a medoid, an icon.
Cells bin_points(Writer& writer, const SyntheticOptions& options, const Points& points, int bins,
                 std::size_t targets, int taxon,
                 std::map<std::int32_t, std::int32_t>& icon_of_point) {
  std::map<std::pair<int, int>, std::vector<std::int32_t>> members;  // by (y, x)
  const auto bin = [&](float v) {
    return std::min(bins - 1, static_cast<int>(v * static_cast<float>(bins)));
  };
  for (std::size_t i = 0; i < points.x.size(); ++i)
    members[{bin(points.y[i]), bin(points.x[i])}].push_back(static_cast<std::int32_t>(i));
  Cells cells;
  for (const auto& [place, indexes] : members) {
    const auto medoid = indexes[indexes.size() / 2];
    const auto m = static_cast<std::size_t>(medoid);
    cells.bin_x.push_back(static_cast<std::uint16_t>(place.second));
    cells.bin_y.push_back(static_cast<std::uint16_t>(place.first));
    cells.count.push_back(static_cast<std::int32_t>(indexes.size()));
    for (std::size_t t = 0; t < targets; ++t) {
      double sum = 0;
      for (const auto i : indexes)
        sum += points.attribution[static_cast<std::size_t>(i) * targets + t];
      cells.attribution.push_back(static_cast<float>(sum / static_cast<double>(indexes.size())));
    }
    cells.subject.push_back(points.subject[m]);
    cells.concept_number.push_back(points.concept_number[m]);
    cells.medoid.push_back(medoid);
    auto icon = icon_of_point.find(medoid);
    if (icon == icon_of_point.end()) {
      const bool own = taxon < options.icon_taxa;
      const auto number =
          own ? writer.add_icon(tile(taxon + 1 + points.concept_number[m], points.x[m], points.y[m],
                                     0.1 + 0.15 * (m % 5) / 5.0))
              : static_cast<std::int32_t>(m) % std::max(1, writer.icons());
      icon = icon_of_point.emplace(medoid, number).first;
    }
    cells.icon.push_back(icon->second);
  }
  return cells;
}

}  // namespace

AtlasHead synthetic_head(const SyntheticOptions& options) {
  AtlasHead head;
  head.provenance.program_version = DIFFERENTIA_VERSION;
  head.provenance.model_name = "synthetic";
  head.provenance.model_sha256 = options.model_sha256;
  head.provenance.model_card = "{}";
  head.provenance.options =
      fmt::format("{{\"taxa\": {}, \"points\": {}}}", options.taxa, options.points_per_taxon);
  head.provenance.photos_sha256 = std::string(64, '1');
  head.provenance.photo_root_hint = "..";
  head.provenance.model_path_hint = "../model.pt";
  head.provenance.seed = options.seed;
  for (int t = 0; t < options.taxa; ++t) head.labels.push_back(scientific_name(t));
  head.layers = {layer_record(0, "features.13", "layer", options.channels, options.grid),
                 layer_record(1, "features.18", "deep_layer", options.channels * 2,
                              std::max(1, options.grid / 2))};
  return head;
}

void add_synthetic_taxon(Writer& writer, const SyntheticOptions& options, int taxon) {
  Random random(options.seed, stream_id("synthetic taxon"), static_cast<std::uint32_t>(taxon));
  TaxonRecord record;
  record.id = taxon;
  record.name = scientific_name(taxon);
  record.common_name = common_name(taxon);
  record.output = taxon;
  record.photos = options.photos_per_taxon;
  record.tested = options.photos_per_taxon / 2;
  record.correct = static_cast<std::int32_t>(record.tested * random.uniform(0.7, 1.0));
  for (int r = 1; r <= 2 && r < options.taxa; ++r)
    record.rivals.push_back((taxon + r) % options.taxa);
  std::vector<PhotoRecord> photos;
  for (int p = 0; p < options.photos_per_taxon; ++p) {
    PhotoRecord photo;
    photo.path = photo_path(taxon, p);
    photo.size = {kPhotoWidth, kPhotoHeight};
    photo.split = p % 2 == 0 ? "train" : "test";
    photo.observation = fmt::format("o{}", taxon * options.photos_per_taxon + p / 2);
    photo.observer = fmt::format("observer {}", p % 7);
    photo.licence = "CC0";
    photo.credit = "nobody: synthetic";
    photo.extra["light"] = p % 3 == 0 ? "dull" : "bright";
    photo.predicted = random.chance(0.9) ? taxon : (taxon + 1) % options.taxa;
    photo.logit = random.uniform(3, 12);
    photo.residual = random.uniform(0, 0.2);
    photo.steps = 16;
    photo.subject = {0.25 * kPhotoWidth, 0.2 * kPhotoHeight, 0.5 * kPhotoWidth, 0.6 * kPhotoHeight};
    if (p == options.photos_per_taxon - 1 && p > 0) {
      photo.status = PhotoStatus::kRepaired;
      photo.reason = "truncated: the lower part is missing";
    }
    photos.push_back(photo);
  }
  const auto first = writer.photos();
  writer.add_taxon(record, photos);

  Grids grids;
  const auto positions = static_cast<std::size_t>(options.grid * options.grid);
  const auto targets = record.rivals.size() + 1;
  for (int p = 0; p < std::min(options.grids_per_taxon, options.photos_per_taxon); ++p) {
    grids.photos.push_back(first + p);
    for (std::size_t i = 0; i < positions * static_cast<std::size_t>(options.channels); ++i)
      grids.activation.emplace_back(static_cast<float>(random.uniform(0, 4)));
    for (std::size_t i = 0; i < positions * targets; ++i)
      grids.attribution.push_back(static_cast<float>(random.normal() * 0.05));
    for (std::size_t i = 0; i < positions; ++i)
      grids.subject.push_back(static_cast<float>(random.uniform()));
  }
  writer.add_grids(taxon, grids);
}

void add_synthetic_map(Writer& writer, const SyntheticOptions& options, int taxon) {
  Random random(options.seed, stream_id("synthetic map"), static_cast<std::uint32_t>(taxon + 1));
  const bool deep = taxon < 0;
  const int n = deep ? options.deep_points : options.points_per_taxon;
  const int channels = deep ? options.channels * 2 : options.channels;
  const int grid = deep ? std::max(1, options.grid / 2) : options.grid;
  MapContents map;
  map.taxon = taxon;
  map.layer = deep ? 1 : 0;
  if (!deep) {
    map.targets = {taxon};
    for (int r = 1; r <= 2 && r < options.taxa; ++r)
      map.targets.push_back((taxon + r) % options.taxa);
  }
  const auto targets = map.targets.size();

  struct Cluster {
    double x, y, width, attribution, subject;
  };
  std::vector<Cluster> clusters;
  for (int c = 0; c < options.concepts; ++c) {
    const double angle = 6.283185307 * (c + random.uniform(0, 0.4)) / options.concepts;
    const double radius = c == 0 ? 0.05 : random.uniform(0.22, 0.38);
    clusters.push_back({0.5 + radius * std::cos(angle), 0.5 + radius * std::sin(angle),
                        random.uniform(0.04, 0.09), 2.0 / (1 + c) - 0.4,
                        c < (options.concepts + 1) / 2 ? 0.9 : 0.1});
  }
  const auto photos = static_cast<std::uint32_t>(std::max(1, options.photos_per_taxon));
  const std::int32_t first_photo = deep ? 0 : taxon * options.photos_per_taxon;
  for (int i = 0; i < n; ++i) {
    const int c =
        i < options.concepts
            ? i
            : static_cast<int>(random.below(static_cast<std::uint32_t>(options.concepts)));
    const auto& cluster = clusters[static_cast<std::size_t>(c)];
    auto& points = map.points;
    points.x.push_back(
        static_cast<float>(std::clamp(cluster.x + cluster.width * random.normal(), 0.0, 1.0)));
    points.y.push_back(
        static_cast<float>(std::clamp(cluster.y + cluster.width * random.normal(), 0.0, 1.0)));
    points.photo.push_back(
        deep ? static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(writer.photos())))
             : first_photo + static_cast<std::int32_t>(random.below(photos)));
    points.row.push_back(
        static_cast<std::uint16_t>(random.below(static_cast<std::uint32_t>(grid))));
    points.column.push_back(
        static_cast<std::uint16_t>(random.below(static_cast<std::uint32_t>(grid))));
    points.concept_number.push_back(random.chance(0.9) ? static_cast<std::int16_t>(c)
                                                       : std::int16_t{-1});
    for (std::size_t t = 0; t < targets; ++t)
      points.attribution.push_back(
          static_cast<float>((t == 0 ? cluster.attribution : -0.3 * cluster.attribution) * 0.05 +
                             0.01 * random.normal()));
    points.subject.push_back(
        static_cast<float>(std::clamp(cluster.subject + 0.1 * random.normal(), 0.0, 1.0)));
    for (int k = 0; k < channels; ++k)
      map.activations.emplace_back(static_cast<float>(k % options.concepts == c ? 4 : 0) +
                                   static_cast<float>(random.uniform()));
  }

  std::map<std::int32_t, std::int32_t> icon_of_point;
  for (const int bins : options.level_bins) {
    map.level_bins.push_back(bins);
    map.levels.push_back(
        bin_points(writer, options, map.points, bins, targets, deep ? 0 : taxon, icon_of_point));
  }
  for (int c = 0; c < std::min(options.concepts, n); ++c) {
    const auto& cluster = clusters[static_cast<std::size_t>(c)];
    ConceptRecord record;
    record.threshold = 0.6;
    record.positions = n / options.concepts;
    record.observations = options.photos_per_taxon / 2;
    record.prevalence_with = 9 - c;
    record.prevalence_of = 10;
    record.prevalence_held_out = true;
    record.prevalence = {0.9 - 0.1 * c, 0.8 - 0.1 * c, std::min(1.0, 0.95 - 0.05 * c)};
    record.attribution = {cluster.attribution, cluster.attribution - 0.2,
                          cluster.attribution + 0.2};
    record.subject_share = cluster.subject;
    record.subject_share_low = cluster.subject - 0.05;
    record.subject_share_high = cluster.subject + 0.05;
    record.place_x = 0.2 + 0.1 * (c % 6);
    record.place_y = 0.3 + 0.08 * (c % 5);
    record.spread_x = record.spread_y = 0.1;
    record.place_on_subject = true;
    record.label_x = static_cast<float>(cluster.x);
    record.label_y = static_cast<float>(cluster.y);
    record.medoid = c;
    record.icon = icon_of_point.empty() ? -1 : icon_of_point.begin()->second;
    std::vector<ExemplarRecord> exemplars;
    std::int32_t seen = 0;
    for (std::size_t i = 0; i < map.points.x.size() && seen < options.exemplars; ++i) {
      if (map.points.concept_number[i] != c) continue;
      ExemplarRecord exemplar;
      exemplar.rank = seen++;
      exemplar.photo = map.points.photo[i];
      exemplar.row = map.points.row[i];
      exemplar.column = map.points.column[i];
      exemplar.similarity = 0.95 - 0.02 * exemplar.rank;
      exemplar.attribution = cluster.attribution;
      const double w = 4.0 * kPhotoWidth / grid, h = 4.0 * kPhotoHeight / grid;
      exemplar.box = {(exemplar.column + 0.5) * kPhotoWidth / grid - w / 2,
                      (exemplar.row + 0.5) * kPhotoHeight / grid - h / 2, w, h};
      exemplar.icon = (deep ? 0 : taxon) < options.icon_taxa
                          ? writer.add_icon(tile((deep ? 0 : taxon) + 1 + c, map.points.x[i],
                                                 map.points.y[i], 0.2))
                          : record.icon;
      exemplars.push_back(exemplar);
    }
    if (!exemplars.empty()) record.icon = exemplars.front().icon;
    map.concepts.push_back(record);
    map.exemplars.push_back(exemplars);
    for (int k = 0; k < channels; ++k)
      map.centroids.push_back(k % options.concepts == c ? 1.0F : 0.0F);
    map.centroids.insert(map.centroids.end(), kPlaceColumns, 0.0F);
  }
  writer.add_map(map);
}

void make_synthetic_atlas(const std::string& path, const SyntheticOptions& options) {
  WriterOptions writer_options;
  writer_options.replace = true;
  Writer writer(path, synthetic_head(options), writer_options);
  const auto commit_every = std::max(1, options.commit_every);
  const auto root = fs::absolute(path).parent_path();
  for (int t = writer.taxa(); t < options.taxa; ++t) {
    add_synthetic_taxon(writer, options, t);
    if (options.photo_files) {
      fs::create_directories((root / photo_path(t, 0)).parent_path());
      for (int p = 0; p < options.photos_per_taxon; ++p)
        write_photo((root / photo_path(t, p)).string(), t, p);
    }
    if ((t + 1) % commit_every == 0) writer.commit();
  }
  for (int layer = 0; layer < 2; ++layer)
    if (!writer.has_normalisation(layer)) {
      const std::vector<float> centre(static_cast<std::size_t>(options.channels * (layer + 1)),
                                      0.5F);
      writer.set_normalisation(layer, centre, std::vector<float>(centre.size(), 1.0F));
    }
  for (int t = 0; t < options.taxa; ++t) {
    if (writer.has_map(t)) continue;
    add_synthetic_map(writer, options, t);
    if ((t + 1) % commit_every == 0) writer.commit();
  }
  if (options.deep_points > 0 && !writer.has_map(-1)) add_synthetic_map(writer, options, -1);
  writer.finish();
}

}  // namespace differentia::store
