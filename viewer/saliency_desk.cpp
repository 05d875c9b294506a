#include "viewer/saliency_desk.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/image/colour_map.h"
#include "base/sha256.h"

namespace differentia::viewer {

namespace {

constexpr std::size_t kMaps = 24;
constexpr auto kBetweenWakes = std::chrono::milliseconds(100);

}  // namespace

struct SaliencyDesk::Loader {
  AtlasModel model;
  ExplainerFactory factory;
  std::unique_ptr<PhotoExplainer> explainer;
  std::string failure;  // a model that was refused once is refused without another look

  PhotoExplainer& get() {
    if (!failure.empty()) throw InputError(failure);
    if (explainer) return *explainer;
    try {
      if (model.path.empty()) {
        explainer = factory(model.path);
        return *explainer;
      }
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
  bool negative = false;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float v = map.values[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                                 static_cast<std::size_t>(x)];
      if (std::isnan(v)) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = std::max(bottom, y);
      negative = negative || v < 0;
    }
  }
  if (right >= left && bottom >= top)
    result.visible = {static_cast<double>(left) / width, static_cast<double>(top) / height,
                      static_cast<double>(right + 1 - left) / width,
                      static_cast<double>(bottom + 1 - top) / height};
  result.is_signed = negative && map.zero_is_nothing;
  result.is_relative = !map.zero_is_nothing;
  const ColourRange range = colour_range(map.values, result.is_signed     ? MapKind::kSigned
                                                     : result.is_relative ? MapKind::kRelative
                                                                          : MapKind::kAmount);
  result.low = range.low;
  result.limit = range.high;
  std::vector<std::uint8_t> rgba(4 * map.values.size(), 0);
  for (std::size_t i = 0; i < map.values.size(); ++i) {
    const float v = map.values[i];
    if (std::isnan(v)) continue;
    const double zero = result.is_signed ? 0 : range.low;
    const double share = std::clamp((v - zero) / (range.high - zero), -1.0, 1.0);
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
    : factory_(std::move(factory)),
      wake_(wake),
      jobs_(1, std::move(wake)),
      info_(jobs_, 1),
      maps_(std::make_shared<Entries>(kMaps)) {}

void SaliencyDesk::use(AtlasModel model) {
  want_nothing();
  info_.clear();
  maps_ = std::make_shared<Entries>(kMaps);
  loader_ = nullptr;
  if (!factory_) return;
  loader_ = std::make_shared<Loader>();
  loader_->model = std::move(model);
  loader_->factory = factory_;
}

bool SaliencyDesk::available() const {
  return loader_ != nullptr;
}

bool SaliencyDesk::has_model() const {
  return available() && !loader_->model.path.empty();
}

std::shared_ptr<const ExplainerInfo> SaliencyDesk::info() {
  if (!available()) return nullptr;
  return info_.get(0, has_model() ? "loading the model" : "looking for methods",
                   [loader = loader_] { return loader->get().info(); });
}

std::string SaliencyDesk::info_error() const {
  return info_.error(0);
}

std::string SaliencyDesk::key_of(const SaliencyRequest& request) {
  std::string key = "saliency:" + request.photo;
  for (const std::string& part :
       {std::to_string(request.output), std::to_string(request.minus_output),
        std::string(request.against_rivals ? "rivals" : ""),
        request.of_concept ? request.concept_name : std::string(), request.method,
        std::string(request.rectified ? "" : "signed"),
        std::to_string(request.size.width) + "x" + std::to_string(request.size.height)})
    key += "\n" + part;
  for (const std::string& layer : request.layers) key += "\nat " + layer;
  for (const auto& [name, value] : request.options) key += "\n" + name + "=" + value;
  return key;
}

std::shared_ptr<const SaliencyPicture> SaliencyDesk::saliency(const SaliencyRequest& request) {
  if (!available()) return nullptr;
  const std::string key = key_of(request);
  if (key != wanted_) want_nothing();
  wanted_ = key;
  if (const Entry* entry = maps_->find(key)) return entry->value;
  Entry entry;
  entry.job = submit(key, request);
  maps_->insert(key, std::move(entry));
  return nullptr;
}

JobId SaliencyDesk::submit(const std::string& key, SaliencyRequest request) {
  const std::weak_ptr<Entries> weak = maps_;
  const auto progress = progress_ = std::make_shared<std::atomic<double>>(-1);
  return jobs_.submit(
      "computing saliency",
      [weak, key, request = std::move(request), loader = loader_, progress,
       wake = wake_](const StopFlag& stop) mutable -> Publish {
        auto last = std::chrono::steady_clock::now();
        request.progress = [&stop, &last, progress, wake](const Progress& made) {
          if (made.total > 0)
            *progress = static_cast<double>(made.done) / static_cast<double>(made.total);
          const auto now = std::chrono::steady_clock::now();
          if (wake && now - last > kBetweenWakes) {
            last = now;
            wake();
          }
          return !stop.stopped();
        };
        auto value = std::make_shared<const SaliencyPicture>(
            colour_saliency(loader->get().explain(request)));
        return [weak, key, value] {
          if (const auto entries = weak.lock())
            if (Entry* held = entries->find(key)) held->value = value;
        };
      },
      [weak, key](const std::string& error) {
        if (const auto entries = weak.lock())
          if (Entry* held = entries->find(key)) held->error = error;
      });
}

std::string SaliencyDesk::error(const SaliencyRequest& request) const {
  const Entry* entry = maps_->find(key_of(request));
  return entry != nullptr ? entry->error : std::string();
}

double SaliencyDesk::progress() const {
  return progress_ ? progress_->load() : -1;
}

void SaliencyDesk::want_nothing() {
  if (const Entry* entry = maps_->find(wanted_)) {
    if (!entry->finished()) {
      jobs_.cancel(entry->job);
      maps_->erase(wanted_);
    }
  }
  wanted_.clear();
}

}  // namespace differentia::viewer
