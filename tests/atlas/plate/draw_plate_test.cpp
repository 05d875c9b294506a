#include "atlas/plate/draw_plate.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "atlas/plate/plate_composer.h"
#include "base/error.h"
#include "base/file.h"
#include "tests/atlas/plate/demo_pair.h"
#include "tests/atlas/plate/folder.h"
#include "tests/catch.h"

using namespace differentia;
using test::Folder;
namespace fs = std::filesystem;

namespace {

bool meet(const Box& a, const Box& b) {
  constexpr double kSlack = 0.5;
  return a.x < b.x + b.width - kSlack && b.x < a.x + a.width - kSlack &&
         a.y < b.y + b.height - kSlack && b.y < a.y + a.height - kSlack;
}

ComposedPlate composed(const PairMarks& pair, const PlateOptions& options) {
  static PlatePictures pictures;
  pictures = plate_pictures(pair, options.photos);
  return compose_plate(pair, options, pictures);
}

void check_apart(const ComposedPlate& plate) {
  std::vector<Box> all = plate.texts;
  all.insert(all.end(), plate.pictures.begin(), plate.pictures.end());
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i, all[i].x, all[i].y, all[i].width, all[i].height);
    CHECK(all[i].x >= 0);
    CHECK(all[i].y >= 0);
    CHECK(all[i].x + all[i].width <= plate.width);
    CHECK(all[i].y + all[i].height <= plate.height);
    for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(meet(all[i], all[j]));
  }
}

}  // namespace

TEST_CASE("The same plate twice has the same bytes, as PNG, SVG and PDF") {
  const test::DemoPair demo = test::demo_pair();
  PlateOptions options;
  options.photos = demo.photos;
  options.dots_per_inch = 72;
  const Folder folder;
  for (const char* ending : {".png", ".SVG", ".pdf"}) {
    const std::string first = folder.path + "/first" + ending,
                      second = folder.path + "/second" + ending;
    draw_plate(demo.pair, options, first);
    draw_plate(demo.pair, options, second);
    CAPTURE(ending);
    CHECK(read_whole_file(first).size() > 20'000);
    CHECK((read_whole_file(first) == read_whole_file(second)));
  }
  CHECK(read_whole_file(folder.path + "/first.png").substr(1, 3) == "PNG");
  CHECK(read_whole_file(folder.path + "/first.SVG").find("<svg") < 100);
  CHECK(read_whole_file(folder.path + "/first.pdf").substr(0, 4) == "%PDF");
}

TEST_CASE("Texts and pictures of a plate stay on the page and apart") {
  test::DemoPair demo = test::demo_pair();
  PlateOptions options;
  options.photos = demo.photos;
  for (const PlateWidth width : {PlateWidth::kPage, PlateWidth::kPhone}) {
    options.width = width;
    CAPTURE(width == PlateWidth::kPhone);
    check_apart(composed(demo.pair, options));
  }

  SECTION("long names and long words") {
    demo.pair.taxa[0].record.name = "Pseudophylloscopus novaeguineensis subsp. melanorhynchoides";
    demo.pair.taxa[1].record.common_name =
        "the imaginary bird with the longest of all common names";
    for (Mark& mark : demo.pair.marks)
      mark.words.text =
          "a very long and finely barred breast, buff at the sides & <white> below the throat, "
          "with Donaudampfschifffahrtsgesellschaftskapitänsmützenbänder (plain in the other)";
    for (const PlateWidth width : {PlateWidth::kPage, PlateWidth::kPhone}) {
      options.width = width;
      check_apart(composed(demo.pair, options));
    }
  }
  SECTION("all marks of one taxon") {
    if (GENERATE(false, true))
      demo.pair.marks.erase(demo.pair.marks.begin() + 1);
    else
      demo.pair.marks.erase(demo.pair.marks.begin(), demo.pair.marks.end() - 1);
    for (const PlateWidth width : {PlateWidth::kPage, PlateWidth::kPhone}) {
      options.width = width;
      check_apart(composed(demo.pair, options));
    }
  }
  SECTION("a pair without a reason") {
    demo.pair.marks.clear();
    demo.pair.context.clear();
    demo.pair.verdict = "The model confuses the two; stop at their common ancestor.";
    check_apart(composed(demo.pair, options));
  }
  SECTION("photos that are gone") {
    options.photos.root = "/nowhere";
    const ComposedPlate plate = composed(demo.pair, options);
    CHECK(plate.pictures.empty());
    check_apart(plate);
  }
}

TEST_CASE("A plate is a PNG, an SVG or a PDF, and nothing is left where it cannot be written") {
  const test::DemoPair demo = test::demo_pair();
  PlateOptions options;
  options.photos = demo.photos;
  const Folder folder;
  CHECK_THROWS_AS(draw_plate(demo.pair, options, folder.path + "/plate.jpg"), InputError);
  CHECK_THROWS_AS(draw_plate(demo.pair, options, folder.path + "/plate"), InputError);
  CHECK_THROWS_AS(draw_plate(demo.pair, options, folder.path + "/none/plate.svg"), FileError);
  CHECK(fs::is_empty(folder.path));
}
