#include "tools/differentia/live_saliency.h"

#include "explain/preprocess.h"
#include "explain/saliency/session.h"

namespace differentia::cli {
namespace {

constexpr int kControlSide = 1280;  // of photos that no model sees: more than any control looks at

class LiveSaliency final : public viewer::PhotoExplainer {
 public:
  explicit LiveSaliency(const std::string& model_path)
      : model_(model_path.empty() ? nullptr : Model::load(model_path)), session_(model_) {}

  viewer::ExplainerInfo info() override {
    viewer::ExplainerInfo info;
    if (model_) {
      info.name = model_->card().name;
      info.labels = model_->card().labels;
      info.deep_layer = model_->card().deep_layer;
      for (const LayerInfo& layer : model_->layers()) {
        if (layer.candidate && layer.height > 0) info.layers.push_back(layer.path);
      }
    }
    for (const Method* method : saliency_methods()) {
      if (method->needs_model && !model_) continue;
      info.methods.push_back({method->name, method->title, method->help, method->caveat,
                              method->needs_model, method->needs_layer,
                              method->rectifies && method->is_signed, method->several_layers,
                              method->options});
    }
    return info;
  }

  viewer::SaliencyMap explain(const viewer::SaliencyRequest& request) override {
    if (request.photo !=
        photo_path_) {  // the same photo is asked again for every target, method and layer
      photo_ = model_ ? decode_photo(request.photo, {decode_side(model_->card().input)})
                      : decode_photo(request.photo, {kControlSide});
      photo_path_ = request.photo;
    }
    SaliencyOptions options;
    options.method = request.method;
    options.rectified = request.rectified;
    const Method& method = saliency_method(request.method);
    options.options = request.options;
    if (method.needs_layer) options.layers = request.layers;
    if (options.layers.size() > 1 && !method.several_layers)
      options.layers = {request.layers.back()};
    Saliency saliency;
    SaliencyReceiver receiver;
    receiver.made = [&](std::size_t, std::vector<Saliency> maps) { saliency = std::move(maps[0]); };
    session_.run(photo_, targets_of(request), {&options, 1}, receiver, request.size,
                 request.progress);
    viewer::SaliencyMap result;
    result.size = {saliency.map.cols, saliency.map.rows};
    result.values.assign(saliency.map.ptr<float>(),
                         saliency.map.ptr<float>() + saliency.map.total());
    result.target = saliency.target;
    result.outputs = saliency.outputs;
    result.warnings = saliency.warnings;
    result.zero_is_nothing = method.is_signed;
    return result;
  }

 private:
  static PhotoTargets targets_of(const viewer::SaliencyRequest& request) {
    if (request.of_concept) {
      const store::ConceptDirection& its = *request.of_concept;
      return {{Target::direction(its.layer, its.direction, its.centre, its.scale)}};
    }
    if (request.against_rivals) {
      PhotoTargets targets;
      targets.choose = [output = request.output](gsl::span<const float> outputs) {
        return std::vector<Target>{Target::against_rivals(output, outputs)};
      };
      return targets;
    }
    return {{request.minus_output < 0 ? Target::output(request.output)
                                      : Target::difference(request.output, request.minus_output)}};
  }

  std::shared_ptr<const Model> model_;
  SaliencySession session_;
  std::string photo_path_;
  Photo photo_;
};

}  // namespace

std::unique_ptr<viewer::PhotoExplainer> make_live_saliency(const std::string& model_path) {
  return std::make_unique<LiveSaliency>(model_path);
}

}  // namespace differentia::cli
