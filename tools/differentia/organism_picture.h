#pragma once

// A photo with its organisms drawn in: outlines, boxes, names.

#include <string>

#include <opencv2/core.hpp>

#include "base/image/photo.h"
#include "explain/model_card.h"
#include "explain/regions/identify.h"

namespace differentia::cli {

// 8UC3 BGR: the photo enlarged or shrunk to between 960 and 1600 pixels of its longer side, below
// it a line that says what is drawn and that the outlines are estimated. One colour for each taxon.
// `title`: the photo's name. Throws InputError where no font is installed.
cv::Mat organism_picture(const Photo& photo, const IdentifyResult& found, const ModelCard& card,
                         const std::string& title);

}  // namespace differentia::cli
