#include "tools/world/description.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace differentia::world {

using nlohmann::json;

namespace {

const std::array<std::string, kParts> kPartNames = {
    "none", "bill",   "eye",   "eye_ring", "eyebrow",   "crown", "face", "throat", "nape",
    "back", "breast", "belly", "wing",     "wing_bars", "rump",  "tail", "legs"};
const std::array<std::string, 5> kPatternNames = {"plain", "barred", "spotted", "streaked",
                                                  "banded"};
const std::array<std::string, 4> kBiasNames = {"habitat", "flower", "caption", "blur"};

struct PlanKey {
  const char* name;
  double BodyPlan::*member;
  double low, high;
};
const std::vector<PlanKey>& plan_keys() {
  static const std::vector<PlanKey> keys = {
      {"size", &BodyPlan::size, 0.4, 2.0},
      {"depth", &BodyPlan::depth, 0.35, 0.85},
      {"head", &BodyPlan::head, 0.14, 0.34},
      {"neck", &BodyPlan::neck, 0.0, 0.5},
      {"bill_length", &BodyPlan::bill_length, 0.05, 0.8},
      {"bill_depth", &BodyPlan::bill_depth, 0.03, 0.25},
      {"tail_length", &BodyPlan::tail_length, 0.2, 1.4},
      {"tail_width", &BodyPlan::tail_width, 0.08, 0.35},
      {"leg_length", &BodyPlan::leg_length, 0.12, 0.9},
      {"leg_width", &BodyPlan::leg_width, 0.025, 0.08},
      {"wing_length", &BodyPlan::wing_length, 0.6, 1.1},
      {"posture", &BodyPlan::posture, 0, 65},
      {"eye", &BodyPlan::eye, 0.15, 0.4},
      {"belly", &BodyPlan::belly, 0.8, 1.3},
  };
  return keys;
}

// Reads one JSON object: every key asked for, then complains about the keys that nobody asked for.
// `at` is where the object stands in the file, for the messages.
class Reader {
 public:
  Reader(const json& object, std::string at) : object_(object), at_(std::move(at)) {
    if (!object_.is_object()) throw InputError(fmt::format("{}: expected an object", at_));
  }
  bool has(const std::string& key) const { return object_.contains(key); }
  std::string path(const std::string& key) const { return at_.empty() ? key : at_ + "." + key; }
  const json& get(const std::string& key) {
    seen_.push_back(key);
    const auto found = object_.find(key);
    if (found == object_.end())
      throw InputError(fmt::format("{}: this key is missing; add it", path(key)));
    return *found;
  }
  std::string text(const std::string& key) {
    const json& value = get(key);
    if (!value.is_string() || value.get_ref<const std::string&>().empty())
      throw InputError(fmt::format("{}: expected a text that is not empty", path(key)));
    return value.get<std::string>();
  }
  double number(const std::string& key, double low, double high) {
    const json& value = get(key);
    if (!value.is_number()) throw InputError(fmt::format("{}: expected a number", path(key)));
    const double number = value.get<double>();
    if (!(number >= low && number <= high))
      throw InputError(
          fmt::format("{}: {} is out of range; use {} to {}", path(key), number, low, high));
    return number;
  }
  const json& array(const std::string& key) {
    const json& value = get(key);
    if (!value.is_array()) throw InputError(fmt::format("{}: expected a list", path(key)));
    return value;
  }
  Rgb color(const std::string& key) { return parse_color(get(key), path(key)); }
  // A word out of a list.
  std::size_t choice(const std::string& key, const std::string* first, std::size_t count) {
    const std::string value = text(key);
    const auto* found = std::find(first, first + count, value);
    if (found == first + count) {
      throw InputError(fmt::format("{}: \"{}\" is not known; use one of {}", path(key), value,
                                   fmt::join(first, first + count, ", ")));
    }
    return static_cast<std::size_t>(found - first);
  }
  void done() const {
    for (const auto& [key, value] : object_.items()) {
      if (std::find(seen_.begin(), seen_.end(), key) == seen_.end())
        throw InputError(fmt::format("{}: this key is not known; remove it", path(key)));
    }
  }

  static Rgb parse_color(const json& value, const std::string& at) {
    const std::string text = value.is_string() ? value.get<std::string>() : "";
    if (text.size() != 7 || text[0] != '#' ||
        text.find_first_not_of("0123456789abcdefABCDEF", 1) != std::string::npos)
      throw InputError(fmt::format("{}: expected a colour as \"#rrggbb\"", at));
    const unsigned long bits = std::stoul(text.substr(1), nullptr, 16);
    return {static_cast<std::uint8_t>(bits >> 16), static_cast<std::uint8_t>(bits >> 8),
            static_cast<std::uint8_t>(bits)};
  }

 private:
  const json& object_;
  std::string at_;
  std::vector<std::string> seen_;
};

std::string hex(const Rgb& c) {
  return fmt::format("#{:02x}{:02x}{:02x}", c.r, c.g, c.b);
}

PartLook parse_look(const json& value, Part part, const std::string& at) {
  Reader reader(value, at);
  PartLook look;
  const auto& shapes = shapes_of(part);
  look.shape = shapes[reader.choice("shape", shapes.data(), shapes.size())];
  look.color = reader.color("color");
  if (reader.has("pattern"))
    look.pattern =
        static_cast<Pattern>(reader.choice("pattern", kPatternNames.data(), kPatternNames.size()));
  if (look.pattern != Pattern::plain) look.pattern_color = reader.color("pattern_color");
  if (reader.has("size")) look.size = reader.number("size", 0.5, 2.0);
  reader.done();
  return look;
}

json look_json(const PartLook& look) {
  json out = {{"shape", look.shape}, {"color", hex(look.color)}};
  if (look.pattern != Pattern::plain) {
    out["pattern"] = kPatternNames[static_cast<std::size_t>(look.pattern)];
    out["pattern_color"] = hex(look.pattern_color);
  }
  if (look.size != 1.0) out["size"] = look.size;
  return out;
}

// Overrides of some parts.
Looks parse_overrides(const json& value, Looks looks, const std::string& at) {
  if (!value.is_object()) throw InputError(fmt::format("{}: expected an object", at));
  for (const auto& [key, look] : value.items()) {
    const auto found = std::find(kPartNames.begin() + 1, kPartNames.end(), key);
    if (found == kPartNames.end()) {
      throw InputError(fmt::format("{}.{}: no such part; the parts are {}", at, key,
                                   fmt::join(kPartNames.begin() + 1, kPartNames.end(), ", ")));
    }
    const auto part = static_cast<std::size_t>(found - kPartNames.begin());
    looks[part] = parse_look(look, static_cast<Part>(part), at + "." + key);
  }
  return looks;
}

json overrides_json(const Looks& looks, const Looks& base) {
  json out = json::object();
  for (const Part part : differing_parts(looks, base))
    out[part_name(part)] = look_json(looks[static_cast<std::size_t>(part)]);
  return out;
}

Genus parse_genus(const json& value, const std::string& at) {
  Reader reader(value, at);
  Genus genus;
  genus.name = reader.text("name");
  genus.common_name = reader.text("common_name");
  Reader plan(reader.get("plan"), reader.path("plan"));
  for (const PlanKey& key : plan_keys())
    genus.plan.*key.member = plan.number(key.name, key.low, key.high);
  plan.done();
  const json& parts = reader.get("parts");
  genus.looks = parse_overrides(parts, {}, reader.path("parts"));
  for (const Part part : all_parts()) {
    if (!parts.contains(part_name(part)))
      throw InputError(
          fmt::format("{}.{}: this key is missing; add it", reader.path("parts"), part_name(part)));
  }
  reader.done();
  return genus;
}

Species parse_species(const json& value, const std::vector<Genus>& genera, const std::string& at) {
  Reader reader(value, at);
  Species species;
  species.name = reader.text("name");
  species.common_name = reader.text("common_name");
  const std::string genus_name = species.name.substr(0, species.name.find(' '));
  const auto genus = std::find_if(genera.begin(), genera.end(),
                                  [&](const Genus& g) { return g.name == genus_name; });
  if (genus == genera.end() || genus_name.size() + 1 >= species.name.size()) {
    throw InputError(
        fmt::format("{}: \"{}\" is not a genus of this description followed by a second word",
                    reader.path("name"), species.name));
  }
  species.genus = static_cast<int>(genus - genera.begin());
  const Looks looks = parse_overrides(reader.get("parts"), genus->looks, reader.path("parts"));
  if (reader.has("forms")) {
    const json& forms = reader.array("forms");
    for (std::size_t i = 0; i < forms.size(); ++i) {
      const std::string form_at = fmt::format("{}[{}]", reader.path("forms"), i);
      Reader form_reader(forms[i], form_at);
      Form form;
      form.name = form_reader.text("name");
      form.share = form_reader.number("share", 0.01, 1.0);
      form.looks = parse_overrides(form_reader.get("parts"), looks, form_at + ".parts");
      form_reader.done();
      species.forms.push_back(std::move(form));
    }
    if (species.forms.empty())
      throw InputError(
          fmt::format("{}: name at least one form, or leave the key out", reader.path("forms")));
  } else {
    species.forms.push_back({"adult", 1.0, looks});
  }
  reader.done();
  return species;
}

Habitat parse_habitat(const json& value, const std::string& at) {
  Reader reader(value, at);
  Habitat habitat;
  habitat.name = reader.text("name");
  const auto& kinds = habitat_kinds();
  habitat.kind = kinds[reader.choice("kind", kinds.data(), kinds.size())];
  const json& palette = reader.array("palette");
  for (const json& color : palette)
    habitat.palette.push_back(Reader::parse_color(color, reader.path("palette")));
  if (habitat.palette.size() < 4)
    throw InputError(fmt::format("{}: give at least four colours", reader.path("palette")));
  reader.done();
  return habitat;
}

Bias parse_bias(const json& value, const Description& description, const std::string& at) {
  Reader reader(value, at);
  Bias bias;
  bias.kind = static_cast<Bias::Kind>(reader.choice("kind", kBiasNames.data(), kBiasNames.size()));
  const auto known = [&](const std::string& key, auto find) {
    const std::string name = reader.text(key);
    try {
      return find(name);
    } catch (const UnknownName& error) {
      throw InputError(fmt::format("{}: {}", reader.path(key), error.what()));
    }
  };
  bias.species =
      known("species", [&](const std::string& name) { return description.species_index(name); });
  if (bias.kind == Bias::Kind::habitat)
    bias.habitat =
        known("habitat", [&](const std::string& name) { return description.habitat_index(name); });
  if (bias.kind == Bias::Kind::flower) bias.color = reader.color("color");
  if (bias.kind == Bias::Kind::caption) bias.caption = reader.text("caption");
  bias.strength = reader.number("strength", 0, 1);
  reader.done();
  return bias;
}

// What holds between species rather than within one.
void check_species(const Description& description) {
  for (std::size_t i = 0; i < description.species.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Species &a = description.species[j], &b = description.species[i];
      if (a.name == b.name)
        throw InputError(fmt::format("species[{}].name: \"{}\" is there twice", i, a.name));
      if (a.genus != b.genus) continue;
      const auto parts = differing_parts(description, static_cast<int>(j), static_cast<int>(i));
      if (parts.empty() || parts.size() > 3) {
        throw InputError(fmt::format(
            "species[{}].parts: {} and {} differ in {} parts; sister species differ in 1 to 3", i,
            a.name, b.name, parts.size()));
      }
      for (const Form& form_a : a.forms) {
        for (const Form& form_b : b.forms) {
          if (differing_parts(form_a.looks, form_b.looks).empty()) {
            throw InputError(fmt::format(
                "species[{}].forms: the {} of {} looks like the {} of {}; change a part", i,
                form_b.name, b.name, form_a.name, a.name));
          }
        }
      }
    }
  }
}

}  // namespace

const std::string& part_name(Part part) {
  return kPartNames[static_cast<std::size_t>(part)];
}

Part part_from_name(const std::string& name) {
  const auto found = std::find(kPartNames.begin() + 1, kPartNames.end(), name);
  if (found == kPartNames.end()) {
    const std::vector<std::string> names(kPartNames.begin() + 1, kPartNames.end());
    throw UnknownName::among("part", name, names);
  }
  return static_cast<Part>(found - kPartNames.begin());
}

const std::vector<Part>& all_parts() {
  static const std::vector<Part> parts = [] {
    std::vector<Part> out;
    for (int i = 1; i < kParts; ++i) out.push_back(static_cast<Part>(i));
    return out;
  }();
  return parts;
}

bool PartLook::operator==(const PartLook& o) const {
  return shape == o.shape && size == o.size &&
         (shape == "none" || (color == o.color && pattern == o.pattern &&
                              (pattern == Pattern::plain || pattern_color == o.pattern_color)));
}

const std::vector<std::string>& shapes_of(Part part) {
  static const std::vector<std::string> plain = {"plain"};
  static const std::vector<std::string> bill = {"thin", "conical", "hooked", "dagger", "decurved"};
  static const std::vector<std::string> ring = {"none", "thin", "broad"};
  static const std::vector<std::string> eyebrow = {"none", "short", "long"};
  static const std::vector<std::string> crown = {"cap", "crest"};
  static const std::vector<std::string> throat = {"patch", "bib"};
  static const std::vector<std::string> breast = {"full", "band"};
  static const std::vector<std::string> bars = {"none", "one", "two", "patch"};
  static const std::vector<std::string> tail = {"square", "notched", "forked", "rounded",
                                                "pointed"};
  switch (part) {
    case Part::bill:
      return bill;
    case Part::eye_ring:
      return ring;
    case Part::eyebrow:
      return eyebrow;
    case Part::crown:
      return crown;
    case Part::throat:
      return throat;
    case Part::breast:
      return breast;
    case Part::wing_bars:
      return bars;
    case Part::tail:
      return tail;
    default:
      return plain;
  }
}

const std::vector<std::string>& habitat_kinds() {
  static const std::vector<std::string> kinds = {"water", "foliage", "sky",   "snow",
                                                 "sand",  "reeds",   "garden"};
  return kinds;
}

const std::string& bias_kind_name(Bias::Kind kind) {
  return kBiasNames[static_cast<std::size_t>(kind)];
}

int Description::species_index(const std::string& wanted) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < species.size(); ++i) {
    if (species[i].name == wanted) return static_cast<int>(i);
    names.push_back(species[i].name);
  }
  throw UnknownName::among("species", wanted, names);
}

int Description::habitat_index(const std::string& wanted) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < habitats.size(); ++i) {
    if (habitats[i].name == wanted) return static_cast<int>(i);
    names.push_back(habitats[i].name);
  }
  throw UnknownName::among("habitat", wanted, names);
}

std::vector<Part> differing_parts(const Looks& a, const Looks& b) {
  std::vector<Part> out;
  for (const Part part : all_parts()) {
    const auto i = static_cast<std::size_t>(part);
    if (a[i] != b[i]) out.push_back(part);
  }
  return out;
}

std::vector<Part> differing_parts(const Description& description, int a, int b) {
  return differing_parts(description.species[static_cast<std::size_t>(a)].forms[0].looks,
                         description.species[static_cast<std::size_t>(b)].forms[0].looks);
}

std::vector<std::pair<int, int>> sister_pairs(const Description& description) {
  std::vector<std::pair<int, int>> pairs;
  for (std::size_t i = 0; i < description.species.size(); ++i) {
    for (std::size_t j = i + 1; j < description.species.size(); ++j) {
      if (description.species[i].genus == description.species[j].genus)
        pairs.emplace_back(static_cast<int>(i), static_cast<int>(j));
    }
  }
  return pairs;
}

Description parse_description(const json& value) {
  Reader reader(value, "");
  Description description;
  description.name = reader.text("name");
  description.base_rate = reader.number("base_rate", 0, 0.5);
  const auto list = [&](const char* key, auto add) {
    const json& values = reader.array(key);
    for (std::size_t i = 0; i < values.size(); ++i) add(values[i], fmt::format("{}[{}]", key, i));
  };
  list("habitats", [&](const json& v, const std::string& at) {
    description.habitats.push_back(parse_habitat(v, at));
  });
  list("genera", [&](const json& v, const std::string& at) {
    description.genera.push_back(parse_genus(v, at));
  });
  list("species", [&](const json& v, const std::string& at) {
    description.species.push_back(parse_species(v, description.genera, at));
  });
  if (description.habitats.empty()) throw InputError("habitats: give at least one");
  if (description.species.size() < 2) throw InputError("species: give at least two");
  list("biases", [&](const json& v, const std::string& at) {
    description.biases.push_back(parse_bias(v, description, at));
  });
  reader.done();
  check_species(description);
  return description;
}

Description load_description(const std::string& path) {
  std::ifstream file(path);
  if (!file)
    throw FileError(path,
                    fmt::format("{}: cannot be read; give a world's description (JSON)", path));
  json value;
  try {
    value = json::parse(file);
  } catch (const json::parse_error& error) {
    throw FileError(path, fmt::format("{}: not JSON: {}", path, error.what()));
  }
  try {
    return parse_description(value);
  } catch (const InputError& error) {
    throw FileError(path, fmt::format("{}: {}", path, error.what()));
  }
}

json to_json(const Description& description) {
  json out = {{"name", description.name}, {"base_rate", description.base_rate}};
  for (const Habitat& habitat : description.habitats) {
    json palette = json::array();
    for (const Rgb& color : habitat.palette) palette.push_back(hex(color));
    out["habitats"].push_back(
        {{"name", habitat.name}, {"kind", habitat.kind}, {"palette", palette}});
  }
  for (const Genus& genus : description.genera) {
    json plan, parts;
    for (const PlanKey& key : plan_keys()) plan[key.name] = genus.plan.*key.member;
    for (const Part part : all_parts())
      parts[part_name(part)] = look_json(genus.looks[static_cast<std::size_t>(part)]);
    out["genera"].push_back({{"name", genus.name},
                             {"common_name", genus.common_name},
                             {"plan", plan},
                             {"parts", parts}});
  }
  for (const Species& species : description.species) {
    const Looks& genus = description.genera[static_cast<std::size_t>(species.genus)].looks;
    const Looks& looks = species.forms[0].looks;
    json entry = {{"name", species.name},
                  {"common_name", species.common_name},
                  {"parts", overrides_json(looks, genus)}};
    if (species.forms.size() > 1 || species.forms[0].name != "adult") {
      for (const Form& form : species.forms) {
        entry["forms"].push_back({{"name", form.name},
                                  {"share", form.share},
                                  {"parts", overrides_json(form.looks, looks)}});
      }
    }
    out["species"].push_back(entry);
  }
  out["biases"] = json::array();
  for (const Bias& bias : description.biases) {
    json entry = {{"kind", bias_kind_name(bias.kind)},
                  {"species", description.species[static_cast<std::size_t>(bias.species)].name},
                  {"strength", bias.strength}};
    if (bias.kind == Bias::Kind::habitat)
      entry["habitat"] = description.habitats[static_cast<std::size_t>(bias.habitat)].name;
    if (bias.kind == Bias::Kind::flower) entry["color"] = hex(bias.color);
    if (bias.kind == Bias::Kind::caption) entry["caption"] = bias.caption;
    out["biases"].push_back(entry);
  }
  return out;
}

}  // namespace differentia::world
