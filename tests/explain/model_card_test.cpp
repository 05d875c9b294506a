#include "explain/model_card.h"

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "tests/catch.h"

namespace differentia {
namespace {

using Catch::Matchers::Contains;

std::string written(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::temp_directory_path() / ("differentia_card_test_" + name);
  std::ofstream(path) << text;
  return path.string();
}

ModelCard parsed(const std::string& text) {
  return read_card(written("card.json", text));
}

TEST_CASE("every key of a card is read, and written again") {
  const ModelCard card = parsed(R"({"name": "n", "labels": ["a", "b"], "head": "softmax",
    "input": {"width": 192, "height": 160, "fit": "pad", "resize": 180, "interpolation": "bicubic",
              "antialias": false, "order": "BGR", "mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6]},
    "layer": "x.1", "deep_layer": "x.2"})");
  CHECK(card.name == "n");
  CHECK(card.labels == std::vector<std::string>{"a", "b"});
  CHECK(card.head == Head::kSoftmax);
  CHECK(card.input.size == Size{192, 160});
  CHECK(card.input.fit == Fit::kPad);
  CHECK(card.input.resize == 180);
  CHECK(card.input.interpolation == Interpolation::kBicubic);
  CHECK_FALSE(card.input.antialias);
  CHECK_FALSE(card.input.rgb);
  CHECK(card.input.mean[2] == 0.3f);
  CHECK(card.input.std[0] == 0.4f);
  CHECK(card.layer == "x.1");
  CHECK(card.deep_layer == "x.2");
  CHECK(card.defaults.empty());
  const ModelCard again = parsed(card_json(card));
  CHECK(card_json(again) == card_json(card));
  CHECK(again.input.mean == card.input.mean);
  CHECK(again.defaults.empty());
}

TEST_CASE("what a card leaves out is named") {
  const ModelCard card = parsed(R"({"input": {"width": 128}})");
  CHECK(card.input.size == Size{128, 128});
  CHECK(card.input.fit == Fit::kCrop);
  CHECK(card.input.resize == 146);
  CHECK(card.input.mean[0] == 0.485f);
  std::string all;
  for (const auto& sentence : card.defaults) all += sentence + "\n";
  CHECK_THAT(all,
             Contains("ImageNet") && Contains("fit") && Contains("logits") && Contains("labels"));
}

TEST_CASE("faults of a card name the key") {
  CHECK_THROWS_WITH(parsed("{"), Contains("not JSON"));
  CHECK_THROWS_WITH(parsed("[]"), Contains("object"));
  CHECK_THROWS_WITH(parsed(R"({"labls": []})"), Contains("\"labls\"") && Contains("\"labels\""));
  CHECK_THROWS_WITH(parsed(R"({"input": {"width": "big"}})"), Contains("\"input.width\""));
  CHECK_THROWS_WITH(parsed(R"({"input": {"width": -3}})"), Contains("\"input.width\""));
  CHECK_THROWS_WITH(parsed(R"({"input": {"widht": 3}})"), Contains("\"input.widht\""));
  CHECK_THROWS_WITH(parsed(R"({"input": {"fit": "squash"}})"),
                    Contains("squash") && Contains("stretch"));
  CHECK_THROWS_WITH(parsed(R"({"input": {"mean": [1, 2]}})"), Contains("\"input.mean\""));
  CHECK_THROWS_WITH(parsed(R"({"input": {"mean": [0, 0, 0], "std": [1, 0, 1]}})"),
                    Contains("\"input.std\""));
  CHECK_THROWS_WITH(parsed(R"({"input": {"mean": [0, 0, 0]}})"), Contains("\"input.std\""));
  CHECK_THROWS_WITH(parsed(R"({"head": 3})"), Contains("\"head\""));
  CHECK_THROWS_WITH(parsed(R"({"labels": [1]})"), Contains("\"labels\""));
  CHECK_THROWS_WITH(parsed(R"({"labels": "no_such_file.txt"})"), Contains("no_such_file.txt"));
  CHECK_THROWS_AS(read_card("no/such/card.json"), FileError);
}

TEST_CASE("labels come from a file, by line or by index") {
  written("labels.txt", "first\r\nsecond\n");
  CHECK(parsed(R"({"labels": "differentia_card_test_labels.txt"})").labels ==
        std::vector<std::string>{"first", "second"});
  written("labels.csv", "index,id,name\n1,17,\"b, c\"\n0,16,a\n");
  CHECK(parsed(R"({"labels": "differentia_card_test_labels.csv"})").labels ==
        std::vector<std::string>{"a", "b, c"});
  written("labels.csv", "index,id,name\n1,17,b\n1,16,a\n");
  CHECK_THROWS_WITH(parsed(R"({"labels": "differentia_card_test_labels.csv"})"),
                    Contains("line 3"));
}

}  // namespace
}  // namespace differentia
