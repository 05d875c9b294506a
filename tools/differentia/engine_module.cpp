// What libdifferentia_engine.so exports (engine.h).

#include <exception>
#include <string>
#include <vector>

#include "base/error.h"
#include "explain/saliency/method.h"
#include "tools/differentia/engine.h"
#include "tools/differentia/live_pair.h"
#include "tools/differentia/live_saliency.h"
#include "tools/differentia/method_list.h"
#include "tools/differentia/verbs.h"

using namespace differentia;

extern "C" __attribute__((visibility("default"))) int differentia_run_verb(
    const char* name, const std::vector<std::string>* arguments) {
  for (const cli::Verb& verb :
       {cli::world_verb(), cli::model_verb(), cli::build_verb(), cli::explain_verb(),
        cli::identify_verb(), cli::compare_verb(), cli::plate_verb()}) {
    if (verb.name == name) return cli::run_verb(verb, *arguments);
  }
  return 4;
}

extern "C" __attribute__((visibility("default"))) viewer::PhotoExplainer*
differentia_make_photo_explainer(const char* model_path, std::string* failure) {
  try {
    return cli::make_live_saliency(model_path).release();
  } catch (const std::exception& error) {
    *failure = error.what();
    return nullptr;
  }
}

extern "C" __attribute__((visibility("default"))) bool differentia_compare_pair(
    const viewer::PairQuestion* question, const ProgressCallback* progress, std::string* failure) {
  try {
    cli::compare_for_viewer(*question, *progress);
    return true;
  } catch (const Interrupted&) {
    failure->clear();
  } catch (const std::exception& error) {
    *failure = error.what();
  }
  return false;
}

extern "C" __attribute__((visibility("default"))) void differentia_check_saliency_method(
    const char* name, const std::vector<std::string>* options,
    std::map<std::string, std::string>* apart, std::string* failure) {
  try {
    *apart = cli::ways_of({&saliency_method(name)}, *options).front().options;
  } catch (const std::exception& error) {
    *failure = error.what();
  }
}
