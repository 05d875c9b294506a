#include "atlas/plate/plate_site.h"

#include <sys/resource.h>
#include <csignal>

#include <filesystem>
#include <map>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "tests/atlas/plate/demo_pair.h"
#include "tests/atlas/plate/folder.h"
#include "tests/catch.h"

using namespace differentia;
namespace fs = std::filesystem;

namespace {

const nlohmann::ordered_json kMadeWith{{"seed", 1}};

// Of the demo's pair, its second taxon renamed.
PlateRecord record_with(const test::DemoPair& demo, const std::string& second) {
  PairMarks pair = demo.pair;
  pair.taxa[1].record.name = second;
  return plate_record(pair, demo.photos, {}, "a <model>");
}

std::map<std::string, std::string> files_in(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), folder).string()] = read_whole_file(entry.path().string());
  return files;
}

// What follows every `before` up to the next quote.
std::vector<std::string> all_after(const std::string& text, const std::string& before) {
  std::vector<std::string> found;
  for (std::size_t at = text.find(before); at != std::string::npos;
       at = text.find(before, at + 1)) {
    const std::size_t from = at + before.size();
    found.push_back(text.substr(from, text.find('"', from) - from));
  }
  return found;
}

}  // namespace

TEST_CASE("Pages link to nothing that is not there, need no script, and describe their pictures") {
  const test::Folder folder;
  const test::DemoPair demo = test::demo_pair();
  {
    PlateSite site(folder.path, kMadeWith);
    site.add(record_with(demo, "Turdisca aurantia"), demo.photos.root);
    site.add(record_with(demo, "Rosa \"<b>&\" ×"), demo.photos.root);
    site.finish();
  }
  int pages = 0;
  for (const auto& [name, text] : files_in(folder.path)) {
    if (fs::path(name).extension() != ".html") continue;
    CAPTURE(name);
    ++pages;
    CHECK(text.find("<script") == std::string::npos);
    CHECK(text.find("<b>&") == std::string::npos);
    CHECK(text.find("name=\"viewport\"") != std::string::npos);
    CHECK(text.find("prefers-color-scheme:dark") != std::string::npos);
    CHECK(text.find("Differentia demo world, CC0-1.0") != std::string::npos);
    for (const char* kind : {"href=\"", "src=\""}) {
      for (const std::string& link : all_after(text, kind)) {
        CAPTURE(link);
        CHECK(fs::exists(fs::path(folder.path) / fs::path(name).parent_path() / link));
      }
    }
    CHECK(all_after(text, "<img ").size() == all_after(text, "alt=\"").size());
  }
  CHECK(pages == 2 + 3 + 1);
}

TEST_CASE("A folder of plates keeps earlier pages, and makes the same ones again") {
  const test::Folder folder;
  const test::DemoPair demo = test::demo_pair();
  const auto make = [&](const std::string& second, nlohmann::ordered_json made_with) {
    PlateSite site(folder.path, std::move(made_with));
    site.add(record_with(demo, second), demo.photos.root);
    site.finish();
  };
  make("Turdisca aurantia", kMadeWith);
  const auto first = files_in(folder.path);
  make("Turdisca aurantia", kMadeWith);
  CHECK((files_in(folder.path) == first));
  make("Turdisca flavipes", {{"seed", 2}});
  const auto both = files_in(folder.path);
  CHECK(both.at("index.html").find("Turdisca_aurantia--Turdisca_guttata.html") !=
        std::string::npos);
  CHECK(both.at("index.html").find("Turdisca_flavipes--Turdisca_guttata.html") !=
        std::string::npos);
  const PlateSite site(folder.path, kMadeWith);
  CHECK(site.find("Turdisca guttata", "Turdisca aurantia"));
  CHECK(!site.find("Turdisca guttata", "Turdisca flavipes"));  // made with another seed
  // A page that lost a picture is made again.
  fs::remove(folder.path + "/pictures/Turdisca_aurantia--Turdisca_guttata/mark-1-own.jpg");
  CHECK(!site.find("Turdisca guttata", "Turdisca aurantia"));
}

TEST_CASE("What is not ours is left alone, and what got no page is not left behind") {
  const test::Folder folder;
  write_whole_file(folder.path + "/thesis.txt", "all of it");
  CHECK_THROWS_WITH(PlateSite(folder.path, kMadeWith), Catch::Contains("holds other files"));
  CHECK_THROWS_WITH(PlateSite(folder.path + "/thesis.txt", kMadeWith),
                    Catch::Contains("is a file"));
  CHECK(files_in(folder.path).size() == 1);
  { const PlateSite site(folder.path + "/new", kMadeWith); }
  CHECK(!fs::exists(folder.path + "/new"));

  const std::string newer = folder.path + "/newer";
  fs::create_directory(newer);
  write_whole_file(newer + "/plates.json", R"({"format": "differentia plates", "version": 99})");
  CHECK_THROWS_WITH(PlateSite(newer, kMadeWith), Catch::Contains("newer version"));
  write_whole_file(newer + "/plates.json", "{");
  CHECK_THROWS_AS(PlateSite(newer, kMadeWith), DamagedFile);
  // Two programs at once.
  const PlateSite site(folder.path + "/shared", kMadeWith);
  CHECK_THROWS_AS(PlateSite(folder.path + "/shared", kMadeWith), FileError);
}

TEST_CASE("A full disk leaves whole pages only") {
  const test::Folder folder;
  const test::DemoPair demo = test::demo_pair();
  const PlateRecord record = record_with(demo, "Turdisca aurantia");
  PlateSite site(folder.path, kMadeWith);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 3000;
  setrlimit(RLIMIT_FSIZE, &small);
  CHECK_THROWS_AS(site.add(record, demo.photos.root), DiskFull);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(!site.find("Turdisca guttata", "Turdisca aurantia"));
  for (const auto& [name, bytes] : files_in(folder.path)) {
    CAPTURE(name);
    CHECK((name == "plates.json" || fs::path(name).extension() == ".jpg"));
  }
  site.add(record, demo.photos.root);
  CHECK(site.find("Turdisca guttata", "Turdisca aurantia"));
}
