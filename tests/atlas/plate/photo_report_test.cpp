#include "atlas/plate/photo_report.h"

#include <filesystem>

#include <unistd.h>

#include "atlas/plate/axis_drawing.h"
#include "atlas/plate/photo_words.h"
#include "base/error.h"
#include "base/file.h"
#include "tests/atlas/plate/demo_pair.h"
#include "tests/catch.h"

using namespace differentia;
using Catch::Matchers::Contains;

namespace {

PairAxis axis() {
  PairAxis result;
  result.margins = {{{2, 3, 4, 5, 6}, {-7, -6, -5, -4}}};
  result.clear_a = 2.2;
  result.clear_b = -4.2;
  return result;
}

PhotoOnPair photo_of(const PairMarks& pair) {
  PhotoOnPair photo;
  photo.path = "somewhere/garden.jpg";
  photo.size = {400, 300};
  photo.subject = {100, 80, 200, 150};
  photo.masked = photo.estimated = true;
  photo.margin = 4.4;
  photo.below = {Count{3, 5}, Count{4, 4}};
  photo.first = pair.taxa[0].record.output;
  photo.placed = PlacedOnAxis::kA;
  for (std::size_t m = 0; m < pair.marks.size(); ++m) {
    TickedMark mark;
    mark.presence = m == 0   ? MarkPresence::kSeen
                    : m == 1 ? MarkPresence::kAbsent
                             : MarkPresence::kHidden;
    mark.why = m < 2 ? WhyHidden::kNot : WhyHidden::kOffFrame;
    mark.place = {140.0 + 40 * static_cast<double>(m), 120};
    mark.box = {mark.place.x - 20, 100, 40, 40};
    photo.marks.push_back(mark);
  }
  photo.context.resize(pair.context.size());
  return photo;
}

}  // namespace

TEST_CASE("what is said of a photo: clearly one, between, or neither", "[photo]") {
  const PairMarks pair = test::demo_pair().pair;
  PhotoOnPair photo = photo_of(pair);
  CHECK(placed_sentence(photo, pair) == "Clearly Turdisca guttata.");
  photo.placed = PlacedOnAxis::kB;
  CHECK(placed_sentence(photo, pair) == "Clearly Turdisca aurantia.");
  photo.placed = PlacedOnAxis::kBetween;
  CHECK_THAT(placed_sentence(photo, pair), Contains("Between") && Contains("nothing is learnt"));
  // Another taxon first is said first, whatever follows.
  photo.first = 1000;
  photo.first_label = "Larus canus";
  for (const PlacedOnAxis placed :
       {PlacedOnAxis::kA, PlacedOnAxis::kB, PlacedOnAxis::kBetween, PlacedOnAxis::kNeither}) {
    photo.placed = placed;
    CHECK(placed_sentence(photo, pair).find("The model names Larus canus first") == 0);
  }
  CHECK_THAT(placed_sentence(photo, pair), Contains("far behind"));
  photo.first = pair.taxa[1].record.output;
  photo.weak = true;
  CHECK_THAT(placed_sentence(photo, pair),
             Contains("neither") && Contains("Turdisca aurantia, but more weakly"));
}

TEST_CASE("the axis in a sentence and in rows of a terminal", "[photo]") {
  const PairMarks pair = test::demo_pair().pair;
  const PhotoOnPair photo = photo_of(pair);
  CHECK_THAT(axis_sentence(photo, pair),
             Contains("+4.4") && Contains("3 of 5 testing photos of Turdisca guttata") &&
                 Contains("all 4 of Turdisca aurantia"));
  const std::string text = axis_text(axis(), 4.4, "A", "B", 40);
  CHECK_THAT(text, Contains("▲ this photo"));
  // The photo's place is right of the middle, among A's.
  const std::size_t row = text.find('\n') + 1;
  CHECK(text.find("▲") - row > 24);
  const std::string beyond = axis_text(axis(), -50, "A", "B", 40);
  CHECK(beyond.find("▲") - beyond.find('\n') < 10);
  CHECK_NOTHROW(axis_text(PairAxis{}, 0, "A", "B", 40));
}

TEST_CASE("what a mark's tick means", "[photo]") {
  TickedMark mark;
  mark.presence = MarkPresence::kSeen;
  CHECK(presence_words(mark) == "seen");
  CHECK(tick_sign(mark) == "✓");
  mark.presence = MarkPresence::kAbsent;
  CHECK(presence_words(mark) == "absent");
  mark.presence = MarkPresence::kHidden;
  mark.why = WhyHidden::kOffFrame;
  CHECK_THAT(presence_words(mark), Contains("beyond the frame"));
  mark.why = WhyHidden::kOffSubject;
  CHECK_THAT(presence_words(mark), Contains("covered"));
  mark.why = WhyHidden::kLikeNeither;
  CHECK_THAT(presence_words(mark), Contains("like neither"));
  CHECK(tick_sign(mark) == "?");
}

TEST_CASE("a photo's picture: the same bytes twice, in every format", "[photo]") {
  const PairMarks pair = test::demo_pair().pair;
  const PhotoOnPair photo = photo_of(pair);
  const cv::Mat bgr(300, 400, CV_8UC3, cv::Scalar(90, 140, 120));
  const ComposedReport report = compose_photo_report(photo, pair, axis(), bgr);
  CHECK(report.width == 595);
  CHECK(report.height > 300);
  CHECK(report.height < 1200);
  const auto folder = std::filesystem::temp_directory_path() /
                      ("differentia_photo_report_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  for (const char* ending : {"png", "svg", "pdf"}) {
    const std::string one = (folder / (std::string("one.") + ending)).string(),
                      two = (folder / (std::string("two.") + ending)).string();
    draw_photo_report(photo, pair, axis(), bgr, one, 72);
    draw_photo_report(photo, pair, axis(), bgr, two, 72);
    CHECK(read_whole_file(one).size() > 1000);
    CHECK((read_whole_file(one) == read_whole_file(two)));
  }
  CHECK_THROWS_AS(draw_photo_report(photo, pair, axis(), bgr, (folder / "three.gif").string()),
                  InputError);
  std::filesystem::remove_all(folder);
}
