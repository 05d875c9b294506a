#include "tools/differentia/live_saliency.h"

#include "explain/preprocess.h"
#include "explain/saliency/session.h"

namespace differentia::cli {
namespace {

class LiveSaliency final : public viewer::PhotoExplainer {
 public:
  explicit LiveSaliency(const std::string& model_path)
      : model_(Model::load(model_path)), session_(model_) {}

  viewer::ExplainerInfo info() override {
    viewer::ExplainerInfo info;
    info.name = model_->card().name;
    info.labels = model_->card().labels;
    info.deep_layer = model_->card().deep_layer;
    for (const LayerInfo& layer : model_->layers()) {
      if (layer.candidate && layer.height > 0) info.layers.push_back(layer.path);
    }
    return info;
  }

  viewer::SaliencyMap explain(const viewer::SaliencyRequest& request) override {
    if (request.photo !=
        photo_path_) {  // the same photo is asked again for every target, method and layer
      photo_ = decode_photo(request.photo, {decode_side(model_->card().input)});
      photo_path_ = request.photo;
    }
    const Target target = request.minus_output < 0
                              ? Target::output(request.output)
                              : Target::difference(request.output, request.minus_output);
    SaliencyOptions options;
    const bool gradient = request.method == viewer::Method::kGradient;
    options.method = gradient ? "gradient" : "grad-cam";
    if (!gradient && !request.layer.empty()) options.layers = {request.layer};
    const Saliency saliency = session_.run(photo_, target, options, request.size);
    viewer::SaliencyMap result;
    result.size = {saliency.map.cols, saliency.map.rows};
    result.values.assign(saliency.map.ptr<float>(),
                         saliency.map.ptr<float>() + saliency.map.total());
    result.target = saliency.target;
    result.outputs = saliency.outputs;
    result.warnings = saliency.warnings;
    return result;
  }

 private:
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
