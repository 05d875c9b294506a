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
  return control_maps(call, map);
}

}  // namespace

MethodEntry spectral_residual_method() {
  Method method = control_method();
  method.name = "spectral-residual";
  method.title = "Spectral residual";
  method.source = "Hou & Zhang 2007";
  method.help =
      "Where the photo's frequencies depart from what photos have on the whole, without any model: "
      "a control";
  return {method, run};
}

}  // namespace differentia
