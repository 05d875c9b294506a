#include "atlas/plate/plate_record.h"

#include <filesystem>

#include "atlas/plate/plate_composer.h"
#include "atlas/plate/record_folder.h"
#include "base/file.h"
#include "tests/atlas/plate/demo_pair.h"
#include "tests/atlas/plate/folder.h"
#include "tests/catch.h"

using namespace differentia;
namespace fs = std::filesystem;

namespace {

PlateRecord demo_record() {
  test::DemoPair demo = test::demo_pair();
  demo.pair.notes = {"A note."};
  demo.pair.marks[1].forms = {"adult"};
  return plate_record(demo.pair, demo.photos, {{2, "red & <white>"}}, "demo");
}

bool same(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0;
}

}  // namespace

TEST_CASE("A record says the same when it was written and read") {
  const PlateRecord record = demo_record();
  const auto json = record_json(record);
  const PlateRecord read = record_of(json);
  CHECK(record_json(read) == json);
  REQUIRE(read.pair.marks.size() == record.pair.marks.size());
  CHECK(read.pictures.marks.size() == record.pictures.marks.size());
  // Pictures are of the record's own marks.
  for (const MarkPictures& one : read.pictures.marks) {
    CHECK(one.mark >= read.pair.marks.data());
    CHECK(one.mark < read.pair.marks.data() + read.pair.marks.size());
  }
  CHECK(*words_for(read, read.pair.marks[1]) == "red & <white>");
  CHECK(words_for(read, read.pair.marks[0]) == nullptr);
}

TEST_CASE("Pictures of a record are those that the plate had") {
  const test::DemoPair demo = test::demo_pair();
  const PlatePictures chosen = plate_pictures(demo.pair, demo.photos);
  const PlateRecord record = plate_record(demo.pair, demo.photos, {}, "demo");
  const PlatePictures cut = cut_pictures(record, demo.photos.root, {});
  REQUIRE(cut.marks.size() == chosen.marks.size());
  for (std::size_t side = 0; side < 2; ++side)
    CHECK(same(cut.exemplars[side]->picture.bgr, chosen.exemplars[side]->picture.bgr));
  for (std::size_t i = 0; i < cut.marks.size(); ++i) {
    CHECK(same(cut.marks[i].own->bgr, chosen.marks[i].own->bgr));
    CHECK(same(cut.marks[i].other->bgr, chosen.marks[i].other->bgr));
  }
  // Photos that have gone are left out.
  const PlatePictures gone = cut_pictures(record, "/nowhere", {});
  CHECK(!gone.exemplars[0]);
  CHECK(!gone.marks[0].own);
}

TEST_CASE("A folder gives back what was made with the same, and nothing that is damaged") {
  const test::Folder folder;
  const RecordFolder records(folder.path + "/records", {{"seed", 1}});
  const PlateRecord record = demo_record();
  const std::string &a = record.pair.taxa[0].record.name, &b = record.pair.taxa[1].record.name;
  CHECK(!records.find(a, b));
  records.keep(record);
  REQUIRE(records.find(a, b));
  CHECK(record_json(*records.find(a, b)) == record_json(record));
  CHECK(!records.find(b, a));  // another question
  CHECK(!RecordFolder(records.path(), {{"seed", 2}}).find(a, b));
  CHECK(RecordFolder(records.path(), {{"seed", 2}}).all().size() == 1);

  const std::string path = fs::directory_iterator(records.path())->path().string();
  std::string text = read_whole_file(path);
  write_whole_file(path, text.substr(0, text.size() / 2));
  CHECK(!records.find(a, b));
  const std::size_t mark = text.find("\"mark\": 0");
  REQUIRE(mark != std::string::npos);
  write_whole_file(path, text.replace(mark, 9, "\"mark\": 9"));
  CHECK(!records.find(a, b));
  CHECK(records.all().empty());
}
