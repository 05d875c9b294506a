#pragma once

// Where a photo came from and what the atlas says of it, as rows of a panel.

#include "viewer/desk.h"

namespace differentia::viewer {

void draw_photo_facts(const Desk& desk, const store::PhotoRecord& photo);

}  // namespace differentia::viewer
