#include <algorithm>
#include <cctype>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atlas/collect.h"
#include "base/error.h"

namespace differentia {
namespace {

// "American_Bulldog" and "american bulldog" are the same name.
std::string folded(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return c == '_' ? ' ' : static_cast<char>(std::tolower(c));
  });
  return name;
}

std::string some_of(const std::vector<std::string>& names) {
  const std::size_t count = std::min<std::size_t>(names.size(), 3);
  const std::vector<std::string> first(names.begin(), names.begin() + static_cast<long>(count));
  return fmt::format("{}{}", fmt::join(first, ", "), names.size() > count ? " …" : "");
}

}  // namespace

std::vector<int> outputs_of_taxa(const PhotoSet& photos, const ModelCard& card, int model_outputs) {
  std::vector<std::string> labels = card.labels;
  if (labels.empty()) {
    if (static_cast<int>(photos.taxa.size()) != model_outputs) {
      throw InputError(fmt::format(
          "The model's card names no labels, and the photos' {} taxa do not fit its {} outputs: "
          "give the labels in the order of the outputs.",
          photos.taxa.size(), model_outputs));
    }
    labels = photos.taxa;
  }
  std::unordered_map<std::string, int> exact, loose;
  for (int output = 0; output < static_cast<int>(labels.size()); ++output) {
    exact.emplace(labels[static_cast<std::size_t>(output)], output);
    loose.emplace(folded(labels[static_cast<std::size_t>(output)]), output);
  }
  std::vector<int> outputs;
  for (const std::string& taxon : photos.taxa) {
    auto found = exact.find(taxon);
    if (found == exact.end()) {
      found = loose.find(folded(taxon));
      outputs.push_back(found == loose.end() ? -1 : found->second);
    } else {
      outputs.push_back(found->second);
    }
  }
  if (std::all_of(outputs.begin(), outputs.end(), [](int output) { return output < 0; })) {
    throw InputError(
        fmt::format("None of the photos' taxa ({}) is among the model's labels ({}): "
                    "give labels that name the taxa as the photos do.",
                    some_of(photos.taxa), some_of(labels)));
  }
  return outputs;
}

}  // namespace differentia
