// differentia explain on a demo photo and the demo network: its targets, methods, files and errors.

#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>

#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

#include "base/npy.h"
#include "tests/catch.h"
#include "tests/end_to_end/fixtures.h"
#include "tests/end_to_end/program.h"
#include "tools/bench/test_models.h"

using namespace differentia;
using namespace differentia::test;
using Catch::Matchers::Contains;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

// The photo in that row of the demo's table.
std::string demo_photo(int row = 0) {
  const std::string table = read_text(demo_photos());
  std::size_t start = table.find('\n') + 1;
  for (; row > 0; --row) start = table.find('\n', start) + 1;
  return fs::path(demo_photos()).parent_path().string() + "/" +
         table.substr(start, table.find(',', start) - start);
}

// Runs explain on the first demo photo with the demo network, files into `folder`.
json explained(const TemporaryFolder& folder, std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"explain", demo_photo(), "--model", demo_model(), "--json",
                               "--quiet", "--out-dir", folder.path("maps")});
  const Outcome outcome = run(flags);
  CAPTURE(flags, outcome.errors);
  REQUIRE(outcome.status == 0);
  return json::parse(outcome.output);
}

void require_refused(std::vector<std::string> flags, const std::vector<std::string>& words) {
  const TemporaryFolder folder;
  flags.insert(flags.begin(), "explain");
  flags.insert(flags.end(), {"--quiet", "--out-dir", folder.path("maps")});
  const Outcome outcome = run(flags);
  CAPTURE(flags, outcome.errors);
  REQUIRE(outcome.status == 2);
  REQUIRE(outcome.output.empty());
  REQUIRE(std::count(outcome.errors.begin(), outcome.errors.end(), '\n') == 1);
  for (const std::string& word : words) REQUIRE_THAT(outcome.errors, Contains(word));
  REQUIRE((!fs::exists(folder.path("maps")) || fs::is_empty(folder.path("maps"))));
}

}  // namespace

TEST_CASE("explain tells what the model says, and writes the map in colours, in grey and raw",
          "[explain]") {
  const TemporaryFolder folder;
  const json result =
      explained(folder, {"--method", "grad-cam", "--grey", folder.path("map.grey.png"), "--npy"});
  CHECK(result["photo"] == demo_photo());
  CHECK(result["method"] == "grad-cam");
  CHECK(result["target"] == result["top"][0]["label"]);
  CHECK(result["logit"].get<double>() ==
        Approx(result["top"][0]["logit"].get<double>()).margin(1e-4));
  CHECK(result["probability"].get<double>() ==
        Approx(result["top"][0]["probability"].get<double>()));
  CHECK(result["passes"]["forward"] == 1);  // the first answer's is the map's
  CHECK(result["passes"]["backward"] == 1);
  CHECK(result["no_evidence"] == 0);
  CHECK(result["maps"].size() == 1);
  const cv::Mat photo = cv::imread(demo_photo());
  const cv::Mat picture = cv::imread(result["picture"].get<std::string>());
  CHECK(picture.size() == photo.size());
  const cv::Mat grey = cv::imread(folder.path("map.grey.png"), cv::IMREAD_UNCHANGED);
  CHECK(grey.type() == CV_8UC1);
  CHECK(grey.size() == photo.size());
  // The grey map is the raw one, from nothing to its 99.5 % largest value.
  const NpyMap raw(result["npy"].get<std::string>());
  REQUIRE(raw.header().shape == std::vector<std::size_t>{static_cast<std::size_t>(photo.rows),
                                                         static_cast<std::size_t>(photo.cols)});
  const auto values = raw.values<float>();
  std::vector<float> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double high =
      sorted[static_cast<std::size_t>(std::lround(0.995 * static_cast<double>(sorted.size() - 1)))];
  for (const std::size_t i : {std::size_t{0}, values.size() / 2, values.size() / 3}) {
    const int shown =
        grey.at<std::uint8_t>(static_cast<int>(i) / photo.cols, static_cast<int>(i) % photo.cols);
    CHECK(std::abs(shown - std::clamp(255 * values[i] / high, 0.0, 255.0)) <= 1);
  }
}

TEST_CASE("targets: a difference, the nearest rivals, any weighted sum", "[explain]") {
  const TemporaryFolder folder;
  const json plain = explained(folder, {"--top", "4"});
  const auto label = [&](std::size_t i) { return plain["top"][i]["label"].get<std::string>(); };
  const auto logit = [&](std::size_t i) { return plain["top"][i]["logit"].get<double>(); };
  const json pair = explained(folder, {"--target", label(0), "--against", label(1)});
  CHECK(pair["target"] == label(0) + " against " + label(1));
  CHECK(pair["value"].get<double>() == Approx(logit(0) - logit(1)).margin(1e-3));
  CHECK(pair["probability"].is_null());
  const json rivals = explained(folder, {"--against-rivals", "2"});
  REQUIRE(rivals["weights"].size() == 3);
  CHECK(rivals["weights"][0]["label"] == label(0));
  CHECK(rivals["weights"][1]["label"] == label(1));
  CHECK(rivals["weights"][2]["label"] == label(2));
  const double share = 1 / (1 + std::exp(logit(2) - logit(1)));
  CHECK(rivals["weights"][1]["weight"].get<double>() == Approx(-share).margin(1e-4));
  CHECK(rivals["value"].get<double>() ==
        Approx(logit(0) - share * logit(1) - (1 - share) * logit(2)).margin(1e-3));
  CHECK(explained(folder, {"--against-rivals"})["weights"].size() == 4);
  const json sum =
      explained(folder, {"--weights", label(0) + "=1," + label(1) + "=-0.5," + label(2) + "=-0.5"});
  CHECK(sum["value"].get<double>() ==
        Approx(logit(0) - 0.5 * logit(1) - 0.5 * logit(2)).margin(1e-3));
}

TEST_CASE("every method of the registry explains a demo photo, or says why it cannot",
          "[explain]") {
  const Outcome listed = run({"explain", "--methods", "--json"});
  REQUIRE(listed.status == 0);
  const json methods = json::parse(listed.output)["methods"];
  REQUIRE(methods.size() >= 2);
  const Outcome readable = run({"explain", "--methods"});
  const TemporaryFolder folder;
  std::vector<std::string> flags{"--method", "all"};
  for (const json& method : methods) {
    const std::string name = method["name"];
    CHECK_FALSE(method["help"].get<std::string>().empty());
    CHECK_FALSE(method["caveat"].get<std::string>().empty());
    CHECK_THAT(readable.output, Contains(name) && Contains(method["caveat"].get<std::string>()));
    // The slow ones, with as few passes as they allow: numbers of altered photos count in hundreds.
    for (const json& option : method["options"]) {
      if (option["kind"] != "whole" || option["default"].get<double>() < 100) continue;
      flags.insert(flags.end(),
                   {"--option", name + "." + option["name"].get<std::string>() + "=" +
                                    std::to_string(std::max(20, option["low"].get<int>()))});
    }
  }
  const json result = explained(folder, flags);
  CHECK(result["maps"].size() + result["refused"].size() == methods.size());
  CHECK(result["refused"].empty());
  for (const json& map : result["maps"]) {
    CAPTURE(map["method"]);
    CHECK(map["picture"] == folder.path("maps") + "/" + fs::path(demo_photo()).stem().string() +
                                "." + map["method"].get<std::string>() + ".png");
    CHECK(fs::exists(map["picture"].get<std::string>()));
    CHECK(map["seconds"].get<double>() >= 0);
  }
}

TEST_CASE("of several layers methods of one take the last, and say so; one that fuses takes all",
          "[explain]") {
  const TemporaryFolder folder;
  const std::vector<std::string> layers{"--layer", "stage2.1", "--layer", "stage3.1"};
  std::vector<std::string> flags{"--method",  "grad-cam", "--method",
                                 "layer-cam", "--method", "gradient"};
  flags.insert(flags.end(), layers.begin(), layers.end());
  const json maps = explained(folder, flags)["maps"];
  REQUIRE(maps.size() == 3);
  CHECK(maps[0]["layers"] == json::array({"stage3.1"}));
  CHECK(maps[0]["warnings"] ==
        json::array({"Grad-CAM takes one layer: of those given the last, stage3.1, was used"}));
  CHECK(maps[1]["layers"] == json::array({"stage2.1", "stage3.1"}));
  CHECK(maps[1]["warnings"].empty());
  CHECK(maps[2]["layers"].empty());
  CHECK(maps[2]["warnings"].empty());
  const json alone = explained(folder, {"--method", "grad-cam", "--layer", "stage3.1"});
  CHECK(alone["warnings"].empty());
  CHECK(alone["value"].get<double>() == Approx(maps[0]["value"].get<double>()).epsilon(1e-5));
  // A person reads it as well.
  flags.insert(flags.begin(), {"explain", demo_photo(), "--model", demo_model(), "--out-dir",
                               folder.path("maps")});
  CHECK_THAT(run(flags).errors, Contains("Note: Grad-CAM takes one layer"));
  // Nothing here fuses them.
  std::vector<std::string> single{demo_photo(), "--model",  demo_model(), "--method",
                                  "gradient",   "--method", "grad-cam"};
  single.insert(single.end(), layers.begin(), layers.end());
  require_refused(single, {"Grad-CAM takes one layer", "LayerCAM"});
}

TEST_CASE("of a softmaxed head log p is explained, and said", "[explain]") {
  const TemporaryFolder folder;
  const auto ask = [&](const std::string& network) {
    const std::vector<std::string> flags{
        "explain",          demo_photo(),
        "--model",          test_models_folder() + "/" + network + ".pt",
        "--card",           test_models_folder() + "/card32.json",
        "--layer",          "act#2",
        "--json",           "--out-dir",
        folder.path("maps")};
    const Outcome outcome = run(flags);
    CAPTURE(outcome.errors);
    REQUIRE(outcome.status == 0);
    return std::pair(json::parse(outcome.output), outcome.errors);
  };
  const std::string note = "the model gives probabilities, not logits: log p is explained";
  const auto [softmaxed, spoken] = ask("softmax");
  REQUIRE(softmaxed["warnings"].size() == 1);
  CHECK_THAT(softmaxed["warnings"][0].get<std::string>(), Contains(note));
  CHECK_THAT(spoken, Contains("Note: " + note));
  CHECK(std::exp(softmaxed["logit"].get<double>()) ==
        Approx(softmaxed["probability"].get<double>()));
  const auto [plain, nothing] = ask("small");
  CHECK(plain["warnings"].empty());
  CHECK_THAT(nothing, !Contains("probabilities"));
}

TEST_CASE("several photos and methods go into a folder, each map under a name of its own",
          "[explain]") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path("other"));
  const std::string same = folder.path("other") + "/" + fs::path(demo_photo()).filename().string();
  fs::copy_file(demo_photo(1), same);
  const json result = explained(folder, {same, "--method", "gradient", "--method", "grad-cam"});
  REQUIRE(result["maps"].size() == 4);
  CHECK_FALSE(result.contains("picture"));
  std::vector<std::string> pictures;
  for (const json& map : result["maps"]) pictures.push_back(map["picture"]);
  std::sort(pictures.begin(), pictures.end());
  CHECK(std::unique(pictures.begin(), pictures.end()) == pictures.end());
  for (const std::string& picture : pictures) CHECK(fs::exists(picture));
  require_refused({demo_photo(), same, "--model", demo_model(), "--out", folder.path("one.png")},
                  {"--out-dir"});
}

TEST_CASE("explain measures its maps, against the subject mask where one is given", "[explain]") {
  const TemporaryFolder folder;
  const json blind = explained(folder, {"--measure"})["measures"];
  for (const char* name : {"deletion_blur", "insertion_blur", "deletion_mean", "insertion_mean"}) {
    CAPTURE(name);
    CHECK(blind[name].get<double>() >= 0);
    CHECK(blind[name].get<double>() <= 1);
  }
  CHECK(std::abs(blind["redrawn_all"].get<double>()) <= 1);
  CHECK(blind["inside"].is_null());
  // A mask that is the whole photo holds all the evidence.
  const cv::Mat photo = cv::imread(demo_photo());
  cv::imwrite(folder.path("mask.png"), cv::Mat(photo.size(), CV_8UC1, cv::Scalar(255)));
  const json whole =
      explained(folder, {"--measure", "--mask", folder.path("mask.png")})["measures"];
  CHECK(whole["inside"].get<double>() == Approx(1));
  CHECK(whole["area"].get<double>() == Approx(1));
  CHECK(whole["pointing"].get<double>() == Approx(1));
  CHECK(whole["deletion_blur"] == blind["deletion_blur"]);
  require_refused({demo_photo(), "--model", demo_model(), "--mask", folder.path("mask.png")},
                  {"--measure"});
  require_refused(
      {demo_photo(), "--model", demo_model(), "--measure", "--mask", folder.path("none.png")},
      {"none.png"});
}

TEST_CASE("Ctrl-C ends explain with status 3, and what was written stays", "[explain]") {
  const TemporaryFolder folder;
  std::vector<std::string> arguments{"explain", "--model", demo_model(), "--out-dir",
                                     folder.path()};
  arguments.insert(arguments.end(), 400, demo_photo());
  const std::string first = folder.path(fs::path(demo_photo()).stem().string() + ".grad-cam.png");
  const Outcome stopped = run_and_signal(arguments, first, SIGINT);
  CAPTURE(stopped.errors);
  CHECK(stopped.status == 3);
  CHECK_THAT(stopped.errors, Contains("of 400 maps were written"));
  CHECK_FALSE(cv::imread(first).empty());
}

TEST_CASE("where in a photo a concept is, at its own layer", "[explain]") {
  const TemporaryFolder folder;
  const json info =
      json::parse(run({"info", demo_atlas(), "--taxon", "0", "--json"}).output)["found"][0];
  const std::string taxon = info["name"];
  const json result = explained(folder, {"--concept", demo_atlas(), taxon, "0"});
  CHECK(result["target"] == "concept 0 of " + taxon);
  CHECK(result["logit"].is_null());
  CHECK(result["value"].is_number());
  const json atlas = json::parse(run({"info", demo_atlas(), "--json"}).output);
  for (const json& layer : atlas["layers"]) {
    if (layer["role"] == "layer") CHECK(result["layers"] == json::array({layer["path"]}));
  }
  const std::string count = std::to_string(info["concepts"].size());
  require_refused({demo_photo(), "--model", demo_model(), "--concept", demo_atlas(), taxon, "999"},
                  {"no concept 999", "has " + count});
  require_refused({demo_photo(), "--model", demo_model(), "--concept", demo_atlas(), taxon, "two"},
                  {"two", "ATLAS TAXON NUMBER"});
  require_refused({demo_photo(), "--model", demo_model(), "--concept", demo_atlas(), "Nobody", "0"},
                  {"Nobody"});
  const std::string other = fs::absolute("data/world/biased/model.pt");
  require_refused({demo_photo(), "--model", other, "--concept", demo_atlas(), taxon, "0"},
                  {"another model", other});
}

TEST_CASE("what lies outside the network's crop is no evidence", "[explain]") {
  const TemporaryFolder folder;
  cv::Mat wide(120, 240, CV_8UC3, cv::Scalar(90, 140, 60));
  cv::imwrite(folder.path("wide.png"), wide);
  json card = json::parse(read_text(fs::path(demo_model()).replace_extension(".json")));
  card["input"]["fit"] = "crop";
  card["input"]["resize"] = card["input"]["height"];
  write_text(folder.path("card.json"), card.dump());
  const Outcome outcome =
      run({"explain", folder.path("wide.png"), "--model", demo_model(), "--card",
           folder.path("card.json"), "--grey", "--out-dir", folder.path(), "--json", "--quiet"});
  CAPTURE(outcome.errors);
  REQUIRE(outcome.status == 0);
  const json result = json::parse(outcome.output);
  CHECK(result["no_evidence"].get<double>() == Approx(0.5).margin(0.01));
  const cv::Mat grey = cv::imread(result["grey"].get<std::string>(), cv::IMREAD_UNCHANGED);
  REQUIRE(grey.type() == CV_8UC4);
  CHECK(grey.at<cv::Vec4b>(60, 5)[3] == 0);
  CHECK(grey.at<cv::Vec4b>(60, 120)[3] == 255);
}

TEST_CASE("bad input to explain: one sentence that says what to do", "[explain]") {
  const TemporaryFolder folder;
  const std::string photo = demo_photo(), model = demo_model();
  require_refused({photo, "--model", model, "--target", "Silvaria simples"},
                  {"nearest", "Silvaria simplex"});
  const Outcome far = run({"explain", photo, "--model", model, "--target", "Nothing nowhere"});
  REQUIRE(far.status == 2);
  REQUIRE_THAT(far.errors, Contains("nor one like it") && !Contains("nearest"));
  require_refused({photo, "--model", model, "--method", "grad-camp"}, {"nearest", "grad-cam"});
  require_refused({photo, "--model", model, "--method", "gradient", "--option", "reduse=max"},
                  {"reduse", "reduce"});
  require_refused({photo, "--model", model, "--method", "gradient", "--option", "reduce=most"},
                  {"most", "max, sum"});
  require_refused({photo, "--model", model, "--method", "gradient", "--option", "reduce"},
                  {"NAME=VALUE"});
  require_refused({photo, "--model", model, "--option", "gradient.reduce=max"}, {"not among"});
  require_refused({photo, "--model", model, "--method", "gradient", "--layer", "stage2"},
                  {"no layer"});
  require_refused({photo, "--model", model, "--layer", "stage2.7"}, {"stage2.7"});
  require_refused({photo, "--model", model, "--weights", "0=1,0=2"}, {"twice"});
  require_refused({photo, "--model", model, "--weights", "0"}, {"LABEL=NUMBER"});
  require_refused({photo, "--model", model, "--weights", "0=1", "--against", "1"},
                  {"do not go together"});
  require_refused({photo, "--model", model, "--target", "0", "--against", "0"}, {"same"});
  require_refused({photo, "--model", model, "--colours", "jet"}, {"jet", "viridis"});
  require_refused({photo}, {"--model"});
  json card = json::parse(read_text(fs::path(model).replace_extension(".json")));
  card["head"] = "regression";
  write_text(folder.path("card.json"), card.dump());
  require_refused({photo, "--model", model, "--card", folder.path("card.json")},
                  {"regression", "--target"});
  require_refused({photo, "--model", model, "--card", folder.path("card.json"), "--target", "0",
                   "--against-rivals"},
                  {"regression"});
  require_refused({"--model", model}, {"PHOTO"});
  write_text(folder.path("no.jpg"), "this is no photo");
  require_refused({folder.path("no.jpg"), "--model", model}, {"no.jpg"});
  require_refused({photo, folder.path("no.jpg"), "--model", model}, {"no.jpg"});
  fs::copy_file(photo, folder.path("photo.png"));
  const std::string before = read_text(folder.path("photo.png"));
  require_refused({folder.path("photo.png"), "--model", model, "--grey", folder.path("photo.png")},
                  {"is a photo to explain"});
  CHECK(read_text(folder.path("photo.png")) == before);
}
