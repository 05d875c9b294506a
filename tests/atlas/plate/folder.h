#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "tests/catch.h"

namespace differentia::test {

// An empty folder, gone when it is out of scope.
struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "differentia-plate-XXXXXX").string();
  Folder() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace differentia::test
