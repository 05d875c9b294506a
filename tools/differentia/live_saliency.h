#pragma once

// The viewer's live saliency over explain/saliency/session.h.

#include <memory>
#include <string>

#include "viewer/photo_explainer.h"

namespace differentia::cli {

// Loads the model; an empty path: none, and the methods that need none. Throws InputError.
std::unique_ptr<viewer::PhotoExplainer> make_live_saliency(const std::string& model_path);

}  // namespace differentia::cli
