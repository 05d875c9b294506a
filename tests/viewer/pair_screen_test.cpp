// The pair screen under a person's hands.

#include <atomic>
#include <thread>

#include "base/error.h"
#include "tests/catch.h"
#include "tests/viewer/hands.h"
#include "tests/viewer/kept_pair.h"

using namespace differentia;
using namespace differentia::viewer;
using differentia::test::Hands;

namespace {

// With a kept pair of the first two taxa, and the map of the first shown.
struct PairHands : Hands {
  explicit PairHands(ViewOptions options = {}, bool kept = true) : Hands(made(options), true) {
    if (kept) test::keep_made_pair(store::Reader(atlas), 0, 1);
    settle();
  }
  static ViewOptions made(ViewOptions options) {
    options.atlas = "made";
    options.initial.taxon = "0";
    return options;
  }
  State& state() { return app->state(); }
  void show_pair(std::int32_t a, std::int32_t b) {
    state().show_pair(a, b);
    settle();
  }
};

}  // namespace

TEST_CASE("C asks whom to compare with: a part of a name and Enter") {
  PairHands hands;
  hands.press('C');
  hands.settle();
  hands.type("2");  // "… 2" is the third of three
  hands.press_named(ImGuiKey_Enter);
  hands.settle();
  CHECK(hands.state().screen == Screen::kPair);
  CHECK(hands.state().pair.a == 0);
  CHECK(hands.state().pair.b == 2);
  hands.press_named(ImGuiKey_Escape);
  CHECK(hands.state().screen == Screen::kMap);
}

TEST_CASE("Esc closes the list of whom to compare with, and nothing else") {
  PairHands hands;
  hands.state().show_concept(1);
  hands.settle();
  hands.press('C');
  hands.settle();
  hands.press_named(ImGuiKey_Escape);
  hands.settle();
  CHECK(hands.state().selection.kind == Selection::Kind::kConcept);
  hands.press_named(ImGuiKey_Escape);  // the list is gone, and has the keys no more
  CHECK(hands.state().selection.kind == Selection::Kind::kNone);
}

TEST_CASE("a pair's marks are gone through by keys") {
  PairHands hands;
  hands.show_pair(1, 0);
  hands.press('2');
  CHECK(hands.state().pair.mark == 2);
  hands.press_named(ImGuiKey_UpArrow);
  CHECK(hands.state().pair.mark == 1);
  hands.press_named(ImGuiKey_UpArrow);
  CHECK(hands.state().pair.mark == 0);
  for (const int expected : {1, 2, -1, -1}) {
    hands.press_named(ImGuiKey_DownArrow);
    CHECK(hands.state().pair.mark == expected);
  }
  hands.press('9');  // there is none
  CHECK(hands.state().pair.mark == -1);
  CHECK(hands.state().taxon == 0);  // the arrows were not the list of taxa's
}

TEST_CASE("a click on a mark chooses it, on its photo opens it against the other taxon") {
  PairHands hands;
  hands.show_pair(0, 1);
  hands.click(800, 130);  // the first mark on the right
  CHECK(hands.state().pair.mark == 1);
  hands.settle();
  for (float y = 430; y < 640 && hands.state().screen == Screen::kPair; y += 20) {
    hands.click(300, y);  // A's photos, below the map
    hands.settle();
  }
  REQUIRE(hands.state().screen == Screen::kPhoto);
  CHECK(hands.state().photo.from_pair);
  CHECK(hands.state().photo.origin == "Mark 1");
  CHECK(hands.state().photo.places.size() == 2);
  const auto& taxa = store::Reader(hands.atlas).taxa();
  CHECK(hands.state().photo.target.output == taxa[0].output);
  CHECK(hands.state().photo.target.minus == taxa[1].output);
}

TEST_CASE("a photo of the other taxon is explained by what tells it from the carrier") {
  PairHands hands;
  hands.show_pair(0, 1);
  hands.press('1');
  hands.settle();
  for (float y = 430; y < 640 && hands.state().screen == Screen::kPair; y += 20) {
    hands.click(560, y);  // B's photos
    hands.settle();
  }
  REQUIRE(hands.state().screen == Screen::kPhoto);
  CHECK(hands.state().photo.place()->photo.taxon == 1);
  const auto& taxa = store::Reader(hands.atlas).taxa();
  CHECK(hands.state().photo.target.output == taxa[1].output);
  CHECK(hands.state().photo.target.minus == taxa[0].output);
  hands.press_named(ImGuiKey_Escape);
  CHECK(hands.state().screen == Screen::kPair);
  CHECK(hands.state().pair.mark == 1);
}

TEST_CASE("a click on a position of the map opens its photo") {
  PairHands hands;
  hands.show_pair(0, 1);
  // Somewhere on the left: what speaks for A.
  for (float y = 100; y < 660 && hands.state().screen == Screen::kPair; y += 8)
    for (float x = 270; x < 440 && hands.state().screen == Screen::kPair; x += 16)
      hands.click(x, y);
  hands.settle();
  REQUIRE(hands.state().screen == Screen::kPhoto);
  REQUIRE(hands.state().photo.place() != nullptr);
  CHECK(hands.state().photo.place()->photo.taxon == 0);
  CHECK(hands.state().photo.place()->attribution > 0);
  const auto& taxa = store::Reader(hands.atlas).taxa();
  CHECK(hands.state().photo.target.output == taxa[0].output);
  CHECK(hands.state().photo.target.minus == taxa[1].output);
}

TEST_CASE("a pair that nobody has compared is compared in the background, then shown") {
  std::atomic<bool> go_on{false};
  std::string asked_atlas, asked_model;
  ViewOptions options;
  options.compare_pair = [&](const PairQuestion& question, const ProgressCallback& progress) {
    asked_atlas = question.atlas;
    asked_model = question.model;
    while (!go_on) {
      report(progress, {"finding marks", 1, 2, "", ""});
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    test::keep_made_pair(store::Reader(question.atlas), question.taxon_a, question.taxon_b);
  };
  PairHands hands(options, false);
  hands.app->drop(hands.model);
  hands.show_pair(0, 1);
  hands.press('1');
  CHECK(hands.state().pair.mark == 0);  // there is none yet
  // "Compare now", wherever it is in the column of the middle.
  for (float y = 200; y < 500 && asked_atlas.empty(); y += 10) {
    ImGui::GetIO().MousePos = {420, y};
    for (const bool down : {false, true, false, false}) {
      ImGui::GetIO().MouseDown[0] = down;
      hands.frame();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  REQUIRE(asked_atlas == hands.atlas);
  CHECK(asked_model == hands.model);
  CHECK_FALSE(hands.app->complete());
  go_on = true;
  hands.settle();
  hands.press('1');
  CHECK(hands.state().pair.mark == 1);
}
