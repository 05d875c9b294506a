#include "tools/differentia/compare_photo.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "atlas/marks/label_pictures.h"
#include "atlas/marks/photo_marks.h"
#include "atlas/marks/words.h"
#include "atlas/plate/axis_drawing.h"
#include "atlas/plate/photo_report.h"
#include "atlas/plate/photo_words.h"
#include "atlas/plate/plate_surface.h"
#include "base/error.h"
#include "base/image/mask.h"
#include "explain/preprocess.h"
#include "explain/regions/identify.h"
#include "tools/differentia/compared.h"
#include "tools/differentia/output_places.h"

namespace differentia::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr int kDrawnSide = 1000;  // of a photo's shorter side, for its picture

struct Unreadable {
  std::string photo, reason;
};

// What was asked of each photo, in order.
struct Asked {
  std::vector<PhotoOnPair> photos;
  std::vector<std::string> pictures;  // written; empty: none
  std::vector<Unreadable> unreadable;
};

// Refuses what can be refused before the long work. Answers the photos that can be read.
std::vector<std::string> readable(const PhotoFlags& flags, std::vector<Unreadable>& unreadable) {
  if (!flags.mask.empty() && flags.photos.size() > 1)
    throw InputError("--mask is the subject mask of one photo: give one --photo.");
  if (!flags.output.empty()) {
    if (flags.photos.size() > 1)
      throw InputError(
          "--out names one picture; of several photos give --out-dir FOLDER for a picture each.");
    plate_format(flags.output);
    check_place(flags.output);
  }
  std::vector<std::string> photos;
  for (const std::string& photo : flags.photos) {
    try {
      photo_size(photo);
      photos.push_back(photo);
    } catch (const PhotoError& error) {
      if (flags.photos.size() == 1) throw;
      unreadable.push_back({photo, error.reason});
    }
  }
  if (photos.empty())
    throw InputError(fmt::format("None of the {} photos can be read; '{}': {}.",
                                 flags.photos.size(), unreadable[0].photo, unreadable[0].reason));
  if (!flags.mask.empty()) SubjectMask::read(flags.mask, photo_size(photos[0]));
  return photos;
}

// Photos of one name in several folders get numbers.
std::string picture_path(const PhotoFlags& flags, const std::string& photo,
                         std::set<std::string>& taken) {
  if (!flags.output.empty()) return flags.output;
  if (flags.folder.empty()) return "";
  const std::string stem = fs::path(photo).stem().string();
  std::string name = stem + ".png";
  for (int n = 2; !taken.insert(name).second; ++n) name = fmt::format("{}-{}.png", stem, n);
  return (fs::path(flags.folder) / name).string();
}

ordered_json ticked_json(const TickedMark& ticked, const Mark& mark) {
  const char* presence = ticked.presence == MarkPresence::kSeen     ? "seen"
                         : ticked.presence == MarkPresence::kAbsent ? "absent"
                                                                    : "hidden";
  const char* why = ticked.why == WhyHidden::kOffFrame      ? "off the frame"
                    : ticked.why == WhyHidden::kOffSubject  ? "off the subject"
                    : ticked.why == WhyHidden::kLikeNeither ? "like neither"
                                                            : "";
  return {{"number", mark.number},
          {"status", status_name(mark.status)},
          {"presence", presence},
          {"why", why},
          {"place", {{"x", ticked.place.x}, {"y", ticked.place.y}}},
          {"box",
           {{"x", ticked.box.x},
            {"y", ticked.box.y},
            {"width", ticked.box.width},
            {"height", ticked.box.height}}},
          {"look", number_json(ticked.look)},
          {"unlike", number_json(ticked.unlike)},
          {"attribution", number_json(ticked.attribution)}};
}

ordered_json photo_json(const PhotoOnPair& photo, const PairMarks& pair,
                        const std::string& picture) {
  ordered_json marks = ordered_json::array(), context = ordered_json::array();
  for (std::size_t m = 0; m < pair.marks.size(); ++m)
    marks.push_back(ticked_json(photo.marks[m], pair.marks[m]));
  for (std::size_t m = 0; m < pair.context.size(); ++m)
    context.push_back(ticked_json(photo.context[m], pair.context[m]));
  const char* placed = photo.placed == PlacedOnAxis::kA         ? "a"
                       : photo.placed == PlacedOnAxis::kB       ? "b"
                       : photo.placed == PlacedOnAxis::kBetween ? "between"
                                                                : "neither";
  return {
      {"photo", photo.path},
      {"width", photo.size.width},
      {"height", photo.size.height},
      {"repair", photo.repair},
      {"in_atlas", photo.in_atlas.empty() ? ordered_json(nullptr) : ordered_json(photo.in_atlas)},
      {"found_in", photo.found_in},
      {"placed", placed},
      {"sentence", placed_sentence(photo, pair)},
      {"first",
       {{"output", photo.first}, {"label", photo.first_label}, {"logit", photo.first_logit}}},
      {"logits", {{"a", photo.logit[0]}, {"b", photo.logit[1]}}},
      {"weak", photo.weak},
      {"margin", photo.margin},
      {"above", {{"a", count_json(photo.below[0])}, {"b", count_json(photo.below[1])}}},
      {"subject",
       {{"masked", photo.masked},
        {"estimated", photo.estimated},
        {"box",
         {{"x", photo.subject.x},
          {"y", photo.subject.y},
          {"width", photo.subject.width},
          {"height", photo.subject.height}}}}},
      {"marks", marks},
      {"context", context},
      {"picture", picture.empty() ? ordered_json(nullptr) : ordered_json(picture)}};
}

std::string ticked_text(const TickedMark& ticked, const Mark& mark) {
  return fmt::format("  {} {}. {}: {}\n", tick_sign(ticked), mark.number, mark_name(mark),
                     presence_words(ticked));
}

// What a test does not refuse; answers how many it does.
std::string ticks_text(const PhotoOnPair& photo, const PairMarks& pair) {
  std::string text;
  int left_out = 0;
  for (const Side side : {Side::kA, Side::kB}) {
    std::string marks;
    for (std::size_t m = 0; m < pair.marks.size(); ++m) {
      if (pair.marks[m].carrier != side) continue;
      if (!is_ticked(pair.marks[m])) {
        ++left_out;
        continue;
      }
      marks += ticked_text(photo.marks[m], pair.marks[m]);
    }
    if (!marks.empty())
      text += fmt::format("\nMarks of {}:\n{}", pair.taxon(side).record.name, marks);
  }
  std::string cues;
  for (std::size_t m = 0; m < pair.context.size(); ++m)
    if (is_ticked(pair.context[m])) cues += ticked_text(photo.context[m], pair.context[m]);
  if (!cues.empty()) text += "\nAlso used, not on the organism:\n" + cues;
  if (text.empty()) text = "\nNo mark is shown for this pair, so there is none to tick.\n";
  if (left_out > 0)
    text += fmt::format("\n{} {} that the test does not show {} left out.\n", left_out,
                        left_out == 1 ? "mark" : "marks", left_out == 1 ? "is" : "are");
  return text;
}

std::string photo_text(const PhotoOnPair& photo, const PairMarks& pair, const PairAxis& axis) {
  const std::string &a = pair.taxa[0].record.name, &b = pair.taxa[1].record.name;
  std::string text = fmt::format("{}: {}\n", photo.path, placed_sentence(photo, pair));
  text +=
      fmt::format("\n{}\n{}\n", axis_text(axis, photo.margin, a, b), axis_sentence(photo, pair));
  text += ticks_text(photo, pair);
  const std::string remark = photo_remark(photo);
  if (!remark.empty()) text += "\n" + remark + "\n";
  return text +
         "\nThis is what the model goes by; that a mark is seen does not make the name right.";
}

// Left-aligned in so many columns of a terminal.
std::string padded(const std::string& text, std::size_t columns) {
  std::size_t length = 0;
  for (const char c : text) length += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return text + std::string(columns > length ? columns - length : 0, ' ');
}

std::string table_text(const std::vector<PhotoOnPair>& photos, const PairMarks& pair) {
  std::size_t widest = 5;
  for (const PhotoOnPair& photo : photos) widest = std::max(widest, photo.path.size());
  std::string text = padded("photo", widest) + "  axis   above A  above B  ";
  for (const Mark& mark : pair.marks)
    if (is_ticked(mark)) text += padded(std::to_string(mark.number), 3);
  text += " answer\n";
  for (const PhotoOnPair& photo : photos) {
    text += fmt::format("{}  {:+5.1f}  {:>3} of {:<3}{:>3} of {:<3}", padded(photo.path, widest),
                        photo.margin, photo.below[0].with, photo.below[0].of, photo.below[1].with,
                        photo.below[1].of);
    for (std::size_t m = 0; m < pair.marks.size(); ++m)
      if (is_ticked(pair.marks[m])) text += padded(tick_sign(photo.marks[m]), 3);
    text += " " + placed_sentence(photo, pair) + "\n";
  }
  text += "\n";
  for (const Mark& mark : pair.marks)
    if (is_ticked(mark))
      text += fmt::format("  {}. {}: {}\n", mark.number, pair.taxon(mark.carrier).record.name,
                          mark_name(mark));
  return text + fmt::format(
                    "✓ seen, ✗ absent, ? hidden. Axis: logit of {} less that of {}; above: of how "
                    "many testing photos of A = {} and of B = {} it lies higher.",
                    pair.taxa[0].record.name, pair.taxa[1].record.name, pair.taxa[0].record.name,
                    pair.taxa[1].record.name);
}

// The photo's subject: given, or estimated where the pair's photos have masks.
PhotoSubject subject_of(const std::string& path, const Photo& photo, const PhotoFlags& flags,
                        Identifier* identifier) {
  PhotoSubject subject;
  if (!flags.mask.empty()) {
    subject.labels = read_labels(flags.mask, photo.full_size);
  } else if (identifier != nullptr) {
    subject.labels = identifier->run(decode_photo(path)).mask.labels;
    subject.estimated = true;
  }
  return subject;
}

}  // namespace

void PhotoFlags::add_to(CLI::App& app) {
  app.add_option("--photo", photos,
                 "A photo, of the atlas or not: tick the marks that it shows, and place it between "
                 "the two; may be given several times")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group("One photo");
  app.add_option("--mask", mask,
                 "The photo's subject mask: 0 background, 128 unsure, else subject (default: "
                 "estimated, where the atlas's photos have masks)")
      ->type_name("FILE")
      ->needs("--photo")
      ->group("One photo");
  app.add_option("-o,--out", output, "Also draw it: .png, .svg or .pdf (default: no picture)")
      ->type_name("FILE")
      ->needs("--photo")
      ->group("One photo");
  app.add_option("--out-dir", folder,
                 "Of several photos: folder for a picture of each, made where it is not there")
      ->type_name("DIR")
      ->needs("--photo")
      ->excludes("--out")
      ->group("One photo");
}

int compare_photos(Console& console, const PairFlags& pair_flags, const PhotoFlags& flags) {
  Asked asked;
  const std::vector<std::string> photos = readable(flags, asked.unreadable);
  const PairRequest request = pair_request(pair_flags);
  make_folder(flags.folder);
  PairWorkings workings;
  PairMarks pair = compare_pair(request.atlas, request.model, request.a.id, request.b.id,
                                request.options, console.progress(), &workings);
  WordsOptions words;
  words.photo_root = request.options.photo_root;
  words.threads = request.options.threads;
  describe_marks(pair, request.atlas, words);

  PhotoMarker marker(pair, workings, request.model, request.options.photo_root);
  std::unique_ptr<Identifier> identifier;
  if (flags.mask.empty() && marker.needs_subject())
    identifier = std::make_unique<Identifier>(request.model);
  DecodeOptions decoding;
  decoding.shorter_side = decode_side(request.model->card().input);
  std::set<std::string> taken;
  const auto count = static_cast<std::int64_t>(photos.size());
  for (const std::string& path : photos) {
    if (Console::stop_asked()) throw Interrupted();
    try {
      const Photo photo = decode_photo(path, decoding);
      asked.photos.push_back(
          marker.run(photo, path, subject_of(path, photo, flags, identifier.get())));
      asked.pictures.push_back(picture_path(flags, path, taken));
      if (!asked.pictures.back().empty()) {
        DecodeOptions drawing;
        drawing.shorter_side = kDrawnSide;
        draw_photo_report(asked.photos.back(), pair, marker.axis(), decode_photo(path, drawing).bgr,
                          asked.pictures.back());
      }
    } catch (const PhotoError& error) {
      if (photos.size() == 1 && flags.photos.size() == 1) throw;
      asked.unreadable.push_back({path, error.reason});
    }
    report(console.progress(),
           {"looking at photos",
            static_cast<std::int64_t>(asked.photos.size() + asked.unreadable.size()), count,
            "photos", ""});
  }
  console.end_progress();

  ordered_json list = ordered_json::array(), unreadable = ordered_json::array();
  for (std::size_t i = 0; i < asked.photos.size(); ++i)
    list.push_back(photo_json(asked.photos[i], pair, asked.pictures[i]));
  for (const Unreadable& one : asked.unreadable)
    unreadable.push_back(ordered_json{{"photo", one.photo}, {"reason", one.reason}});
  if (console.json()) {
    ordered_json result = pair_json(pair, request.atlas);
    result["axis"] = {{"a", marker.axis().margins[0]},
                      {"b", marker.axis().margins[1]},
                      {"clear_a", number_json(marker.axis().clear_a)},
                      {"clear_b", number_json(marker.axis().clear_b)}};
    result["photos"] = list;
    result["unreadable"] = unreadable;
    console.print_json(result);
  }
  if (!pair.verdict.empty()) console.print(pair.verdict + "\n");
  if (asked.photos.size() == 1)
    console.print(photo_text(asked.photos[0], pair, marker.axis()));
  else if (!asked.photos.empty())
    console.print(table_text(asked.photos, pair));
  for (const std::string& picture : asked.pictures)
    if (!picture.empty()) console.print(picture);
  for (const Unreadable& one : asked.unreadable)
    console.remark(fmt::format("'{}' was left out: {}.", one.photo, one.reason));
  return asked.unreadable.empty() ? 0 : 2;
}

}  // namespace differentia::cli
