#include "base/error.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace differentia {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

std::size_t distance_to_words(const std::string& wanted, const std::string& candidate) {
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (std::size_t first = 0; first < candidate.size();) {
    const std::size_t end = std::min(candidate.find_first_of(" _", first), candidate.size());
    if (end > first)
      least = std::min(least, edit_distance(wanted, candidate.substr(first, end - first)));
    first = end + 1;
  }
  return least;
}

std::string unknown_sentence(const std::string& kind, const std::string& name,
                             const std::vector<std::string>& nearest) {
  if (nearest.empty()) return fmt::format("There is no {} '{}'.", kind, name);
  return fmt::format("There is no {} '{}'; the nearest are: {}.", kind, name,
                     fmt::join(nearest, ", "));
}

}  // namespace

DamagedFile::DamagedFile(const std::string& file, std::string what)
    : FileError(file, fmt::format("'{}' is damaged: {}.", file, what)), reason(std::move(what)) {}

UnknownName::UnknownName(const std::string& kind, std::string wanted,
                         std::vector<std::string> candidates)
    : InputError(unknown_sentence(kind, wanted, candidates)),
      name(std::move(wanted)),
      nearest(std::move(candidates)) {}

UnknownName UnknownName::among(const std::string& kind, const std::string& wanted,
                               const std::vector<std::string>& names) {
  const auto near = nearest_names(wanted, names);
  if (!near.empty() || names.empty()) return UnknownName(kind, wanted, near);
  constexpr std::size_t kShown = 5;
  const std::vector<std::string> first(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size())));
  const std::string sentence =
      names.size() <= kShown
          ? fmt::format("There is no {} '{}'; there are: {}.", kind, wanted, fmt::join(first, ", "))
          : fmt::format("There is no {} '{}', nor one like it, among {}: {} …", kind, wanted,
                        names.size(), fmt::join(first, ", "));
  return UnknownName(wanted, first, sentence);
}

DiskFull::DiskFull(const std::string& file)
    : FileError(file,
                fmt::format("The disk is full: '{}' could not be written; free some space and "
                            "run the same command again, it goes on from here.",
                            file)) {}

std::vector<std::string> nearest_names(const std::string& name,
                                       const std::vector<std::string>& candidates,
                                       std::size_t count) {
  const std::string wanted = lower(name);
  std::vector<std::pair<std::size_t, std::size_t>> ranked;  // (distance, index)
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::string candidate = lower(candidates[i]);
    const bool contained = !wanted.empty() && (candidate.find(wanted) != std::string::npos ||
                                               wanted.find(candidate) != std::string::npos);
    const std::size_t whole = edit_distance(wanted, candidate);
    const std::size_t closest = std::min(whole, distance_to_words(wanted, candidate));
    if (contained) {
      ranked.emplace_back(whole / 4, i);
    } else if (closest <= std::max<std::size_t>(1, wanted.size() / 2)) {
      ranked.emplace_back(closest, i);
    }
  }
  count = std::min(count, ranked.size());
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count),
                    ranked.end());
  std::vector<std::string> nearest;
  for (std::size_t i = 0; i < count; ++i) nearest.push_back(candidates[ranked[i].second]);
  return nearest;
}

}  // namespace differentia
