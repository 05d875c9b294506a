#pragma once

// What is known of the selected cell or concept: its numbers, its exemplars, and where they lie in
// their photos.

#include "viewer/desk.h"

namespace differentia::viewer {

class InspectorPanel {
 public:
  // Draws into the current window. REQUIRES: something is selected on `map`.
  void draw(Desk& desk, std::int32_t map_id, const MapSummary& map);
  // Numbers and pictures are all there.
  bool complete() const { return complete_; }

 private:
  void draw_concept(Desk& desk, const store::ConceptRecord& concept_record, const MapSummary& map);
  void draw_cell(Desk& desk, const MapSummary& map);
  void draw_places(Desk& desk, const Places& places, const std::string& origin);

  bool complete_ = false;
};

// Where the exemplars' middles lie, as a square with a spread; for concepts.
void draw_place_diagram(const Desk& desk, const store::ConceptRecord& concept_record);

}  // namespace differentia::viewer
