#include "atlas/plate/plate_book.h"

#include <filesystem>

#include "atlas/plate/book_pages.h"
#include "base/error.h"
#include "base/file.h"
#include "tests/atlas/plate/demo_pair.h"
#include "tests/atlas/plate/folder.h"
#include "tests/catch.h"

using namespace differentia;
namespace fs = std::filesystem;

namespace {

// Pairs of so many taxa, of the demo's pair under other names; the last has no reason.
std::vector<PlateRecord> records_of(int taxa) {
  const test::DemoPair demo = test::demo_pair();
  const auto name = [](int i) {
    return std::string("Turdisca ") + static_cast<char>('a' + i) + "na";
  };
  std::vector<PlateRecord> records;
  for (int i = 0; i < taxa; ++i) {
    for (int j = i + 1; j < taxa; ++j) {
      PairMarks pair = demo.pair;
      pair.taxa[0].record.name = name(i);
      pair.taxa[0].record.common_name = "bird " + std::to_string(i);
      pair.taxa[1].record.name = name(j);
      if (j + 1 == taxa && i + 2 == taxa) {
        pair.marks.clear();
        pair.verdict = "No mark is shown; stop at their common ancestor.";
      }
      records.push_back(plate_record(pair, demo.photos, {}, "demo"));
    }
  }
  return records;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

BookOptions options_in(const std::string& folder) {
  BookOptions options;
  options.title = "The genus <i>Turdisca</i>";
  options.photo_root = "data/demo";
  options.part = folder + "/part";
  return options;
}

}  // namespace

TEST_CASE("A book has the same bytes twice, an outline, links, and a page for everything") {
  const test::Folder folder;
  const std::vector<PlateRecord> records = records_of(4);
  int told = 0;
  for (const char* name : {"/a.pdf", "/b.pdf"})
    write_book(records, options_in(folder.path), folder.path + name, [&](const Progress& progress) {
      told = static_cast<int>(progress.total);
      return true;
    });
  const std::string a = read_whole_file(folder.path + "/a.pdf");
  CHECK((a == read_whole_file(folder.path + "/b.pdf")));
  // Title, contents, four taxa of one page or two, six plates, index.
  const std::size_t pages = count(a, "/Type /Page %");
  CHECK(pages == static_cast<std::size_t>(told));
  CHECK(pages >= 1 + 1 + 4 + 6 + 1);
  CHECK(count(a, "/Type /Annot") >= 4 + 6 + 1);
  CHECK(a.find("(Turdisca ana)") != std::string::npos);
  CHECK(a.find("(and T. dna)") != std::string::npos);
  CHECK(!fs::exists(folder.path + "/part"));
}

TEST_CASE("A book that was stopped, or cannot be written, leaves nothing") {
  const test::Folder folder;
  const std::vector<PlateRecord> records = records_of(3);
  int calls = 0;
  CHECK_THROWS_AS(write_book(records, options_in(folder.path), folder.path + "/a.pdf",
                             [&](const Progress&) { return ++calls < 4; }),
                  Interrupted);
  CHECK(fs::is_empty(folder.path));
  BookOptions options = options_in(folder.path + "/nowhere");
  CHECK_THROWS_AS(write_book(records, options, folder.path + "/a.pdf"), FileError);
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("A taxon's rivals come nearest first, its own side on the left") {
  std::vector<PlateRecord> records = records_of(3);
  // ana–cna is the pair that the model confuses.
  records[1].pair.taxa[0].confused = {5, 10};
  records[1].pair.taxa[1].confused = {0, 10};
  const auto taxa = rivals_of_taxa(records);
  REQUIRE(taxa.size() == 3);
  CHECK(taxa.at("Turdisca ana")[0].taxon().record.name == "Turdisca cna");
  CHECK(taxa.at("Turdisca ana")[1].taxon().record.name == "Turdisca bna");
  CHECK(taxa.at("Turdisca cna")[0].taxon().record.name == "Turdisca ana");
  const Rival& rival = taxa.at("Turdisca bna")[0];
  CHECK(rival.taxon().record.name == "Turdisca ana");
  CHECK(rival.own().record.name == "Turdisca bna");
  // Mark 1 is of the first taxon, here the rival, and says so.
  CHECK(mark_of_rival(rival, rival.record->pair.marks[0]).find("<i>T.\u00a0ana</i>: spotted") == 0);
  CHECK(mark_of_rival(rival, rival.record->pair.marks[1]) == "Orange breast");
}

TEST_CASE("Contents and index run over as many pages as they take") {
  const std::vector<PlateRecord> records = records_of(2);
  BookPlan plan;
  for (int i = 0; i < 300; ++i) {
    BookPlan::Taxon taxon;
    taxon.name = "Turdisca " + std::string(1, static_cast<char>('a' + i % 26)) + std::to_string(i);
    taxon.common_name = "bird " + std::to_string(i);
    taxon.page = 10 + 3 * i;
    for (int k = 0; k < 2; ++k) taxon.plates.push_back({&records.front(), 11 + 3 * i + k});
    plan.taxa.push_back(taxon);
  }
  CHECK(contents_pages(plan).pages().size() > 10);
  const std::size_t index = index_pages(plan).pages().size();
  CHECK(index > 5);
  CHECK(index < 20);
}
