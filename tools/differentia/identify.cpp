// differentia identify PHOTO…: which taxa are in photos and where; crops, estimated subject masks.

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/image/photo.h"
#include "explain/regions/identify.h"
#include "tools/differentia/checks.h"
#include "tools/differentia/identified.h"
#include "tools/differentia/identify_files.h"
#include "tools/differentia/ordered_work.h"
#include "tools/differentia/photo_arguments.h"
#include "tools/differentia/target_options.h"
#include "tools/differentia/verbs.h"

namespace differentia::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct Flags {
  ModelFlags model;
  std::vector<std::string> photos;
  IdentifyOptions options;
  IdentifyFolders folders;
  std::string aspect = "free";
  std::string by = "organism";
  int threads = 0;
};

double aspect_of(const std::string& text) {
  if (text == "free") return 0;
  const std::size_t colon = text.find(':');
  double width = 0, height = 0;
  if (colon != std::string::npos && CLI::detail::lexical_cast(text.substr(0, colon), width) &&
      CLI::detail::lexical_cast(text.substr(colon + 1), height) && width > 0 && height > 0 &&
      std::isfinite(width / height) && width / height <= 100 && height / width <= 100)
    return width / height;
  throw InputError(fmt::format(
      "'{}' is no shape of a crop; write --crop-aspect as W:H, such as 4:3, or free.", text));
}

void check(const Flags& flags) {
  if (flags.photos.empty())
    throw InputError("Say which photos: differentia identify PHOTO… --model MODEL.pt.");
  if (flags.model.model.empty())
    throw InputError("Say which model is to name what is there: --model MODEL.pt.");
}

// Counts of a whole run.
struct Totals {
  std::size_t one = 0, several = 0, none = 0;  // photos by number of taxa
  std::map<int, std::pair<int, int>> taxa;     // output → organisms, photos
  std::size_t crops = 0, crop_bytes = 0, source_bytes = 0, coded_anew = 0;
  std::vector<std::pair<std::string, std::string>> unreadable;  // photo, reason
  std::vector<std::string> kept;

  void add(const Identified& photo) {
    kept.insert(kept.end(), photo.kept.begin(), photo.kept.end());
    if (!photo.unreadable.empty()) {
      unreadable.emplace_back(photo.photo, photo.unreadable);
      return;
    }
    const auto counts = taxa_of(photo.found);
    ++(counts.empty() ? none : counts.size() == 1 ? one : several);
    for (const TaxonCount& taxon : counts) {
      taxa[taxon.output].first += taxon.organisms;
      ++taxa[taxon.output].second;
    }
    if (!photo.crops.empty()) source_bytes += photo.bytes;
    for (const CropFile& crop : photo.crops) {
      ++crops;
      crop_bytes += crop.bytes;
      coded_anew += crop.coded_anew ? 1 : 0;
    }
  }
  std::size_t read() const { return one + several + none; }
};

std::string crops_text(const Totals& totals) {
  const double share =
      static_cast<double>(totals.crop_bytes) / static_cast<double>(totals.source_bytes);
  std::string text = fmt::format(
      "{} crop{}, {} in all; the photo{} they come from: {} ({:.0f} % {}).", totals.crops,
      totals.crops == 1 ? "" : "s", bytes_text(totals.crop_bytes), totals.read() == 1 ? "" : "s",
      bytes_text(totals.source_bytes), 100 * std::abs(1 - share), share <= 1 ? "saved" : "more");
  text += totals.coded_anew == 0 ? " Their pixels are the photo's own, nothing was coded anew;"
                                 : fmt::format(" {} had to be coded anew, at quality {};",
                                               totals.coded_anew, kCropQuality);
  text += " what the photo says of date, place and camera goes with them.";
  return text;
}

void print_totals(Console& console, const Totals& totals, const Model& model) {
  if (totals.read() + totals.unreadable.size() > 1) {
    console.print(fmt::format("{} photos: {} with one taxon, {} with several, {} with none.",
                              totals.read(), totals.one, totals.several, totals.none));
  }
  if (totals.crops > 0) console.print(crops_text(totals));
  console.print(fmt::format(
      "The model knows {} taxa and no others: whatever it sees gets the nearest one's name.",
      model.outputs()));
}

ordered_json result_json(const Totals& totals, const Model& model, ordered_json photos) {
  ordered_json taxa = ordered_json::array(), unreadable = ordered_json::array();
  for (const auto& [output, counts] : totals.taxa) {
    taxa.push_back(ordered_json{{"output", output},
                                {"label", output_name(model.card(), output)},
                                {"organisms", counts.first},
                                {"photos", counts.second}});
  }
  for (const auto& [photo, reason] : totals.unreadable)
    unreadable.push_back(ordered_json{{"photo", photo}, {"reason", reason}});
  return {{"photos", std::move(photos)},
          {"taxa", taxa},
          {"unreadable", unreadable},
          {"left_alone", totals.kept},
          {"crops",
           {{"files", totals.crops},
            {"bytes", totals.crop_bytes},
            {"source_bytes", totals.source_bytes},
            {"coded_anew", totals.coded_anew}}},
          {"defaults", model.card().defaults}};
}

// What went wrong with some while the rest went on, in one sentence each; throws it.
void complain(const Totals& totals) {
  std::vector<std::string> sentences, names;
  if (!totals.unreadable.empty() && totals.read() + totals.unreadable.size() == 1) {
    sentences.emplace_back(
        PhotoError(totals.unreadable[0].first, totals.unreadable[0].second).what());
  } else if (!totals.unreadable.empty()) {
    for (const auto& [photo, reason] : totals.unreadable) {
      if (names.size() < 3) names.push_back(fmt::format("{} ({})", photo, reason));
    }
    sentences.push_back(
        fmt::format("{} of {} photos could not be used: {}{}.", totals.unreadable.size(),
                    totals.read() + totals.unreadable.size(), fmt::join(names, "; "),
                    totals.unreadable.size() > names.size() ? "; …" : ""));
  }
  if (!totals.kept.empty()) {
    sentences.push_back(fmt::format(
        "{} {} there already and {} left alone, as {} differ{} ({}{}): give another folder, or "
        "--replace.",
        totals.kept.size(), totals.kept.size() == 1 ? "file was" : "files were",
        totals.kept.size() == 1 ? "was" : "were", totals.kept.size() == 1 ? "it" : "they",
        totals.kept.size() == 1 ? "s" : "", totals.kept.front(),
        totals.kept.size() > 1 ? ", …" : ""));
  }
  if (!sentences.empty()) throw InputError(fmt::format("{}", fmt::join(sentences, " ")));
}

// One photo's way through a worker.
Identified identify_photo(const std::string& path, std::size_t index, Identifier& identifier,
                          const IdentifyFiles& files, const ModelCard& card) {
  Identified result;
  result.photo = path;
  try {
    const Photo photo = decode_photo(path);
    std::error_code ignored;
    result.bytes = fs::file_size(path, ignored);
    result.size = photo.full_size;
    result.repair = photo.repair;
    result.found = identifier.run(photo);
    files.write(index, photo, card, result);
    result.found.mask.labels.release();
  } catch (const PhotoError& error) {
    result.unreadable = error.reason;
  }
  return result;
}

int identify(Console& console, Flags& flags) {
  // All that can be refused is refused before the network is loaded or a file written.
  check(flags);
  flags.folders.shape.aspect = aspect_of(flags.aspect);
  flags.folders.by = flags.by == "taxon" ? CropBy::kTaxon : CropBy::kOrganism;
  const std::vector<std::string> photos = photos_named(flags.photos);
  if (photos.size() == 1) photo_size(photos.front());
  const auto model = flags.model.load();
  if (!model->card().defaults.empty())
    console.remark(fmt::format("By default: {}.", fmt::join(model->card().defaults, "; ")));
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const int workers = std::min(flags.threads > 0 ? flags.threads : cores,
                               static_cast<int>(std::min<std::size_t>(photos.size(), 1024)));
  std::vector<std::unique_ptr<Identifier>> identifiers;
  identifiers.reserve(static_cast<std::size_t>(workers));
  for (int i = 0; i < workers; ++i)
    identifiers.push_back(std::make_unique<Identifier>(model, flags.options));
  const IdentifyFiles files(flags.folders, photos);

  // Where a person reads along, each photo's own lines tell how far it is.
  const bool bar = photos.size() > 1 && (console.json() || isatty(STDOUT_FILENO) == 0);
  const bool crops_asked = !flags.folders.crops.empty();
  Totals totals;
  ordered_json list = ordered_json::array();
  try {
    work_in_order<Identified>(
        photos.size(), workers,
        [&](int worker, std::size_t i) {
          return identify_photo(photos[i], i, *identifiers[static_cast<std::size_t>(worker)], files,
                                model->card());
        },
        [&](std::size_t i, const Identified& photo) {
          totals.add(photo);
          // A single photo that cannot be used is the run's one error.
          if (photo.unreadable.empty() || photos.size() > 1)
            console.print(identified_text(photo, model->card(), crops_asked));
          if (photo.unreadable.empty() && console.json())
            list.push_back(identified_json(photo, model->card()));
          if (bar)
            report(console.progress(), {"identifying", static_cast<std::int64_t>(i) + 1,
                                        static_cast<std::int64_t>(photos.size()), "photos",
                                        fs::path(photo.photo).filename().string()});
        },
        [] { return Console::stop_asked(); });
  } catch (const Interrupted&) {
    console.remark(
        fmt::format("Interrupted; {} of {} photos were looked at, and what was written "
                    "is kept.",
                    totals.read() + totals.unreadable.size(), photos.size()));
    return 3;
  }
  if (totals.read() > 0) {
    print_totals(console, totals, *model);
    console.print_json(result_json(totals, *model, std::move(list)));
  }
  complain(totals);
  return 0;
}

}  // namespace

Verb identify_verb() {
  return {
      "identify", kIdentifySummary, [](CLI::App& app) -> Action {
        auto flags = std::make_shared<Flags>();
        IdentifyFolders& folders = flags->folders;
        app.add_option("photos", flags->photos,
                       "Photos, folders of photos, or a CSV with a column photo")
            ->type_name("PHOTO");
        flags->model.add_to(app, false);
        // That it is missing is said in a sentence of its own.
        app.get_option("--model")->required(false);
        app.add_option("--layer", flags->options.layer,
                       "Layer that the evidence is taken from (default: the card's deep layer)")
            ->type_name("PATH");
        app.add_option("--most", flags->options.most, "Organisms told of a photo, at most")
            ->check(at_least(1))
            ->capture_default_str();
        app.add_option("--threads", flags->threads,
                       "Workers, one photo each; 0: all cores. The results do not depend on it")
            ->check(at_least(0))
            ->capture_default_str();
        const std::string crop = "Crops", output = "Output";
        app.add_option("--crop", folders.crops,
                       "Folder for a crop of each organism, PHOTO.NUMBER.TAXON.jpg (.png where the "
                       "photo is no JPEG): upright, with the photo's date, place and camera. JPEGs "
                       "are cut along their blocks and so lose no quality; the few that cannot be "
                       "are coded anew at quality 95 (default: none are written)")
            ->type_name("DIR")
            ->group(crop);
        app.add_option("--crop-by", flags->by,
                       "organism: a crop for each; taxon: one for all of a taxon in the photo, "
                       "unless another taxon would come with them")
            ->check(CLI::IsMember({"organism", "taxon"}))
            ->capture_default_str()
            ->group(crop);
        app.add_option("--crop-margin", folders.shape.margin,
                       "Left on each side, as a share of the organism's longer side")
            ->check(not_negative())
            ->capture_default_str()
            ->group(crop);
        app.add_option("--crop-aspect", flags->aspect,
                       "Width to height as W:H (1:1, 4:3 …), or free; the whole organism goes "
                       "before it")
            ->type_name("W:H")
            ->capture_default_str()
            ->group(crop);
        app.add_option("--crop-min", folders.shape.least,
                       "Least width and height, pixels: a smaller crop takes in more of the photo, "
                       "nothing is enlarged; 0: none")
            ->check(at_least(0))
            ->capture_default_str()
            ->group(crop);
        app.add_option("--mask", folders.masks,
                       "Folder for the estimated subject mask, PHOTO.estimated-mask.png: 0 "
                       "background, 128 unsure, 255 subject (default: none is written)")
            ->type_name("DIR")
            ->group(output);
        app.add_option("--overlay", folders.overlays,
                       "Folder for a picture of the photo with outlines, boxes and names, "
                       "PHOTO.organisms.png (default: none is written)")
            ->type_name("DIR")
            ->group(output);
        app.add_flag("--replace", folders.replace,
                     "Replace files that are there already; else those that differ are left alone")
            ->group(output);
        return [flags](Console& console) { return identify(console, *flags); };
      }};
}

}  // namespace differentia::cli
