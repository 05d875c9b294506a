#pragma once

// The half of the program that needs LibTorch and FAISS lives in a module of its own,
// libdifferentia_engine.so, loaded when a verb or the viewer first needs it: loading LibTorch takes
// most of a second, which opening an atlas must not wait for.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "viewer/photo_explainer.h"

namespace differentia::cli {

// Runs a verb of the engine; answers the exit status.
int run_engine_verb(const std::string& name, const std::vector<std::string>& arguments);

// Makes the viewer's live saliency, loading the engine at the first call. Throws what loading the
// model throws.
std::unique_ptr<viewer::PhotoExplainer> make_photo_explainer(const std::string& model_path);

// Throws UnknownName's sentence as InputError where there is no saliency method of that name.
void check_saliency_method(const std::string& name);

}  // namespace differentia::cli

// What the module exports.
extern "C" {
int differentia_run_verb(const char* name, const std::vector<std::string>* arguments);
// Returns null and sets *failure where it cannot be made. The caller owns the result.
differentia::viewer::PhotoExplainer* differentia_make_photo_explainer(const char* model_path,
                                                                      std::string* failure);
// Sets *failure where there is no such method.
void differentia_check_saliency_method(const char* name, std::string* failure);
}
