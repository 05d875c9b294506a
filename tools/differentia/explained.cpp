#include "tools/differentia/explained.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/image/overlay.h"
#include "base/image/write_picture.h"
#include "base/npy.h"
#include "tools/differentia/method_list.h"

namespace differentia::cli {
namespace {

using nlohmann::ordered_json;

gsl::span<const float> values_of(const cv::Mat& map) {
  return {map.ptr<float>(), map.total()};
}

MapKind kind_of(const Explained& made) {
  const auto values = values_of(made.saliency.map);
  return map_kind(*made.method,
                  std::any_of(values.begin(), values.end(), [](float v) { return v < 0; }));
}

// Grey from black to white, with an alpha channel where something is without evidence.
cv::Mat grey_of(const cv::Mat& map, ColourRange range) {
  const bool whole = no_evidence(map) == 0;
  cv::Mat result(map.size(), whole ? CV_8UC1 : CV_8UC4);
  for (int y = 0; y < map.rows; ++y) {
    for (int x = 0; x < map.cols; ++x) {
      const float value = map.at<float>(y, x);
      const bool known = !std::isnan(value);
      const auto grey = cv::saturate_cast<std::uint8_t>(
          known ? 255 * (value - range.low) / (range.high - range.low) : 0.0);
      if (whole)
        result.at<std::uint8_t>(y, x) = grey;
      else
        result.at<cv::Vec4b>(y, x) = {grey, grey, grey, static_cast<std::uint8_t>(known ? 255 : 0)};
    }
  }
  return result;
}

bool is_classifier(const Model& model) {
  return model.card().head != Head::kRegression && model.outputs() > 1;
}

std::vector<double> probabilities(const std::vector<float>& outputs) {
  const float highest = *std::max_element(outputs.begin(), outputs.end());
  std::vector<double> result;
  for (const float output : outputs)
    result.push_back(std::exp(static_cast<double>(output) - highest));
  const double sum = std::accumulate(result.begin(), result.end(), 0.0);
  for (double& value : result) value /= sum;
  return result;
}

// The highest outputs first.
std::vector<int> ranked(const std::vector<float>& outputs, int top) {
  std::vector<int> order(outputs.size());
  std::iota(order.begin(), order.end(), 0);
  const auto shown = std::min<std::size_t>(order.size(), static_cast<std::size_t>(top));
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(shown);
  std::partial_sort(order.begin(), end, order.end(), [&](int a, int b) {
    const float left = outputs[static_cast<std::size_t>(a)];
    const float right = outputs[static_cast<std::size_t>(b)];
    return left != right ? left > right : a < b;
  });
  order.resize(shown);
  return order;
}

// Null where it is not a number.
ordered_json number_or_null(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json();
}

ordered_json text_or_null(const std::string& text) {
  return text.empty() ? ordered_json() : ordered_json(text);
}

std::string counted(int count, const char* one, const char* several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

}  // namespace

MapKind map_kind(const Method& method, bool any_negative) {
  if (!method.is_signed) return any_negative ? MapKind::kRelative : MapKind::kAmount;
  return any_negative ? MapKind::kSigned : MapKind::kAmount;
}

double no_evidence(const cv::Mat& map) {
  const auto values = values_of(map);
  const auto unknown =
      std::count_if(values.begin(), values.end(), [](float v) { return std::isnan(v); });
  return static_cast<double>(unknown) / static_cast<double>(std::max<std::size_t>(1, map.total()));
}

void write_files(const Explained& made, const Photo& photo, const MapColours& colours) {
  const cv::Mat& map = made.saliency.map;
  const MapKind kind = kind_of(made);
  const ColourRange range = colour_range(values_of(map), kind, colours.percentile);
  if (!made.files.picture.empty()) {
    OverlayOptions options;
    options.opacity = colours.opacity;
    options.fade = true;
    options.low = range.low;
    options.high = range.high;
    options.colours = colours.colours.value_or(kind == MapKind::kSigned ? ColourMap::kBlueRed
                                                                        : ColourMap::kViridis);
    write_picture(made.files.picture, overlay(photo.bgr, map, options));
  }
  if (!made.files.grey.empty()) write_picture(made.files.grey, grey_of(map, range));
  if (!made.files.npy.empty()) {
    write_npy(made.files.npy,
              {static_cast<std::size_t>(map.rows), static_cast<std::size_t>(map.cols)},
              values_of(map));
  }
}

ordered_json explained_json(const Explained& made, const Model& model, int top) {
  const Saliency& saliency = made.saliency;
  const bool scored = !saliency.outputs.empty();
  const bool classes = scored && is_classifier(model);
  const std::vector<double> shares =
      classes ? probabilities(saliency.outputs) : std::vector<double>();
  ordered_json answers = ordered_json::array(), weights = ordered_json::array();
  for (const int output : ranked(saliency.outputs, top)) {
    const auto index = static_cast<std::size_t>(output);
    answers.push_back(ordered_json{{"output", output},
                                   {"label", output_name(model.card(), output)},
                                   {"logit", saliency.outputs[index]}});
    if (classes) answers.back()["probability"] = shares[index];
  }
  if (made.target.logits) {
    for (const auto& [output, weight] : made.target.target.weights) {
      weights.push_back(ordered_json{
          {"output", output}, {"label", output_name(model.card(), output)}, {"weight", weight}});
    }
  }
  ordered_json probability;
  if (classes && made.target.output >= 0)
    probability = shares[static_cast<std::size_t>(made.target.output)];
  std::vector<std::string> warnings = made.warnings;
  warnings.insert(warnings.end(), saliency.warnings.begin(), saliency.warnings.end());
  return ordered_json{
      {"photo", made.photo},
      {"method", made.method->name},
      {"options", options_json(*made.method, MethodValues(*made.method, made.way.options))},
      {"layers", made.way.layers},
      {"target", made.target.name},
      {"weights", weights},
      {"logit", scored && made.target.logits ? ordered_json(saliency.target) : ordered_json()},
      {"value", scored ? ordered_json(saliency.target) : ordered_json()},
      {"probability", probability},
      {"top", answers},
      {"completeness_error", number_or_null(saliency.completeness_error)},
      {"difference", number_or_null(saliency.difference)},
      {"passes",
       ordered_json{{"forward", saliency.forward_passes}, {"backward", saliency.backward_passes}}},
      {"settled", saliency.settled},
      {"seconds", saliency.seconds},
      {"no_evidence", no_evidence(saliency.map)},
      {"picture", text_or_null(made.files.picture)},
      {"grey", text_or_null(made.files.grey)},
      {"npy", text_or_null(made.files.npy)},
      {"warnings", warnings}};
}

std::string answer_text(const Explained& made, const Model& model, int top) {
  const Saliency& saliency = made.saliency;
  const bool classes = is_classifier(model);
  const char* what = !made.target.logits      ? "mean along it"
                     : !classes               ? "value"
                     : made.target.output < 0 ? "difference of logits"
                     : model.softmaxed()      ? "log p"
                                              : "logit";
  std::string text = fmt::format("  {}: {} {:.2f}", made.target.name, what, saliency.target);
  const std::vector<double> shares =
      classes ? probabilities(saliency.outputs) : std::vector<double>();
  for (const int output : ranked(saliency.outputs, top)) {
    const auto index = static_cast<std::size_t>(output);
    text += classes ? fmt::format("\n    {:5.1f} %  {:7.2f}  {}", 100 * shares[index],
                                  saliency.outputs[index], output_name(model.card(), output))
                    : fmt::format("\n    {:7.2f}  {}", saliency.outputs[index],
                                  output_name(model.card(), output));
  }
  return text;
}

std::string map_text(const Explained& made) {
  const Saliency& saliency = made.saliency;
  std::vector<std::string> parts;
  if (saliency.forward_passes > 0)
    parts.push_back(counted(saliency.forward_passes, "pass", "passes") + " forward");
  if (saliency.backward_passes > 0)
    parts.push_back(counted(saliency.backward_passes, "pass", "passes") + " backward");
  parts.push_back(fmt::format("{:.2f} s", saliency.seconds));
  if (saliency.settled) parts.emplace_back("settled before all passes were made");
  if (std::isfinite(saliency.completeness_error)) {
    parts.push_back(fmt::format("its sum misses {:.3g} of {:.3g}", saliency.completeness_error,
                                saliency.difference));
  }
  return fmt::format("  {} → {} ({})", made.method->title, made.files.picture,
                     fmt::join(parts, ", "));
}

}  // namespace differentia::cli
