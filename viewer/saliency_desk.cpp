#include "viewer/saliency_desk.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/image/colour_map.h"
#include "base/sha256.h"

namespace differentia::viewer {

struct SaliencyDesk::Loader {
  AtlasModel model;
  ExplainerFactory factory;
  std::unique_ptr<PhotoExplainer> explainer;
  std::string failure;  // a model that was refused once is refused without another look

  PhotoExplainer& get() {
    if (!failure.empty()) throw InputError(failure);
    if (explainer) return *explainer;
    try {
      const bool the_atlas_s = sha256_of_file(model.path) == model.sha256;
      auto loaded = factory(model.path);
      if (!loaded) throw InputError("The model '" + model.path + "' could not be loaded.");
      if (!the_atlas_s)
        throw InputError("'" + model.path + "' (" + loaded->info().name +
                         ") is not the model this atlas was built with (" + model.name +
                         "): its answers would be said of the wrong labels; choose that one.");
      explainer = std::move(loaded);
    } catch (const std::exception& error) {
      failure = error.what();
      throw;
    }
    return *explainer;
  }
};

SaliencyPicture colour_saliency(const SaliencyMap& map) {
  SaliencyPicture result;
  result.target = map.target;
  result.outputs = map.outputs;
  result.warnings = map.warnings;
  const int width = map.size.width, height = map.size.height;
  int left = width, right = -1, top = height, bottom = -1;
  float low = 0, high = 0;
  std::vector<float> sizes;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float v = map.values[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                                 static_cast<std::size_t>(x)];
      if (std::isnan(v)) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = std::max(bottom, y);
      low = std::min(low, v);
      high = std::max(high, v);
      sizes.push_back(std::abs(v));
    }
  }
  if (right >= left && bottom >= top)
    result.visible = {static_cast<double>(left) / width, static_cast<double>(top) / height,
                      static_cast<double>(right + 1 - left) / width,
                      static_cast<double>(bottom + 1 - top) / height};
  result.is_signed = low < 0;
  if (!sizes.empty()) {
    // A few extreme pixels must not make all the rest invisible.
    const auto at =
        sizes.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(sizes.size() - 1) * 0.995);
    std::nth_element(sizes.begin(), at, sizes.end());
    result.limit = *at > 0 ? *at : std::max(high, -low);
  }
  std::vector<std::uint8_t> rgba(4 * map.values.size(), 0);
  for (std::size_t i = 0; i < map.values.size(); ++i) {
    const float v = map.values[i];
    if (std::isnan(v) || result.limit <= 0) continue;
    const double share = std::clamp(v / result.limit, -1.0, 1.0);
    const Rgb colour = result.is_signed ? colour_of(ColourMap::kBlueRed, 0.5 + 0.5 * share)
                                        : colour_of(ColourMap::kViridis, 0.15 + 0.85 * share);
    for (std::size_t c = 0; c < 3; ++c) rgba[4 * i + c] = colour[c];
    rgba[4 * i + 3] = static_cast<std::uint8_t>(
        std::lround(255 * std::min(1.0, std::pow(std::abs(share), 0.75) * 1.15)));
  }
  result.picture.pixels.size = map.size;
  result.picture.pixels.levels.push_back(std::move(rgba));
  result.picture.full_size = map.size;
  return result;
}

SaliencyDesk::SaliencyDesk(ExplainerFactory factory, std::function<void()> wake)
    : factory_(std::move(factory)), jobs_(1, std::move(wake)), info_(jobs_, 1), maps_(jobs_, 24) {}

void SaliencyDesk::use(AtlasModel model) {
  info_.clear();
  maps_.clear();
  loader_ = nullptr;
  if (!factory_ || model.path.empty()) return;
  loader_ = std::make_shared<Loader>();
  loader_->model = std::move(model);
  loader_->factory = factory_;
}

bool SaliencyDesk::available() const {
  return loader_ != nullptr;
}

std::shared_ptr<const ExplainerInfo> SaliencyDesk::info() {
  if (!available()) return nullptr;
  return info_.get(0, "loading the model", [loader = loader_] { return loader->get().info(); });
}

std::string SaliencyDesk::info_error() const {
  return info_.error(0);
}

std::string SaliencyDesk::key_of(const SaliencyRequest& request) {
  return "saliency:" + request.photo + "\n" + std::to_string(request.output) + "\n" +
         std::to_string(request.minus_output) + "\n" +
         std::to_string(static_cast<int>(request.method)) + "\n" + request.layer + "\n" +
         std::to_string(request.size.width) + "x" + std::to_string(request.size.height);
}

std::shared_ptr<const SaliencyPicture> SaliencyDesk::saliency(const SaliencyRequest& request) {
  if (!available()) return nullptr;
  return maps_.get(key_of(request), "computing saliency", [loader = loader_, request] {
    return colour_saliency(loader->get().explain(request));
  });
}

std::string SaliencyDesk::error(const SaliencyRequest& request) const {
  return maps_.error(key_of(request));
}

}  // namespace differentia::viewer
