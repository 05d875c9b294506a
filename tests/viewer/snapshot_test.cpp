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
#include "viewer/frame_times.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

namespace fs = std::filesystem;

bool has_display() {
  if (std::getenv("DISPLAY") != nullptr) return true;
  WARN("There is no display: run under xvfb-run.");
  return false;
}

// A stand-in for the model: a bump in the middle, nothing seen on the left.
class BumpExplainer : public PhotoExplainer {
 public:
  ExplainerInfo info() override {
    return {"bump", {"a", "b"}, {"features.1", "features.2"}, "features.2"};
  }
  SaliencyMap explain(const SaliencyRequest& request) override {
    if (request.layer == "nope") throw UnknownName("layer", "nope", {"features.1", "features.2"});
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

struct Workplace {
  // Of this process alone: two runs of the tests at once must not share it.
  fs::path folder =
      fs::temp_directory_path() / ("differentia_snapshot_test-" + std::to_string(getpid()));
  std::string atlas = (folder / "made.atlas").string();
  std::string model = (folder / "bump.pt").string();  // the atlas's
  Workplace() {
    fs::remove_all(folder);
    fs::create_directories(folder);
    setenv("LIBGL_ALWAYS_SOFTWARE", "1", 0);
    std::ofstream(model) << "a bump";
    store::SyntheticOptions synthetic;
    synthetic.model_sha256 = sha256_of_file(model);
    store::make_synthetic_atlas(atlas, synthetic);
  }
  ~Workplace() { fs::remove_all(folder); }

  ViewOptions options(const std::string& name) const {
    ViewOptions options;
    options.atlas = atlas;
    options.window = {900, 600};
    options.snapshot = (folder / name).string();
    return options;
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

TEST_CASE("snapshots show the map, and are the same bytes every time") {
  if (!has_display()) return;
  const Workplace work;
  ViewOptions options = work.options("a.png");
  options.initial.taxon = "1";
  options.initial.concept_number = 2;
  options.initial.colour_by = ColourBy::kAttribution;
  CHECK(run_viewer(options) == 0);
  const std::string first = sha256_of_file(options.snapshot);
  const cv::Mat picture = cv::imread(options.snapshot);
  REQUIRE(picture.cols == 900);
  REQUIRE(picture.rows == 600);
  CHECK(colours_in(picture, {300, 120, 220, 400}) > 200);  // the map
  CHECK(colours_in(picture, {600, 120, 290, 400}) > 200);  // the inspector
  options.snapshot = (work.folder / "b.png").string();
  run_viewer(options);
  CHECK(sha256_of_file(options.snapshot) == first);
  options.initial.concept_number = 3;
  run_viewer(options);
  CHECK(sha256_of_file(options.snapshot) != first);
}

TEST_CASE("a photo is shown with its overlay, and hatched where the model saw nothing") {
  if (!has_display()) return;
  const Workplace work;
  ViewOptions options = work.options("photo.png");
  options.initial.taxon = "0";
  options.initial.concept_number = 0;
  options.initial.exemplar = 1;
  run_viewer(options);
  const cv::Mat plain = cv::imread(options.snapshot);
  options.model = work.model;
  options.make_explainer = [](const std::string&) { return std::make_unique<BumpExplainer>(); };
  run_viewer(options);
  const cv::Mat overlaid = cv::imread(options.snapshot);
  CHECK(cv::norm(plain, overlaid, cv::NORM_L1) > 1e5);
  options.initial.opacity = 0;
  run_viewer(options);
  CHECK(cv::norm(cv::imread(options.snapshot), overlaid, cv::NORM_L1) > 1e5);
}

TEST_CASE("a model that is not the atlas's is refused by both names, and explains nothing") {
  if (!has_display()) return;
  const Workplace work;
  ViewOptions options = work.options("other.png");
  options.initial.taxon = "0";
  options.initial.concept_number = 0;
  options.initial.exemplar = 1;
  run_viewer(options);
  const cv::Mat plain = cv::imread(options.snapshot);
  fs::remove(options.snapshot);
  options.model = (work.folder / "other.pt").string();
  std::ofstream(options.model) << "another bump";
  options.make_explainer = [](const std::string&) { return std::make_unique<BumpExplainer>(); };
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
  std::ofstream(fs::path(work.atlas) / "model_path.txt") << "../bump.pt\n";
  run_viewer(options);
  const cv::Rect photo(250, 100, 300, 400);
  CHECK(cv::norm(plain(photo), cv::imread(options.snapshot)(photo), cv::NORM_L1) > 1e5);
  std::ofstream(fs::path(work.atlas) / "model_path.txt") << "../other.pt\n";
  run_viewer(options);
  CHECK(cv::norm(plain(photo), cv::imread(options.snapshot)(photo), cv::NORM_L1) == 0);
}

TEST_CASE("a snapshot fails where its layer does not exist, and where it would be no PNG") {
  if (!has_display()) return;
  const Workplace work;
  ViewOptions options = work.options("layer.png");
  options.initial.taxon = "0";
  options.initial.concept_number = 0;
  options.initial.exemplar = 1;
  options.model = work.model;
  options.make_explainer = [](const std::string&) { return std::make_unique<BumpExplainer>(); };
  options.initial.layer = "nope";
  CHECK_THROWS_AS(run_viewer(options), InputError);
  CHECK_FALSE(fs::exists(options.snapshot));
  options.initial.layer = "features.1";
  options.snapshot = (work.folder / "layer.jpg").string();
  CHECK_THROWS_AS(run_viewer(options), InputError);
  CHECK_FALSE(fs::exists(options.snapshot));
}

TEST_CASE("photos that were moved are said to be, and the screen is complete all the same") {
  if (!has_display()) return;
  const Workplace work;
  fs::remove_all(work.folder / "photos");
  ViewOptions options = work.options("moved.png");
  options.initial.taxon = "0";
  options.initial.concept_number = 0;
  CHECK(run_viewer(options) == 0);
  options.initial.exemplar = 0;
  CHECK(run_viewer(options) == 0);
  CHECK(fs::exists(options.snapshot));
}

TEST_CASE("what cannot be shown is refused with a sentence") {
  if (!has_display()) return;
  const Workplace work;
  ViewOptions options = work.options("none.png");
  options.initial.taxon = "no such taxon";
  CHECK_THROWS_AS(run_viewer(options), InputError);
  options.initial.taxon = "0";
  options.initial.concept_number = 99;
  CHECK_THROWS_AS(run_viewer(options), InputError);
  options.initial.concept_number = -1;
  options.initial.cell = CellPlace{9, 0, 0};
  CHECK_THROWS_AS(run_viewer(options), InputError);
  options = work.options("none.png");
  options.atlas = (work.folder / "missing.atlas").string();
  CHECK_THROWS_AS(run_viewer(options), InputError);
  CHECK_FALSE(fs::exists(options.snapshot));
}

TEST_CASE("the start screen and the keys need no atlas") {
  if (!has_display()) return;
  const Workplace work;
  ViewOptions options = work.options("start.png");
  options.atlas.clear();
  options.initial.help = true;
  CHECK(run_viewer(options) == 0);
  CHECK(colours_in(cv::imread(options.snapshot), {200, 50, 500, 500}) > 50);
}

TEST_CASE("scripted hands zoom and pan over the map") {
  if (!has_display()) return;
  const Workplace work;
  ViewOptions options = work.options("");
  options.snapshot.clear();
  const FrameTimes times = measure_frames(options, 60);
  CHECK(times.frames.size() == 60);
  CHECK(times.start_to_first_frame > 0);
  CHECK(times.start_to_complete >= times.start_to_first_frame);
  CHECK(times.most_tiles > 20);
}
