#include "tools/world/write_world.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <opencv2/imgcodecs.hpp>

#include "base/error.h"
#include "tests/catch.h"
#include "tools/world/render.h"

using namespace differentia;
using namespace differentia::world;
namespace fs = std::filesystem;

namespace {

// A folder of its own for a test, removed at its end.
struct Folder {
  fs::path path;
  explicit Folder(const char* name)
      : path(fs::temp_directory_path() / (std::string("differentia_world_") + name)) {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
};

WorldOptions small_world(const fs::path& output) {
  WorldOptions options;
  options.output = output.string();
  options.train_photos = 2;
  options.test_photos = 1;
  options.several_photos = 3;
  options.long_side = 96;
  return options;
}

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    out[fs::relative(entry.path(), folder).string()] = {std::istreambuf_iterator<char>(file), {}};
  }
  return out;
}

std::vector<std::string> lines(const fs::path& path) {
  std::ifstream file(path);
  std::vector<std::string> out;
  for (std::string line; std::getline(file, line);) out.push_back(line);
  return out;
}

}  // namespace

TEST_CASE("a world is the same bytes for any number of threads, and goes on after an interruption",
          "[write_world]") {
  const Folder folder("threads");
  WorldOptions options = small_world(folder.path / "one");
  const WorldSummary summary = write_world(options);
  CHECK(summary.photos == 24 * 3);
  CHECK(summary.several == 3);
  const auto one = contents(folder.path / "one");
  CHECK(one.size() == 3 * (24 * 3 + 3) + 6);

  options.output = (folder.path / "two").string();
  options.threads = 2;
  int reports = 0;
  CHECK_THROWS_AS(write_world(options,
                              [&](const Progress& progress) {
                                return ++reports < 2 && progress.done < progress.total;
                              }),
                  Interrupted);
  CHECK_FALSE(fs::exists(options.output));
  CHECK(fs::exists(options.output + ".partial"));
  write_world(options);
  CHECK_FALSE(fs::exists(options.output + ".partial"));
  CHECK(contents(folder.path / "two") == one);
}

TEST_CASE("the tables name files that are there, and scenes that render to them", "[write_world]") {
  const Folder folder("tables");
  WorldOptions options = small_world(folder.path / "world");
  write_world(options);
  const Description description = load_description(options.description);
  const auto photos = lines(folder.path / "world" / "photos.csv");
  REQUIRE(photos.size() == 1 + 24 * 3);
  CHECK(photos[0].rfind("photo,taxon,split,mask,form,observation,observer,date,latitude,longitude,"
                        "licence,credit,",
                        0) == 0);
  CHECK(photos[1].find("photos/silvaria_simplex/0000.jpg,Silvaria "
                       "simplex,train,masks/silvaria_simplex/0000.png,") == 0);
  const Scene scene = written_scene(description, options, "Granella rufa", kFirstTestPhoto);
  const cv::Mat mask = cv::imread((folder.path / "world/masks/granella_rufa/t0000.png").string(),
                                  cv::IMREAD_UNCHANGED);
  const cv::Mat photo = cv::imread((folder.path / "world/photos/granella_rufa/t0000.jpg").string());
  const Rendered rendered = render(scene);
  CHECK(cv::norm(mask, rendered.subjects, cv::NORM_INF) == 0);
  REQUIRE(photo.size() == rendered.image.size());
  CHECK(cv::norm(photo, rendered.image, cv::NORM_L1) / static_cast<double>(photo.total() * 3) < 12);
  CHECK(lines(folder.path / "world" / "taxa.csv").size() == 25);
  const auto parts = lines(folder.path / "world" / "parts.csv");
  REQUIRE(parts.size() == 17);
  CHECK(parts[3] == "3,eye_ring");
  CHECK(lines(folder.path / "world" / "several.csv").size() >= 1 + 3 * 2);
}

TEST_CASE("what cannot be written is said", "[write_world]") {
  const Folder folder("errors");
  WorldOptions options = small_world(folder.path / "world");
  options.several_photos = 0;
  options.train_photos = 1;
  options.test_photos = 0;
  write_world(options);
  CHECK_THROWS_AS(write_world(options), FileError);
  options.replace = true;
  options.seed = 2;
  const auto before = contents(options.output);
  write_world(options);
  CHECK(contents(options.output) != before);

  options.output = (folder.path / "mine").string();
  fs::create_directories(options.output);
  std::ofstream(fs::path(options.output) / "letter.txt") << "dear";
  CHECK_THROWS_AS(write_world(options), FileError);  // not a world: never replaced
  CHECK(fs::exists(fs::path(options.output) / "letter.txt"));

  options.output = "/proc/world";
  CHECK_THROWS_AS(write_world(options), FileError);
  options.output.clear();
  CHECK_THROWS_AS(write_world(options), InputError);
  options = small_world(folder.path / "other");
  options.long_side = 5;
  CHECK_THROWS_AS(write_world(options), InputError);
}
