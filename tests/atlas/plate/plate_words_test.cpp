#include "atlas/plate/plate_words.h"

#include "atlas/plate/plate_credits.h"
#include "tests/atlas/plate/demo_pair.h"
#include "tests/catch.h"

using namespace differentia;

TEST_CASE("A genus that both have is shortened") {
  CHECK(short_name("Granella rufa", "Granella alba") == "G. rufa");
  CHECK(short_name("Granella rufa", "Turdisca alba") == "Granella rufa");
  CHECK(short_name("Grey heron", "Grey plover") == "G. heron");  // it cannot know
  CHECK(short_name("Bengal", "Bengalese") == "Bengal");
  CHECK(short_name("Émilia rosea", "Émilia alba") == "É. rosea");
  CHECK_FALSE(is_binomial("Great Grey Owl"));
  CHECK_FALSE(is_binomial("Bengal"));
}

TEST_CASE("Counts name what was seen and what covering does") {
  const test::DemoPair demo = test::demo_pair();
  const PairMarks& pair = demo.pair;
  CHECK(
      mark_counts(pair.marks[0], pair) ==
      "Seen in 11 of 12 T. guttata, 0 of 12 T. aurantia; covered, the model changes its mind on 4 "
      "of 11.");
  CHECK(mark_counts(pair.marks[2], pair).find("it could not be tested: there is no other") !=
        std::string::npos);
  Mark untested = pair.marks[0];
  untested.forms = {"female", "juvenile"};
  untested.status = MarkStatus::kUntested;
  CHECK(mark_counts(untested, pair) ==
        "Seen in 11 of 12 T. guttata (female, juvenile), 0 of 12 T. aurantia; not tested.");
}

TEST_CASE("A mark without words has a neutral line") {
  const test::DemoPair demo = test::demo_pair();
  CHECK(mark_title(demo.pair.marks[2], demo.pair) == "Upper part: not seen in T. aurantia");
  CHECK(mark_title(demo.pair.marks[0], demo.pair) == "Spotted breast (plain orange in B)");
  CHECK(mark_label(demo.pair.marks[0]) == "spotted breast");
  Mark mark = demo.pair.marks[2];
  mark.kind = MarkKind::kState;
  mark.words.part = "bill";
  CHECK(mark_title(mark, demo.pair) == "Bill: looks otherwise than in T. aurantia");
}

TEST_CASE("What the marks decide, and that there is none, are said") {
  test::DemoPair demo = test::demo_pair();
  CHECK(decided_sentence(demo.pair) == "These four marks alone decide 21 of 24 photos rightly.");
  demo.pair.marks.resize(1);
  CHECK(decided_sentence(demo.pair) == "This mark alone decides 21 of 24 photos rightly.");
  CHECK(verdict_sentence(demo.pair).empty());
  demo.pair.marks.clear();
  CHECK(decided_sentence(demo.pair).empty());
  CHECK_FALSE(verdict_sentence(demo.pair).empty());
  demo.pair.verdict = "The model confuses the two.";
  CHECK(verdict_sentence(demo.pair) == "The model confuses the two.");
}

TEST_CASE("A remark says in three sentences what the model goes by") {
  test::DemoPair demo = test::demo_pair();
  CHECK(
      remark_of(demo.pair) ==
      "To tell T. guttata from T. aurantia the model goes by the spotted breast of T. guttata (11 "
      "of 12, against 0 of 12), the orange breast of T. aurantia (11 of 12, against 0 of 12) and "
      "the upper part of T. guttata (11 of 12, against 0 of 12). These four marks alone decide 21 "
      "of 24 photos rightly. That is what the model uses in these photos, not proof that the "
      "difference is real or that the model is right.");
  demo.pair.verdict = "The model confuses the two.";
  CHECK(remark_of(demo.pair).find("The model confuses the two. On photos not used here") == 0);
}

TEST_CASE("Every photo's credit and licence are named once") {
  test::DemoPair demo = test::demo_pair();
  PlatePictures pictures = plate_pictures(demo.pair, demo.photos);
  const std::int32_t left = pictures.exemplars[0]->picture.photo;
  demo.photos.records.at(left).credit = "A. Photographer";
  demo.photos.records.at(left).licence = "CC BY 4.0";
  const std::string credits = plate_credits(demo.pair, pictures, demo.photos.records).sentence();
  CHECK(credits.find("T. guttata") == 0);
  CHECK(credits.find("A. Photographer, CC BY 4.0") != std::string::npos);
  CHECK(credits.find("A. Photographer") == credits.rfind("A. Photographer"));
  demo.photos.records.at(left).credit = demo.photos.records.at(left).licence = "";
  CHECK(plate_credits(demo.pair, pictures, demo.photos.records)
            .sentence()
            .find("credit not known (" + demo.photos.records.at(left).path + ")") !=
        std::string::npos);
}
