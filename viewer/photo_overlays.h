#pragma once

// What is drawn over and around a photo. Functions without memory.

#include <string>

#include "viewer/desk.h"

struct ImDrawList;

namespace differentia::viewer {

// Title, position in the list, arrows.
void draw_photo_header(Desk& desk, const Box& place);
// Hatches what the model did not see: there is no evidence there, which is not zero. `photo`: on
// the screen; `visible`: shares of the photo.
void draw_no_evidence(const Desk& desk, ImDrawList* list, const Box& photo, const Box& visible);
void draw_photo_box(const Desk& desk, ImDrawList* list, const Box& box);
// What the overlay's colours say, into the current window.
void draw_saliency_legend(const Desk& desk, const SaliencyPicture& saliency);
void draw_missing_photo(const Desk& desk, const Box& canvas, const store::PhotoRecord& photo,
                        const std::string& path, const std::string& reason);

}  // namespace differentia::viewer
