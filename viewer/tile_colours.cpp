#include "viewer/tile_colours.h"

#include <algorithm>
#include <cmath>

#include "base/image/colour_map.h"
#include "viewer/number_text.h"
#include "viewer/theme.h"

namespace differentia::viewer {

namespace {

constexpr std::uint32_t kShare = 165;  // of 255: the icon stays readable under its tint

std::uint32_t packed(const Rgb& c, std::uint32_t alpha) {
  return c[0] | static_cast<std::uint32_t>(c[1]) << 8 | static_cast<std::uint32_t>(c[2]) << 16 |
         alpha << 24;
}

}  // namespace

std::uint32_t legend_colour(ColourBy colour_by, double share) {
  const ColourMap map = colour_by == ColourBy::kAttribution ? ColourMap::kBlueRed
                        : colour_by == ColourBy::kSubject   ? ColourMap::kCividis
                                                            : ColourMap::kViridis;
  return packed(colour_of(map, share), 255);
}

std::uint32_t tile_tint(ColourBy colour_by, const MapSummary& map, const MapLevel& level,
                        std::int32_t cell) {
  const auto i = static_cast<std::size_t>(cell);
  const auto tinted = [&](double share) {
    return (legend_colour(colour_by, share) & 0xFFFFFFu) | kShare << 24;
  };
  switch (colour_by) {
    case ColourBy::kAttribution: {
      const std::size_t columns = map.record.targets.size();
      if (columns == 0) return 0;
      const double v = level.cells.attribution[i * columns + map.own_column];
      if (std::isnan(v)) return 0;
      // What adds little keeps its picture; what adds much is coloured in full.
      const double share = std::clamp(v / map.attribution_limit, -1.0, 1.0);
      const auto alpha = static_cast<std::uint32_t>(kShare * (0.25 + 0.75 * std::abs(share)));
      return (legend_colour(colour_by, 0.5 + 0.5 * share) & 0xFFFFFFu) | alpha << 24;
    }
    case ColourBy::kCount:
      return tinted(std::log1p(level.cells.count[i]) / std::log1p(level.count_limit));
    case ColourBy::kSubject: {
      const float v = level.cells.subject[i];
      return std::isnan(v) ? 0 : tinted(v);
    }
    case ColourBy::kConcept: {
      const std::int32_t number = level.cells.concept_number[i];
      return number < 0 ? 0 : (concept_colour(number) & 0xFFFFFFu) | kShare << 24;
    }
    case ColourBy::kNone:
      break;
  }
  return 0;
}

Legend legend_of(ColourBy colour_by, const MapSummary& map, const MapLevel& level) {
  switch (colour_by) {
    case ColourBy::kAttribution:
      return {"Mean attribution, logits", logits_text(-map.attribution_limit), "0",
              logits_text(map.attribution_limit), true};
    case ColourBy::kCount:
      return {"Positions per tile", "1", "",
              count_text(static_cast<std::int64_t>(std::lround(level.count_limit))) + "+", true};
    case ColourBy::kSubject:
      return {"Share on the subject", "0 %", "", "100 %", true};
    case ColourBy::kConcept:
      return {"Colour: concept", "", "", "", false};
    case ColourBy::kNone:
      break;
  }
  return {};
}

}  // namespace differentia::viewer
