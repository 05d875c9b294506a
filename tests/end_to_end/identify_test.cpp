// differentia identify on demo photos of two birds: what it names, its crops, masks, files and
// errors.

#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/image/crop_metadata.h"
#include "base/image/photo.h"
#include "tests/catch.h"
#include "tests/end_to_end/fixtures.h"
#include "tests/end_to_end/program.h"

using namespace differentia;
using namespace differentia::test;
using Catch::Matchers::Contains;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

Outcome identify(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "identify");
  arguments.insert(arguments.end(), {"--model", demo_model()});
  return run(arguments);
}

json identified(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--json", "--quiet"});
  const Outcome outcome = identify(arguments);
  CAPTURE(arguments, outcome.errors);
  REQUIRE(outcome.status == 0);
  return json::parse(outcome.output);
}

void require_refused(std::vector<std::string> arguments, const std::vector<std::string>& words) {
  arguments.insert(arguments.begin(), "identify");
  arguments.emplace_back("--quiet");
  const Outcome outcome = run(arguments);
  CAPTURE(arguments, outcome.errors);
  REQUIRE(outcome.status == 2);
  REQUIRE(outcome.output.empty());
  REQUIRE(std::count(outcome.errors.begin(), outcome.errors.end(), '\n') == 1);
  for (const std::string& word : words) REQUIRE_THAT(outcome.errors, Contains(word));
}

// The species that the world's table has of a photo.
std::set<std::string> truth_of(const std::string& photo) {
  std::set<std::string> result;
  std::istringstream table(read_text(demo_pairs_table()));
  for (std::string line; std::getline(table, line);) {
    const std::size_t comma = line.find(',');
    if (photo.find("/" + line.substr(0, comma)) == std::string::npos) continue;
    result.insert(line.substr(comma + 1, line.find(',', comma + 1) - comma - 1));
  }
  return result;
}

cv::Rect rect_of(const json& box) {
  const auto whole = [&](const char* key) { return cvRound(box[key].get<double>()); };
  return {whole("x"), whole("y"), whole("width"), whole("height")};
}

// Largest difference away from the rim, where a JPEG's colours are filled in.
double interior_difference(const cv::Mat& a, const cv::Mat& b) {
  REQUIRE(a.size() == b.size());
  const cv::Rect inside(2, 2, a.cols - 4, a.rows - 4);
  return cv::norm(a(inside), b(inside), cv::NORM_INF);
}

// The photo as a camera held upright stores it: on its side, with a date in its EXIF data.
void write_rotated(const std::string& photo, const std::string& path) {
  cv::Mat turned;
  cv::rotate(cv::imread(photo), turned, cv::ROTATE_90_COUNTERCLOCKWISE);
  std::vector<std::uint8_t> jpeg;
  cv::imencode(".jpg", turned, jpeg, {cv::IMWRITE_JPEG_QUALITY, 95});
  const std::string exif = std::string("II*\0\x08\0\0\0\x02\0", 10) +               // two entries
                           std::string("\x12\x01\x03\0\x01\0\0\0\x06\0\0\0", 12) +  // orientation 6
                           std::string("\x32\x01\x02\0\x14\0\0\0\x26\0\0\0", 12) +  // date, at 38
                           std::string("\0\0\0\0", 4) + std::string("2024:05:17 06:41:09\0", 20);
  CropMetadata metadata;
  metadata.exif.assign(exif.begin(), exif.end());
  const std::vector<std::uint8_t> bytes = with_metadata(jpeg, metadata);
  write_text(path, {bytes.begin(), bytes.end()});
}

}  // namespace

TEST_CASE("two species in one photo are named, with the advice to split it and the crops that do",
          "[identify]") {
  const TemporaryFolder folder;
  const std::string photo = demo_pair(1);
  const json result = identified({photo, "--crop", folder.path("crops"), "--mask",
                                  folder.path("masks"), "--overlay", folder.path("overlays")});
  REQUIRE(result["photos"].size() == 1);
  const json& found = result["photos"][0];
  std::set<std::string> named;
  for (const json& organism : found["organisms"]) {
    named.insert(organism["name"].get<std::string>());
    CHECK(organism["contour"].size() > 8);
  }
  CHECK(named == truth_of(photo));
  CHECK(found["organisms"].size() == 2);
  CHECK(found["taxa"].size() == 2);
  CHECK_THAT(found["advice"].get<std::string>(), Contains("split"));
  CHECK(found["split"].size() == 2);

  // Each crop is the photo's own pixels, whole around its organism, and nothing of the other.
  const cv::Mat pixels = cv::imread(photo);
  REQUIRE(found["crops"].size() == 2);
  std::size_t bytes = 0;
  for (const json& crop : found["crops"]) {
    const std::string file = crop["file"];
    const json& organism = found["organisms"][crop["organisms"][0].get<std::size_t>() - 1];
    CHECK(fs::path(file).filename() ==
          fmt::format("00003.{}.{}.jpg", organism["number"].get<int>(), [&] {
            std::string name = organism["name"];
            std::replace(name.begin(), name.end(), ' ', '_');
            return name;
          }()));
    const cv::Rect box = rect_of(crop["box"]);
    CHECK((box & rect_of(organism["box"])) == rect_of(organism["box"]));
    CHECK(crop["others"].empty());
    CHECK_FALSE(crop["coded_anew"].get<bool>());
    CHECK(interior_difference(cv::imread(file), pixels(box)) == 0);
    CHECK(fs::file_size(file) == crop["bytes"].get<std::size_t>());
    bytes += fs::file_size(file);
  }
  CHECK(result["crops"]["bytes"].get<std::size_t>() == bytes);
  CHECK(result["crops"]["source_bytes"].get<std::size_t>() == fs::file_size(photo));

  CHECK(found["mask"]["estimated"] == true);
  CHECK(found["mask"]["confidence"].get<double>() > 0);
  const std::string mask_file = found["mask"]["file"];
  CHECK(fs::path(mask_file).filename() == "00003.estimated-mask.png");
  const cv::Mat mask = cv::imread(mask_file, cv::IMREAD_UNCHANGED);
  CHECK(mask.type() == CV_8UC1);
  CHECK(mask.size() == pixels.size());
  CHECK(cv::countNonZero(mask == 255) > 0.02 * static_cast<double>(mask.total()));
  const cv::Mat overlay = cv::imread(found["overlay"].get<std::string>());
  CHECK(overlay.cols == 960);

  // The words say the same; what is there already is the same and no matter.
  const Outcome text = identify({photo, "--crop", folder.path("crops"), "--quiet"});
  CAPTURE(text.output, text.errors);
  CHECK(text.status == 0);
  for (const json& organism : found["organisms"]) {
    const json& box = organism["box"];
    CHECK_THAT(text.output,
               Contains(organism["label"].get<std::string>()) &&
                   Contains(organism["likelihood"].get<std::string>()) &&
                   Contains(fmt::format("left {:.0f}, top {:.0f}, {:.0f} × {:.0f} pixels",
                                        box["x"].get<double>(), box["y"].get<double>(),
                                        box["width"].get<double>(), box["height"].get<double>())));
  }
  CHECK_THAT(text.output, Contains("split") && Contains("estimated subject mask, confidence") &&
                              Contains(found["crops"][1]["file"].get<std::string>()));
  CHECK_THAT(identify({photo, "--quiet"}).output, Contains("--crop DIR --crop-by taxon"));
}

TEST_CASE("crops have the shape asked for, and one for both where the taxon is one", "[identify]") {
  const TemporaryFolder folder;
  // The same bird twice, side by side.
  const cv::Mat photo = cv::imread(demo_pair(1));
  const json first = identified({demo_pair(1), "--crop", folder.path("square"), "--crop-aspect",
                                 "1:1", "--crop-margin", "0.02"})["photos"][0];
  const cv::Mat crop = cv::imread(first["crops"][0]["file"].get<std::string>());
  CHECK(crop.cols == crop.rows);
  cv::Mat both;
  cv::hconcat(crop, crop, both);
  cv::imwrite(folder.path("both.png"), both);
  const json same = identified({folder.path("both.png"), "--crop", folder.path("taxon"),
                                "--crop-by", "taxon", "--crop-min", "260"})["photos"][0];
  REQUIRE(same["taxa"].size() == 1);
  CHECK(same["taxa"][0]["organisms"] == 2);
  CHECK(same["advice"].is_null());
  REQUIRE(same["crops"].size() == 1);
  CHECK(same["crops"][0]["organisms"].size() == 2);
  const cv::Mat one = cv::imread(same["crops"][0]["file"].get<std::string>());
  CHECK(fs::path(same["crops"][0]["file"].get<std::string>()).extension() == ".png");
  CHECK(one.rows == std::min(260, both.rows));
}

TEST_CASE("a crop of a rotated photo is upright and keeps its date", "[identify]") {
  const TemporaryFolder folder;
  write_rotated(demo_pair(1), folder.path("camera.jpg"));
  const cv::Mat upright = decode_photo(folder.path("camera.jpg")).bgr;
  CHECK(upright.size() == cv::imread(demo_pair(1)).size());
  const json found =
      identified({folder.path("camera.jpg"), "--crop", folder.path("crops")})["photos"][0];
  CHECK(found["width"] == upright.cols);
  REQUIRE_FALSE(found["crops"].empty());
  for (const json& crop : found["crops"]) {
    CHECK(crop["metadata"] == "kept");
    CHECK_FALSE(crop["coded_anew"].get<bool>());
    const std::string file = crop["file"];
    CHECK_THAT(read_text(file), Contains("2024:05:17 06:41:09"));
    const cv::Mat stored = cv::imread(file, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
    CHECK(cv::norm(cv::imread(file), stored, cv::NORM_INF) == 0);
    CHECK(interior_difference(stored, upright(rect_of(crop["box"]))) <= 4);
  }
}

TEST_CASE("a photo without an organism, a broken file and one that is not there", "[identify]") {
  const TemporaryFolder folder;
  cv::Mat sky(180, 240, CV_8UC3);
  for (int y = 0; y < sky.rows; ++y)
    sky.row(y).setTo(cv::Scalar(230 - y / 4, 190 - y / 3, 150 - y / 3));
  fs::create_directory(folder.path("photos"));
  cv::imwrite(folder.path("photos/sky.png"), sky);
  write_text(folder.path("photos/broken.jpg"), "this is no photo");
  fs::copy_file(demo_pair(1), folder.path("photos/pair.jpg"));
  const std::vector<std::string> files = {"--crop", folder.path("crops"), "--mask",
                                          folder.path("masks")};
  std::vector<std::string> arguments = {folder.path("photos"), folder.path("none.jpg"), "--json"};
  arguments.insert(arguments.end(), files.begin(), files.end());
  const Outcome outcome = identify(arguments);
  CAPTURE(outcome.errors);
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.errors, Contains("2 of 4 photos") && Contains("broken.jpg") &&
                                 Contains("none.jpg") && Contains("no such file"));
  const json result = json::parse(outcome.output);
  REQUIRE(result["photos"].size() == 2);
  CHECK(result["unreadable"].size() == 2);
  CHECK(result["photos"][0]["organisms"].size() == 2);  // by name: broken, pair, sky
  const json& empty = result["photos"][1];
  CHECK(empty["photo"] == folder.path("photos/sky.png"));
  CHECK(empty["organisms"].empty());
  CHECK(empty["crops"].empty());
  CHECK(empty["advice"].is_null());
  CHECK_THAT(empty["summary"].get<std::string>(), Contains("No organism"));
  CHECK(cv::countNonZero(cv::imread(empty["mask"]["file"].get<std::string>(),
                                    cv::IMREAD_UNCHANGED) == 255) == 0);
  const Outcome text =
      identify({folder.path("photos/sky.png"), folder.path("photos/broken.jpg"), "--quiet"});
  CHECK(text.status == 2);
  CHECK_THAT(text.output, Contains("sky.png: no organism found") &&
                              Contains("broken.jpg: cannot be used: it is text"));
}

TEST_CASE("the same bytes with one worker and with two, of a table or of its photos",
          "[identify]") {
  const TemporaryFolder folder;
  const auto files = [&](const std::string& name) {
    return std::vector<std::string>{"--crop",    folder.path(name), "--mask", folder.path(name),
                                    "--overlay", folder.path(name), "--json", "--quiet"};
  };
  std::vector<std::string> one = files("out"), two = files("out");
  one.insert(one.begin(), {demo_pairs_table(), "--threads", "1"});
  const Outcome first = identify(one);
  CAPTURE(first.errors);
  REQUIRE(first.status == 0);
  CHECK(json::parse(first.output)["photos"].size() == 4);
  fs::rename(folder.path("out"), folder.path("first"));
  two.insert(two.begin(), {fs::path(demo_pair(0)).parent_path().string(), "--threads", "2"});
  const Outcome second = identify(two);
  CHECK(second.output == first.output);
  std::size_t count = 0;
  for (const auto& file : fs::directory_iterator(folder.path("first"))) {
    const std::string name = file.path().filename().string();
    CAPTURE(name);
    CHECK(read_text(file.path().string()) == read_text(folder.path("out/" + name)));
    ++count;
  }
  CHECK(count >= 12);
}

TEST_CASE("a file that is there already and differs is left alone", "[identify]") {
  const TemporaryFolder folder;
  const std::vector<std::string> arguments = {demo_pair(1), "--mask", folder.path()};
  const std::string file = folder.path("00003.estimated-mask.png");
  write_text(file, "somebody's own work");
  const Outcome kept = identify(arguments);
  CHECK(kept.status == 2);
  CHECK_THAT(kept.output, Contains("left alone: " + file));
  CHECK_THAT(kept.errors, Contains("--replace") && Contains(file));
  CHECK(read_text(file) == "somebody's own work");
  std::vector<std::string> replace = arguments;
  replace.emplace_back("--replace");
  CHECK(identify(replace).status == 0);
  CHECK_FALSE(cv::imread(file).empty());
}

TEST_CASE("Ctrl-C ends identify with status 3, and what was written stays", "[identify]") {
  const TemporaryFolder folder;
  std::vector<std::string> arguments{"identify", "--model", demo_model(), "--mask", folder.path()};
  arguments.insert(arguments.end(), 300, demo_pair(1));
  const std::string first = folder.path("00003.estimated-mask.png");
  const Outcome stopped = run_and_signal(arguments, first, SIGINT);
  CAPTURE(stopped.errors);
  CHECK(stopped.status == 3);
  CHECK_THAT(stopped.errors, Contains("of 300 photos were looked at"));
  CHECK_FALSE(cv::imread(first).empty());
}

TEST_CASE("bad input to identify: one sentence that says what to do", "[identify]") {
  const TemporaryFolder folder;
  const std::string photo = demo_pair(1), model = demo_model();
  require_refused({"--model", model}, {"PHOTO"});
  require_refused({photo}, {"--model"});
  require_refused({folder.path("none.jpg"), "--model", model}, {"none.jpg", "no such file"});
  require_refused({folder.path(), "--model", model}, {"no photo", folder.path()});
  require_refused({photo, "--model", folder.path("none.pt")}, {"none.pt"});
  require_refused({photo, "--model", model, "--crop-aspect", "3x4"}, {"3x4", "W:H"});
  require_refused({photo, "--model", model, "--crop-aspect", "0:1"}, {"0:1", "W:H"});
  write_text(folder.path("file"), "");
  require_refused({photo, "--model", model, "--crop", folder.path("file")}, {"cannot be made"});
  write_text(folder.path("table.csv"), "picture,taxon\na.jpg,A\n");
  require_refused({folder.path("table.csv"), "--model", model}, {"photo", "picture"});
  json card = json::parse(read_text(fs::path(model).replace_extension(".json")));
  card["head"] = "regression";
  write_text(folder.path("card.json"), card.dump());
  require_refused({photo, "--model", model, "--card", folder.path("card.json")}, {"classifier"});
  for (const auto& [option, value] :
       {std::pair("--crop-by", "bird"), std::pair("--crop-margin", "-1"),
        std::pair("--crop-min", "many"), std::pair("--threads", "-2"), std::pair("--most", "0")}) {
    const Outcome outcome = run({"identify", photo, "--model", model, option, value});
    CAPTURE(option, outcome.errors);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.errors, Contains(option) && Contains(value));
  }
}
