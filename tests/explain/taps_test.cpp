#include "tools/bench/taps.h"

#include "explain/model.h"
#include "explain/tap_session.h"
#include "tests/catch.h"

namespace differentia {
namespace {

void compare_with_python(const std::string& network) {
  for (const TapErrors& errors : tap_errors(network, test_models_folder())) {
    INFO(errors.network << " " << errors.form << (errors.float64 ? " float64" : " float32")
                        << ": logits " << errors.logits << ", activations " << errors.activations
                        << ", gradients " << errors.gradients << ", cosine " << errors.least_cosine
                        << ", folded " << errors.folded_logits << " " << errors.folded_grids);
    CHECK(errors.runs >= 4);
    if (errors.float64) {
      CHECK(errors.logits <= 1e-9);
      CHECK(errors.activations <= 1e-9);
      CHECK(errors.gradients <= 1e-9);
    } else {
      CHECK(errors.logits <= 1e-5);
      CHECK(errors.activations <= 1e-5);
      CHECK(errors.least_cosine > 0.999);
      CHECK(errors.folded_logits <= 1e-5);
      CHECK(errors.folded_grids <= 1e-5);
    }
  }
}

TEST_CASE("ResNet-18 equals eager mode") {
  compare_with_python("resnet18");
}
TEST_CASE("ResNet-50 equals eager mode") {
  compare_with_python("resnet50");
}
TEST_CASE("VGG-16 equals eager mode") {
  compare_with_python("vgg16");
}
TEST_CASE("DenseNet-121 equals eager mode") {
  compare_with_python("densenet121");
}
TEST_CASE("EfficientNet-B0 equals eager mode") {
  compare_with_python("efficientnet_b0");
}
TEST_CASE("MobileNetV2 equals eager mode") {
  compare_with_python("mobilenet_v2");
}
TEST_CASE("MobileNetV3 equals eager mode") {
  compare_with_python("mobilenet_v3_large");
}
TEST_CASE("Inception v3 equals eager mode") {
  compare_with_python("inception_v3");
}

}  // namespace
}  // namespace differentia
