#pragma once

// Whose photos a plate shows, and under which licence.

#include <string>

#include "atlas/plate/plate_pictures.h"

namespace differentia {

// "G. rufa, 1, 2: J. Doe, CC BY 4.0; G. alba: …" in the order in which they are first met: names
// are of exemplars, numbers of marks; "box" is where context cues stand. Where neither credit nor
// licence is known: "credit not known (photos/a.jpg)".
std::string photo_credits(const PairMarks& pair, const PlatePictures& pictures,
                          const PlatePhotos& photos);

}  // namespace differentia
