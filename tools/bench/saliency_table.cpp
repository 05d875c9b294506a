#include "tools/bench/saliency_table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace differentia {

namespace {

struct FillFields {
  const char* name;
  MeasureField deletion, insertion;
};

constexpr FillFields kFills[] = {
    {"blur", &MapMeasures::deletion_blur, &MapMeasures::insertion_blur},
    {"mean colour", &MapMeasures::deletion_mean, &MapMeasures::insertion_mean},
};

// Photos that design.md asks for; what is over fewer is told for comparison.
constexpr int kEnough = 200;

// One comparison of design.md's row.
struct Comparison {
  const char* name;
  bool insertion;
  std::size_t reference;
};

constexpr Comparison kComparisons[] = {
    {"deletion − random grid", false, kRandomGridRow},
    {"deletion − random pixels", false, kRandomPixelsRow},
    {"insertion − random grid", true, kRandomGridRow},
    {"insertion − random pixels", true, kRandomPixelsRow},
    {"insertion − centre", true, kCentreRow},
};

// The bootstrap's interval of a handful of photos is too narrow to be believed.
constexpr int kFewest = 12;

bool better(const Estimate& difference, bool insertion, int photos) {
  if (photos < kFewest) return false;
  return insertion ? difference.low > 0 : difference.high < 0;
}

std::string figure(double value) {
  return std::isnan(value) ? "" : fmt::format("{:.3f}", value);
}

std::string signed_figure(const Estimate& difference, bool insertion, int photos) {
  if (std::isnan(difference.value)) return "";
  const std::string text =
      fmt::format("{:+.3f} ({:+.3f} … {:+.3f})", difference.value, difference.low, difference.high);
  return better(difference, insertion, photos) ? "**" + text + "**" : text;
}

std::string fill_table(const SaliencySet& set, const FillFields& fill) {
  std::string text = "| " + set.name + ", " + fill.name + " | n | deletion | insertion |";
  for (const Comparison& comparison : kComparisons)
    text += std::string(" ") + comparison.name + " |";
  text += "\n|---|---|---|---|---|---|---|---|---|\n";
  for (std::size_t r = 0; r < set.rows.size(); ++r) {
    const SaliencyRow& row = set.rows[r];
    if (row.count() == 0) continue;
    text += fmt::format("| {} | {} | {} | {} |", row.title, row.count(),
                        figure(mean_of(row, fill.deletion)), figure(mean_of(row, fill.insertion)));
    for (const Comparison& comparison : kComparisons) {
      const MeasureField field = comparison.insertion ? fill.insertion : fill.deletion;
      text += " ";
      if (r != comparison.reference) {
        text += signed_figure(paired_difference(set, row, set.rows[comparison.reference], field),
                              comparison.insertion, row.count());
      }
      text += " |";
    }
    text += "\n";
  }
  return text;
}

// Photos that have the field.
std::vector<double> values_of(const SaliencyRow& row, MeasureField field) {
  std::vector<double> values;
  for (const auto& one : row.photos) {
    if (one && !std::isnan((*one).*field)) values.push_back((*one).*field);
  }
  return values;
}

double median_of(const SaliencyRow& row, MeasureField field) {
  return quantile(values_of(row, field), 0.5);
}

std::string rest_table(const SaliencySet& set) {
  std::string text = "| " + set.name +
                     " | seconds | passes, forward + backward | pointing | inside | rank accuracy "
                     "| head redrawn | all redrawn | rival's map | antisymmetry | completeness |\n"
                     "|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (const SaliencyRow& row : set.rows) {
    if (row.method != nullptr && row.count() == 0) {
      text +=
          fmt::format("| {} | not on this model: {} | | | | | | | | | |\n", row.title, row.refused);
      continue;
    }
    double seconds = 0, forward = 0, backward = 0;
    for (const auto& one : row.photos) {
      if (!one) continue;
      seconds += one->seconds / row.count();
      forward += static_cast<double>(one->forward_passes) / row.count();
      backward += static_cast<double>(one->backward_passes) / row.count();
    }
    text += "| " + row.title + " | ";
    text += row.method == nullptr
                ? " | | "
                : fmt::format("{:.3g} | {:.0f} + {:.0f} | ", seconds, forward, backward);
    text += figure(mean_of(row, &MapMeasures::pointing)) + " | ";
    text += figure(mean_of(row, &MapMeasures::inside)) + " | ";
    text += figure(mean_of(row, &MapMeasures::rank_accuracy)) + " | ";
    text += figure(mean_of(row, &MapMeasures::redrawn_head)) + " | ";
    text += figure(mean_of(row, &MapMeasures::redrawn_all)) + " | ";
    text += figure(mean_of(row, &MapMeasures::rival)) + " | ";
    const double antisymmetry = mean_of(row, &MapMeasures::antisymmetry);
    text += (std::isnan(antisymmetry) ? "" : fmt::format("{:.2g}", antisymmetry)) + " | ";
    const double completeness = median_of(row, &MapMeasures::completeness);
    text += (std::isnan(completeness) ? "" : fmt::format("{:.1f} %", 100 * completeness)) + " |\n";
  }
  std::size_t extra = 0;
  for (const SaliencyRow& row : set.rows)
    extra = std::max(extra, values_of(row, &MapMeasures::rival).size());
  text += fmt::format(
      "\nMeans; of completeness the median. The photo's centre wins the pointing game in {:.3f} of "
      "the photos; the subject covers {:.3f} of their area. Redrawn weights, the rival's map and "
      "antisymmetry: {} photos, fewer of methods of many passes.\n",
      mean_of(set.rows[kCentreRow], &MapMeasures::pointing_centre),
      mean_of(set.rows[kCentreRow], &MapMeasures::area), extra);
  return text;
}

}  // namespace

bool is_class_specific(const SaliencyRow& row) {
  return row.method != nullptr && row.method->needs_model &&
         !(mean_of(row, &MapMeasures::rival) >= 0.9);  // also where it was not measured
}

std::string methods_markdown() {
  std::string text = "| method | after | needs | shows | does not show |\n|---|---|---|---|---|\n";
  for (const Method* method : saliency_methods()) {
    const char* needs = !method->needs_model      ? "the photo alone"
                        : method->needs_gradients ? "gradients"
                                                  : "forward passes";
    const char* layer = method->several_layers ? ", layers"
                        : method->needs_layer  ? ", a layer"
                                               : "";
    text += fmt::format("| {} `{}` | {} | {}{} | {}. | {} |\n", method->title, method->name,
                        method->source, needs, layer, method->help, method->caveat);
  }
  return text;
}

std::string saliency_markdown(const SaliencySet& set) {
  std::string text;
  for (const FillFields& fill : kFills) text += fill_table(set, fill) + "\n";
  return text + rest_table(set) + "\n";
}

std::vector<BenchRow> saliency_rows(const SaliencySet& set) {
  std::vector<BenchRow> rows;
  const bool asked = set.photos >= kEnough;
  for (const FillFields& fill : kFills) {
    for (const Comparison& comparison : kComparisons) {
      const MeasureField field = comparison.insertion ? fill.insertion : fill.deletion;
      int specific = 0, reached = 0;
      std::string missed, fewer, controls;
      for (const SaliencyRow& row : set.rows) {
        if (row.method == nullptr || row.count() == 0) continue;
        const Estimate difference =
            paired_difference(set, row, set.rows[comparison.reference], field);
        const std::string text =
            fmt::format(" {} {:+.3f} ({:+.3f} … {:+.3f}, n {});", row.title, difference.value,
                        difference.low, difference.high, row.count());
        if (!is_class_specific(row)) {
          controls += text;
        } else if (asked && row.count() < kEnough) {
          fewer += text;
        } else {
          const bool good = better(difference, comparison.insertion, row.count());
          specific += 1;
          reached += good;
          if (!good) missed += text;
        }
      }
      std::string n = fmt::format("of {}, {} photos;", specific, set.photos);
      if (!missed.empty()) n += " not" + missed;
      if (!fewer.empty()) n += " over fewer photos" + fewer;
      if (!controls.empty()) n += " controls" + controls;
      n.pop_back();  // the last semicolon
      BenchRow result;
      result.name = fmt::format("saliency of the {}, {}: methods better on {}", set.name, fill.name,
                                comparison.name);
      result.value = reached;
      result.unit = "methods";
      if (asked) result.target = specific;
      result.reached = asked && reached == specific;
      result.n = n;
      rows.push_back(result);
    }
  }
  return rows;
}

}  // namespace differentia
