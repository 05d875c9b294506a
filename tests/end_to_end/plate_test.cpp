// differentia plate on the small atlas that ships: files, words, what is refused.

#include <filesystem>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/end_to_end/fixtures.h"
#include "tests/end_to_end/program.h"

using namespace differentia::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

Outcome plate(std::vector<std::string> arguments) {
  std::vector<std::string> all{"plate",   "data/demo/demo.atlas", "Turdisca guttata", "aurantia",
                               "--model", demo_model(),           "--untested",       "--quiet"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run(all);
}

}  // namespace

TEST_CASE("A plate of a pair has the same bytes twice, and says what it wrote") {
  const TemporaryFolder folder;
  for (const char* name : {"a.svg", "b.svg"}) {
    const Outcome outcome = plate({"-o", folder.path(name), "--json"});
    CAPTURE(outcome.errors);
    REQUIRE(outcome.status == 0);
    const auto result = nlohmann::json::parse(outcome.output);
    CHECK(result["plate"] == folder.path(name));
    CHECK(result["a"] == "Turdisca guttata");
    CHECK(result["b"] == "Turdisca aurantia");
  }
  CHECK((read_text(folder.path("a.svg")) == read_text(folder.path("b.svg"))));
  const Outcome outcome = plate({"-o", folder.path("phone.pdf"), "--width", "phone"});
  CHECK(outcome.status == 0);
  CHECK(read_text(folder.path("phone.pdf")).substr(0, 4) == "%PDF");
}

TEST_CASE("A remark is printed without a plate") {
  const Outcome outcome = plate({"--remark"});
  REQUIRE(outcome.status == 0);
  CHECK_THAT(outcome.output, Contains("T. guttata"));
  CHECK_THAT(outcome.output, Contains("not proof"));
}

TEST_CASE("plate refuses what it cannot do, before the work") {
  const TemporaryFolder folder;
  Outcome outcome = plate({"-o", folder.path("plate.jpg")});
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.errors, Contains(".png, .svg or .pdf"));
  // Nothing else is looked at before: not even whether the taxa are there.
  outcome = run({"plate", "data/demo/demo.atlas", "nobody", "no one", "-o",
                 folder.path("nowhere/plate.png")});
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.errors, Contains("cannot be written"));
  for (const char* idle : {"--rivals=2", "--title=Finches"}) {
    outcome = plate({idle, "-o", folder.path("plate.png")});
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.errors, Contains("requires"));
  }
  outcome = plate({"--words", "spotted breast", "-o", folder.path("plate.png")});
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.errors, Contains("--words"));
  outcome = plate({"--words", "99=spotted breast", "-o", folder.path("plate.png")});
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.errors, Contains("no mark 99"));
  outcome = run({"plate", "data/demo/demo.atlas", "guttata", "Turdisca guttata", "--model",
                 demo_model(), "-o", folder.path("plate.png")});
  CHECK(outcome.status == 2);
  CHECK(fs::is_empty(folder.path()));
}
