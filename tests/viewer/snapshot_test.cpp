// The real program, drawn with software OpenGL under a virtual display.

#include "viewer/viewer.h"

#include <unistd.h>
#include <cmath>
#include <cstdlib>

#include <filesystem>
#include <fstream>
#include <set>

#include <opencv2/imgcodecs.hpp>

#include "base/error.h"
#include "base/sha256.h"
#include "tests/atlas/store/synthetic/synthetic_atlas.h"
#include "tests/catch.h"
#include "tests/viewer/kept_pair.h"
#include "viewer/frame_times.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

namespace fs = std::filesystem;

// A stand-in for the model: a bump in the middle, nothing seen on the left.
class BumpExplainer : public PhotoExplainer {
 public:
  ExplainerInfo info() override {
    return {"bump", {"a", "b"}, {"features.1", "features.2"}, "features.2"};
  }
  SaliencyMap explain(const SaliencyRequest& request) override {
    if (request.layers == std::vector<std::string>{"nope"})
      throw UnknownName("layer", "nope", {"features.1", "features.2"});
    SaliencyMap map;
    map.size = request.size;
    for (int y = 0; y < map.size.height; ++y)
      for (int x = 0; x < map.size.width; ++x) {
        const double u = (x + 0.5) / map.size.width, v = (y + 0.5) / map.size.height;
        map.values.push_back(
            u < 0.2 ? std::nanf("")
                    : static_cast<float>(std::max(0.0, 0.3 - std::hypot(u - 0.6, v - 0.5))));
      }
    map.target = 4.5;
    map.outputs = {4.5f, 1.0f};
    return map;
  }
};

// A made atlas in a folder of its own, and a window to show it in.
struct Workplace {
  // Of this process alone: two runs of the tests at once must not share it.
  fs::path folder =
      fs::temp_directory_path() / ("differentia_snapshot_test-" + std::to_string(getpid()));
  std::string atlas = (folder / "made.atlas").string();
  std::string model = (folder / "bump.pt").string();  // the atlas's
  ViewOptions options;                                // of the atlas, with a snapshot
  bool display = std::getenv("DISPLAY") != nullptr;   // without one nothing is made

  Workplace() {
    if (!display) {
      WARN("There is no display: run under xvfb-run.");
      return;
    }
    fs::remove_all(folder);
    fs::create_directories(folder);
    setenv("LIBGL_ALWAYS_SOFTWARE", "1", 0);
    std::ofstream(model) << "a bump";
    store::SyntheticOptions synthetic;
    synthetic.model_sha256 = sha256_of_file(model);
    store::make_synthetic_atlas(atlas, synthetic);
    options.atlas = atlas;
    options.window = {900, 600};
    options.snapshot = (folder / "snapshot.png").string();
  }
  ~Workplace() { fs::remove_all(folder); }

  // An exemplar of the first concept as a photo.
  void show_photo(int exemplar = 1) {
    options.initial.taxon = "0";
    options.initial.concept_number = 0;
    options.initial.exemplar = exemplar;
  }
  void use_model(const std::string& path) {
    options.model = path;
    options.make_explainer = [](const std::string&) { return std::make_unique<BumpExplainer>(); };
  }
  cv::Mat shown() const {
    REQUIRE(run_viewer(options) == 0);
    return cv::imread(options.snapshot);
  }
  std::string sum() const {
    REQUIRE(run_viewer(options) == 0);
    return sha256_of_file(options.snapshot);
  }
};

int colours_in(const cv::Mat& picture, const cv::Rect& part) {
  std::set<std::uint32_t> colours;
  for (int y = part.y; y < part.y + part.height; ++y)
    for (int x = part.x; x < part.x + part.width; ++x) {
      const cv::Vec3b c = picture.at<cv::Vec3b>(y, x);
      colours.insert(static_cast<std::uint32_t>(c[0] << 16 | c[1] << 8 | c[2]));
    }
  return static_cast<int>(colours.size());
}

}  // namespace

TEST_CASE_METHOD(Workplace, "snapshots show the map, and are the same bytes every time") {
  if (!display) return;
  options.initial.taxon = "1";
  options.initial.concept_number = 2;
  options.initial.colour_by = ColourBy::kAttribution;
  const cv::Mat picture = shown();
  REQUIRE(picture.cols == 900);
  REQUIRE(picture.rows == 600);
  CHECK(colours_in(picture, {300, 120, 220, 400}) > 200);  // the map
  CHECK(colours_in(picture, {600, 120, 290, 400}) > 200);  // the inspector
  const std::string first = sha256_of_file(options.snapshot);
  fs::remove(options.snapshot);
  CHECK(sum() == first);
  options.initial.concept_number = 3;
  CHECK(sum() != first);
}

TEST_CASE_METHOD(Workplace, "outlines are on the map, and nowhere else") {
  if (!display) return;
  options.initial.taxon = "1";
  const cv::Mat with = shown();
  options.initial.outlines = false;
  cv::Mat difference;
  cv::absdiff(with, shown(), difference);
  const cv::Rect map(240, 62, 340, 510);
  CHECK(cv::norm(difference(map), cv::NORM_L1) > 1e5);
  difference(map) = cv::Scalar();
  difference(cv::Rect(240, 0, 340, 62)) = cv::Scalar();  // the switch
  CHECK(cv::norm(difference, cv::NORM_L1) == 0);
}

TEST_CASE_METHOD(Workplace,
                 "a photo is shown with its overlay, and hatched where the model saw nothing") {
  if (!display) return;
  show_photo();
  const cv::Mat plain = shown();
  use_model(model);
  const cv::Mat overlaid = shown();
  CHECK(cv::norm(plain, overlaid, cv::NORM_L1) > 1e5);
  options.initial.opacity = 0;
  CHECK(cv::norm(shown(), overlaid, cv::NORM_L1) > 1e5);
}

TEST_CASE_METHOD(Workplace,
                 "a model that is not the atlas's is refused by both names, and explains nothing") {
  if (!display) return;
  show_photo();
  const cv::Mat plain = shown();
  fs::remove(options.snapshot);
  use_model((folder / "other.pt").string());
  std::ofstream(options.model) << "another bump";
  try {
    run_viewer(options);
    FAIL("a picture was written");
  } catch (const InputError& error) {
    CHECK_THAT(error.what(), Catch::Matchers::Contains("other.pt' (bump) is not the model"));
  }
  CHECK_FALSE(fs::exists(options.snapshot));
  // The file that the atlas names is taken without being asked for, but only when it is the right
  // one.
  options.model.clear();
  std::ofstream(fs::path(atlas) / "model_path.txt") << "../bump.pt\n";
  const cv::Rect photo(250, 100, 300, 400);
  CHECK(cv::norm(plain(photo), shown()(photo), cv::NORM_L1) > 1e5);
  std::ofstream(fs::path(atlas) / "model_path.txt") << "../other.pt\n";
  CHECK(cv::norm(plain(photo), shown()(photo), cv::NORM_L1) == 0);
}

TEST_CASE_METHOD(Workplace,
                 "a snapshot fails where its layer does not exist, and where it would be no PNG") {
  if (!display) return;
  show_photo();
  use_model(model);
  options.initial.layers = {"nope"};
  CHECK_THROWS_AS(run_viewer(options), InputError);
  CHECK_FALSE(fs::exists(options.snapshot));
  options.initial.layers = {"features.1"};
  options.snapshot = (folder / "layer.jpg").string();
  CHECK_THROWS_AS(run_viewer(options), InputError);
  CHECK_FALSE(fs::exists(options.snapshot));
}

TEST_CASE_METHOD(Workplace,
                 "photos that were moved are said to be, and the screen is complete all the same") {
  if (!display) return;
  fs::remove_all(folder / "photos");
  show_photo(-1);
  CHECK(run_viewer(options) == 0);
  options.initial.exemplar = 0;
  CHECK(run_viewer(options) == 0);
  CHECK(fs::exists(options.snapshot));
}

TEST_CASE_METHOD(Workplace, "what cannot be shown is refused with a sentence") {
  if (!display) return;
  const ViewOptions plain = options;
  options.initial.taxon = "no such taxon";
  CHECK_THROWS_AS(run_viewer(options), InputError);
  options.initial.taxon = "0";
  options.initial.concept_number = 99;
  CHECK_THROWS_AS(run_viewer(options), InputError);
  options.initial.concept_number = -1;
  options.initial.cell = CellPlace{9, 0, 0};
  CHECK_THROWS_AS(run_viewer(options), InputError);
  options = plain;
  options.atlas = (folder / "missing.atlas").string();
  CHECK_THROWS_AS(run_viewer(options), InputError);
  CHECK_FALSE(fs::exists(options.snapshot));
}

TEST_CASE_METHOD(Workplace, "a pair is shown with its map, its marks and the chosen one's photos") {
  if (!display) return;
  options.initial.pair_a = "0";
  options.initial.pair_b = "1";
  const cv::Mat absent = shown();
  test::keep_made_pair(store::Reader(atlas), 0, 1);
  const cv::Rect map(240, 62, 330, 500), list(600, 80, 290, 400), below(240, 380, 330, 180);
  const cv::Mat pair = shown();
  CHECK(cv::norm(absent(map), pair(map), cv::NORM_L1) > 1e5);
  CHECK(colours_in(pair, list) > 30);
  const std::string first = sha256_of_file(options.snapshot);
  CHECK(sum() == first);
  std::swap(options.initial.pair_a, options.initial.pair_b);  // the same result, A as it was kept
  cv::Mat swapped = shown();
  CHECK(cv::norm(pair(map), swapped(map), cv::NORM_L1) == 0);
  options.initial.mark = 1;
  const cv::Mat marked = shown();
  CHECK(colours_in(marked, below) > 300);  // photos
  CHECK(cv::norm(pair(list), marked(list), cv::NORM_L1) > 1e4);
  options.initial.mark = -1;
  CHECK(cv::norm(marked(list), shown()(list), cv::NORM_L1) > 1e4);
  options.initial.mark = 1;
  options.initial.exemplar = 1;
  use_model(model);
  CHECK(cv::norm(marked(map), shown()(map), cv::NORM_L1) > 1e5);
}

TEST_CASE_METHOD(Workplace, "what a pair does not have is refused with a sentence") {
  if (!display) return;
  options.initial.pair_a = "0";
  options.initial.pair_b = "0";
  CHECK_THROWS_AS(run_viewer(options), InputError);
  options.initial.pair_b = "no such taxon";
  CHECK_THROWS_AS(run_viewer(options), InputError);
  options.initial.pair_b = "1";
  options.initial.mark = 1;
  CHECK_THROWS_WITH(run_viewer(options), Catch::Matchers::Contains("differentia compare"));
  test::keep_made_pair(store::Reader(atlas), 0, 1);
  options.initial.mark = 7;
  CHECK_THROWS_WITH(run_viewer(options), Catch::Matchers::Contains("no mark 7"));
  options.initial.mark = 1;
  options.initial.exemplar = 99;
  CHECK_THROWS_WITH(run_viewer(options), Catch::Matchers::Contains("there are 2"));
  CHECK_FALSE(fs::exists(options.snapshot));
  options.initial.mark = 0;
  CHECK_THROWS_WITH(run_viewer(options), Catch::Matchers::Contains("--mark"));
  // A file of results that is damaged is said to be, on the screen.
  options.initial.exemplar = -1;
  std::ofstream(store::derived_path(atlas), std::ios::trunc) << std::string(9000, 'x');
  CHECK(run_viewer(options) == 0);
}

TEST_CASE_METHOD(Workplace, "the start screen and the keys need no atlas") {
  if (!display) return;
  options.atlas.clear();
  options.initial.help = true;
  CHECK(colours_in(shown(), {200, 50, 500, 500}) > 50);
}

TEST_CASE_METHOD(Workplace, "scripted hands zoom and pan over the map") {
  if (!display) return;
  options.snapshot.clear();
  const FrameTimes times = measure_frames(options, 60);
  CHECK(times.frames.size() == 60);
  CHECK(times.start_to_first_frame > 0);
  CHECK(times.start_to_complete >= times.start_to_first_frame);
  CHECK(times.most_tiles > 20);
}
