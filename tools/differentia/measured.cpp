#include "tools/differentia/measured.h"

#include <cmath>

#include <fmt/format.h>

namespace differentia::cli {

using nlohmann::ordered_json;

ordered_json measures_json(const MapMeasures& measures) {
  ordered_json result;
  const auto add = [&](const char* name, double value) {
    result[name] = std::isfinite(value) ? ordered_json(value) : ordered_json();
  };
  add("deletion_blur", measures.deletion_blur);
  add("insertion_blur", measures.insertion_blur);
  add("deletion_mean", measures.deletion_mean);
  add("insertion_mean", measures.insertion_mean);
  add("pointing", measures.pointing);
  add("pointing_centre", measures.pointing_centre);
  add("inside", measures.inside);
  add("area", measures.area);
  add("rank_accuracy", measures.rank_accuracy);
  add("redrawn_head", measures.redrawn_head);
  add("redrawn_all", measures.redrawn_all);
  add("rival", measures.rival);
  add("antisymmetry", measures.antisymmetry);
  return result;
}

std::string measures_text(const MapMeasures& measures) {
  if (!measures.refused.empty()) return "    not measured: " + measures.refused;
  std::string text;
  const auto add = [&](const std::string& line) {
    text += (text.empty() ? "    " : "\n    ") + line;
  };
  if (std::isfinite(measures.deletion_blur)) {
    add(fmt::format(
        "deletion {:.3f} (low is good), insertion {:.3f} (high is good), filled by a blur",
        measures.deletion_blur, measures.insertion_blur));
  }
  if (std::isfinite(measures.deletion_mean)) {
    add(fmt::format("deletion {:.3f}, insertion {:.3f}, filled by the mean colour",
                    measures.deletion_mean, measures.insertion_mean));
  }
  if (std::isfinite(measures.inside)) {
    add(
        fmt::format("{:.0f} % of what the map marks lies inside the mask, which is {:.0f} "
                    "% of what the network sees",
                    100 * measures.inside, 100 * measures.area));
    add(fmt::format(
        "its highest point is {} the mask (the photo's centre is {}); of as many "
        "pixels as the mask has, {:.0f} % of the highest are in it",
        measures.pointing > 0.5 ? "in" : "outside",
        measures.pointing_centre > 0.5 ? "in it" : "outside", 100 * measures.rank_accuracy));
  }
  if (std::isfinite(measures.redrawn_head)) {
    add(
        fmt::format("rank correlation with the map of a model whose head is random {:.2f}, with "
                    "all of it random {:.2f} (near 1: the map does not depend on what was learned)",
                    measures.redrawn_head, measures.redrawn_all));
  }
  if (std::isfinite(measures.rival)) {
    add(
        fmt::format("rank correlation with the map of the nearest rival {:.2f} (1: the target is "
                    "ignored)",
                    measures.rival));
  }
  return text.empty() ? "    no measure applies to this map" : text;
}

}  // namespace differentia::cli
