#pragma once

// What `differentia identify` says of one photo: its lines and its JSON.

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/image/photo_cutter.h"
#include "base/photo_geometry.h"
#include "explain/model_card.h"
#include "explain/regions/identify.h"
#include "tools/differentia/subject_crops.h"

namespace differentia::cli {

// A crop that was asked for.
struct CropFile {
  SubjectCrop subject;
  std::string path;
  std::size_t bytes = 0;
  bool coded_anew = false;  // a JPEG's pixels were
  Carried metadata = Carried::kNone;
};

struct Identified {
  std::string photo;       // as given
  std::string unreadable;  // not empty: why nothing could be looked at, and nothing else is set
  Size size;               // oriented
  std::string repair;      // what the decoder mended; empty: nothing
  std::size_t bytes = 0;   // of its file
  IdentifyResult found;    // without the pixels of the mask
  std::vector<SubjectCrop> split = {};  // with several taxa: crops that give each its own
  std::vector<CropFile> crops = {};
  std::string mask, overlay;           // files; empty: not asked for
  std::vector<std::string> kept = {};  // files that were there already and differ: left alone
};

// The taxa of a photo with the number of their organisms, in the order of first organisms.
struct TaxonCount {
  int output = 0;
  int organisms = 0;
};
std::vector<TaxonCount> taxa_of(const IdentifyResult& found);

// How sure the model is, in words: from 95 % "almost certainly", from 80 % "very likely", from 60 %
// "likely", from 40 % "perhaps", else "a guess".
const char* likelihood(double probability);

// Lines without a final line break. `crops_asked`: no need to say how to get them.
std::string identified_text(const Identified& photo, const ModelCard& card, bool crops_asked);

nlohmann::ordered_json identified_json(const Identified& photo, const ModelCard& card);

// "31 kB"
std::string bytes_text(std::size_t bytes);

}  // namespace differentia::cli
