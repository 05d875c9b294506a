#include "tools/bench/test_models.h"

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/sha256.h"

namespace differentia {

namespace {

const char kExporter[] = "tools/export_test_models.py";

}  // namespace

std::string test_models_folder() {
  namespace fs = std::filesystem;
  const std::string folder = "build/test_models-" + sha256_of_file(kExporter).substr(0, 12);
  if (fs::exists(folder)) return folder;
  const std::string partial = folder + ".partial", log = folder + ".log";
  fs::remove_all(partial);
  fs::create_directories(partial);
  const std::string command =
      std::string("/usr/bin/python3 ") + kExporter + " " + partial + " >" + log + " 2>&1";
  if (std::system(command.c_str()) != 0) {
    throw InputError("The test networks could not be exported (see " + log +
                     "): Debian's python3-torchvision is needed for that.");
  }
  fs::rename(partial, folder);
  fs::remove(log);
  return folder;
}

}  // namespace differentia
