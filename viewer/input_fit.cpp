#include "viewer/input_fit.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace differentia::viewer {

InputGeometry input_of_card(const std::string& card, Size photo) {
  InputGeometry geometry;
  geometry.photo = photo;
  std::string fit = "crop";
  int resize = 256;
  geometry.input = {224, 224};
  try {
    const nlohmann::json json =
        card.empty() ? nlohmann::json::object() : nlohmann::json::parse(card);
    if (const auto input = json.find("input"); input != json.end()) {
      geometry.input = {input->value("width", 224), input->value("height", 224)};
      fit = input->value("fit", fit);
      resize = input->value("resize", resize);
    }
  } catch (const nlohmann::json::exception& error) {
    throw InputError("The atlas's model card cannot be read (" + std::string(error.what()) +
                     "); build the atlas again.");
  }
  if (photo.width <= 0 || photo.height <= 0 || geometry.input.width <= 0 ||
      geometry.input.height <= 0)
    throw InputError("The sizes of a photo or of the model's input are not known.");
  const double ratio_x = static_cast<double>(geometry.input.width) / photo.width;
  const double ratio_y = static_cast<double>(geometry.input.height) / photo.height;
  geometry.scale_x = ratio_x;
  geometry.scale_y = ratio_y;
  if (fit != "stretch") {
    const double scale = fit == "pad"
                             ? std::min(ratio_x, ratio_y)
                             : static_cast<double>(resize) / std::min(photo.width, photo.height);
    geometry.scale_x = geometry.scale_y = scale;
    geometry.offset_x = (geometry.input.width - scale * photo.width) / 2;
    geometry.offset_y = (geometry.input.height - scale * photo.height) / 2;
  }
  return geometry;
}

}  // namespace differentia::viewer
