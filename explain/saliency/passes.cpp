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

void Passes::prepare(const std::vector<std::string>& layers, gsl::span<const Target> targets) {
  std::set<std::string> wanted(layers.begin(), layers.end());
  for (const Target& target : targets) {
    check(target);
    if (!target.layer.empty()) wanted.insert(target.layer);
  }
  bool new_one = false;
  for (const std::string& layer : wanted) {
    model_->layer(layer);  // throws where there is none
    new_one = new_one || recorded_.count(layer) == 0;
  }
  if (!new_one) return;
  for (const auto& [layer, activations] : recorded_) wanted.insert(layer);
  run({wanted.begin(), wanted.end()});
}

// The forward pass: at full speed to the last layer that determines them all and all that follows;
// only what comes after it records gradients.
void Passes::run(std::vector<std::string> layers) {
  const auto place = [this](const std::string& path) { return &model_->layer(path); };
  std::sort(layers.begin(), layers.end(), [&](const std::string& a, const std::string& b) {
    return place(a) < place(b);  // in the order of execution
  });
  std::string from;
  at::Tensor start = input_;
  // Every way from the input to a layer that is executed after a candidate leads through that one.
  const LayerInfo* last = place(layers.front());
  while (!last->candidate && last != model_->layers().data()) --last;
  if (last->candidate) {
    from = last->path;
    const torch::NoGradGuard no_grad;
    start = model_->impl().slice("", {from}, false, SliceUse::kForward)->run(input_)[0];
  }
  const at::AutoGradMode record(true);
  start = start.detach().requires_grad_(true);
  const auto results = model_->impl().slice(from, layers, true, SliceUse::kGradient)->run(start);
  recorded_.clear();
  gradients_.clear();
  for (std::size_t i = 0; i < layers.size(); ++i) recorded_[layers[i]] = results[i];
  recorded_outputs_ = results.back();
  outputs_ = recorded_outputs_.detach();
  count_.forward += 1;
}

const at::Tensor& Passes::outputs() {
  if (!outputs_.defined()) {
    const torch::NoGradGuard no_grad;
    outputs_ = model_->impl().slice("", {}, true, SliceUse::kForward)->run(input_)[0];
    count_.forward += 1;
  }
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
  prepare({layer}, {});
  return recorded_.at(layer).detach()[0];
}

at::Tensor Passes::gradients(const std::string& layer, const Target& target) {
  const std::string key = key_of(layer, target);
  prepare({layer}, {&target, 1});
  if (gradients_.count(key) == 0) run_backward(target);
  const at::Tensor& gradient = gradients_.at(key);
  if (!gradient.defined()) {
    const std::string list = " (`differentia model` lists them).";
    if (target.layer.empty()) {
      throw InputError("The target does not depend on the layer " + layer +
                       ": choose one before it" + list);
    }
    throw InputError("The target lies at the layer " + target.layer +
                     ", which does not depend on " + layer + ": for the map choose " +
                     target.layer + " or a layer before it" + list);
  }
  require_finite(gradient, *model_);
  return gradient;
}

// To all recorded layers at once, so that a further method at another layer finds its gradient
// made.
void Passes::run_backward(const Target& target) {
  const at::AutoGradMode record(true);
  std::vector<std::string> names;
  std::vector<at::Tensor> places;
  for (const auto& [name, activations] : recorded_) {
    names.push_back(name);
    places.push_back(activations);
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
  std::vector<std::string> layers;
  bool with_outputs = false;
  for (const Target& target : targets) {
    check(target);
    if (target.layer.empty())
      with_outputs = true;
    else if (std::find(layers.begin(), layers.end(), target.layer) == layers.end())
      layers.push_back(target.layer);
  }
  const auto slice = model_->impl().slice("", layers, with_outputs, SliceUse::kForward);
  std::vector<at::Tensor> weights;     // of each target, and
  std::vector<std::size_t> result_of;  // where among the results it reads
  for (const Target& target : targets) {
    weights.push_back(weights_of(target));
    result_of.push_back(static_cast<std::size_t>(
        std::find(layers.begin(), layers.end(), target.layer) - layers.begin()));
  }
  const auto make_worker = [&]() -> BatchWork {
    return [&, inputs = at::Tensor()](std::int64_t first, std::int64_t length) mutable {
      // Row-major: oneDNN chooses its own layout from there.
      if (!inputs.defined() || inputs.size(0) != length)
        inputs = at::empty({length, 3, input_.size(2), input_.size(3)}, input_.options());
      alter(first, inputs);
      const auto results = slice->run(inputs);
      std::vector<double> values(static_cast<std::size_t>(length) * targets.size());
      for (std::size_t t = 0; t < targets.size(); ++t) {
        const auto column =
            target_value(results[result_of[t]].to(at::kCPU, at::kDouble), targets[t], weights[t]);
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

Passes::InputGradients Passes::input_gradients(const at::Tensor& inputs, const Target& target) {
  check(target);
  const bool of_outputs = target.layer.empty();
  const auto slice = model_->impl().slice(
      "", of_outputs ? std::vector<std::string>{} : std::vector<std::string>{target.layer},
      of_outputs, SliceUse::kGradient);
  const at::AutoGradMode record(true);
  const std::int64_t count = inputs.size(0);
  InputGradients result;
  result.values = at::empty({count}, at::kDouble);
  result.gradients = at::empty(inputs.sizes(), inputs.options());
  for (std::int64_t start = 0; start < count; start += batch_) {
    const std::int64_t length = std::min<std::int64_t>(batch_, count - start);
    const auto leaf = inputs.narrow(0, start, length)
                          .detach()
                          .contiguous(at::MemoryFormat::ChannelsLast)
                          .requires_grad_(true);
    const auto values = target_value(slice->run(leaf)[0], target, weights_of(target));
    const auto gradient = torch::autograd::grad({values.sum()}, {leaf})[0];
    require_finite(gradient, *model_);
    result.values.narrow(0, start, length).copy_(values.detach());
    result.gradients.narrow(0, start, length).copy_(gradient);
  }
  count_.forward += static_cast<int>(count);
  count_.backward += static_cast<int>(count);
  return result;
}

}  // namespace differentia
