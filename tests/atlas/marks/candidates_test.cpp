#include "atlas/marks/candidates.h"

#include <algorithm>
#include <cmath>

#include "tests/atlas/marks/planted_pair.h"
#include "tests/catch.h"

using namespace differentia;

namespace {

// Little is clustered: few clusters serve.
CandidateOptions few(std::vector<int> clusters) {
  CandidateOptions options;
  options.clusters = std::move(clusters);
  options.runs = 1;
  return options;
}

}  // namespace

TEST_CASE("what adds to a taxon's margin is found first, where it is", "[marks]") {
  planted::Pair planted(12, 12);
  planted.plant_in_all(Side::kA, 3, 0.5f);
  const PairEvidence& pair = planted.evidence();
  const auto found = find_candidates(pair, pair_space(pair), few({4, 6}));
  REQUIRE(!found.empty());
  const Candidate& first = found.front();
  CHECK(first.carrier == Side::kA);
  CHECK(first.attribution == Approx(2.0).margin(1e-3));  // four positions of ½
  CHECK(first.novelty > 0.5);
  CHECK(first.score == Approx(first.attribution * std::sqrt(first.novelty)));
  REQUIRE(first.peaks.size() == 12);
  for (std::size_t i = 0; i < 12; ++i) {
    CAPTURE(i);
    const Peak& peak = first.peaks[i];
    REQUIRE(peak.seen());
    CHECK(peak.attribution == Approx(0.5));
    CHECK(planted.within(peak.row, planted.row_of(i)));
    CHECK(planted.within(peak.column, planted.column_of(i)));
    int members = 0;
    for (std::size_t p = 0; p < pair.cells(); ++p)
      members += first.member[0][i * pair.cells() + p] != 0;
    CHECK(members == 4);
  }
  for (const char is : first.member[1]) REQUIRE(is == 0);
  // The planted part is one candidate, though both clusterings find it.
  for (std::size_t c = 1; c < found.size(); ++c) CHECK(found[c].attribution < 1);
}

TEST_CASE("what a taxon lacks is a mark of the one that has it", "[marks]") {
  // All of A's photos speak for A because B's part is missing; its absence looks like much else.
  planted::Pair planted(12, 12, {0.2f, 0});
  planted.plant_in_all(Side::kB, 3, 0.5f);
  const PairEvidence& pair = planted.evidence();
  const auto found = find_candidates(pair, pair_space(pair), few({3}));
  REQUIRE(found.size() >= 2);
  CHECK(found[0].carrier == Side::kB);
  CHECK(found[0].attribution == Approx(2.0).margin(1e-3));
  for (const Candidate& one : found) {
    if (one.carrier != Side::kA) continue;
    CHECK(one.novelty < 0.05);
    CHECK(one.score < found[0].score);
  }
  // By attribution alone A's would come first.
  CHECK(std::any_of(found.begin(), found.end(), [](const Candidate& one) {
    return one.carrier == Side::kA && one.attribution > 2;
  }));
}

TEST_CASE("the testing half has no say in what is found", "[marks]") {
  const auto found_with = [](float testing_adds, std::size_t testing_channel) {
    planted::Pair planted(12, 12);
    planted.plant_in_all(Side::kA, 3, 0.5f);
    for (std::size_t i = 6; i < 12; ++i)
      planted.plant(Side::kA, i, planted.row_of(i), planted.column_of(i), testing_channel,
                    testing_adds);
    return find_candidates(planted.evidence(), pair_space(planted.evidence()), few({5}));
  };
  const auto one = found_with(0.5f, 3), two = found_with(-2.0f, 5);
  REQUIRE(!one.empty());
  REQUIRE(one.size() == two.size());
  for (std::size_t c = 0; c < one.size(); ++c) {
    CAPTURE(c);
    CHECK(one[c].carrier == two[c].carrier);
    CHECK(one[c].centroid == two[c].centroid);
    CHECK(one[c].attribution == two[c].attribution);
    CHECK(one[c].novelty == two[c].novelty);
  }
}

TEST_CASE("nothing is found where nothing adds, and in one photo each", "[marks]") {
  planted::Pair nothing(8, 8);
  CHECK(find_candidates(nothing.evidence(), pair_space(nothing.evidence()), few({5})).empty());
  planted::Pair opposed(8, 8, {-0.1f, -0.1f});
  CHECK(find_candidates(opposed.evidence(), pair_space(opposed.evidence()), few({5})).empty());
  planted::Pair single(1, 1, {0.1f, 0.1f});  // both of the testing half
  single.evidence().sides[0].photos[0].testing = true;
  single.evidence().sides[1].photos[0].testing = true;
  CHECK(find_candidates(single.evidence(), pair_space(single.evidence()), few({5})).empty());
}

TEST_CASE("a mean counts in the form in which it is least", "[marks]") {
  planted::Pair planted(12, 1);
  PairEvidence& pair = planted.evidence();
  const std::vector<std::size_t> photos{0, 2, 3, 4, 5, 6, 7, 8, 10, 11};
  const std::vector<double> values{1, 1, 1, 1, 0.2, 0.1, 0.3, 0.2, -5, -5};
  for (std::size_t j = 0; j < photos.size(); ++j)
    pair.sides[0].photos[photos[j]].record.form = j < 4 ? "male" : j < 8 ? "female" : "chick";
  // Two chicks are too few to count by themselves.
  CHECK(least_form_mean(pair, Side::kA, photos, values) == Approx(0.2));
  for (std::size_t j = 0; j < photos.size(); ++j)
    pair.sides[0].photos[photos[j]].record.form = std::to_string(j);
  CHECK(least_form_mean(pair, Side::kA, photos, values) == Approx(-5.2 / 10));
  CHECK(least_form_mean(pair, Side::kA, {}, {}) == 0);
}
