#include "atlas/photo_set.h"

#include <filesystem>
#include <fstream>

#include "atlas/csv.h"
#include "base/error.h"
#include "tests/catch.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;

// A folder that goes away with the test.
struct TemporaryFolder {
  fs::path path;
  explicit TemporaryFolder(const std::string& name)
      : path(fs::temp_directory_path() / ("differentia_" + name)) {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~TemporaryFolder() { fs::remove_all(path); }
  std::string write(const std::string& name, const std::string& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << text;
    return (path / name).string();
  }
};

std::string error_of(const std::string& path) {
  try {
    read_photo_set(path);
  } catch (const FileError& error) {
    CHECK(error.path == path);
    return error.what();
  }
  return "no error";
}

using Catch::Matchers::Contains;

}  // namespace

TEST_CASE("a CSV is read as spreadsheets write it", "[photo_set]") {
  const TemporaryFolder folder("csv");
  const std::string path =
      folder.write("photos.csv",
                   "\xEF\xBB\xBFtaxon,photo,credit,perch,observation\r\n"
                   "Vanessa cardui,\"b, 2.jpg\",\"said \"\"me\"\"\",thistle,7\r\n"
                   "\r\n"
                   "Aglais io,./sub/../a.jpg,\"two\nlines\",,\r\n"
                   "Vanessa cardui,\xC3\xA9.jpg,,stone,8");
  const PhotoSet set = read_photo_set(path);
  CHECK(set.root == folder.path.string());
  CHECK(set.taxa == std::vector<std::string>{"Aglais io", "Vanessa cardui"});
  REQUIRE(set.photos.size() == 3);
  CHECK(set.photos[0].path == "a.jpg");
  CHECK(set.photos[0].taxon == 0);
  CHECK(set.photos[0].credit == "two\nlines");
  CHECK(set.photos[1].path == "b, 2.jpg");
  CHECK(set.photos[1].credit == "said \"me\"");
  CHECK(set.photos[1].observation == "7");
  CHECK(set.extra_columns == std::vector<std::string>{"perch"});
  CHECK(set.photos[1].extra == std::vector<std::string>{"thistle"});
  CHECK(set.photos[2].path == "\xC3\xA9.jpg");
  CHECK(set.columns ==
        std::vector<std::string>{"taxon", "photo", "credit", "perch", "observation"});
}

TEST_CASE("lines are counted through quoted line breaks", "[photo_set]") {
  const auto rows = parse_csv("a,b\n\"1\n2\",3\n4,5\n", "x");
  REQUIRE(rows.size() == 3);
  CHECK(rows[1].line == 2);
  CHECK(rows[2].line == 4);
  CHECK(rows[1].fields == std::vector<std::string>{"1\n2", "3"});
  CHECK(parse_csv("a,\n", "x")[0].fields == std::vector<std::string>{"a", ""});
}

TEST_CASE("what is wrong with a CSV is said with its line", "[photo_set]") {
  const TemporaryFolder folder("csv_errors");
  const auto error = [&](const std::string& text) {
    return error_of(folder.write("photos.csv", text));
  };
  CHECK_THAT(error(""), Contains("is empty"));
  CHECK_THAT(error("photo,taxon\n"), Contains("no photo"));
  CHECK_THAT(error("photo,species\na.jpg,x\n"),
             Contains("no column 'taxon'") && Contains("photo, species"));
  CHECK_THAT(error("photo;taxon\na.jpg;x\n"), Contains("Separate the columns by commas"));
  CHECK_THAT(error("photo,taxon,photo\na.jpg,x,b\n"), Contains("'photo' twice"));
  CHECK_THAT(error("photo,taxon\na.jpg,x\nb.jpg\n"), Contains("line 3") && Contains("1 fields"));
  CHECK_THAT(error("photo,taxon\na.jpg,x,y\n"), Contains("line 2") && Contains("quotes"));
  CHECK_THAT(error("photo,taxon\na.jpg,x\n./a.jpg,y\n"),
             Contains("'a.jpg'") && Contains("lines 2 and 3"));
  CHECK_THAT(error("photo,taxon\n,x\n"), Contains("line 2: the photo is missing"));
  CHECK_THAT(error("photo,taxon\na.jpg, \n"), Contains("line 2: the taxon is missing"));
  CHECK_THAT(error("photo,taxon\n\"a.jpg,x\n"), Contains("line 2") && Contains("never closed"));
  CHECK_THAT(error("photo,taxon\n\"a\"b.jpg,x\n"), Contains("after a closing quote"));
  CHECK_THAT(error(std::string("\xFF\xFEp\0", 4)), Contains("UTF-16"));
  CHECK_THAT(error_of((folder.path / "nothing.csv").string()), Contains("There is no"));
}

TEST_CASE("absolute photos become relative to the CSV", "[photo_set]") {
  const TemporaryFolder folder("csv_absolute");
  const PhotoSet set = read_photo_set(
      folder.write("lists/photos.csv",
                   "photo,taxon,mask\n" + (folder.path / "a.jpg").string() + ",x,m/a.png\n"));
  CHECK(set.photos[0].path == "../a.jpg");
  CHECK(set.photos[0].mask == "m/a.png");
}

TEST_CASE("a folder per taxon", "[photo_set]") {
  const TemporaryFolder folder("folders");
  CHECK_THAT(error_of(folder.path.string()), Contains("is empty"));
  folder.write("loose.JPG", "x");
  CHECK_THAT(error_of(folder.path.string()), Contains("not in a folder per taxon"));
  folder.write("train/Bengal/1.jpg", "x");
  fs::remove(folder.path / "loose.JPG");
  CHECK_THAT(error_of(folder.path.string()), Contains("no photo directly in them"));

  folder.write("B/2.JPG", "x");
  folder.write("B/1.gif", "x");
  folder.write("B/notes.txt", "x");
  folder.write("B/._1.jpg", "x");
  folder.write("A/z.png", "x");
  folder.write(".thumbnails/z.png", "x");
  const PhotoSet set = read_photo_set(folder.path.string());
  CHECK(set.taxa == std::vector<std::string>{"A", "B"});
  REQUIRE(set.photos.size() == 3);
  CHECK(set.photos[0].path == "A/z.png");
  CHECK(set.photos[1].path == "B/1.gif");
  CHECK(set.photos[2].path == "B/2.JPG");
  CHECK(set.photos[2].taxon == 1);
}

}  // namespace differentia
