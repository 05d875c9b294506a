#include <opencv2/saliency/saliencySpecializedClasses.hpp>

#include "base/error.h"
#include "explain/saliency/photo_scale.h"
#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  // Its own working size is 64×64; a larger photo would only cost time.
  const cv::Mat small = scaled_to(passes.photo().bgr, 320);
  cv::Mat map;
  if (!cv::saliency::StaticSaliencySpectralResidual::create()->computeSaliency(small, map))
    throw InputError("OpenCV's spectral residual could not be computed for this photo.");
  map.convertTo(map, CV_32FC1);
  RawMap raw;
  raw.values = at::from_blob(map.data, {map.rows, map.cols}, at::kFloat).clone();
  raw.over_photo = true;
  return std::vector<RawMap>(call.targets.size(), raw);
}

}  // namespace

MethodEntry spectral_residual_method() {
  Method method;
  method.name = "spectral-residual";
  method.title = "Spectral residual";
  method.source = "Hou & Zhang 2007";
  method.needs_model = false;
  method.needs_gradients = false;
  method.is_signed = false;
  method.help =
      "Where the photo's frequencies depart from what photos have on the whole, without any model: "
      "a control";
  method.caveat = "It knows nothing of the model; a model's map no better than this says little.";
  return {method, run};
}

}  // namespace differentia
