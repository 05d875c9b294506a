// Bad input: one clear sentence that says what to do, exit status 2, no atlas.

#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "tests/catch.h"
#include "tests/end_to_end/fixtures.h"
#include "tests/end_to_end/program.h"

using namespace differentia::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

// Fails a build and checks that it says one line with `words`, with status 2, and leaves no atlas.
void require_refused(const TemporaryFolder& folder, std::vector<std::string> arguments,
                     const std::vector<std::string>& words) {
  const std::string atlas = folder.path("refused.atlas");
  arguments.insert(arguments.begin(), {"build", atlas, "--quiet"});
  const Outcome outcome = run(arguments);
  CAPTURE(outcome.errors);
  REQUIRE(outcome.status == 2);
  REQUIRE(outcome.output.empty());
  REQUIRE(std::count(outcome.errors.begin(), outcome.errors.end(), '\n') == 1);
  for (const std::string& word : words) REQUIRE_THAT(outcome.errors, Contains(word));
  REQUIRE_FALSE(fs::exists(atlas));
  REQUIRE_FALSE(fs::exists(atlas + ".partial"));
}

}  // namespace

TEST_CASE("no photos at all", "[bad input]") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path("empty"));
  require_refused(folder, {"--photos", folder.path("empty"), "--model", demo_model()},
                  {folder.path("empty")});
  require_refused(folder, {"--photos", folder.path("nowhere"), "--model", demo_model()},
                  {folder.path("nowhere")});
}

TEST_CASE("a CSV without a column that is needed", "[bad input]") {
  const TemporaryFolder folder;
  write_text(folder.path("photos.csv"), "photo,species\na.jpg,A\n");
  require_refused(folder, {"--photos", folder.path("photos.csv"), "--model", demo_model()},
                  {"taxon", "species"});
}

TEST_CASE("a layer that does not exist names the nearest", "[bad input]") {
  const TemporaryFolder folder;
  require_refused(folder,
                  {"--photos", demo_photos(), "--model", demo_model(), "--layer", "stage2.7"},
                  {"stage2.7", "stage2.1"});
}

TEST_CASE("a layer that cannot carry attribution, photos that are not there, numbers out of range",
          "[bad input]") {
  const TemporaryFolder folder;
  require_refused(folder,
                  {"--photos", demo_photos(), "--model", demo_model(), "--layer", "stage2.1.conv1"},
                  {"stage2.1.conv1", "candidate"});
  write_text(folder.path("photos.csv"), "photo,taxon\nnone.jpg,Granella rufa\n");
  require_refused(folder, {"--photos", folder.path("photos.csv"), "--model", demo_model()},
                  {"None of the 1 photos", "none.jpg"});
  require_refused(folder,
                  {"--photos", demo_photos(), "--model", demo_model(), "--min-concepts", "40",
                   "--max-concepts", "6"},
                  {"At most 6", "at least 40"});
  for (const std::string option : {"--threads", "--grids-per-taxon", "--exemplars", "--place"}) {
    const Outcome outcome = run({"build", folder.path("n.atlas"), "--photos", demo_photos(),
                                 "--model", demo_model(), option, "-3"});
    CAPTURE(option, outcome.errors);
    REQUIRE(outcome.status == 2);
    REQUIRE_THAT(outcome.errors, Contains(option) && Contains("0 or more"));
  }
}

TEST_CASE("a model file that is none", "[bad input]") {
  const TemporaryFolder folder;
  write_text(folder.path("model.pt"), "this is no TorchScript");
  require_refused(folder, {"--photos", demo_photos(), "--model", folder.path("model.pt")},
                  {"model.pt", "TorchScript"});
  require_refused(folder, {"--photos", demo_photos(), "--model", folder.path("none.pt")},
                  {"none.pt"});
}

TEST_CASE("labels that do not fit the outputs", "[bad input]") {
  const TemporaryFolder folder;
  fs::copy_file(demo_model(), folder.path("model.pt"));
  write_text(folder.path("model.json"),
             R"({"labels": ["one", "two"], "input": {"width": 128, "height": 128}})");
  require_refused(folder, {"--photos", demo_photos(), "--model", folder.path("model.pt")},
                  {"2", "labels", "outputs"});
}

TEST_CASE("a card with a key that means nothing", "[bad input]") {
  const TemporaryFolder folder;
  fs::copy_file(demo_model(), folder.path("model.pt"));
  write_text(folder.path("model.json"), R"({"lables": ["one", "two"]})");
  require_refused(folder, {"--photos", demo_photos(), "--model", folder.path("model.pt")},
                  {"lables"});
}

TEST_CASE("an atlas that is there already is kept", "[bad input]") {
  const TemporaryFolder folder;
  const std::string atlas = folder.path("kept.atlas");
  fs::copy(demo_atlas(), atlas, fs::copy_options::recursive);
  const std::string before = read_text(atlas + "/SHA256SUMS");
  const Outcome outcome =
      run({"build", atlas, "--photos", demo_photos(), "--model", demo_model(), "--quiet"});
  REQUIRE(outcome.status == 2);
  REQUIRE_THAT(outcome.errors, Contains("--replace"));
  REQUIRE(read_text(atlas + "/SHA256SUMS") == before);
}

TEST_CASE("a full disk leaves no broken atlas, and the build goes on when there is room",
          "[bad input]") {
  const TemporaryFolder folder;
  const std::string disk = folder.path("disk");
  fs::create_directory(disk);
  if (geteuid() != 0 || mount("differentia-test", disk.c_str(), "tmpfs", 0, "size=600k") != 0) {
    WARN("skipped: no small disk can be made here");
    return;
  }
  const std::vector<std::string> arguments{
      "build", disk + "/full.atlas", "--photos", demo_photos(), "--model", demo_model(), "--quiet"};
  const Outcome full = run(arguments);
  CAPTURE(full.errors);
  CHECK(full.status == 2);
  CHECK_THAT(full.errors, Contains("disk is full"));
  CHECK_FALSE(fs::exists(disk + "/full.atlas"));
  CHECK(mount("differentia-test", disk.c_str(), "tmpfs", MS_REMOUNT, "size=200m") == 0);
  const Outcome room = run(arguments);
  CAPTURE(room.errors);
  CHECK(room.status == 0);
  CHECK(read_text(disk + "/full.atlas/SHA256SUMS") == read_text(demo_atlas() + "/SHA256SUMS"));
  umount(disk.c_str());
}

TEST_CASE("a verb or an option that does not exist", "[bad input]") {
  REQUIRE(run({"biuld"}).status == 2);
  REQUIRE_THAT(run({"biuld"}).errors, Contains("build"));
  REQUIRE(run({"build", "--nonsense"}).status == 2);
  REQUIRE(run({"view", "/nowhere/at-all.atlas", "--snapshot", "/tmp/never.png"}).status == 2);
  REQUIRE(run({"info", "/nowhere/at-all.atlas"}).status == 2);
  REQUIRE(run({"explain", "/nowhere/photo.jpg", "--model", demo_model()}).status == 2);
}
