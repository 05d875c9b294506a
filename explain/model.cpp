#include "explain/model.h"

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "base/sha256.h"
#include "explain/model_impl_torch.h"

namespace differentia {

namespace {

std::size_t depth(const std::string& path) {
  return static_cast<std::size_t>(std::count(path.begin(), path.end(), '.'));
}

int shorter_side(const LayerInfo& layer) {
  return std::min(layer.height, layer.width);
}

// A whole block rather than a part of the next one: of the candidates with the smallest grid of at
// least 14×14, the last of those least deep in the module tree (`features.13`, not
// `features.14.conv.0`, which has the same grid).
std::string default_layer(const std::vector<LayerInfo>& layers) {
  constexpr int kEnough = 14;
  int smallest = 0, largest = 0;
  for (const LayerInfo& layer : layers) {
    if (!layer.candidate) continue;
    const int side = shorter_side(layer);
    largest = std::max(largest, side);
    if (side >= kEnough && (smallest == 0 || side < smallest)) smallest = side;
  }
  if (smallest == 0) smallest = largest;  // small inputs: the finest grid there is
  const LayerInfo* best = nullptr;
  for (const LayerInfo& layer : layers) {
    if (!layer.candidate || shorter_side(layer) != smallest) continue;
    if (best == nullptr || depth(layer.path) <= depth(best->path)) best = &layer;
  }
  return best->path;
}

// The last candidate with a grid; of its names (the whole ends with its last part) the outermost
// one that is not further out than `layer`, so that both are read as of one kind.
std::string default_deep_layer(const Network& network, const std::vector<LayerInfo>& layers,
                               const std::string& layer) {
  std::size_t last = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].candidate && shorter_side(layers[i]) > 1) last = i;
  }
  std::size_t best = last;
  bool found = false;
  for (std::size_t i = 0; i <= last; ++i) {
    if (network.taps[i].value != network.taps[last].value) continue;
    const bool outer_enough = depth(layers[i].path) >= depth(layer);
    if (outer_enough && (!found || depth(layers[i].path) < depth(layers[best].path))) {
      best = i;
      found = true;
    }
  }
  return layers[best].path;
}

LayerInfo describe(const Tap& tap) {
  LayerInfo layer;
  layer.path = tap.path;
  layer.candidate = tap.candidate;
  if (tap.shape.size() == 4) {
    layer.channels = static_cast<int>(tap.shape[1]);
    if (tap.shape[2] > 1 && tap.shape[3] > 1) {
      layer.height = static_cast<int>(tap.shape[2]);
      layer.width = static_cast<int>(tap.shape[3]);
      layer.grid = tap.grid;
    }
  } else if (tap.shape.size() >= 2) {
    layer.channels = static_cast<int>(tap.shape.back());
  }
  return layer;
}

// Outputs for a few random inputs, photos × outputs.
at::Tensor probe(const Network& network, Size size) {
  constexpr int kPhotos = 4;
  std::vector<float> values(static_cast<std::size_t>(kPhotos) * 3 * size.height * size.width);
  Random random(0, stream_id("probe"));
  for (float& value : values) value = static_cast<float>(random.uniform(-2, 2));
  const auto input = model_tensor(network, values.data(), {kPhotos, 3, size.height, size.width});
  const torch::NoGradGuard no_grad;
  return Slice(network, network.input, {network.output}, SliceUse::kExact)
      .run(input)[0]
      .to(at::kCPU, at::kDouble);
}

bool are_probabilities(const at::Tensor& outputs) {
  const auto sums = outputs.sum(1);
  return outputs.size(1) > 1 && outputs.min().item<double>() >= 0 &&
         (sums - 1).abs().max().item<double>() < 1e-3;
}

std::string numbered(std::size_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

}  // namespace

at::Tensor model_tensor(const Network& network, const float* values, at::IntArrayRef shape) {
  return at::from_blob(const_cast<float*>(values), shape, at::kFloat)
      .to(network.device, network.dtype);
}

const Tap& Model::Impl::tap(const std::string& layer) const {
  for (const Tap& one : network.taps) {
    if (one.path == layer) return one;
  }
  std::vector<std::string> paths;
  for (const Tap& one : network.taps) paths.push_back(one.path);
  throw UnknownName::among("layer", layer, paths);
}

std::shared_ptr<const Slice> Model::Impl::slice(const std::string& from,
                                                const std::vector<std::string>& wanted,
                                                bool with_outputs, SliceUse use) const {
  std::string key =
      std::to_string(static_cast<int>(use)) + (with_outputs ? " outputs " : " ") + from;
  std::vector<torch::jit::Value*> to;
  for (const std::string& layer : wanted) {
    to.push_back(tap(layer).value);
    key += "\n" + layer;
  }
  if (with_outputs) to.push_back(network.output);
  const torch::jit::Value* start = from.empty() ? network.input : tap(from).value;
  const std::lock_guard<std::mutex> lock(mutex_);
  auto& slice = slices_[key];
  if (!slice) slice = std::make_shared<const Slice>(network, start, to, use);
  return slice;
}

Model::Model(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Model::~Model() = default;

std::shared_ptr<const Model> Model::load(const std::string& path, const ModelOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->sha256 = sha256_of_file(path);
  impl->card = options.card.empty() ? card_of_model(path) : read_card(options.card);
  ModelCard& card = impl->card;
  impl->network = load_network(path, card.input.size, options.device,
                               options.double_precision ? at::kDouble : at::kFloat);

  const at::Tensor outputs = probe(impl->network, card.input.size);
  impl->outputs = static_cast<int>(outputs.size(1));
  if (!card.labels.empty() && card.labels.size() != static_cast<std::size_t>(impl->outputs)) {
    throw InputError("The model " + path + " has " + numbered(impl->outputs, "output") +
                     ", but its card names " + numbered(card.labels.size(), "label") +
                     ": give one label for each output, in order.");
  }
  const bool probabilities = are_probabilities(outputs);
  impl->softmaxed = card.head != Head::kRegression && probabilities;
  if (card.head == Head::kSoftmax && !probabilities) {
    throw InputError(
        "The card of " + path +
        " says \"head\": \"softmax\", but the outputs do not sum to 1: say \"logits\".");
  }
  if (impl->softmaxed) {
    if (card.head == Head::kLogits) {
      card.defaults.push_back("head: the outputs are probabilities, so that log p is explained");
    }
    card.head = Head::kSoftmax;
    take_log_of_output(impl->network);
    measure_shapes(impl->network, card.input.size);
  }

  for (const Tap& tap : impl->network.taps) impl->layers.push_back(describe(tap));
  const bool any_grid =
      std::any_of(impl->layers.begin(), impl->layers.end(),
                  [](const LayerInfo& layer) { return layer.candidate && layer.height > 1; });
  if (!any_grid) {
    throw InputError("The model " + path +
                     " has no layer with a grid that all its outputs depend on (it may be a "
                     "transformer): only networks with grids can be explained.");
  }
  if (!options.layer.empty()) card.layer = options.layer;
  if (!options.deep_layer.empty()) card.deep_layer = options.deep_layer;
  if (card.layer.empty()) {
    card.layer = default_layer(impl->layers);
    card.defaults.push_back("layer: " + card.layer);
  }
  if (card.deep_layer.empty()) {
    card.deep_layer = default_deep_layer(impl->network, impl->layers, card.layer);
    card.defaults.push_back("deep layer: " + card.deep_layer);
  }
  const std::shared_ptr<const Model> model(new Model(std::move(impl)));
  for (const std::string& layer : {model->card().layer, model->card().deep_layer}) {
    if (model->layer(layer).height == 0) {
      throw InputError("The layer " + layer + " of " + path +
                       " has no grid: choose one that has (`differentia model` lists them).");
    }
  }
  return model;
}

const std::string& Model::path() const {
  return impl_->path;
}
const std::string& Model::sha256() const {
  return impl_->sha256;
}
const ModelCard& Model::card() const {
  return impl_->card;
}
int Model::outputs() const {
  return impl_->outputs;
}
bool Model::softmaxed() const {
  return impl_->softmaxed;
}
const std::vector<LayerInfo>& Model::layers() const {
  return impl_->layers;
}

const LayerInfo& Model::layer(const std::string& path) const {
  return impl_->layers[static_cast<std::size_t>(&impl_->tap(path) - impl_->network.taps.data())];
}

}  // namespace differentia
