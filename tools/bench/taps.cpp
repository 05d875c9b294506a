#include "tools/bench/taps.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "explain/forward_session.h"
#include "explain/tap_session.h"

namespace differentia {

namespace {

class Golden {
 public:
  explicit Golden(const std::string& path) : path_(path) {
    std::ifstream file(path + ".json");
    if (!file)
      throw FileError(path, path + ".json is missing: remove the folder, it will be made again.");
    index_ = nlohmann::json::parse(file);
  }

  std::vector<double> tensor(const std::string& key) const {
    const auto& entry = index_.at(key);
    std::size_t length = 1;
    for (const auto& side : entry.at("shape")) length *= side.get<std::size_t>();
    std::vector<double> values(length);
    std::ifstream file(path_ + ".bin", std::ios::binary);
    file.seekg(static_cast<std::streamoff>(entry.at("start").get<std::size_t>() * sizeof(double)));
    file.read(reinterpret_cast<char*>(values.data()),
              static_cast<std::streamsize>(length * sizeof(double)));
    if (!file)
      throw FileError(path_,
                      path_ + ".bin is cut short: remove the folder, it will be made again.");
    return values;
  }

  std::vector<std::string> layers() const {
    std::vector<std::string> layers;
    const std::string prefix = "f64.act.";
    for (const auto& entry : index_.items()) {
      if (entry.key().rfind(prefix, 0) == 0) layers.push_back(entry.key().substr(prefix.size()));
    }
    return layers;
  }

 private:
  std::string path_;
  nlohmann::json index_;
};

double relative_error(const std::vector<double>& values, const std::vector<double>& truth) {
  if (values.size() != truth.size())
    throw std::logic_error("tensors of " + std::to_string(values.size()) + " and " +
                           std::to_string(truth.size()) + " values are compared");
  double largest = 0, error = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    largest = std::max(largest, std::abs(truth[i]));
    const double difference = std::abs(values[i] - truth[i]);
    error = difference <= error ? error : difference;  // keeps NaN
  }
  return error / largest;
}

double cosine(const std::vector<double>& a, const std::vector<double>& b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

void worsen(double& worst, double value) {
  if (!(value <= worst)) worst = value;
}

TapErrors compare(const std::string& network, const std::string& folder, const Golden& golden,
                  const std::string& form, bool float64, int runs) {
  TapErrors errors;
  errors.network = network;
  errors.form = form;
  errors.float64 = float64;
  errors.runs = runs;
  ModelOptions options;
  options.card = folder + "/" + network + ".json";
  options.double_precision = float64;
  const auto model = Model::load(folder + "/" + network + "." + form + ".pt", options);
  const auto layers = golden.layers();
  const std::string prefix = float64 ? "f64." : "f32.";
  const std::vector<double> picture = golden.tensor("input");
  const std::vector<float> inputs(picture.begin(), picture.end());
  const int photos = 2;
  const auto logits = golden.tensor(prefix + "logits");
  TapSession session(model, layers);
  const Target target{{{3, 1.0}, {7, -0.5}}};
  for (int run = 0; run < runs; ++run) {
    const TapResult result = session.run(inputs, photos, &target);
    worsen(errors.logits, relative_error(result.outputs, logits));
    const auto compare_gradient = [&](const Tapped& tapped) {
      const auto truth = golden.tensor(prefix + "grad." + tapped.layer);
      worsen(errors.gradients, relative_error(tapped.gradient, truth));
      const double similarity = cosine(tapped.gradient, truth);
      if (!(similarity >= errors.least_cosine)) errors.least_cosine = similarity;
    };
    compare_gradient(result.input);
    for (const Tapped& tapped : result.layers) {
      worsen(errors.activations,
             relative_error(tapped.values, golden.tensor(prefix + "act." + tapped.layer)));
      compare_gradient(tapped);
    }
  }
  if (float64) return errors;
  ForwardSession forward(model, {layers, true, 4});
  for (int run = 0; run < runs; ++run) {
    const ForwardResult result = forward.run(inputs, photos);
    const auto& rows = result.outputs.values;
    worsen(errors.folded_logits, relative_error({rows.begin(), rows.end()}, logits));
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const Grids& grids = result.grids[i];
      std::vector<double> values;  // photo, channel, row, column
      for (int photo = 0; photo < photos; ++photo) {
        for (int channel = 0; channel < grids.channels; ++channel) {
          for (int row = 0; row < grids.height; ++row) {
            for (int column = 0; column < grids.width; ++column) {
              values.push_back(grids.at(photo, row, column)[channel]);
            }
          }
        }
      }
      worsen(errors.folded_grids,
             relative_error(values, golden.tensor(prefix + "act." + layers[i])));
    }
  }
  return errors;
}

}  // namespace

std::vector<double> golden_tensor(const std::string& path, const std::string& key) {
  return Golden(path).tensor(key);
}

std::vector<std::string> tap_networks() {
  return {"resnet18",     "resnet50",           "vgg16",       "densenet121", "efficientnet_b0",
          "mobilenet_v2", "mobilenet_v3_large", "inception_v3"};
}

std::vector<TapErrors> tap_errors(const std::string& network, const std::string& folder, int runs) {
  const Golden golden(folder + "/" + network + ".golden");
  std::vector<TapErrors> all;
  for (const char* form : {"traced", "scripted"}) {
    for (const bool float64 : {true, false}) {
      all.push_back(compare(network, folder, golden, form, float64, runs));
    }
  }
  return all;
}

std::vector<BenchRow> bench_taps() {
  const std::string folder = test_models_folder();
  double exact = 0, single = 0, folded = 0, least_cosine = 1;
  int count = 0;
  for (const std::string& network : tap_networks()) {
    for (const TapErrors& errors : tap_errors(network, folder)) {
      if (errors.float64) {
        for (const double error : {errors.logits, errors.activations, errors.gradients})
          worsen(exact, error);
        ++count;
      } else {
        for (const double error : {errors.logits, errors.activations}) worsen(single, error);
        for (const double error : {errors.folded_logits, errors.folded_grids})
          worsen(folded, error);
        least_cosine = std::min(least_cosine, errors.least_cosine);
      }
    }
  }
  const std::string n = std::to_string(count) + " networks (" +
                        std::to_string(tap_networks().size()) +
                        " traced and scripted), 4 runs each, worst";
  return {{"taps, float64: logits, activations, gradients", exact, "of the maximum", 1e-9,
           exact <= 1e-9, n},
          {"taps, float32: logits, activations", single, "of the maximum", 1e-5, single <= 1e-5, n},
          {"taps, float32: gradients", least_cosine, "cosine", 0.999, least_cosine > 0.999, n},
          {"folded forward, float32: logits, activations", folded, "of the maximum", 1e-5,
           folded <= 1e-5, n}};
}

}  // namespace differentia
