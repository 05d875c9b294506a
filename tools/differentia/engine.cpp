#include "tools/differentia/engine.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "base/error.h"

namespace differentia::cli {
namespace {

void* load_engine() {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::string path = folder / "libdifferentia_engine.so";
  // Read by the libraries as they load. The program's own workers share the cores: BLAS threads of
  // each of them would be too many, and waiting threads must sleep. What a person has set is left
  // alone.
  setenv("OPENBLAS_NUM_THREADS", "1", 0);
  setenv("OMP_WAIT_POLICY", "passive", 0);
  // Lives to the end of the process: LibTorch does not survive being unloaded.
  static void* const engine = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!engine) {
    throw InputError(
        fmt::format("'{}' could not be loaded ({}); build the program again, both belong together.",
                    path, dlerror()));
  }
  return engine;
}

template <typename Function>
Function* engine_function(const char* name) {
  void* const symbol = dlsym(load_engine(), name);
  if (!symbol)
    throw InputError("libdifferentia_engine.so is of another version; build the program again.");
  return reinterpret_cast<Function*>(symbol);
}

}  // namespace

int run_engine_verb(const std::string& name, const std::vector<std::string>& arguments) {
  try {
    return engine_function<decltype(differentia_run_verb)>("differentia_run_verb")(name.c_str(),
                                                                                   &arguments);
  } catch (const InputError& error) {
    std::fputs(fmt::format("differentia: {}\n", error.what()).c_str(), stderr);
    return 2;
  }
}

std::unique_ptr<viewer::PhotoExplainer> make_photo_explainer(const std::string& model_path) {
  std::string failure;
  auto* const explainer = engine_function<decltype(differentia_make_photo_explainer)>(
      "differentia_make_photo_explainer")(model_path.c_str(), &failure);
  if (!explainer) throw InputError(failure);
  return std::unique_ptr<viewer::PhotoExplainer>(explainer);
}

void compare_pair_of_atlas(const viewer::PairQuestion& question, const ProgressCallback& progress) {
  std::string failure;
  if (engine_function<decltype(differentia_compare_pair)>("differentia_compare_pair")(
          &question, &progress, &failure))
    return;
  if (failure.empty()) throw Interrupted();
  throw InputError(failure);
}

std::map<std::string, std::string> check_saliency_method(const std::string& name,
                                                         const std::vector<std::string>& options) {
  std::map<std::string, std::string> apart;
  std::string failure;
  engine_function<decltype(differentia_check_saliency_method)>("differentia_check_saliency_method")(
      name.c_str(), &options, &apart, &failure);
  if (!failure.empty()) throw InputError(failure);
  return apart;
}

}  // namespace differentia::cli
