#pragma once

// The half of the program that needs LibTorch and FAISS lives in a module of its own,
// libdifferentia_engine.so, loaded when a verb or the viewer first needs it: loading LibTorch takes
// most of a second, which opening an atlas must not wait for.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "viewer/pair_jobs.h"
#include "viewer/photo_explainer.h"

namespace differentia::cli {

// Runs a verb of the engine; answers the exit status.
int run_engine_verb(const std::string& name, const std::vector<std::string>& arguments);

// Makes the viewer's live saliency (live_saliency.h), loading the engine at the first call. Throws
// what loading the model throws.
std::unique_ptr<viewer::PhotoExplainer> make_photo_explainer(const std::string& model_path);

// Compares two taxa for the viewer and keeps the result, loading the engine at the first call.
void compare_pair_of_atlas(const viewer::PairQuestion& question, const ProgressCallback& progress);

// Throws UnknownName's sentence as InputError where there is no saliency method of that name, or an
// option of it does not exist or is out of range. `options`: NAME=VALUE; returns them apart.
std::map<std::string, std::string> check_saliency_method(const std::string& name,
                                                         const std::vector<std::string>& options);

}  // namespace differentia::cli

// What the module exports.
extern "C" {
int differentia_run_verb(const char* name, const std::vector<std::string>* arguments);
// Returns null and sets *failure where it cannot be made. The caller owns the result.
differentia::viewer::PhotoExplainer* differentia_make_photo_explainer(const char* model_path,
                                                                      std::string* failure);
// Sets *failure where the two cannot be compared or the result not be kept; empty where `progress`
// has stopped it. Answers whether the result is kept.
bool differentia_compare_pair(const differentia::viewer::PairQuestion* question,
                              const differentia::ProgressCallback* progress, std::string* failure);
// Sets *failure where there is no such method, or an option does not go with it.
void differentia_check_saliency_method(const char* name, const std::vector<std::string>* options,
                                       std::map<std::string, std::string>* apart,
                                       std::string* failure);
}
