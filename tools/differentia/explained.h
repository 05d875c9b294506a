#pragma once

// One saliency map on its way out of `differentia explain`: its files, its JSON, its lines.

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/image/colour_map.h"
#include "base/image/photo.h"
#include "explain/model.h"
#include "explain/saliency/session.h"
#include "tools/differentia/target_options.h"

namespace differentia::cli {

// How maps are drawn.
struct MapColours {
  double opacity = 0.8;  // of the strongest evidence; weaker lets the photo through
  double percentile = 99.5;
  std::optional<ColourMap> colours;  // else blue-red where there is evidence both ways, viridis
};

// Empty: not written.
struct MapFiles {
  std::string picture;  // the map in colours over the photo
  std::string grey;     // 8-bit PNG at the photo's size, transparent where there is no evidence
  std::string npy;      // float32, rows × columns of the photo, NaN where there is no evidence
};

struct Explained {
  std::string photo;  // as given
  const Method* method = nullptr;
  SaliencyOptions way;
  NamedTarget target;
  Saliency saliency;
  MapFiles files;
  std::vector<std::string> warnings = {};  // of the photo and the head besides the map's own
};

// Of a map: amounts, evidence both ways, or only more and less.
MapKind map_kind(const Method& method, bool any_negative);

void write_files(const Explained& made, const Photo& photo, const MapColours& colours);

// Share of the photo that the network did not see.
double no_evidence(const cv::Mat& map);

nlohmann::ordered_json explained_json(const Explained& made, const Model& model, int top);

// What the model says of the photo, and what was explained. REQUIRES: the method needs a model.
std::string answer_text(const Explained& made, const Model& model, int top);
// One line of the map: method, file, cost.
std::string map_text(const Explained& made);

}  // namespace differentia::cli
