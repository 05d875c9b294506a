#include "atlas/store/derived.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "atlas/store/database.h"
#include "base/file.h"
#include "tests/atlas/store/test_folder.h"
#include "tests/catch.h"

namespace differentia::store {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

const std::string kHash(64, 'a'), kOtherHash(64, 'b');

KeptPair made_pair(std::int32_t a, std::int32_t b, bool tested = true,
                   const std::string& result = "{}") {
  KeptPair pair;
  pair.summary.key.atlas = kHash;
  pair.summary.key.taxon_a = a;
  pair.summary.key.taxon_b = b;
  pair.summary.key.options = tested ? R"({"test":true})" : R"({"test":false})";
  pair.summary.key.seed = 1;
  pair.summary.tested = tested;
  pair.summary.marks = 4;
  pair.summary.shown = tested ? 3 : 0;
  pair.result = result;
  return pair;
}

PairMap made_map() {
  PairMap map;
  map.x = {-1.5f, 0.25f, 3.0f};
  map.y = {0.0f, 0.5f, 1.0f};
  map.photo = {7, 7, 70000};
  map.row = {0, 13, 5};
  map.column = {1, 2, 300};
  map.side = {0, 0, 1};
  map.mark = {1, 0, -2};
  return map;
}

std::string sentence_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("results lie beside the atlas, whatever its folder is called") {
  CHECK(derived_path("birds.atlas") == "birds.derived.sqlite");
  CHECK(derived_path("/a/b/birds.atlas//") == "/a/b/birds.derived.sqlite");
  CHECK(derived_path("birds") == "birds.derived.sqlite");
  CHECK(derived_path("old.atlas/birds") == "old.atlas/birds.derived.sqlite");
}

TEST_CASE("a pair is found as it was kept, by either order of its taxa") {
  const TestFolder folder("derived");
  const std::string file = folder / "a.derived.sqlite";
  CHECK(kept_pairs(file, kHash).empty());
  CHECK_FALSE(kept_pair(file, kHash, 3, 5));
  CHECK_FALSE(fs::exists(file));  // asking makes nothing
  KeptPair pair = made_pair(5, 3, true, R"({"verdict":"a “word”"})");
  pair.map = made_map();
  keep_pair(file, pair);
  for (const auto& [a, b] : {std::pair{3, 5}, {5, 3}}) {
    const auto found = kept_pair(file, kHash, a, b);
    REQUIRE(found);
    CHECK(found->result == pair.result);
    CHECK(found->summary.key.taxon_a == 5);  // as it was asked for first
    CHECK(found->summary.key.taxon_b == 3);
    CHECK(found->summary.key.options == pair.summary.key.options);
    CHECK(found->summary.tested);
    CHECK(found->summary.marks == 4);
    CHECK(found->summary.shown == 3);
    REQUIRE(found->map);
    const PairMap expected = made_map();
    CHECK(found->map->x == expected.x);
    CHECK(found->map->y == expected.y);
    CHECK(found->map->photo == expected.photo);
    CHECK(found->map->row == expected.row);
    CHECK(found->map->column == expected.column);
    CHECK(found->map->side == expected.side);
    CHECK(found->map->mark == expected.mark);
  }
  CHECK_FALSE(kept_pair(file, kHash, 3, 4));
}

TEST_CASE("results of another atlas or another program are never given out") {
  const TestFolder folder("derived_other");
  const std::string file = folder / "a.derived.sqlite";
  keep_pair(file, made_pair(0, 1));
  CHECK(kept_pairs(file, kOtherHash).empty());
  CHECK_FALSE(kept_pair(file, kOtherHash, 0, 1));
  KeptPair older = made_pair(0, 2);
  older.summary.key.program_version = "0.0.1";
  keep_pair(file, older);
  CHECK(kept_pairs(file, kHash).size() == 1);
  CHECK_FALSE(kept_pair(file, kHash, 0, 2));
}

TEST_CASE("an equal question replaces its answer; tested goes before untested, new before old") {
  const TestFolder folder("derived_again");
  const std::string file = folder / "a.derived.sqlite";
  keep_pair(file, made_pair(0, 1, true, "first"));
  keep_pair(file, made_pair(1, 0, true, "second"));  // the same question
  CHECK(kept_pair(file, kHash, 0, 1)->result == "second");
  keep_pair(file, made_pair(0, 1, false, "untested"));
  CHECK(kept_pair(file, kHash, 0, 1)->result == "second");
  KeptPair seeded = made_pair(0, 1, true, "of another seed");
  seeded.summary.key.seed = ~std::uint64_t{0};
  keep_pair(file, seeded);
  CHECK(kept_pair(file, kHash, 1, 0)->result == "of another seed");
  CHECK(kept_pair(file, kHash, 1, 0)->summary.key.seed == ~std::uint64_t{0});
  keep_pair(file, made_pair(2, 1, false, "untested"));
  const auto pairs = kept_pairs(file, kHash);
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].tested);
  CHECK(pairs[0].key.seed == ~std::uint64_t{0});
  CHECK_FALSE(pairs[1].tested);
  CHECK(pairs[1].key.taxon_a == 2);
  Database database(file, Database::Mode::kRead);
  CHECK(database.number("SELECT count(*) FROM pairs") == 4);
}

TEST_CASE("a newer version of the file is refused by name and left as it is") {
  const TestFolder folder("derived_newer");
  const std::string file = folder / "a.derived.sqlite";
  keep_pair(file, made_pair(0, 1));
  Database(file, Database::Mode::kWrite).run("PRAGMA user_version = 7");
  const std::string before = read_whole_file(file);
  const std::vector<std::function<void()>> uses{[&] { keep_pair(file, made_pair(0, 1)); },
                                                [&] { kept_pairs(file, kHash); },
                                                [&] { kept_pair(file, kHash, 0, 1); }};
  for (const auto& use : uses) {
    const std::string sentence = sentence_of(use);
    CHECK_THAT(sentence, Contains(file) && Contains("format 7") && Contains("format 1"));
  }
  CHECK((read_whole_file(file) == before));
}

TEST_CASE("a file of another kind is not written to") {
  const TestFolder folder("derived_kind");
  const std::string text = folder / "text.derived.sqlite", table = folder / "table.derived.sqlite";
  std::ofstream(text) << std::string(5000, 'x');
  Database(table, Database::Mode::kCreate).run("CREATE TABLE mine (x)");
  for (const std::string& file : {text, table}) {
    const std::string before = read_whole_file(file);
    CHECK_THAT(sentence_of([&] { keep_pair(file, made_pair(0, 1)); }), Contains(file));
    CHECK_THAT(sentence_of([&] { kept_pairs(file, kHash); }), Contains(file));
    CHECK((read_whole_file(file) == before));
  }
}

TEST_CASE("a damaged file is named, and never crashes the reader") {
  const TestFolder folder("derived_damage");
  const std::string file = folder / "a.derived.sqlite";
  for (std::int32_t i = 1; i < 12; ++i) {
    KeptPair pair = made_pair(0, i, true, std::string(3000, 'r'));
    pair.map = made_map();
    keep_pair(file, pair);
  }
  const std::string whole = read_whole_file(file);
  int found = 0;
  for (std::size_t at = 0; at < whole.size(); at += 509) {
    std::string bytes = whole;
    for (std::size_t i = at; i < std::min(at + 64, bytes.size()); ++i) bytes[i] = '\xa5';
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    CAPTURE(at);
    const std::string sentence = sentence_of([&] {
      for (const PairSummary& pair : kept_pairs(file, kHash))
        kept_pair(file, kHash, pair.key.taxon_a, pair.key.taxon_b);
    });
    if (!sentence.empty()) {
      CHECK_THAT(sentence, Contains(file));
      ++found;
    }
  }
  CHECK(found > 3);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << whole.substr(0, whole.size() / 2);
  CHECK_THAT(sentence_of([&] { kept_pair(file, kHash, 0, 9); }), Contains(file));
  // Columns that do not belong together.
  std::ofstream(file, std::ios::binary | std::ios::trunc) << whole;
  Database(file, Database::Mode::kWrite).run("UPDATE pairs SET map_y = x'00000000'");
  CHECK_THAT(sentence_of([&] { kept_pair(file, kHash, 0, 9); }), Contains("differ in length"));
}

TEST_CASE("two programs that make the file and write to it at once lose nothing") {
  const TestFolder folder("derived_both");
  const std::string file = folder / "a.derived.sqlite";
  constexpr int kEach = 15;
  std::vector<pid_t> children;
  for (int program = 0; program < 2; ++program) {
    const pid_t child = fork();
    if (child == 0) {
      int status = 0;
      try {
        for (int i = 1; i <= kEach; ++i) keep_pair(file, made_pair(program * 100, i + 200));
      } catch (const std::exception&) {
        status = 1;
      }
      _exit(status);
    }
    children.push_back(child);
  }
  // Meanwhile somebody looks.
  for (int i = 0; i < 50; ++i) {
    CHECK(sentence_of([&] { kept_pairs(file, kHash); }).empty());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  for (const pid_t child : children) {
    int status = 1;
    waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  CHECK(kept_pairs(file, kHash).size() == 2 * kEach);
}

TEST_CASE("a folder that is not there, a disk that is full: said, and what was kept stays") {
  const TestFolder folder("derived_full");
  CHECK_THROWS_AS(keep_pair(folder / "none/a.derived.sqlite", made_pair(0, 1)), FileError);
  fs::create_directory(folder / "folder.derived.sqlite");
  CHECK_THROWS_AS(keep_pair(folder / "folder.derived.sqlite", made_pair(0, 1)), FileError);
  const std::string file = folder / "a.derived.sqlite";
  keep_pair(file, made_pair(0, 1, true, "kept"));
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100000, 100000};
    setrlimit(RLIMIT_FSIZE, &limit);
    int status = 1;
    try {
      keep_pair(file, made_pair(0, 2, true, std::string(2000000, 'r')));
    } catch (const DiskFull&) {
      status = 0;
    } catch (const std::exception&) {
      status = 2;
    }
    _exit(status);
  }
  int status = 1;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(kept_pair(file, kHash, 0, 1)->result == "kept");
  CHECK_FALSE(kept_pair(file, kHash, 0, 2));
  keep_pair(file, made_pair(0, 2));  // once there is room
  CHECK(kept_pair(file, kHash, 0, 2));
}

}  // namespace differentia::store
