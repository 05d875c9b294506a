#include <filesystem>
#include <fstream>

#include "atlas/store/format.h"
#include "base/file.h"
#include "base/random.h"
#include "tests/atlas/store/small_atlas.h"
#include "tests/atlas/store/test_folder.h"
#include "tests/catch.h"

namespace differentia::store {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_of(const std::string& atlas) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(atlas))
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), atlas).string());
  std::sort(files.begin(), files.end());
  return files;
}

void put(const std::string& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

enum class Found { kAtOpening, kWhenRead, kByVerify, kNever };

// Anything but an error that names a file lets the test fail (a crash does too).
Found read_damaged(const std::string& atlas) {
  Found found = Found::kAtOpening;
  try {
    const Reader reader(atlas);
    found = reader.verify().empty() ? Found::kNever : Found::kByVerify;
    read_everything(reader);
  } catch (const DamagedAtlas&) {
    return found == Found::kAtOpening ? found : Found::kWhenRead;
  } catch (const InputError&) {
    return found == Found::kAtOpening ? found : Found::kWhenRead;
  }
  return found;
}

TEST_CASE("a file cut short or gone is found at opening, and named") {
  const TestFolder folder("cut");
  const auto atlas = folder / "a.atlas";
  make_synthetic_atlas(atlas, small_options());
  for (const auto& name : files_of(atlas)) {
    if (name == "photo_root.txt" || name == "model_path.txt" || name == "SHA256SUMS") continue;
    CAPTURE(name);
    const auto file = atlas + "/" + name;
    const auto whole = read_whole_file(file);
    for (const auto length :
         {std::size_t{0}, std::size_t{1}, std::size_t{50}, whole.size() / 2, whole.size() - 1}) {
      if (length >= whole.size()) continue;
      CAPTURE(length);
      put(file, whole.substr(0, length));
      try {
        const Reader reader(atlas);
        FAIL("opened");
      } catch (const DamagedAtlas& error) {
        const std::string sentence = error.what();
        CHECK(sentence.find(name) != std::string::npos);
        CHECK(sentence.find("damaged") == sentence.rfind("damaged"));  // said once
        CHECK(sentence.find("..") == std::string::npos);
        CHECK(error.path.find(name) != std::string::npos);
      }
    }
    fs::remove(file);
    CHECK_THROWS_AS(Reader(atlas), DamagedAtlas);
    put(file, whole);
  }
  CHECK(read_damaged(atlas) == Found::kNever);
}

TEST_CASE("a flipped bit anywhere is found, and never crashes the reader") {
  const TestFolder folder("flip");
  const auto atlas = folder / "a.atlas";
  make_synthetic_atlas(atlas, small_options());
  Random random(5);
  int at_opening = 0, when_read = 0;
  for (const auto& name : files_of(atlas)) {
    if (name == "photo_root.txt" || name == "model_path.txt") continue;  // hints, outside the sums
    CAPTURE(name);
    const auto file = atlas + "/" + name;
    const auto whole = read_whole_file(file);
    const int flips = name == "atlas.sqlite" ? 600 : 25;
    for (int i = 0; i < flips; ++i) {
      // Half of them in the beginning, where headers are.
      const auto at =
          i % 2 == 0
              ? random.below(static_cast<std::uint32_t>(whole.size()))
              : random.below(static_cast<std::uint32_t>(std::min<std::size_t>(160, whole.size())));
      auto bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
      CAPTURE(at);
      put(file, bytes);
      const auto found = read_damaged(atlas);
      CHECK(found != Found::kNever);
      at_opening += found == Found::kAtOpening ? 1 : 0;
      when_read += found == Found::kWhenRead ? 1 : 0;
    }
    put(file, whole);
  }
  CHECK(at_opening > 100);
  CHECK(when_read > 20);
}

TEST_CASE("garbage of the right length in an index is an error, not an index") {
  const TestFolder folder("garbage");
  const auto atlas = folder / "a.atlas";
  make_synthetic_atlas(atlas, small_options());
  for (const char* name :
       {"point-photo", "point-concept", "cell-medoid", "cell-icon", "cell-bin", "grid-photo"}) {
    CAPTURE(name);
    const auto file = atlas + "/arrays/" + name + "-0000.npy";
    const auto whole = read_whole_file(file);
    put(file, whole.substr(0, 128) + std::string(whole.size() - 128, '\x7f'));
    const Reader reader(atlas);
    CHECK_THROWS_AS(read_everything(reader), DamagedAtlas);
    const auto damages = reader.verify();
    REQUIRE(damages.size() == 1);
    CHECK(damages[0].find(name) != std::string::npos);
    put(file, whole);
  }
}

TEST_CASE("what is no atlas, not finished or too new is refused by name") {
  const TestFolder folder("refused");
  const auto message = [](const std::string& path) {
    try {
      const Reader reader(path);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("opened");
  };
  CHECK(message(folder / "none.atlas").find("There is no atlas") == 0);
  fs::create_directory(folder / "empty.atlas");
  CHECK(message(folder / "empty.atlas").find("is no atlas") != std::string::npos);
  {
    Writer writer(folder / "half.atlas", synthetic_head(small_options()));
    add_synthetic_taxon(writer, small_options(), 0);
    writer.commit();
  }
  CHECK(message(folder / "half.atlas").find("not finished") != std::string::npos);
  CHECK(message(folder / "half.atlas.partial").find("not finished") != std::string::npos);

  make_synthetic_atlas(folder / "new.atlas", small_options());
  const auto database = folder / "new.atlas/atlas.sqlite";
  auto bytes = read_whole_file(database);
  bytes[63] = kFormatVersion + 1;  // PRAGMA user_version
  put(database, bytes);
  const auto newer = message(folder / "new.atlas");
  CHECK(newer.find("new.atlas") != std::string::npos);
  CHECK(newer.find("format " + std::to_string(kFormatVersion + 1)) != std::string::npos);
  CHECK(newer.find("newer Differentia") != std::string::npos);
  bytes[63] = kFormatVersion - 1;
  put(database, bytes);
  CHECK(message(folder / "new.atlas").find("build it again") != std::string::npos);
}

}  // namespace
}  // namespace differentia::store
