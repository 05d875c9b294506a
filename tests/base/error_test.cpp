#include "base/error.h"

#include <filesystem>
#include <fstream>

#include "base/progress.h"
#include "base/sha256.h"
#include "tests/catch.h"

using namespace differentia;

TEST_CASE("an unknown name offers the nearest ones", "[error]") {
  const std::vector<std::string> layers{"features.0", "features.13", "features.18", "pool",
                                        "classifier"};
  REQUIRE(nearest_names("feature.13", layers, 1) == std::vector<std::string>{"features.13"});
  REQUIRE(nearest_names("Classifer", layers, 1) == std::vector<std::string>{"classifier"});
  REQUIRE(nearest_names("x", {}).empty());
  const UnknownName error("layer", "feature.13", nearest_names("feature.13", layers, 1));
  REQUIRE(std::string(error.what()) ==
          "There is no layer 'feature.13'; the nearest are: features.13.");
  REQUIRE(error.nearest.size() == 1);
}

TEST_CASE("a name that is contained comes before one that is merely short", "[error]") {
  REQUIRE(nearest_names("cardui", {"Vanessa cardui", "Carduelis", "Cardea"}, 1).front() ==
          "Vanessa cardui");
}

TEST_CASE("progress that answers no interrupts", "[progress]") {
  int calls = 0;
  const ProgressCallback twice = [&](const Progress&) { return ++calls < 2; };
  REQUIRE_NOTHROW(report(twice, {"collecting", 1, 2, "photos", ""}));
  REQUIRE_THROWS_AS(report(twice, Progress{}), Interrupted);
  REQUIRE_NOTHROW(report({}, Progress{}));
}

TEST_CASE("SHA-256 of known texts", "[sha256]") {
  const std::string abc =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-4
  REQUIRE(sha256_of("abc") == abc);
  const auto path = std::filesystem::temp_directory_path() / "differentia-sha256-test";
  std::ofstream(path) << "abc";
  REQUIRE(sha256_of_file(path) == abc);
  std::filesystem::remove(path);
  REQUIRE_THROWS_AS(sha256_of_file(path), FileError);
}
