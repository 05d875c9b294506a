#pragma once

// What a TorchScript file does not say of itself: labels, input, head, layers. A JSON file beside
// the model
// (`model.pt` → `model.json`), described in README.md; every key is also a flag of the command
// line.

#include <array>
#include <string>
#include <vector>

#include "base/photo_geometry.h"

namespace differentia {

enum class Head { kLogits, kSoftmax, kRegression };
enum class Fit { kStretch, kCrop, kPad };
enum class Interpolation { kBilinear, kBicubic, kNearest };

struct InputSpec {
  Size size{224, 224};   // of the network's input
  Fit fit = Fit::kCrop;  // stretch to size; crop: shorter side to `resize`, centre crop; pad:
                         // longer side to size
  int resize = 256;      // for crop
  Interpolation interpolation = Interpolation::kBilinear;
  bool antialias = true;
  bool rgb = true;                                    // channel order RGB; else BGR
  std::array<float, 3> mean{0.485f, 0.456f, 0.406f};  // of values in 0…1
  std::array<float, 3> std{0.229f, 0.224f, 0.225f};
};

struct ModelCard {
  std::string name;
  std::vector<std::string> labels;  // in the order of the outputs; empty where unknown
  Head head = Head::kLogits;
  InputSpec input;
  std::string layer;       // path of the layer for taxon atlases; empty: chosen from the candidates
  std::string deep_layer;  // path of the layer for the map of all taxa; empty: chosen
  // One sentence for each key that was not given, for the person to read ("mean, std: ImageNet's").
  std::vector<std::string> defaults;
};

// Reads a card; `labels` that name a file are read from there, relative to the card.
// Throws FileError (not JSON, unknown key, wrong type), naming the key.
ModelCard read_card(const std::string& path);

// The card beside `model_path`, or the defaults where there is none.
ModelCard card_of_model(const std::string& model_path);

// The card as JSON text, every key present.
std::string card_json(const ModelCard& card);

// How a photo of that size is fitted into the input.
InputGeometry input_geometry(const InputSpec& spec, Size photo);

}  // namespace differentia
