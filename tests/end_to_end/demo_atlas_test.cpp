// The small atlas that ships in data/demo: small enough, whole, and made again by its script within
// tolerance (another processor rounds differently, and a concept at the edge may fall).

#include <cstdlib>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/end_to_end/program.h"

using namespace differentia::test;
namespace fs = std::filesystem;

namespace {

nlohmann::json info_of(const std::string& atlas) {
  const Outcome outcome = run({"info", atlas, "--verify", "--taxon", "a", "--json", "--quiet"});
  CAPTURE(outcome.errors);
  REQUIRE(outcome.status == 0);
  return nlohmann::json::parse(outcome.output);
}

}  // namespace

TEST_CASE("the demo that ships is at most 10 MB", "[demo]") {
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator("data/demo")) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  REQUIRE(bytes > 1'000'000);
  REQUIRE(bytes <= 10'000'000);
}

TEST_CASE("the demo that ships is made again by its script", "[demo]") {
  const TemporaryFolder folder;
  REQUIRE(std::system(
              ("tools/make_demo_atlas.sh '" + folder.path("demo") + "' >/dev/null").c_str()) == 0);
  const auto shipped = info_of("data/demo/demo.atlas"),
             made = info_of(folder.path("demo/demo.atlas"));
  REQUIRE(read_text("data/demo/photos.csv") == read_text(folder.path("demo/photos.csv")));
  REQUIRE(made["model"] == shipped["model"]);
  REQUIRE(made["taxa"] == shipped["taxa"]);
  REQUIRE(made["photos"] == shipped["photos"]);
  REQUIRE(made["accuracy"]["correct"].get<int>() ==
          Approx(shipped["accuracy"]["correct"].get<int>()).margin(3));
  REQUIRE(made["concepts"].get<int>() == Approx(shipped["concepts"].get<int>()).epsilon(0.2));
  REQUIRE(made["found"].size() == shipped["found"].size());
  for (std::size_t taxon = 0; taxon < made["found"].size(); ++taxon) {
    CAPTURE(made["found"][taxon]["name"]);
    const auto strongest = [&](const nlohmann::json& atlas) {
      return atlas["found"][taxon]["concepts"][0]["attribution"]["value"].get<double>();
    };
    REQUIRE(strongest(made) == Approx(strongest(shipped)).epsilon(0.2).margin(0.05));
  }
}
