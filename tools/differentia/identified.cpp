#include "tools/differentia/identified.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tools/differentia/target_options.h"
#include "tools/differentia/taxon_label.h"

namespace differentia::cli {
namespace {

using nlohmann::ordered_json;

std::string box_text(const Box& box) {
  return fmt::format("left {:.0f}, top {:.0f}, {:.0f} × {:.0f} pixels", box.x, box.y, box.width,
                     box.height);
}

// Columns that the text takes: its code points.
std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width > columns(text) ? width - columns(text) : 0, ' ');
}

// "1, 2": organisms by the numbers they are told by.
std::string numbers(const std::vector<int>& organisms) {
  std::vector<int> result(organisms);
  for (int& i : result) ++i;
  return fmt::format("{}", fmt::join(result, ", "));
}

std::string others_text(const SubjectCrop& crop) {
  return crop.others.empty() ? std::string()
                             : fmt::format("; shows part of {} as well", numbers(crop.others));
}

std::string crop_text(const CropFile& crop, std::size_t source) {
  const Box& box = crop.subject.crop.box;
  std::string text =
      fmt::format("  {} → {}  {:.0f} × {:.0f} pixels, {} of {}", numbers(crop.subject.organisms),
                  crop.path, box.width, box.height, bytes_text(crop.bytes), bytes_text(source));
  text += others_text(crop.subject);
  if (!crop.subject.crop.shaped) text += "; the photo has no room for the shape asked for";
  if (crop.coded_anew) text += fmt::format("; coded anew at quality {}", kCropQuality);
  if (crop.metadata == Carried::kUnread)
    text += "; without date and place, which are not read from photos of this format";
  return text;
}

std::string advice_of(const Identified& photo) {
  const auto taxa = taxa_of(photo.found);
  if (taxa.size() < 2) return {};
  return fmt::format("{} taxa in one photo: split it, so that each has a photo of its own.",
                     taxa.size());
}

std::string organism_lines(const Identified& photo, const ModelCard& card) {
  std::size_t widest = 0, words = 0;
  const auto sure = [](const Organism& organism) {
    return fmt::format("{} ({:.0f} %)", likelihood(organism.probability),
                       100 * organism.probability);
  };
  for (const Organism& organism : photo.found.organisms) {
    widest = std::max(widest, columns(output_name(card, organism.output)));
    words = std::max(words, columns(sure(organism)));
  }
  std::string text;
  int number = 0;
  for (const Organism& organism : photo.found.organisms) {
    text += fmt::format("\n  {}  {}  {}  {}", ++number,
                        padded(output_name(card, organism.output), widest),
                        padded(sure(organism), words), box_text(organism.box));
  }
  return text;
}

std::string heading(const Identified& photo, const ModelCard& card) {
  const IdentifyResult& found = photo.found;
  if (found.organisms.empty())
    return fmt::format("{}: no organism found, none that the model knows", photo.photo);
  std::vector<std::string> parts;
  for (const TaxonCount& taxon : taxa_of(found)) {
    const std::string name = output_name(card, taxon.output);
    parts.push_back(taxon.organisms > 1 ? fmt::format("{} × {}", taxon.organisms, name) : name);
  }
  return fmt::format("{}: {}", photo.photo, fmt::join(parts, ", "));
}

ordered_json box_json(const Box& box) {
  return {{"x", box.x}, {"y", box.y}, {"width", box.width}, {"height", box.height}};
}

ordered_json label_json(const ModelCard& card, int output) {
  const std::string label = output_name(card, output);
  const TaxonLabel parts = taxon_label(label);
  return {{"output", output},
          {"label", label},
          {"name", parts.name},
          {"common_name",
           parts.common_name.empty() ? ordered_json() : ordered_json(parts.common_name)}};
}

ordered_json numbers_json(const std::vector<int>& organisms) {
  ordered_json result = ordered_json::array();
  for (const int i : organisms) result.push_back(i + 1);
  return result;
}

ordered_json crop_json(const SubjectCrop& crop, const ModelCard& card) {
  return {{"label", output_name(card, crop.output)},
          {"organisms", numbers_json(crop.organisms)},
          {"others", numbers_json(crop.others)},
          {"box", box_json(crop.crop.box)},
          {"shape_kept", crop.crop.shaped}};
}

ordered_json organisms_json(const Identified& photo, const ModelCard& card) {
  ordered_json result = ordered_json::array();
  for (std::size_t i = 0; i < photo.found.organisms.size(); ++i) {
    const Organism& organism = photo.found.organisms[i];
    ordered_json json{{"number", i + 1}};
    json.update(label_json(card, organism.output));
    json["probability"] = organism.probability;
    json["likelihood"] = likelihood(organism.probability);
    json["score"] = organism.score;
    json["box"] = box_json(organism.box);
    ordered_json contour = ordered_json::array();
    for (const Point& point : organism.contour)
      contour.push_back(ordered_json::array({point.x, point.y}));
    json["contour"] = contour;
    result.push_back(json);
  }
  return result;
}

const char* carried_name(Carried metadata) {
  return metadata == Carried::kKept ? "kept" : metadata == Carried::kNone ? "none" : "not read";
}

ordered_json text_or_null(const std::string& text) {
  return text.empty() ? ordered_json() : ordered_json(text);
}

}  // namespace

std::vector<TaxonCount> taxa_of(const IdentifyResult& found) {
  std::vector<TaxonCount> result;
  for (const Organism& organism : found.organisms) {
    const auto known = std::find_if(result.begin(), result.end(), [&](const TaxonCount& taxon) {
      return taxon.output == organism.output;
    });
    if (known == result.end())
      result.push_back({organism.output, 1});
    else
      ++known->organisms;
  }
  return result;
}

const char* likelihood(double probability) {
  const long percent = std::lround(100 * probability);  // as it is written beside the word
  return percent >= 95   ? "almost certainly"
         : percent >= 80 ? "very likely"
         : percent >= 60 ? "likely"
         : percent >= 40 ? "perhaps"
                         : "a guess";
}

std::string bytes_text(std::size_t bytes) {
  const auto number = static_cast<double>(bytes);
  if (bytes >= 10'000'000) return fmt::format("{:.0f} MB", number / 1e6);
  if (bytes >= 1'000'000) return fmt::format("{:.1f} MB", number / 1e6);
  if (bytes >= 10'000) return fmt::format("{:.0f} kB", number / 1e3);
  return fmt::format("{:.1f} kB", number / 1e3);
}

std::string identified_text(const Identified& photo, const ModelCard& card, bool crops_asked) {
  if (!photo.unreadable.empty())
    return fmt::format("{}: cannot be used: {}", photo.photo, photo.unreadable);
  std::string text = heading(photo, card);
  if (!photo.repair.empty())
    text += fmt::format("\n  the photo was repaired while reading: {}", photo.repair);
  text += organism_lines(photo, card);
  if (!photo.found.organisms.empty()) {
    text += fmt::format("\n  boxes and outlines from an estimated subject mask, confidence {:.2f}",
                        photo.found.mask.confidence);
  }
  const std::string advice = advice_of(photo);
  if (!advice.empty()) text += "\n  " + advice;
  if (!advice.empty() && !crops_asked) {
    std::size_t widest = 0;
    for (const SubjectCrop& crop : photo.split)
      widest = std::max(widest, columns(output_name(card, crop.output)));
    for (const SubjectCrop& crop : photo.split) {
      text += fmt::format("\n    {}  {}{}", padded(output_name(card, crop.output), widest),
                          box_text(crop.crop.box), others_text(crop));
    }
    text += "\n    The same command with --crop DIR --crop-by taxon writes these crops.";
  }
  for (const CropFile& crop : photo.crops) text += "\n" + crop_text(crop, photo.bytes);
  if (!photo.mask.empty()) text += fmt::format("\n  estimated subject mask → {}", photo.mask);
  if (!photo.overlay.empty()) text += fmt::format("\n  overlay → {}", photo.overlay);
  for (const std::string& file : photo.kept)
    text += fmt::format("\n  left alone: {} is there already and differs", file);
  return text;
}

ordered_json identified_json(const Identified& photo, const ModelCard& card) {
  ordered_json taxa = ordered_json::array(), crops = ordered_json::array();
  ordered_json split = ordered_json::array(), warnings = ordered_json::array();
  for (const TaxonCount& taxon : taxa_of(photo.found)) {
    taxa.push_back(label_json(card, taxon.output));
    taxa.back()["organisms"] = taxon.organisms;
  }
  for (const CropFile& file : photo.crops) {
    crops.push_back(crop_json(file.subject, card));
    crops.back()["file"] = file.path;
    crops.back()["bytes"] = file.bytes;
    crops.back()["coded_anew"] = file.coded_anew;
    crops.back()["metadata"] = carried_name(file.metadata);
  }
  for (const SubjectCrop& crop : photo.split) split.push_back(crop_json(crop, card));
  if (!photo.repair.empty())
    warnings.push_back("the photo was repaired while reading: " + photo.repair);
  for (const std::string& file : photo.kept)
    warnings.push_back(file + " is there already and differs: it was left alone");
  const SubjectMaskEstimate& mask = photo.found.mask;
  return {{"photo", photo.photo},
          {"width", photo.size.width},
          {"height", photo.size.height},
          {"bytes", photo.bytes},
          {"taxa", taxa},
          {"organisms", organisms_json(photo, card)},
          {"summary", photo.found.summary},
          {"advice", text_or_null(advice_of(photo))},
          {"split", split},
          {"crops", crops},
          {"mask",
           {{"estimated", true},
            {"confidence", mask.confidence},
            {"how", mask.how},
            {"file", text_or_null(photo.mask)}}},
          {"overlay", text_or_null(photo.overlay)},
          {"warnings", warnings}};
}

}  // namespace differentia::cli
