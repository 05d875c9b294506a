#include "tools/differentia/subject_crops.h"

#include "tests/catch.h"

namespace differentia::cli {
namespace {

Organism organism(int output, const Box& box) {
  Organism result;
  result.output = output;
  result.box = box;
  return result;
}

CropFrame photo() {
  CropFrame frame;
  frame.within = {0, 0, 800, 600};
  return frame;
}

const CropShape kWide{0.5, 0, 0};

TEST_CASE("a crop for each organism, none with its neighbour in it") {
  const std::vector<Organism> two = {organism(1, {100, 200, 100, 100}),
                                     organism(2, {240, 200, 100, 100})};
  const auto crops = subject_crops(two, CropBy::kOrganism, kWide, photo());
  REQUIRE(crops.size() == 2);
  CHECK(crops[0].output == 1);
  CHECK(crops[0].organisms == std::vector<int>{0});
  CHECK(crops[0].crop.box.x + crops[0].crop.box.width == 220);
  CHECK(crops[1].crop.box.x == 220);
  CHECK(crops[0].others.empty());
  CHECK(crops[1].others.empty());
}

TEST_CASE("where the shape asked for needs the neighbour's place, it is told that it is there") {
  const std::vector<Organism> two = {organism(1, {100, 200, 100, 100}),
                                     organism(2, {240, 200, 100, 100})};
  const auto crops = subject_crops(two, CropBy::kOrganism, {0.1, 0, 300}, photo());
  REQUIRE(crops.size() == 2);
  CHECK(crops[0].crop.box.width == 300);
  CHECK(crops[0].others == std::vector<int>{1});
}

TEST_CASE("by taxon: organisms of one taxon share a crop, unless another one comes with them") {
  const Organism left = organism(1, {50, 200, 100, 100});
  const Organism middle = organism(1, {200, 200, 100, 100});
  const Organism right = organism(2, {500, 200, 100, 100});
  const auto shared =
      subject_crops(std::vector<Organism>{left, middle, right}, CropBy::kTaxon, kWide, photo());
  REQUIRE(shared.size() == 2);
  CHECK(shared[0].organisms == std::vector<int>{0, 1});
  CHECK(shared[0].crop.box.x == 0);
  CHECK(shared[0].crop.box.x + shared[0].crop.box.width == 400);
  CHECK(shared[1].organisms == std::vector<int>{2});
  const Organism between = organism(2, {200, 200, 100, 100}), far = organism(1, right.box);
  const auto apart =
      subject_crops(std::vector<Organism>{left, between, far}, CropBy::kTaxon, kWide, photo());
  REQUIRE(apart.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(apart[i].organisms == std::vector<int>{static_cast<int>(i)});
    CHECK(apart[i].others.empty());
  }
}

TEST_CASE("no organism, no crop") {
  CHECK(subject_crops({}, CropBy::kTaxon, kWide, photo()).empty());
}

}  // namespace
}  // namespace differentia::cli
