#include "explain/model_card.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace differentia {

namespace {

using Json = nlohmann::json;

const std::map<std::string, Head> kHeads = {
    {"logits", Head::kLogits}, {"softmax", Head::kSoftmax}, {"regression", Head::kRegression}};
const std::map<std::string, Fit> kFits = {
    {"stretch", Fit::kStretch}, {"crop", Fit::kCrop}, {"pad", Fit::kPad}};
const std::map<std::string, Interpolation> kInterpolations = {
    {"bilinear", Interpolation::kBilinear},
    {"bicubic", Interpolation::kBicubic},
    {"nearest", Interpolation::kNearest}};

template <typename Value>
std::string names_of(const std::map<std::string, Value>& values) {
  std::string names;
  for (const auto& entry : values) names += (names.empty() ? "" : ", ") + entry.first;
  return names;
}

template <typename Value>
std::string name_of(const std::map<std::string, Value>& values, Value value) {
  for (const auto& entry : values) {
    if (entry.second == value) return entry.first;
  }
  return {};
}

// Reads the keys of one JSON object and complains about those that nobody asked for.
class Reader {
 public:
  Reader(const std::string& path, const Json& object, std::string prefix)
      : path_(path), object_(object), prefix_(std::move(prefix)) {
    if (!object.is_object()) fail("", "must be a JSON object");
  }

  [[noreturn]] void fail(const std::string& key, const std::string& complaint) const {
    std::string name = prefix_ + key;
    if (!name.empty() && name.back() == '.') name.pop_back();
    throw FileError(path_, "Model card " + path_ + ": " +
                               (name.empty() ? "the card" : "\"" + name + "\"") + " " + complaint +
                               ".");
  }

  const Json* find(const std::string& key) {
    known_.insert(key);
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  bool text(const std::string& key, std::string& value) {
    const Json* json = find(key);
    if (json == nullptr) return false;
    if (!json->is_string()) fail(key, "must be a text");
    value = json->get<std::string>();
    return true;
  }

  bool flag(const std::string& key, bool& value) {
    const Json* json = find(key);
    if (json == nullptr) return false;
    if (!json->is_boolean()) fail(key, "must be true or false");
    value = json->get<bool>();
    return true;
  }

  bool side(const std::string& key, int& value) {
    const Json* json = find(key);
    if (json == nullptr) return false;
    if (!json->is_number_integer() || json->get<std::int64_t>() < 1 ||
        json->get<std::int64_t>() > 8192) {
      fail(key, "must be a whole number of pixels between 1 and 8192");
    }
    value = json->get<int>();
    return true;
  }

  bool triple(const std::string& key, std::array<float, 3>& value, bool positive) {
    const Json* json = find(key);
    if (json == nullptr) return false;
    if (!json->is_array() || json->size() != 3) fail(key, "must be three numbers");
    for (std::size_t i = 0; i < 3; ++i) {
      if (!(*json)[i].is_number()) fail(key, "must be three numbers");
      value[i] = (*json)[i].get<float>();
      if (positive && !(value[i] > 0)) fail(key, "must be three numbers above zero");
    }
    return true;
  }

  template <typename Value>
  bool choice(const std::string& key, const std::map<std::string, Value>& values, Value& value) {
    std::string name;
    if (!text(key, name)) return false;
    const auto found = values.find(name);
    if (found == values.end())
      fail(key, "is \"" + name + "\"; it must be one of " + names_of(values));
    value = found->second;
    return true;
  }

  void finish() const {
    for (const auto& entry : object_.items()) {
      if (known_.count(entry.key()) > 0) continue;
      const auto nearest = nearest_names(entry.key(), {known_.begin(), known_.end()}, 1);
      fail(entry.key(),
           "is no key of a model card" +
               (nearest.empty() ? std::string()
                                : "; the nearest is \"" + prefix_ + nearest[0] + "\""));
    }
  }

 private:
  const std::string& path_;
  const Json& object_;
  std::string prefix_;
  std::set<std::string> known_;
};

std::vector<std::string> csv_fields(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        fields.back() += line[++i];
      } else {
        quoted = !quoted;
      }
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

// One label a line, or CSV with the header index,id,name.
std::vector<std::string> read_labels(const std::string& card, const std::string& path) {
  std::ifstream file(path);
  if (!file)
    throw FileError(
        path, "Model card " + card + ": \"labels\" names " + path + ", which cannot be read.");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(line);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (!lines.empty() && lines[0].rfind("\xEF\xBB\xBF", 0) == 0) lines[0].erase(0, 3);
  if (lines.empty()) throw FileError(path, "The label file " + path + " is empty.");
  if (csv_fields(lines[0]) != std::vector<std::string>{"index", "id", "name"}) return lines;
  std::vector<std::string> labels(lines.size() - 1);
  std::vector<bool> given(labels.size());
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto fields = csv_fields(lines[i]);
    const std::string where = path + ", line " + std::to_string(i + 1);
    if (fields.size() != 3)
      throw FileError(path, where + ": three fields index,id,name are needed.");
    std::size_t index = labels.size(), used = 0;
    try {
      index = std::stoul(fields[0], &used);
    } catch (const std::exception&) {
    }
    if (used != fields[0].size() || index >= labels.size() || given[index]) {
      throw FileError(path, where + ": the index \"" + fields[0] + "\" must be one of 0 to " +
                                std::to_string(labels.size() - 1) + ", each once.");
    }
    given[index] = true;
    labels[index] = fields[2];
  }
  return labels;
}

const char kImageNet[] = "mean and std: ImageNet's (the card gives none)";

ModelCard default_card() {
  ModelCard card;
  card.defaults = {
      "labels: none (the photo folders' names are used if their number fits)", "head: logits",
      "input: 224×224, shorter side to 256, centre crop, bilinear with antialiasing, RGB",
      kImageNet};
  return card;
}

void read_input(const std::string& path, const Json& json, ModelCard& card) {
  Reader reader(path, json, "input.");
  InputSpec& input = card.input;
  const bool width = reader.side("width", input.size.width);
  const bool height = reader.side("height", input.size.height);
  if (width && !height) input.size.height = input.size.width;
  if (height && !width) input.size.width = input.size.height;
  if (!width && !height) card.defaults.push_back("input size: 224×224");
  if (!reader.choice("fit", kFits, input.fit)) card.defaults.push_back("fit: crop");
  const int shorter = std::min(input.size.width, input.size.height);
  if (!reader.side("resize", input.resize)) {
    input.resize = static_cast<int>(std::lround(shorter * 256.0 / 224.0));
    if (input.fit == Fit::kCrop) {
      card.defaults.push_back("resize: shorter side to " + std::to_string(input.resize));
    } else {
      input.resize = shorter;
    }
  }
  if (!reader.choice("interpolation", kInterpolations, input.interpolation)) {
    card.defaults.push_back("interpolation: bilinear");
  }
  if (!reader.flag("antialias", input.antialias)) card.defaults.push_back("antialias: yes");
  const std::map<std::string, bool> orders = {{"RGB", true}, {"BGR", false}};
  if (!reader.choice("order", orders, input.rgb)) card.defaults.push_back("order: RGB");
  const bool mean = reader.triple("mean", input.mean, false);
  const bool std = reader.triple("std", input.std, true);
  if (!mean && !std) {
    card.defaults.push_back(kImageNet);
  } else if (!mean || !std) {
    reader.fail(mean ? "std" : "mean", "is missing, although the other of mean and std is given");
  }
  reader.finish();
}

}  // namespace

ModelCard read_card(const std::string& path) {
  std::ifstream file(path);
  if (!file)
    throw FileError(path, "The model card " + path +
                              " cannot be read: give another with --card, or leave --card out to "
                              "take the one beside the model.");
  std::stringstream text;
  text << file.rdbuf();
  Json json;
  try {
    json = Json::parse(text.str());
  } catch (const Json::parse_error& error) {
    throw FileError(path, "The model card " + path + " is not JSON (byte " +
                              std::to_string(error.byte) +
                              "): mend it, or remove it to go on with the defaults.");
  }
  ModelCard card;
  Reader reader(path, json, "");
  reader.text("name", card.name);
  if (const Json* labels = reader.find("labels")) {
    if (labels->is_string()) {
      const auto folder = std::filesystem::path(path).parent_path();
      card.labels = read_labels(path, (folder / labels->get<std::string>()).string());
    } else if (labels->is_array()) {
      for (const Json& label : *labels) {
        if (!label.is_string())
          reader.fail("labels", "must be a list of texts or the name of a file");
        card.labels.push_back(label.get<std::string>());
      }
    } else {
      reader.fail("labels", "must be a list of texts or the name of a file");
    }
  } else {
    card.defaults.push_back(
        "labels: none (the photo folders' names are used if their number fits)");
  }
  if (!reader.choice("head", kHeads, card.head)) card.defaults.push_back("head: logits");
  if (const Json* input = reader.find("input")) {
    read_input(path, *input, card);
  } else {
    read_input(path, Json::object(), card);
  }
  reader.text("layer", card.layer);
  reader.text("deep_layer", card.deep_layer);
  reader.finish();
  return card;
}

ModelCard card_of_model(const std::string& model_path) {
  const auto path = std::filesystem::path(model_path).replace_extension(".json");
  ModelCard card = std::filesystem::exists(path) ? read_card(path.string()) : default_card();
  if (card.name.empty()) card.name = std::filesystem::path(model_path).stem().string();
  return card;
}

std::string card_json(const ModelCard& card) {
  const InputSpec& input = card.input;
  // A float's shortest decimal form, not its double's.
  const auto triple = [](const std::array<float, 3>& values) {
    Json list = Json::array();
    for (const float value : values)
      list.push_back(std::round(static_cast<double>(value) * 1e7) / 1e7);
    return list;
  };
  nlohmann::ordered_json json;
  json["name"] = card.name;
  json["labels"] = card.labels;
  json["head"] = name_of(kHeads, card.head);
  auto& spec = json["input"];
  spec["width"] = input.size.width;
  spec["height"] = input.size.height;
  spec["fit"] = name_of(kFits, input.fit);
  spec["resize"] = input.resize;
  spec["interpolation"] = name_of(kInterpolations, input.interpolation);
  spec["antialias"] = input.antialias;
  spec["order"] = input.rgb ? "RGB" : "BGR";
  spec["mean"] = triple(input.mean);
  spec["std"] = triple(input.std);
  json["layer"] = card.layer;
  json["deep_layer"] = card.deep_layer;
  return json.dump(2);
}

}  // namespace differentia
