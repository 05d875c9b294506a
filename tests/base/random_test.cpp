#include "base/random.h"

#include <set>

#include "tests/catch.h"

using namespace differentia;

TEST_CASE("Philox gives the published numbers", "[random]") {
  // Random123's known-answer test for philox4x32-10: counter and key of zeros.
  Random random(0, 0, 0);
  std::vector<std::uint32_t> block(4);
  for (auto& value : block) value = random.bits();
  REQUIRE(std::set<std::uint32_t>(block.begin(), block.end()) ==
          std::set<std::uint32_t>{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u});
}

TEST_CASE("a stream is the same wherever it is made, and differs from its neighbours", "[random]") {
  Random first(7, stream_id("pose"), 3), again(7, stream_id("pose"), 3),
      other_photo(7, stream_id("pose"), 4), other_purpose(7, stream_id("light"), 3),
      other_seed(8, stream_id("pose"), 3);
  for (int i = 0; i < 100; ++i) {
    const auto value = first.bits();
    REQUIRE(again.bits() == value);
    REQUIRE(other_photo.bits() != value);
    REQUIRE(other_purpose.bits() != value);
    REQUIRE(other_seed.bits() != value);
  }
}

TEST_CASE("distributions have their moments", "[random]") {
  Random random(1, 2, 3);
  constexpr int kDraws = 200000;
  double sum = 0, squares = 0, normal_sum = 0, normal_squares = 0;
  std::vector<int> counts(7);
  std::vector<int> weighted(3);
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.uniform();
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    sum += u;
    squares += u * u;
    const double z = random.normal();
    normal_sum += z;
    normal_squares += z * z;
    ++counts[random.below(7)];
    ++weighted[random.weighted({1, 0, 3})];
  }
  REQUIRE(sum / kDraws == Approx(0.5).margin(0.003));
  REQUIRE(squares / kDraws == Approx(1.0 / 3).margin(0.003));
  REQUIRE(normal_sum / kDraws == Approx(0).margin(0.01));
  REQUIRE(normal_squares / kDraws == Approx(1).margin(0.02));
  for (const int count : counts) REQUIRE(count == Approx(kDraws / 7.0).margin(700));
  REQUIRE(weighted[1] == 0);
  REQUIRE(weighted[2] == Approx(0.75 * kDraws).margin(1000));
}

TEST_CASE("a shuffle keeps every value", "[random]") {
  std::vector<int> values{1, 2, 3, 4, 5, 6, 7, 8};
  Random(5).shuffle(values);
  REQUIRE(values != std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8});
  REQUIRE(std::set<int>(values.begin(), values.end()).size() == 8);
}
