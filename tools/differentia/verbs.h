#pragma once

// Every verb with its line of help. view and info are of the program itself, the others of the
// engine.

#include "tools/differentia/verb.h"

namespace differentia::cli {

inline constexpr const char* kWorldSummary =
    "Make the demo world: photos of imaginary birds whose true marks are known";
inline constexpr const char* kModelSummary =
    "Look at a model: layers, shapes, card; check the card against photos";
inline constexpr const char* kBuildSummary = "Build an atlas from photos and a model";
inline constexpr const char* kInfoSummary = "What an atlas holds, and whether it is whole";
inline constexpr const char* kExplainSummary =
    "Saliency maps of photos: where the model looks, by many methods";
inline constexpr const char* kIdentifySummary =
    "Which taxa are in photos and where: boxes, crops, estimated subject masks";
inline constexpr const char* kCompareSummary =
    "What tells two taxa apart for the model: marks, tested, with counts";
inline constexpr const char* kPlateSummary =
    "The marks that tell two taxa apart for the model, as a page of a field guide";
inline constexpr const char* kViewSummary =
    "Browse an atlas, or take a picture of a screen without a display";

Verb world_verb();
Verb model_verb();
Verb build_verb();
Verb info_verb();
Verb explain_verb();
Verb identify_verb();
Verb compare_verb();
Verb plate_verb();
Verb view_verb();

}  // namespace differentia::cli
