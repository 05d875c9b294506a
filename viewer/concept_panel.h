#pragma once

// The concepts of a map on the right, by attribution, with bars and intervals.

#include "viewer/desk.h"

namespace differentia::viewer {

class ConceptPanel {
 public:
  // Draws into the current window.
  void draw(Desk& desk, const MapSummary& map, bool keys);
};

}  // namespace differentia::viewer
