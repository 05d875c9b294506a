#include "viewer/app.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <imgui.h>

#include "base/sha256.h"
#include "tests/atlas/store/synthetic/synthetic_atlas.h"
#include "tests/catch.h"
#include "tests/viewer/hands.h"
#include "viewer/method_options.h"
#include "viewer/recording_renderer.h"

using namespace differentia;
using namespace differentia::viewer;
using differentia::test::Hands;

namespace {

namespace fs = std::filesystem;

// Knows one layer and sees the same everywhere.
class EvenExplainer : public PhotoExplainer {
 public:
  ExplainerInfo info() override { return {"even", {"a"}, {"features"}, "features"}; }
  SaliencyMap explain(const SaliencyRequest& request) override {
    SaliencyMap map;
    map.size = request.size;
    map.values.assign(static_cast<std::size_t>(map.size.width * map.size.height), 1.0f);
    map.outputs = {1.0f};
    return map;
  }
};

// An explainer that takes a log; without a model one that has no methods.
template <typename Explainer, typename Log>
std::unique_ptr<PhotoExplainer> only_with(const std::string& model, Log& log) {
  if (model.empty()) return std::make_unique<EvenExplainer>();
  return std::make_unique<Explainer>(log);
}

}  // namespace

TEST_CASE("the demo's card on the start screen can be clicked") {
  ViewOptions options;
  options.demo_atlas = "made";
  Hands hands(options);
  hands.settle();
  REQUIRE(hands.app->state().screen == Screen::kStart);
  // Somewhere in the column of cards: the first one is the demo's.
  for (float y = 150; y < 600 && hands.app->state().screen == Screen::kStart; y += 12) {
    hands.click(500, y);
    hands.settle();
  }
  CHECK(hands.app->state().screen == Screen::kMap);
}

TEST_CASE("Enter opens the first taxon found, Esc clears the search, all taxa stay in the list") {
  ViewOptions options;
  options.atlas = "made";
  Hands hands(options);
  hands.settle();
  State& state = hands.app->state();
  state.show_taxon(0);
  hands.settle();
  hands.click(120, 75);  // the search field
  hands.type("2");       // "… 2" is the third of three
  CHECK(state.search == "2");
  hands.press_named(ImGuiKey_Enter);
  hands.settle();
  CHECK(state.taxon == 2);
  hands.press_named(ImGuiKey_Escape);  // the field has no focus any more
  CHECK(state.search.empty());
  hands.click(120, 75);
  hands.type("nothing");
  CHECK(state.search == "nothing");
  hands.press_named(ImGuiKey_Escape);
  CHECK(state.search.empty());
  CHECK(state.taxon == 2);
  hands.click(120, 75);
  hands.type("nothing");
  hands.click(120, 115);  // the first row
  CHECK(state.taxon == State::kAllTaxa);
}

TEST_CASE("F shows the map as it was shown first") {
  ViewOptions options;
  options.atlas = "made";
  options.initial.taxon = "0";
  Hands hands(options);
  hands.settle();
  const std::size_t tiles = hands.app->map_panel().canvas().tiles_drawn();
  const double scale = hands.app->map_panel().canvas().camera().scale;
  hands.app->set_still(false);
  ImGui::GetIO().MousePos = {500, 380};
  for (int notch = 0; notch < 12; ++notch) {
    ImGui::GetIO().MouseWheel = notch < 8 ? 1 : -1;
    hands.frame();
  }
  hands.settle();
  CHECK(hands.app->map_panel().canvas().camera().scale > 2 * scale);
  hands.press('F');
  for (int i = 0; i < 60; ++i) hands.frame();
  hands.settle();
  CHECK(hands.app->map_panel().canvas().camera().scale == Approx(scale));
  CHECK(hands.app->map_panel().canvas().tiles_drawn() == tiles);
}

TEST_CASE("a click beside the list of keys closes it and does nothing else") {
  ViewOptions options;
  options.atlas = "made";
  options.initial.taxon = "0";
  options.initial.help = true;
  Hands hands(options);
  hands.settle();
  REQUIRE(hands.app->state().help);
  hands.click(120, 170);  // over the list of taxa
  CHECK_FALSE(hands.app->state().help);
  CHECK(hands.app->state().taxon == 0);
}

TEST_CASE("a model that is dropped explains, but only the atlas's") {
  ViewOptions options;
  options.atlas = "made";
  options.initial.taxon = "0";
  options.initial.concept_number = 0;
  options.initial.exemplar = 0;
  options.make_explainer = [](const std::string&) { return std::make_unique<EvenExplainer>(); };
  Hands hands(options, true);
  hands.settle();
  REQUIRE(hands.app->state().screen == Screen::kPhoto);
  const std::size_t without = hands.renderer.textures.size();
  hands.app->drop(hands.other_model);
  hands.settle();
  CHECK_THAT(hands.app->saliency_failure(), Catch::Matchers::Contains("is not the model"));
  CHECK(hands.renderer.textures.size() == without);
  hands.app->drop(hands.model);
  hands.settle();
  CHECK(hands.app->saliency_failure().empty());
  CHECK(hands.renderer.textures.size() == without + 1);  // the overlay
  CHECK(hands.app->state().screen == Screen::kPhoto);
}

TEST_CASE("another method is chosen from the list, and another photo keeps it") {
  ViewOptions options;
  options.atlas = "made";
  options.initial.taxon = "0";
  options.initial.concept_number = 0;
  options.initial.exemplar = 0;
  std::vector<std::string> asked;
  struct Listed : EvenExplainer {
    explicit Listed(std::vector<std::string>& log) : log_(log) {}
    ExplainerInfo info() override {
      log_.emplace_back("info");  // first: it names the method and tells what bears on it
      ExplainerInfo info = EvenExplainer::info();
      info.methods = {{"grad-cam", "Grad-CAM", "help", "caveat", true, true, true},
                      {"control", "Control", "help", "caveat", false}};
      return info;
    }
    SaliencyMap explain(const SaliencyRequest& request) override {
      log_.push_back(request.method + (request.layers.empty() ? "" : " at " + request.layers[0]));
      return EvenExplainer::explain(request);
    }
    std::vector<std::string>& log_;
  };
  options.make_explainer = [&](const std::string& path) { return only_with<Listed>(path, asked); };
  Hands hands(options, true);
  hands.settle();
  hands.app->drop(hands.model);
  hands.settle();
  State& state = hands.app->state();
  REQUIRE(state.photo.method == "grad-cam");
  for (float y = 70; y < 200 && state.photo.method != "control"; y += 8) {
    hands.click(800, 62);  // opens the list
    hands.frame();
    hands.click(720, y);
    hands.settle();
  }
  CHECK(state.photo.method == "control");
  CHECK(asked == std::vector<std::string>{"info", "grad-cam", "control"});
  hands.press_named(ImGuiKey_RightArrow);
  hands.settle();
  CHECK(state.photo.index == 1);
  CHECK(asked.size() == 4);
  CHECK(asked.back() == "control");
}

TEST_CASE("an option is changed where the pointer lets go, and asks for one map more") {
  ViewOptions options;
  options.atlas = "made";
  options.initial.taxon = "0";
  options.initial.concept_number = 0;
  options.initial.exemplar = 0;
  options.initial.method = "noisy";
  options.initial.layers = {"first", "second"};
  std::vector<SaliencyRequest> asked;
  struct Noisy : EvenExplainer {
    explicit Noisy(std::vector<SaliencyRequest>& log) : log_(log) {}
    ExplainerInfo info() override {
      MethodInfo noisy{"noisy", "Noisy", "help", "caveat", true, true, false, true};
      noisy.options = {{"sigma", "Noise", OptionKind::kNumber, 0.15, 0, 1}};
      MethodInfo single{"single", "Single", "help", "caveat", true, true};
      ExplainerInfo info{"noisy", {"a"}, {"first", "second"}, "second"};
      info.methods = {noisy, single};
      return info;
    }
    SaliencyMap explain(const SaliencyRequest& request) override {
      log_.push_back(request);
      return EvenExplainer::explain(request);
    }
    std::vector<SaliencyRequest>& log_;
  };
  options.make_explainer = [&](const std::string& path) { return only_with<Noisy>(path, asked); };
  Hands hands(options, true);
  hands.settle();
  hands.app->drop(hands.model);
  hands.settle();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].layers == std::vector<std::string>{"first", "second"});
  CHECK(asked[0].options.empty());
  State& state = hands.app->state();
  state.photo.options_shown = true;
  hands.settle();
  auto& given = state.photo.options["noisy"];
  for (float y = 180; y < 560 && given.empty(); y += 6) {
    ImGuiIO& io = ImGui::GetIO();
    io.MousePos = {880, y};
    hands.frame();
    io.MouseDown[0] = true;
    hands.frame();
    io.MousePos = {960, y};
    hands.frame();
    hands.frame();
    const bool early = !given.empty();
    io.MouseDown[0] = false;
    hands.frame();
    hands.frame();
    CHECK_FALSE(early);
    state.photo.opacity = 0.6f;  // whose slider is near
    state.photo.overlay = true;
    hands.press_named(ImGuiKey_Escape);
    state.screen = Screen::kPhoto;
  }
  hands.settle();
  REQUIRE(given.count("sigma") == 1);
  CHECK(std::stod(given["sigma"]) > 0.2);
  CHECK(std::stod(given["sigma"]) <= 1);
  REQUIRE(asked.size() == 2);
  CHECK(asked[1].options == given);
  // Another method has options of its own, and of several layers takes the last.
  state.photo.method = "single";
  hands.settle();
  REQUIRE(asked.size() == 3);
  CHECK(asked[2].options.empty());
  CHECK(asked[2].layers == std::vector<std::string>{"second"});
}

TEST_CASE("without a model the methods that need none can be asked") {
  ViewOptions options;
  options.atlas = "made";
  options.initial.taxon = "0";
  options.initial.concept_number = 0;
  options.initial.exemplar = 0;
  std::vector<std::string> asked;
  struct Controls : EvenExplainer {
    Controls(const std::string& path, std::vector<std::string>& log) : path_(path), log_(log) {}
    ExplainerInfo info() override {
      ExplainerInfo info;
      if (!path_.empty()) {
        info = EvenExplainer::info();
        info.methods = {{"grad-cam", "Grad-CAM", "help", "caveat", true, true, true}};
      }
      info.methods.push_back({"control", "Control", "help", "caveat", false});
      return info;
    }
    SaliencyMap explain(const SaliencyRequest& request) override {
      log_.push_back((path_.empty() ? "no model: " : "model: ") + request.method);
      return EvenExplainer::explain(request);
    }
    std::string path_;
    std::vector<std::string>& log_;
  };
  options.make_explainer = [&](const std::string& path) {
    return std::make_unique<Controls>(path, asked);
  };
  Hands hands(options, true);
  hands.settle();
  State& state = hands.app->state();
  REQUIRE(state.photo.method == "grad-cam");
  CHECK(asked.empty());
  CHECK(hands.app->saliency_failure().empty());
  state.photo.method = "control";
  hands.settle();
  CHECK(asked == std::vector<std::string>{"no model: control"});
  hands.app->drop(hands.model);
  hands.settle();
  CHECK(asked.back() == "model: control");
  state.photo.method = "grad-cam";
  hands.settle();
  CHECK(asked.back() == "model: grad-cam");
}

TEST_CASE("what is typed for an option is brought into its range, or left out") {
  const MethodOption whole{"samples", "", OptionKind::kWhole, 25, 1, 10000};
  CHECK(default_value(whole) == "25");
  CHECK(option_value(whole, "30.4") == "30");
  CHECK(option_value(whole, "0") == "1");
  CHECK(option_value(whole, "1e9") == "10000");
  CHECK(option_value(whole, "many").empty());
  CHECK(option_value(whole, "nan").empty());
  const MethodOption share{"keep", "", OptionKind::kNumber, 0.5, 0.01, 0.99};
  CHECK(default_value(share) == "0.5");
  CHECK(option_value(share, "0.123") == "0.123");
  CHECK(option_value(share, "-3") == "0.01");
  const MethodOption choice{"kind", "", OptionKind::kChoice, 1, 0, 1, {"mean", "squared"}};
  CHECK(default_value(choice) == "squared");
  CHECK(option_value(choice, "mean") == "mean");
  CHECK(option_value(choice, "median").empty());
}
