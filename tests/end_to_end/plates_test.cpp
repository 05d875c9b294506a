// differentia plate of many pairs on the small atlas that ships: pages, book, a taxon's page, and
// work that is stopped.

#include <csignal>
#include <filesystem>
#include <set>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/end_to_end/fixtures.h"
#include "tests/end_to_end/program.h"

using namespace differentia::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> with_demo(const std::vector<std::string>& arguments) {
  std::vector<std::string> all{"plate",      "data/demo/demo.atlas", "--model",
                               demo_model(), "--untested",           "--quiet"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

Outcome plate(const std::vector<std::string>& arguments) {
  return run(with_demo(arguments));
}

// Of every file under a folder.
std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) names.insert(fs::relative(entry.path(), folder).string());
  return names;
}

}  // namespace

TEST_CASE("A genus gives pages and a book; stopped, the same command goes on") {
  const TemporaryFolder folder;
  const std::string site = folder.path("site"), book = folder.path("book.pdf");
  const std::vector<std::string> command{"--genus", "turdisca", "--html", site,
                                         "--book",  book,       "--json"};
  Outcome outcome = run_and_signal(
      with_demo(command), site + "/pairs/Turdisca_aurantia--Turdisca_flavipes.json", SIGINT);
  CHECK(outcome.status == 3);
  CHECK(fs::exists(site + "/index.html"));
  CHECK(fs::exists(site + "/taxa/Turdisca_flavipes.html"));
  CHECK(!fs::exists(book));
  const std::string page = site + "/pairs/Turdisca_aurantia--Turdisca_flavipes.html";
  const auto made = fs::last_write_time(page);

  outcome = plate(command);
  CAPTURE(outcome.errors);
  REQUIRE(outcome.status == 0);
  const auto result = nlohmann::json::parse(outcome.output);
  CHECK(result["pairs"].size() == 3);
  CHECK(result["taxa"].size() == 3);
  CHECK(result["made_earlier"].get<int>() >= 1);
  CHECK(result["book"] == book);
  CHECK((fs::last_write_time(page) == made));
  for (const auto& pair : result["pairs"])
    CHECK(fs::exists(site + "/" + pair["page"].get<std::string>()));
  CHECK(!fs::exists(book + ".partial"));

  // As if it had not been stopped, and with another number of workers.
  const Outcome whole = plate({"--genus", "Turdisca", "--html", folder.path("whole"), "--book",
                               folder.path("whole.pdf"), "--threads", "1"});
  REQUIRE(whole.status == 0);
  CHECK((read_text(book) == read_text(folder.path("whole.pdf"))));
  CHECK((names_in(site) == names_in(folder.path("whole"))));
  for (const std::string& name : names_in(site)) {
    CAPTURE(name);
    CHECK((read_text(site + "/" + name) == read_text(folder.path("whole") + "/" + name)));
  }
  // An earlier pair stays when another is added.
  REQUIRE(plate({"Granella rufa", "Granella nigripileus", "--html", site}).status == 0);
  CHECK_THAT(read_text(site + "/index.html"),
             Contains("Turdisca_aurantia--Turdisca_flavipes.html"));
  CHECK_THAT(read_text(site + "/index.html"), Contains("Granella_nigripileus--Granella_rufa.html"));
}

TEST_CASE("One taxon with its nearest rivals is a page; a list of pairs is read line by line") {
  const TemporaryFolder folder;
  const Outcome outcome =
      plate({"--against-nearest", "guttata", "--rivals", "2", "-o", folder.path("page.svg")});
  CAPTURE(outcome.errors);
  REQUIRE(outcome.status == 0);
  CHECK(names_in(folder.path()) == std::set<std::string>{"page.svg"});

  write_text(folder.path("pairs.csv"), "a,b\nTurdisca guttata, aurantia\naurantia,guttata\n");
  const Outcome list =
      plate({"--pairs", folder.path("pairs.csv"), "--html", folder.path("site"), "--json"});
  CAPTURE(list.errors);
  REQUIRE(list.status == 0);
  CHECK(nlohmann::json::parse(list.output)["pairs"].size() == 1);
}

TEST_CASE("Plates of many pairs refuse what they cannot do, and leave nothing") {
  const TemporaryFolder folder;
  const std::string site = folder.path("site");
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& why) {
    const Outcome outcome = plate(arguments);
    CAPTURE(arguments.front(), outcome.errors);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.errors, Contains(why));
    CHECK(!fs::exists(site));
  };
  refused({"--genus", "Turdus", "--html", site}, "no genus 'Turdus'; the nearest are: Turdisca");
  refused({"--genus", "Turdisca"}, "--html DIR, --book FILE.pdf");
  refused({"--genus", "Turdisca", "guttata", "--html", site}, "in one way");
  refused({"guttata", "--html", site}, "Two taxa");
  refused({"--genus", "Turdisca", "--html", site, "--words", "1=red"}, "--words");
  refused({"--genus", "Turdisca", "--html", site, "-o", "x.png"}, "--out");
  refused({"--genus", "Turdisca", "--book", folder.path("book.png")}, "name it .pdf");
  refused({"--genus", "Turdisca", "--book", folder.path("nowhere/book.pdf")}, "cannot be written");
  refused({"guttata", "aurantia", "--html", site, "--words", "99=red"}, "no mark 99");
  write_text(folder.path("pairs.csv"), "guttata,aurantia\nguttata,nobody\n");
  refused({"--pairs", folder.path("pairs.csv"), "--html", site}, "line 2");
  fs::create_directory(folder.path("full"));
  write_text(folder.path("full/thesis.txt"), "all of it");
  refused({"guttata", "aurantia", "--html", folder.path("full")}, "holds other files");
  CHECK(names_in(folder.path()) == std::set<std::string>{"full/thesis.txt", "pairs.csv"});
}
