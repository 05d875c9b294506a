#pragma once

// How the model's input lies over a photo, from the model card that the atlas keeps: where a
// position of a grid is in a photo is known without the model.

#include <string>

#include "base/photo_geometry.h"

namespace differentia::viewer {

// `card`: JSON as in Provenance::model_card. Keys that are missing take the card's defaults (224 ×
// 224, shorter side to 256, centre crop). Throws InputError where it is no JSON or the sizes are
// not positive.
InputGeometry input_of_card(const std::string& card, Size photo);

}  // namespace differentia::viewer
