#include "explain/attribution.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "explain/model_impl_torch.h"

namespace differentia {

namespace jit = torch::jit;

namespace {

// Operations that are affine in their first tensor (in one of their tensors, for the products).
bool is_affine(const std::shared_ptr<jit::Graph>& graph) {
  static const std::unordered_set<std::string> kOfFirst = {"aten::adaptive_avg_pool2d",
                                                           "aten::avg_pool2d",
                                                           "aten::mean",
                                                           "aten::flatten",
                                                           "aten::view",
                                                           "aten::reshape",
                                                           "aten::squeeze",
                                                           "aten::unsqueeze",
                                                           "aten::contiguous",
                                                           "aten::permute",
                                                           "aten::transpose",
                                                           "aten::t",
                                                           "aten::linear",
                                                           "aten::size",
                                                           "aten::conv2d",
                                                           "aten::_convolution"};
  static const std::unordered_set<std::string> kOfOne = {"aten::addmm", "aten::matmul", "aten::mm"};
  std::unordered_set<const jit::Value*> depends{graph->inputs().at(1)};
  for (jit::Node* node : graph->nodes()) {
    std::size_t count = 0;
    const auto inputs = all_inputs(node);
    for (const jit::Value* value : inputs) count += depends.count(value);
    if (count == 0) continue;
    const std::string kind = node->kind().toQualString();
    if (kind == "aten::size") continue;  // a number that only shapes depend on
    const bool affine = (kOfFirst.count(kind) > 0 && count == 1 && depends.count(inputs[0]) > 0) ||
                        (kOfOne.count(kind) > 0 && count == 1);
    if (!affine) return false;
    for (const jit::Value* value : node->outputs()) depends.insert(value);
  }
  return true;
}

double weigh(const Target& target, const float* outputs) {
  double z = 0;
  for (const auto& [index, weight] : target.weights) z += weight * outputs[index];
  return z;
}

}  // namespace

struct TailAttribution::Impl {
  std::shared_ptr<const Model> model;
  std::string path;
  LayerInfo layer;
  AttributionOptions options;
  std::shared_ptr<const Slice> tail;
  bool closed = false;
  std::vector<float> zero_outputs;

  // Closed form: the gradient of an output, of size channels where it is the same at every
  // position, else positions * channels. Made when first needed.
  std::unordered_map<int, std::vector<float>> gradients;

  const Network& network() const { return model->impl().network; }
  std::size_t positions() const { return static_cast<std::size_t>(layer.height) * layer.width; }
  std::size_t photo_size() const { return positions() * layer.channels; }

  // A batch given as photo-major, channels-last floats.
  at::Tensor tensor(const std::vector<float>& values) const {
    return model_tensor(network(), values.data(),
                        {options.batch, layer.height, layer.width, layer.channels})
        .permute({0, 3, 1, 2});
  }

  std::vector<float> outputs_of(const std::vector<float>& values) const {
    const torch::NoGradGuard no_grad;
    const auto outputs = tail->run(tensor(values))[0].to(at::kCPU, at::kFloat).contiguous();
    return {outputs.data_ptr<float>(), outputs.data_ptr<float>() + outputs.numel()};
  }

  Matrix outputs_of(const Grids& grids) const;
  void make_gradients(std::vector<int> wanted);
  Attribution close(const float* grid, const Target& target) const;

  // The targets of one photo that have not settled yet.
  struct Open {
    int photo;
    std::vector<std::size_t> targets;
    std::vector<std::vector<double>> sums;  // for each of those, positions
  };
  void integrate(const Grids& grids, gsl::span<const std::vector<Target>> targets,
                 std::vector<Open>& open, int steps) const;
};

Matrix TailAttribution::Impl::outputs_of(const Grids& grids) const {
  Matrix all(grids.photos, model->outputs());
  std::vector<float> batch(photo_size() * options.batch);
  for (int start = 0; start < grids.photos; start += options.batch) {
    const int count = std::min(options.batch, grids.photos - start);
    std::fill(batch.begin(), batch.end(), 0.0f);
    std::copy_n(grids.values.begin() + photo_size() * start, photo_size() * count, batch.begin());
    const auto outputs = outputs_of(batch);
    std::copy_n(outputs.begin(), all.columns * count, all.row(start).data());
  }
  return all;
}

void TailAttribution::Impl::make_gradients(std::vector<int> wanted) {
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  wanted.erase(std::remove_if(wanted.begin(), wanted.end(),
                              [this](int i) { return gradients.count(i) > 0; }),
               wanted.end());
  const std::vector<float> blank(photo_size() * options.batch);
  for (std::size_t start = 0; start < wanted.size(); start += options.batch) {
    const std::size_t count = std::min<std::size_t>(options.batch, wanted.size() - start);
    const auto input = tensor(blank).detach().requires_grad_(true);
    const auto outputs = tail->run(input)[0];
    auto chosen = at::zeros_like(outputs);
    for (std::size_t i = 0; i < count; ++i) chosen[i][wanted[start + i]] = 1;
    const auto gradient = torch::autograd::grad({outputs}, {input}, {chosen})[0];
    const auto rows = gradient.permute({0, 2, 3, 1}).to(at::kCPU, at::kDouble).contiguous();
    for (std::size_t i = 0; i < count; ++i) {
      const auto row = rows[i].view({-1, layer.channels});
      const auto mean = row.mean(0);
      const double spread = (row - mean).abs().max().item<double>();
      const bool uniform = spread <= 1e-6 * mean.abs().max().item<double>();
      const auto kept = (uniform ? mean : row).to(at::kFloat).contiguous();
      gradients[wanted[start + i]] = {kept.data_ptr<float>(),
                                      kept.data_ptr<float>() + kept.numel()};
    }
  }
}

Attribution TailAttribution::Impl::close(const float* grid, const Target& target) const {
  Attribution result;
  result.values.resize(positions());
  std::vector<double> sums(positions());
  for (const auto& [index, weight] : target.weights) {
    const auto& gradient = gradients.at(index);
    const std::size_t channels = layer.channels;
    const std::size_t stride = gradient.size() == channels ? 0 : channels;
    for (std::size_t p = 0; p < positions(); ++p) {
      const float* h = grid + p * channels;
      const float* g = gradient.data() + p * stride;
      double dot = 0;
      for (std::size_t c = 0; c < channels; ++c) dot += static_cast<double>(h[c]) * g[c];
      sums[p] += weight * dot;
    }
  }
  std::copy(sums.begin(), sums.end(), result.values.begin());
  return result;
}

void TailAttribution::Impl::integrate(const Grids& grids,
                                      gsl::span<const std::vector<Target>> targets,
                                      std::vector<Open>& open, int steps) const {
  for (Open& one : open) one.sums.assign(one.targets.size(), std::vector<double>(positions()));
  const std::size_t jobs = open.size() * steps;  // photo-major
  std::vector<float> batch(photo_size() * options.batch);
  for (std::size_t start = 0; start < jobs; start += options.batch) {
    const std::size_t count = std::min<std::size_t>(options.batch, jobs - start);
    std::size_t most_targets = 0;
    const auto job_photo = [&](std::size_t i) -> Open& { return open[(start + i) / steps]; };
    const auto job_alpha = [&](std::size_t i) {
      return (static_cast<double>((start + i) % steps) + 0.5) / steps;
    };
    for (std::size_t i = 0; i < count; ++i) {
      const float* h = grids.values.data() + photo_size() * job_photo(i).photo;
      const float alpha = static_cast<float>(job_alpha(i));
      float* scaled = batch.data() + photo_size() * i;
      for (std::size_t j = 0; j < photo_size(); ++j) scaled[j] = alpha * h[j];
      most_targets = std::max(most_targets, job_photo(i).targets.size());
    }
    std::fill(batch.begin() + photo_size() * count, batch.end(), 0.0f);
    const auto input = tensor(batch).detach().requires_grad_(true);
    const auto outputs = tail->run(input)[0];
    const auto channels_last = input.detach().permute({0, 2, 3, 1});
    for (std::size_t k = 0; k < most_targets; ++k) {
      auto chosen = at::zeros({options.batch, model->outputs()}, at::kFloat);
      auto weights = chosen.accessor<float, 2>();
      for (std::size_t i = 0; i < count; ++i) {
        const Open& one = job_photo(i);
        if (k >= one.targets.size()) continue;
        for (const auto& [index, weight] : targets[one.photo][one.targets[k]].weights) {
          weights[i][index] += static_cast<float>(weight);
        }
      }
      const auto gradient =
          torch::autograd::grad({outputs}, {input}, {chosen.to(outputs.options())},
                                /*retain_graph=*/k + 1 < most_targets)[0];
      const auto share = (gradient.permute({0, 2, 3, 1}) * channels_last)
                             .sum(-1)
                             .to(at::kCPU, at::kDouble)
                             .contiguous();
      const double* shares = share.data_ptr<double>();
      for (std::size_t i = 0; i < count; ++i) {
        Open& one = job_photo(i);
        if (k >= one.targets.size()) continue;
        const double scale =
            1 / (job_alpha(i) * steps);  // the input is alpha · h; the mean is over the steps
        for (std::size_t p = 0; p < positions(); ++p)
          one.sums[k][p] += scale * shares[i * positions() + p];
      }
    }
  }
}

void require_attributable(const Model& model, const std::string& layer) {
  const LayerInfo& info = model.layer(layer);
  if (info.candidate && info.height > 0) return;
  throw InputError("The layer " + layer + " cannot carry attribution: it " +
                   (info.height == 0 ? "has no grid" : "does not determine the outputs alone") +
                   "; choose a candidate layer (`differentia model` lists them).");
}

TailAttribution::TailAttribution(std::shared_ptr<const Model> model, const std::string& layer,
                                 const AttributionOptions& options)
    : impl_(std::make_unique<Impl>()) {
  require_attributable(*model, layer);
  impl_->layer = model->layer(layer);
  if (options.batch < 1 || options.first_steps < 1 || options.most_steps < options.first_steps) {
    throw InputError(
        "Attribution needs a batch and steps of at least one, and no fewer most than first steps.");
  }
  impl_->path = layer;
  impl_->options = options;
  impl_->tail = model->impl().slice(layer, {}, true, SliceUse::kGradient);
  impl_->model = std::move(model);
  impl_->closed = !options.path_integral && is_affine(impl_->tail->graph());
  const OneThread one_thread;
  auto zeros = impl_->outputs_of(std::vector<float>(impl_->photo_size() * options.batch));
  zeros.resize(impl_->model->outputs());
  impl_->zero_outputs = std::move(zeros);
}

TailAttribution::~TailAttribution() = default;

bool TailAttribution::closed_form() const {
  return impl_->closed;
}

Matrix TailAttribution::outputs(const Grids& grids) const {
  const OneThread one_thread;
  return impl_->outputs_of(grids);
}

const std::vector<float>& TailAttribution::outputs_at_zero() const {
  return impl_->zero_outputs;
}

std::vector<std::vector<Attribution>> TailAttribution::run(
    const Grids& grids, gsl::span<const std::vector<Target>> targets, const Matrix* given) {
  Impl& impl = *impl_;
  if (grids.height != impl.layer.height || grids.width != impl.layer.width ||
      grids.channels != impl.layer.channels ||
      targets.size() != static_cast<std::size_t>(grids.photos)) {
    throw InputError("These activations or targets are not those of photos at the layer " +
                     impl.path + ".");
  }
  std::vector<int> indices;
  for (const auto& of_photo : targets) {
    for (const Target& target : of_photo) {
      for (const auto& [index, weight] : target.weights) {
        if (index < 0 || index >= impl.model->outputs()) {
          throw InputError("There is no output " + std::to_string(index) + ": the model has " +
                           std::to_string(impl.model->outputs()) + ".");
        }
        indices.push_back(index);
      }
    }
  }
  const OneThread one_thread;
  const at::AutoGradMode record(true);
  Matrix computed;
  if (given == nullptr) {
    computed = impl.outputs_of(grids);
    given = &computed;
  }
  std::vector<std::vector<Attribution>> results(targets.size());
  std::vector<Impl::Open> open;
  if (impl.closed) impl.make_gradients(indices);
  const auto settle = [&](Attribution& result, int photo, const Target& target) {
    result.target = weigh(target, given->row(photo).data());
    result.target_at_zero = weigh(target, impl.zero_outputs.data());
    double sum = 0;
    for (const float value : result.values) sum += value;
    const double change = result.target - result.target_at_zero;
    result.residual = sum - change;
    if (!std::isfinite(result.residual)) {
      throw InputError(
          "The gradients of the model " + impl.model->path() + " at the layer " + impl.path +
          " are not finite: its weights or the model card's mean and std may be wrong.");
    }
    return std::abs(result.residual) <= impl.options.tolerance * std::max(std::abs(change), 1.0);
  };
  for (int photo = 0; photo < grids.photos; ++photo) {
    results[photo].resize(targets[photo].size());
    Impl::Open one{photo, {}, {}};
    for (std::size_t k = 0; k < targets[photo].size(); ++k) {
      if (impl.closed) {
        results[photo][k] =
            impl.close(grids.values.data() + impl.photo_size() * photo, targets[photo][k]);
        settle(results[photo][k], photo, targets[photo][k]);
      } else {
        one.targets.push_back(k);
      }
    }
    if (!one.targets.empty()) open.push_back(std::move(one));
  }
  for (int steps = impl.options.first_steps; !open.empty();
       steps = std::min(2 * steps, impl.options.most_steps)) {
    impl.integrate(grids, targets, open, steps);
    for (auto& one : open) {
      std::vector<std::size_t> unsettled;
      for (std::size_t k = 0; k < one.targets.size(); ++k) {
        Attribution& result = results[one.photo][one.targets[k]];
        result.values.assign(one.sums[k].begin(), one.sums[k].end());
        result.steps = steps;
        result.evaluations += steps;
        if (!settle(result, one.photo, targets[one.photo][one.targets[k]]) &&
            steps < impl.options.most_steps) {
          unsettled.push_back(one.targets[k]);
        }
      }
      one.targets = std::move(unsettled);
    }
    open.erase(std::remove_if(open.begin(), open.end(),
                              [](const auto& one) { return one.targets.empty(); }),
               open.end());
  }
  return results;
}

}  // namespace differentia
