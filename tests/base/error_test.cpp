#include "base/error.h"

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/progress.h"
#include "base/sha256.h"
#include "tests/catch.h"

using namespace differentia;
using Catch::Matchers::Contains;

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

TEST_CASE("what is not near is not called near", "[error]") {
  const std::vector<std::string> birds{"Granella rufa", "Silvaria simplex", "Limovia vulgaris",
                                       "Granella alba", "Silvaria duplex",  "Limovia montana"};
  REQUIRE(nearest_names("zzz", birds).empty());
  REQUIRE(nearest_names("Limova", birds, 1).front() == "Limovia vulgaris");  // one word of two
  REQUIRE(nearest_names("biuld", {"build", "info"}) == std::vector<std::string>{"build"});
  const auto far = UnknownName::among("taxon", "zzz", birds);
  REQUIRE(std::string(far.what()) ==
          "There is no taxon 'zzz', nor one like it, among 6: Granella rufa, Silvaria simplex, "
          "Limovia vulgaris, Granella alba, Silvaria duplex …");
  const auto few = UnknownName::among("method", "zzz", {"one", "two"});
  REQUIRE(std::string(few.what()) == "There is no method 'zzz'; there are: one, two.");
  REQUIRE_THAT(UnknownName::among("taxon", "Limova", birds).what(), Contains("the nearest are"));
}

TEST_CASE("errors of files name the file that was asked for and say what to do", "[error]") {
  const auto folder = std::filesystem::temp_directory_path() / "differentia-no-such-folder";
  const auto message = [](const auto& act) {
    try {
      act();
    } catch (const FileError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto written = message([&] { write_whole_file((folder / "x.png").string(), "x"); });
  REQUIRE_THAT(written, Contains("x.png'") && !Contains(".tmp") && Contains("choose another"));
  REQUIRE_THAT(message([&] { read_whole_file((folder / "x.png").string()); }),
               Contains("No such file") && Contains("see that its name"));
  REQUIRE_THAT(message([&] { sha256_of_file((folder / "none.pt").string()); }),
               Contains("none.pt") && Contains("see that its name"));
  REQUIRE(std::string(DamagedFile("a.npy", "it is short").what()) ==
          "'a.npy' is damaged: it is short.");
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
