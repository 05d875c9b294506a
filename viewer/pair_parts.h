#pragma once

// What the parts of the pair screen share.

#include <cstdint>
#include <string>
#include <vector>

#include "viewer/desk.h"
#include "viewer/pair_findings.h"

struct ImDrawList;

namespace differentia::viewer {

// Of photos of A and of B, on the map and beside names.
std::uint32_t side_colour(const Theme& theme, bool of_a);
// Of context cues.
std::uint32_t context_colour(const Theme& theme);
// "Mark 2", "Context cue 1".
std::string mark_name(int number);

// The number of a mark in a disc of its carrier's colour, centred there.
void draw_mark_badge(const Theme& theme, ImDrawList* list, Point centre, const PairMark& mark);

// Opens a photo with the saliency of what tells the two apart, toward A or toward B: of a mark's
// photos toward their own taxon, of the map's positions toward what they speak for.
void open_photo_of_pair(Desk& desk, const PairFindings& pair, std::vector<Place> places,
                        std::size_t index, const std::string& origin, bool toward_a);
// A mark's photos as places: of the carrier, or of the other.
std::vector<Place> places_of(const std::vector<PairSighting>& sightings);

}  // namespace differentia::viewer
