#include <algorithm>
#include <set>

#include "base/error.h"
#include "explain/preprocess.h"
#include "explain/saliency/forward_pool_torch.h"
#include "explain/saliency/passes_torch.h"

namespace differentia {

namespace {

// Forward only, on processors: four photos' activations of one layer stay nearer to a core's cache
// than sixteen photos' (which took up to twice as long), and more workers make up for small
// batches.
constexpr int kProcessorBatch = 4;

std::string key_of(const std::string& layer, const Target& target) {
  std::string key = layer + "\n" + target.layer;
  for (const auto& [index, weight] : target.weights)
    key += "\n" + std::to_string(index) + " " + c10::str(std::hexfloat, weight);
  return key;
}

// Where several targets are read in the results of one slice of the network: the layers that they
// are at, then the outputs where one needs them.
class TargetReader {
 public:
  // Throws InputError for an output or channel that is not there.
  TargetReader(const Passes& passes, gsl::span<const Target> targets)
      : model_(passes.model()), targets_(targets) {
    for (const Target& target : targets) {
      passes.check(target);
      weights_.push_back(passes.weights_of(target));
      if (target.layer.empty())
        outputs_ = true;
      else if (std::find(layers_.begin(), layers_.end(), target.layer) == layers_.end())
        layers_.push_back(target.layer);
    }
  }

  // From the pixels to all that the targets read.
  std::shared_ptr<const Slice> slice(SliceUse use) const {
    return model_.impl().slice("", layers_, outputs_, use);
  }

  // z of each photo for that target, gradients attached.
  at::Tensor read(const std::vector<at::Tensor>& results, std::size_t target) const {
    return target_value(result_of(results, target), targets_[target], weights_[target]);
  }
  // The same in another type, on the processor.
  at::Tensor read(const std::vector<at::Tensor>& results, std::size_t target,
                  at::ScalarType type) const {
    return target_value(result_of(results, target).to(at::kCPU, type), targets_[target],
                        weights_[target]);
  }

 private:
  const at::Tensor& result_of(const std::vector<at::Tensor>& results, std::size_t target) const {
    const auto layer = std::find(layers_.begin(), layers_.end(), targets_[target].layer);
    return results[static_cast<std::size_t>(layer - layers_.begin())];
  }

  const Model& model_;
  gsl::span<const Target> targets_;
  std::vector<std::string> layers_;
  bool outputs_ = false;
  std::vector<at::Tensor> weights_;
};

}  // namespace

at::Tensor target_value(const at::Tensor& values, const Target& target, const at::Tensor& weights) {
  const auto mean = values.dim() == 4 ? values.mean(at::IntArrayRef({2, 3})) : values;
  return at::matmul(mean, weights.to(mean.options())).add(target.offset);
}

void require_finite(const at::Tensor& gradients, const Model& model) {
  if (gradients.isfinite().all().item<bool>()) return;
  throw InputError("The gradients of the model " + model.path() +
                   " are not finite for this photo: its weights or the model card's mean and std "
                   "may be wrong.");
}

Passes::Passes(std::shared_ptr<const Model> model, const Photo& photo, int batch, int workers)
    : model_(std::move(model)), photo_(&photo), batch_(batch), workers_(workers) {
  if (!model_) return;
  const InputSpec& spec = model_->card().input;
  pixels_.resize(static_cast<std::size_t>(3) * spec.size.width * spec.size.height);
  geometry_ = preprocess(photo, spec, pixels_);
  input_ = model_tensor(network(), pixels_.data(), {1, 3, spec.size.height, spec.size.width});
}

void Passes::check(const Target& target) const {
  const int count = target.layer.empty() ? model_->outputs() : model_->layer(target.layer).channels;
  for (const auto& [index, weight] : target.weights) {
    if (index >= 0 && index < count) continue;
    throw InputError(target.layer.empty()
                         ? "There is no output " + std::to_string(index) + ": the model has " +
                               std::to_string(count) + "."
                         : "There is no channel " + std::to_string(index) + ": the layer " +
                               target.layer + " has " + std::to_string(count) + ".");
  }
}

at::Tensor Passes::weights_of(const Target& target) const {
  const int count = target.layer.empty() ? model_->outputs() : model_->layer(target.layer).channels;
  auto weights = at::zeros({count}, at::kDouble);
  auto cells = weights.accessor<double, 1>();
  for (const auto& [index, weight] : target.weights) cells[index] += weight;
  return weights;
}

double Passes::offset_of_position(const std::string& layer, const Target& target) const {
  const LayerInfo& info = model_->layer(layer);
  const int positions = info.height * info.width;
  return target.layer == layer && positions > 0 ? target.offset / positions : 0;
}

void Passes::prepare(const Places& places, gsl::span<const Target> targets) {
  Places wanted = places;
  for (const Target& target : targets) {
    check(target);
    if (target.layer.empty()) continue;
    (wanted.differentiated.empty() ? wanted.seen : wanted.differentiated).insert(target.layer);
  }
  Places missing;
  for (const std::string& layer : wanted.seen) {
    model_->layer(layer);  // throws where there is none
    if (activations_.count(layer) == 0) missing.seen.insert(layer);
  }
  for (const std::string& place : wanted.differentiated) {
    if (place != kPixels) model_->layer(place);
    if (recorded_.count(place) == 0) missing.differentiated.insert(place);
  }
  if (!missing.differentiated.empty()) {
    for (const auto& [place, values] : recorded_) missing.differentiated.insert(place);
    record(missing);
  } else if (!missing.seen.empty()) {
    look(missing.seen);
  }
}

void Passes::keep(const std::string& layer, const at::Tensor& values) {
  // What is known stays: two kinds of pass may differ in the last bits.
  if (!layer.empty())
    activations_.emplace(layer, values.detach());
  else if (!outputs_.defined())
    outputs_ = values.detach();
}

void Passes::passed_forward(const std::string& layer, const at::Tensor& values) {
  keep(layer, values);
  count_.forward += 1;
  count_.recorded += 1;
}

// A forward pass at full speed.
void Passes::look(const std::set<std::string>& layers) {
  const torch::NoGradGuard no_grad;
  const std::vector<std::string> order(layers.begin(), layers.end());
  const auto results = model_->impl().slice("", order, true, SliceUse::kForward)->run(input_);
  for (std::size_t i = 0; i < order.size(); ++i) keep(order[i], results[i]);
  keep("", results.back());
  count_.forward += 1;
}

// A forward pass: at full speed to the last layer that determines all that is differentiated and
// all that follows; only what comes after it records gradients.
void Passes::record(const Places& places) {
  std::vector<std::string> before;  // layers of the part at full speed
  at::Tensor start = input_.contiguous(at::MemoryFormat::ChannelsLast);
  std::string from;
  if (places.differentiated.count(kPixels) == 0) {
    const LayerInfo* last = order_of(*places.differentiated.begin());
    for (const std::string& layer : places.differentiated) last = std::min(last, order_of(layer));
    // Every way from the input to a layer that is executed after a candidate leads through that
    // one.
    while (!last->candidate && last != model_->layers().data()) --last;
    if (last->candidate) {
      from = last->path;
      for (const std::string& layer : places.seen) {
        if (order_of(layer) < last) before.push_back(layer);
      }
      before.push_back(from);
      const torch::NoGradGuard no_grad;
      const auto results = model_->impl().slice("", before, false, SliceUse::kForward)->run(input_);
      for (std::size_t i = 0; i < before.size(); ++i) keep(before[i], results[i]);
      start = results.back();
    }
  }
  std::vector<std::string> after;
  for (const std::set<std::string>* wanted : {&places.differentiated, &places.seen}) {
    for (const std::string& place : *wanted) {
      const bool there = std::find(after.begin(), after.end(), place) != after.end();
      if (place != kPixels && !there && (from.empty() || order_of(place) >= order_of(from)))
        after.push_back(place);
    }
  }
  const at::AutoGradMode recording(true);
  start = start.detach().requires_grad_(true);
  const auto results = model_->impl().slice(from, after, true, SliceUse::kGradient)->run(start);
  recorded_.clear();
  gradients_.clear();
  if (places.differentiated.count(kPixels) > 0) recorded_[kPixels] = start;
  for (std::size_t i = 0; i < after.size(); ++i) {
    keep(after[i], results[i]);
    if (places.differentiated.count(after[i]) > 0) recorded_[after[i]] = results[i];
  }
  recorded_outputs_ = results.back();
  keep("", recorded_outputs_);
  count_.forward += 1;
  count_.recorded += 1;
}

const at::Tensor& Passes::outputs() {
  if (!outputs_.defined()) look({});
  return outputs_;
}

double Passes::value(const Target& target) {
  check(target);
  const auto values =
      target.layer.empty() ? outputs() : activations(target.layer).unsqueeze(0).contiguous();
  return target_value(values.to(at::kCPU, at::kDouble), target, weights_of(target))[0]
      .item<double>();
}

at::Tensor Passes::activations(const std::string& layer) {
  prepare({{layer}, {}}, {});
  return activations_.at(layer)[0];
}

at::Tensor Passes::gradients(const std::string& place, const Target& target) {
  const std::string key = key_of(place, target);
  prepare({{}, {place}}, {&target, 1});
  if (gradients_.count(key) == 0) run_backward(target);
  const at::Tensor& gradient = gradients_.at(key);
  if (!gradient.defined()) {
    const std::string list = " (`differentia model` lists them).";
    if (target.layer.empty()) {
      throw InputError("The target does not depend on the layer " + place +
                       ": choose one before it" + list);
    }
    throw InputError("The target lies at the layer " + target.layer +
                     ", which does not depend on " + place + ": for the map choose " +
                     target.layer + " or a layer before it" + list);
  }
  require_finite(gradient, *model_);
  return gradient;
}

// To all recorded places at once, so that a further method at another one finds its gradient made.
void Passes::run_backward(const Target& target) {
  const at::AutoGradMode record(true);
  std::vector<std::string> names;
  std::vector<at::Tensor> places;
  for (const auto& [name, values] : recorded_) {
    names.push_back(name);
    places.push_back(values);
  }
  const auto value =
      target_value(target.layer.empty() ? recorded_outputs_ : recorded_.at(target.layer), target,
                   weights_of(target))
          .sum();
  const auto found = torch::autograd::grad({value}, places, {}, /*retain_graph=*/true,
                                           /*create_graph=*/false, /*allow_unused=*/true);
  count_.backward += 1;
  for (std::size_t i = 0; i < names.size(); ++i)
    gradients_[key_of(names[i], target)] = found[i].defined() ? found[i][0] : at::Tensor();
}

at::Tensor Passes::values(const at::Tensor& inputs, gsl::span<const Target> targets) {
  const std::int64_t count = inputs.size(0);
  auto all = at::empty({count, static_cast<std::int64_t>(targets.size())}, at::kDouble);
  altered_values(
      count,
      [&](std::int64_t first, const at::Tensor& batch) {
        batch.copy_(inputs.narrow(0, first, batch.size(0)));
      },
      targets,
      [&](std::int64_t number, gsl::span<const double> values) {
        std::copy(values.begin(), values.end(),
                  all.data_ptr<double>() + number * static_cast<std::int64_t>(values.size()));
        return true;
      });
  return all;
}

void Passes::altered_values(std::int64_t count, const Alter& alter, gsl::span<const Target> targets,
                            const Take& take) {
  const TargetReader reader(*this, targets);
  const auto slice = reader.slice(SliceUse::kForward);
  const auto make_worker = [&]() -> BatchWork {
    return [&, inputs = at::Tensor()](std::int64_t first, std::int64_t length) mutable {
      // Row-major: oneDNN chooses its own layout from there.
      if (!inputs.defined() || inputs.size(0) != length)
        inputs = at::empty({length, 3, input_.size(2), input_.size(3)}, input_.options());
      alter(first, inputs);
      const auto results = slice->run(inputs);
      std::vector<double> values(static_cast<std::size_t>(length) * targets.size());
      for (std::size_t t = 0; t < targets.size(); ++t) {
        const auto column = reader.read(results, t, at::kDouble);
        for (std::int64_t i = 0; i < length; ++i) {
          values[static_cast<std::size_t>(i) * targets.size() + t] = column.data_ptr<double>()[i];
        }
      }
      return values;
    };
  };
  const int batch = network().device.is_cpu() ? std::min(batch_, kProcessorBatch) : batch_;
  forward_in_order(
      count, batch, workers_, make_worker,
      [&](std::int64_t first, std::int64_t length, const std::vector<double>& values) {
        const gsl::span<const double> all(values);
        for (std::int64_t i = 0; i < length; ++i) {
          count_.forward += 1;
          if (!take(first + i,
                    all.subspan(static_cast<std::size_t>(i) * targets.size(), targets.size())))
            return false;
        }
        return true;
      });
}

std::vector<at::Tensor> Passes::input_gradients(const at::Tensor& inputs,
                                                gsl::span<const Target> targets) {
  const TargetReader reader(*this, targets);
  const auto slice = reader.slice(SliceUse::kGradient);
  const at::AutoGradMode record(true);
  const std::int64_t count = inputs.size(0);
  std::vector<at::Tensor> all;
  for (std::size_t t = 0; t < targets.size(); ++t)
    all.push_back(at::empty(inputs.sizes(), inputs.options()));
  for (std::int64_t start = 0; start < count; start += batch_) {
    const std::int64_t length = std::min<std::int64_t>(batch_, count - start);
    const auto leaf = inputs.narrow(0, start, length)
                          .detach()
                          .contiguous(at::MemoryFormat::ChannelsLast)
                          .requires_grad_(true);
    const auto results = slice->run(leaf);
    for (std::size_t t = 0; t < targets.size(); ++t) {
      const bool last = t + 1 == targets.size();
      const auto gradient = torch::autograd::grad({reader.read(results, t).sum()}, {leaf}, {},
                                                  /*retain_graph=*/!last)[0];
      require_finite(gradient, *model_);
      all[t].narrow(0, start, length).copy_(gradient);
    }
  }
  count_.forward += static_cast<int>(count);
  count_.recorded += static_cast<int>(count);
  count_.backward += static_cast<int>(count * static_cast<std::int64_t>(targets.size()));
  return all;
}

}  // namespace differentia
