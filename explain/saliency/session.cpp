#include "explain/saliency/session.h"

#include <chrono>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "explain/saliency/photo_map.h"
#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

using Clock = std::chrono::steady_clock;

cv::Mat as_picture(const at::Tensor& values) {
  const auto rows = values.detach().to(at::kCPU, at::kFloat).contiguous();
  return cv::Mat(static_cast<int>(rows.size(0)), static_cast<int>(rows.size(1)), CV_32FC1,
                 rows.data_ptr<float>())
      .clone();
}

std::vector<float> numbers(const at::Tensor& outputs) {
  const auto row = outputs[0].to(at::kCPU, at::kFloat).contiguous();
  return {row.data_ptr<float>(), row.data_ptr<float>() + row.numel()};
}

// The layer that all targets are at; else the deep one.
std::string usual_layer(const Model& model, gsl::span<const Target> targets) {
  for (const Target& target : targets) {
    if (target.layer.empty() || target.layer != targets[0].layer) return model.card().deep_layer;
  }
  return targets.empty() ? model.card().deep_layer : targets[0].layer;
}

// `model` may be null where the method needs none.
std::vector<std::string> layers_for(const Model* model, const Method& method,
                                    const SaliencyOptions& way, gsl::span<const Target> targets) {
  if (!method.needs_layer) {
    if (!way.layers.empty()) throw InputError(method.title + " has no layer: leave the layer out.");
    return {};
  }
  std::vector<std::string> layers = way.layers;
  if (layers.empty()) layers.push_back(usual_layer(*model, targets));
  if (layers.size() > 1 && !method.several_layers)
    throw InputError(method.title + " takes one layer: several are fused by LayerCAM only.");
  for (const std::string& layer : layers) {
    if (model->layer(layer).height == 0) {
      throw InputError("The layer " + layer + " has no grid: choose one that has for " +
                       method.title + " (`differentia model` lists them).");
    }
  }
  return layers;
}

void describe_evidence(const Method& method, const RawMap& map,
                       std::vector<std::string>& warnings) {
  const double lowest = map.values.min().item<double>();
  const double highest = map.values.max().item<double>();
  if (highest <= 0 && lowest < 0) {
    warnings.push_back(
        "the map is negative everywhere: nothing in this photo speaks for the target");
  } else if (highest == 0) {
    warnings.push_back(
        !map.if_zero.empty()  ? "the map is zero everywhere: " + map.if_zero
        : !method.needs_model ? "the map is zero everywhere: nothing stands out in this photo"
        : method.is_signed
            ? "the map is zero everywhere: the target does not react to this photo"
            : "the map is zero everywhere: nothing in this photo speaks for the target");
  }
}

struct Prepared {
  const MethodEntry* entry;
  MethodValues values;
  std::vector<std::string> layers;
};

void add_places(Places& places, const Prepared& way) {
  const MethodEntry& entry = *way.entry;
  auto& of_layers = entry.method.needs_gradients ? places.differentiated : places.seen;
  of_layers.insert(way.layers.begin(), way.layers.end());
  if (entry.at_pixels) places.differentiated.insert(kPixels);
}

// `places`: of all ways, so that one pass serves them.
std::vector<Saliency> run_way(Passes& passes, const std::vector<Target>& targets,
                              const SaliencyOptions& way, const Prepared& prepared,
                              const Places& places, Size size, const ProgressCallback& progress) {
  const auto& [entry, values, own_layers] = prepared;
  if (entry->method.needs_model && !places.empty()) passes.prepare(places, targets);
  std::vector<Saliency> of_targets;
  for (const RawMap& raw : entry->run(passes, {targets, values, own_layers, progress})) {
    if (!raw.values.isfinite().all().item<bool>())
      throw InputError("The map of " + entry->method.title + " is not finite for this photo.");
    Saliency saliency;
    saliency.warnings = raw.warnings;
    describe_evidence(entry->method, raw, saliency.warnings);
    auto shown = raw.values;
    if (entry->method.rectifies && way.rectified) shown = shown.clamp_min(0);
    if (raw.over_photo) {
      cv::resize(as_picture(shown), saliency.map, {size.width, size.height}, 0, 0,
                 cv::INTER_LINEAR);
    } else {
      saliency.map = to_photo(as_picture(shown), raw.grid, passes.geometry(), size);
    }
    saliency.completeness_error = raw.completeness_error;
    saliency.difference = raw.difference;
    saliency.settled = raw.settled;
    of_targets.push_back(std::move(saliency));
  }
  if (entry->method.needs_model) {
    const std::vector<float> outputs = numbers(passes.outputs());
    for (std::size_t t = 0; t < of_targets.size(); ++t) {
      of_targets[t].outputs = outputs;
      of_targets[t].target = passes.value(targets[t]);
    }
  }
  return of_targets;
}

}  // namespace

SaliencySession::SaliencySession(std::shared_ptr<const Model> model, int batch, int workers)
    : model_(std::move(model)), batch_(batch), workers_(workers) {
  if (batch < 1) throw InputError("A batch needs at least one photo.");
}

SaliencySession::~SaliencySession() = default;

std::vector<float> SaliencySession::outputs(const Photo& photo) {
  return numbers(Passes(model_, photo, batch_).outputs());
}

Saliency SaliencySession::run(const Photo& photo, const Target& target,
                              const SaliencyOptions& options, Size size,
                              const ProgressCallback& progress) {
  return run(photo, {&target, 1}, {&options, 1}, size, progress)[0][0];
}

std::vector<std::vector<Saliency>> SaliencySession::run(const Photo& photo,
                                                        gsl::span<const Target> targets,
                                                        gsl::span<const SaliencyOptions> ways,
                                                        Size size,
                                                        const ProgressCallback& progress) {
  std::vector<std::vector<Saliency>> all;
  SaliencyReceiver receiver;
  receiver.made = [&](std::size_t, std::vector<Saliency> made) { all.push_back(std::move(made)); };
  run(photo, {{targets.begin(), targets.end()}}, ways, receiver, size, progress);
  return all;
}

void SaliencySession::run(const Photo& photo, const PhotoTargets& asked,
                          gsl::span<const SaliencyOptions> ways, const SaliencyReceiver& receiver,
                          Size size, const ProgressCallback& progress) {
  if (size.width <= 0 || size.height <= 0) size = photo.full_size;
  // Everything that can be refused is refused before anything is computed.
  std::vector<Prepared> prepared;
  Places places;
  for (const SaliencyOptions& way : ways) {
    const MethodEntry& entry = method_entry(way.method);
    if (entry.method.needs_model && !model_) {
      throw InputError(
          entry.method.title +
          " asks a model, and there is none: choose one, or a method that needs none.");
    }
    prepared.push_back({&entry, MethodValues(entry.method, way.options),
                        layers_for(model_.get(), entry.method, way, asked.fixed)});
    add_places(places, prepared.back());
  }
  Passes passes(model_, photo, batch_, workers_);
  for (const Target& target : asked.fixed) {
    if (model_) passes.check(target);
  }

  auto start = Clock::now();
  PassCount before;
  std::vector<Target> targets = asked.fixed;
  if (asked.choose && model_) {
    if (!places.empty()) passes.prepare(places, {});  // gives the outputs as well
    targets = asked.choose(numbers(passes.outputs()));
    for (const Target& target : targets) passes.check(target);
  }
  for (std::size_t w = 0; w < prepared.size(); ++w) {
    std::vector<Saliency> of_targets;
    try {
      of_targets = run_way(passes, targets, ways[w], prepared[w], places, size, progress);
    } catch (const InputError& why) {
      if (!receiver.refused) throw;
      receiver.refused(w, why);
      continue;
    }
    const PassCount after = passes.count();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    for (Saliency& saliency : of_targets) {
      saliency.forward_passes = after.forward - before.forward;
      saliency.backward_passes = after.backward - before.backward;
      saliency.seconds = seconds;
    }
    receiver.made(w, std::move(of_targets));
    before = after;
    start = Clock::now();
  }
}

}  // namespace differentia
