#pragma once

// What is said of one photo between two taxa, as plain sentences.

#include <string>

#include "atlas/marks/photo_on_pair.h"

namespace differentia {

// "Clearly Granella rufa.", or that it is between the two or neither; where the model names another
// taxon first, that is said first.
std::string placed_sentence(const PhotoOnPair& photo, const PairMarks& pair);

// Where it stands among the two taxa's photos: "On the axis from Granella alba (below 0) to
// Granella rufa (above 0) it is at +3.2: higher than 12 of 32 testing photos of Granella rufa and
// all 32 of Granella alba."
std::string axis_sentence(const PhotoOnPair& photo, const PairMarks& pair);

// "seen", "absent", or "hidden" and why.
std::string presence_words(const TickedMark& mark);

// "✓", "✗" or "?".
std::string tick_sign(const TickedMark& mark);

// What the ticks rest on: the subject mask and whose it is, a photo mended or of the atlas; a
// sentence or several, may be empty.
std::string photo_remark(const PhotoOnPair& photo);

// Whether a mark is to be ticked: of a tested pair those that the test does not refuse.
bool is_ticked(const Mark& mark);

}  // namespace differentia
