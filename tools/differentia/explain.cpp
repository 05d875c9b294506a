// differentia explain PHOTO: a saliency map of one photo, in the photo's own coordinates.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <numeric>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/image/overlay.h"
#include "base/image/photo.h"
#include "base/image/write_picture.h"
#include "base/npy.h"
#include "explain/forward_session.h"
#include "explain/preprocess.h"
#include "explain/saliency/session.h"
#include "tools/differentia/checks.h"
#include "tools/differentia/target_options.h"
#include "tools/differentia/verbs.h"

namespace differentia::cli {
namespace {

struct Flags {
  ModelFlags model;
  std::string photo;
  std::string method = "grad-cam";
  std::string layer;
  std::string target;
  std::string against;
  std::string output;
  std::string npy;
  bool signed_map = false;
  double opacity = 0.6;
  int top = 5;
};

using nlohmann::ordered_json;

std::vector<double> probabilities(const std::vector<float>& outputs) {
  const float highest = *std::max_element(outputs.begin(), outputs.end());
  std::vector<double> result;
  double sum = 0;
  for (const float output : outputs)
    result.push_back(std::exp(static_cast<double>(output) - highest));
  for (const double value : result) sum += value;
  for (double& value : result) value /= sum;
  return result;
}

int winner(const std::shared_ptr<const Model>& model, const Photo& photo) {
  ForwardOptions options;
  options.batch = 1;
  ForwardSession session(model, options);
  const Size input = model->card().input.size;
  std::vector<float> values(3 * static_cast<std::size_t>(input.width) *
                            static_cast<std::size_t>(input.height));
  preprocess(photo, model->card().input, values);
  const auto outputs = session.run(values, 1).outputs.values;
  return static_cast<int>(std::max_element(outputs.begin(), outputs.end()) - outputs.begin());
}

int explain(Console& console, const Flags& flags) {
  const Photo photo = decode_photo(flags.photo);
  const auto model = flags.model.load();
  const ModelCard& card = model->card();
  if (!photo.repair.empty())
    console.remark(fmt::format("'{}' was repaired while reading: {}.", flags.photo, photo.repair));

  const int wanted = flags.target.empty() ? winner(model, photo)
                                          : output_named(card, model->outputs(), flags.target);
  const int against =
      flags.against.empty() ? -1 : output_named(card, model->outputs(), flags.against);
  if (against == wanted)
    throw InputError("--target and --against are the same; the difference is zero everywhere.");
  const Target target = against < 0 ? Target::output(wanted) : Target::difference(wanted, against);
  const std::string target_name =
      against < 0 ? output_name(card, wanted)
                  : output_name(card, wanted) + " against " + output_name(card, against);

  SaliencyOptions options;
  options.method = flags.method;
  if (!flags.layer.empty()) options.layers = {flags.layer};
  options.rectified = !flags.signed_map;
  SaliencySession session(model);
  const Saliency saliency = session.run(photo, target, options, photo.full_size);
  for (const std::string& warning : saliency.warnings) console.remark("Note: " + warning);

  const std::string output =
      flags.output.empty()
          ? std::filesystem::path(flags.photo).stem().string() + "." + flags.method + ".png"
          : flags.output;
  OverlayOptions colours;
  colours.opacity = flags.opacity;
  if (flags.signed_map) colours.colours = ColourMap::kBlueRed;
  write_picture(output, overlay(photo.bgr, saliency.map, colours));
  if (!flags.npy.empty()) {
    write_npy(
        flags.npy,
        {static_cast<std::size_t>(saliency.map.rows), static_cast<std::size_t>(saliency.map.cols)},
        gsl::span<const float>(saliency.map.ptr<float>(), saliency.map.total()));
  }

  const std::vector<double> shares = probabilities(saliency.outputs);
  std::vector<int> order(saliency.outputs.size());
  std::iota(order.begin(), order.end(), 0);
  const auto shown =
      std::min<std::size_t>(order.size(), static_cast<std::size_t>(std::max(1, flags.top)));
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
                    [&](int a, int b) {
                      return saliency.outputs[static_cast<std::size_t>(a)] >
                             saliency.outputs[static_cast<std::size_t>(b)];
                    });
  const bool classes = card.head != Head::kRegression;
  if (console.json()) {
    ordered_json top = ordered_json::array();
    for (std::size_t i = 0; i < shown; ++i) {
      const auto index = static_cast<std::size_t>(order[i]);
      top.push_back(ordered_json{{"output", order[i]},
                                 {"label", output_name(card, order[i])},
                                 {"logit", saliency.outputs[index]}});
      if (classes) top.back()["probability"] = shares[index];
    }
    console.print_json(
        ordered_json{{"photo", flags.photo},
                     {"method", flags.method},
                     {"target", target_name},
                     {"logit", saliency.target},
                     {"top", top},
                     {"picture", output},
                     {"npy", flags.npy.empty() ? ordered_json() : ordered_json(flags.npy)},
                     {"warnings", saliency.warnings}});
    return 0;
  }
  console.print(fmt::format("{} of {}: {} {:.2f}", flags.method, target_name,
                            against < 0 ? "logit" : "difference of logits", saliency.target));
  for (std::size_t i = 0; i < shown; ++i) {
    const auto index = static_cast<std::size_t>(order[i]);
    console.print(classes ? fmt::format("  {:5.1f} %  {:7.2f}  {}", 100 * shares[index],
                                        saliency.outputs[index], output_name(card, order[i]))
                          : fmt::format("  {:7.2f}  {}", saliency.outputs[index],
                                        output_name(card, order[i])));
  }
  console.print(fmt::format(
      "The map lies in {}. It shows where the model looks, not that it is right to look there.",
      output));
  return 0;
}

}  // namespace

Verb explain_verb() {
  return {
      "explain", kExplainSummary, [](CLI::App& app) -> Action {
        auto flags = std::make_shared<Flags>();
        app.add_option("photo", flags->photo, "A photo")->required()->type_name("PHOTO");
        flags->model.add_to(app, false);
        app.add_option("--method", flags->method, "Saliency method")
            ->check(CLI::IsMember({"grad-cam", "gradient"}))
            ->capture_default_str();
        app.add_option("--layer", flags->layer,
                       "Layer of Grad-CAM (default: the card's deep layer)");
        app.add_option(
            "--target", flags->target,
            "Label, part of a label or output number (default: the model's first answer)");
        app.add_option("--against", flags->against,
                       "Explain the difference of the target's logit and this one's");
        app.add_flag("--signed", flags->signed_map, "Keep evidence against the target, too (blue)");
        app.add_option("--opacity", flags->opacity, "Of the map over the photo")
            ->check(CLI::Range(0.0, 1.0))
            ->capture_default_str();
        app.add_option("--out", flags->output, "Picture to write (default: PHOTO.METHOD.png here)");
        app.add_option("--npy", flags->npy,
                       "Also write the raw map: float32, rows × columns of the photo, NaN where "
                       "there is no evidence");
        app.add_option("--top", flags->top, "Answers of the model to list")
            ->check(at_least(1))
            ->capture_default_str();
        return [flags](Console& console) { return explain(console, *flags); };
      }};
}

}  // namespace differentia::cli
