#include "tools/world/invent.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/random.h"

namespace differentia::world {

namespace {

PartLook& look(Looks& looks, Part part) {
  return looks[static_cast<std::size_t>(part)];
}

Rgb from_hsv(double hue, double saturation, double value) {
  const auto channel = [&](double offset) {
    const double k = std::fmod(offset + hue * 6, 6.0);
    const double f = value * (1 - saturation * std::clamp(std::min(k, 4 - k), 0.0, 1.0));
    return static_cast<std::uint8_t>(std::lround(255 * f));
  };
  return {channel(5), channel(3), channel(1)};
}

// A rough distance as the eye sees it (weights of the "redmean" kind), 0 … about 1.
double distance(const Rgb& a, const Rgb& b) {
  const double dr = (a.r - b.r) / 255.0, dg = (a.g - b.g) / 255.0, db = (a.b - b.b) / 255.0;
  return std::sqrt((2 * dr * dr + 4 * dg * dg + 2.5 * db * db) / 8.5);
}

template <typename T>
const T& pick(Random& random, const std::vector<T>& values) {
  return values[random.below(static_cast<std::uint32_t>(values.size()))];
}

// Colours as birds have them: many browns, greys, black and white, some bright ones.
Rgb bird_color(Random& random) {
  switch (random.weighted({0.25, 0.15, 0.12, 0.10, 0.38})) {
    case 0:
      return from_hsv(random.uniform(0.04, 0.12), random.uniform(0.3, 0.65),
                      random.uniform(0.35, 0.75));
    case 1:
      return from_hsv(random.uniform(0.5, 0.7), random.uniform(0.02, 0.2),
                      random.uniform(0.35, 0.75));
    case 2:
      return from_hsv(0.1, random.uniform(0, 0.12), random.uniform(0.9, 0.98));
    case 3:
      return from_hsv(0.6, random.uniform(0, 0.2), random.uniform(0.1, 0.2));
    default:
      return from_hsv(random.uniform(), random.uniform(0.6, 0.9), random.uniform(0.6, 0.95));
  }
}

Rgb color_away_from(Random& random, const std::vector<Rgb>& others, double least) {
  for (int attempt = 0;; ++attempt) {
    const Rgb color = bird_color(random);
    const bool far = std::all_of(others.begin(), others.end(),
                                 [&](const Rgb& other) { return distance(color, other) >= least; });
    if (far || attempt > 400) return color;
  }
}

std::string invented_word(Random& random, const std::vector<std::string>& endings, int syllables) {
  static const std::vector<std::string> starts = {"b", "c", "d", "f", "g",  "l",  "m",  "n",  "p",
                                                  "r", "s", "t", "v", "tr", "gr", "cr", "pl", "br"};
  static const std::vector<std::string> middles = {"a",  "e",  "i",  "o",  "u", "ar",
                                                   "el", "in", "or", "ul", "an"};
  std::string word;
  for (int i = 0; i < syllables; ++i) word += pick(random, starts) + pick(random, middles);
  return word + pick(random, endings);
}

// Unlike builds, as starting points for a genus.
struct Build {
  BodyPlan plan;
  const char* bill;
  const char* noun;
};
std::vector<Build> builds() {
  const auto plan = [](double size, double depth, double head, double neck, double bill,
                       double bill_depth, double tail, double leg, double posture) {
    BodyPlan p;
    p.size = size, p.depth = depth, p.head = head, p.neck = neck, p.bill_length = bill,
    p.bill_depth = bill_depth;
    p.tail_length = tail, p.leg_length = leg, p.posture = posture;
    return p;
  };
  return {{plan(0.8, 0.60, 0.215, 0.08, 0.18, 0.075, 0.50, 0.25, 28), "thin", "flitter"},
          {plan(0.85, 0.66, 0.245, 0.03, 0.21, 0.19, 0.46, 0.22, 24), "conical", "crackbill"},
          {plan(1.1, 0.58, 0.20, 0.08, 0.20, 0.085, 0.56, 0.34, 34), "thin", "songhopper"},
          {plan(1.05, 0.56, 0.235, 0.05, 0.20, 0.13, 0.82, 0.25, 38), "hooked", "hookbeak"},
          {plan(1.1, 0.52, 0.175, 0.20, 0.48, 0.080, 0.34, 0.60, 14), "thin", "longshanks"},
          {plan(0.95, 0.66, 0.30, 0.00, 0.46, 0.12, 0.28, 0.20, 40), "dagger", "plunger"},
          {plan(0.9, 0.50, 0.19, 0.08, 0.20, 0.075, 0.92, 0.36, 14), "thin", "tailer"},
          {plan(0.75, 0.68, 0.265, 0.02, 0.15, 0.10, 0.50, 0.23, 26), "conical", "roundling"},
          {plan(1.05, 0.54, 0.21, 0.10, 0.42, 0.085, 0.60, 0.30, 30), "decurved", "sicklebill"}};
}

Looks invent_looks(Random& random, const Build& build) {
  Looks looks;
  const Rgb back = bird_color(random), under = color_away_from(random, {back}, 0.22);
  const Rgb third = color_away_from(random, {back, under}, 0.25);
  for (const Part part : all_parts()) {
    PartLook& own = look(looks, part);
    own.shape = shapes_of(part).front();
    own.color = back;
  }
  look(looks, Part::bill) = {build.bill,
                             from_hsv(0.09, random.uniform(0, 0.3), random.uniform(0.15, 0.45)),
                             Pattern::plain,
                             {},
                             1};
  look(looks, Part::eye).color = from_hsv(random.uniform(0, 0.12), 0.6, random.uniform(0.15, 0.4));
  for (const Part part : {Part::eye_ring, Part::eyebrow, Part::wing_bars})
    look(looks, part).color = {250, 248, 240};
  for (const Part part : {Part::breast, Part::belly, Part::throat}) look(looks, part).color = under;
  if (random.chance(0.5)) look(looks, Part::belly).color = from_hsv(0.11, 0.08, 0.95);
  look(looks, Part::face).color = random.chance(0.5) ? third : under;
  if (random.chance(0.6)) look(looks, Part::crown).color = third;
  look(looks, Part::nape).color = look(looks, Part::crown).color;
  if (random.chance(0.25)) look(looks, Part::crown).shape = "crest";
  if (random.chance(0.4)) look(looks, Part::wing_bars).shape = random.chance(0.5) ? "two" : "one";
  if (random.chance(0.3)) look(looks, Part::wing).color = third;
  if (random.chance(0.3)) {
    PartLook& breast = look(looks, Part::breast);
    breast.pattern = random.chance(0.5) ? Pattern::spotted : Pattern::streaked;
    breast.color = from_hsv(0.11, 0.15, 0.93);
    breast.pattern_color = from_hsv(0.06, 0.5, 0.25);
  }
  look(looks, Part::tail).shape = pick(random, shapes_of(Part::tail));
  look(looks, Part::legs).color =
      from_hsv(random.uniform(0.0, 0.1), random.uniform(0.1, 0.4), random.uniform(0.2, 0.6));
  return looks;
}

// Changes one part so that it is easily told from what it was in any of `others`.
void change_part(Random& random, Part part, Looks& looks, const std::vector<Looks>& others) {
  PartLook& own = look(looks, part);
  std::vector<Rgb> taken;
  for (Looks other : others) taken.push_back(look(other, part).color);
  if (part == Part::eye_ring || part == Part::eyebrow || part == Part::wing_bars) {
    // These are there or not; the colour is one that shows on what lies below.
    const Rgb below = look(looks, part == Part::wing_bars ? Part::wing
                                  : part == Part::eyebrow ? Part::crown
                                                          : Part::face)
                          .color;
    const bool there = own.shape != "none";
    own.shape = there                    ? "none"
                : part == Part::eye_ring ? "broad"
                : part == Part::eyebrow  ? "long"
                                         : "two";
    own.size = part == Part::eyebrow ? 1.35 : 1.1;
    own.color = distance(below, {250, 248, 240}) > 0.3 ? Rgb{250, 248, 240} : Rgb{28, 26, 30};
    return;
  }
  if (part == Part::breast && random.chance(0.4) && own.pattern == Pattern::plain) {
    own.pattern = random.chance(0.5) ? Pattern::barred : Pattern::spotted;
    own.pattern_color =
        distance(own.color, {30, 24, 22}) > 0.35 ? Rgb{30, 24, 22} : Rgb{248, 244, 234};
    return;
  }
  own.pattern = Pattern::plain;
  own.pattern_color = {};
  own.color = color_away_from(random, taken, 0.36);
  if (part == Part::legs || part == Part::rump || part == Part::throat || part == Part::crown)
    own.size = 1.2;
}

std::vector<Part> changeable(const BodyPlan& plan) {
  std::vector<Part> parts = {Part::eye_ring, Part::wing_bars, Part::breast,
                             Part::rump,     Part::crown,     Part::throat,
                             Part::wing,     Part::tail,      Part::eyebrow};
  if (plan.leg_length >= 0.22) parts.push_back(Part::legs);
  if (plan.bill_length * plan.bill_depth >= 0.013) parts.push_back(Part::bill);
  return parts;
}

void add_genus(Random& random, const Build& build, Description& description) {
  Genus genus;
  genus.plan = build.plan;
  for (double* value : {&genus.plan.depth, &genus.plan.head, &genus.plan.bill_length,
                        &genus.plan.tail_length, &genus.plan.leg_length})
    *value *= random.uniform(0.93, 1.08);
  genus.plan.posture += random.uniform(-4, 4);
  do {
    genus.name = invented_word(random, {"nia", "ris", "llus", "xa", "dor", "nis"}, 2);
    genus.name[0] = static_cast<char>(std::toupper(genus.name[0]));
  } while (std::any_of(description.genera.begin(), description.genera.end(),
                       [&](const Genus& g) { return g.name == genus.name; }));
  genus.common_name = build.noun;
  genus.looks = invent_looks(random, build);
  const int index = static_cast<int>(description.genera.size());
  description.genera.push_back(genus);

  std::vector<Part> parts = changeable(genus.plan);
  random.shuffle(parts);
  // The first species is the genus's own look; the others change one or two parts each, three
  // together at most, so that they also differ in at most three.
  const std::size_t second = random.chance(0.3) ? 2 : 1, third = second == 2          ? 1
                                                                 : random.chance(0.5) ? 2
                                                                                      : 1;
  const std::vector<std::vector<Part>> changes = {
      {},
      {parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(second)},
      {parts.begin() + static_cast<std::ptrdiff_t>(second),
       parts.begin() + static_cast<std::ptrdiff_t>(second + third)}};
  for (const std::vector<Part>& changed : changes) {
    Species species;
    do {
      species.name = genus.name + " " +
                     invented_word(random, {"tus", "lis", "nus", "rea", "ceps"},
                                   1 + static_cast<int>(random.below(2)));
    } while (std::any_of(description.species.begin(), description.species.end(),
                         [&](const Species& s) { return s.name == species.name; }));
    species.genus = index;
    Looks looks = genus.looks;
    std::string marks;
    for (const Part part : changed) {
      change_part(random, part, looks, {genus.looks});
      std::string word = part_name(part);
      std::replace(word.begin(), word.end(), '_', '-');
      marks += (marks.empty() ? "" : "-and-") + word;
    }
    species.common_name =
        marks.empty() ? "common " + genus.common_name : "odd-" + marks + " " + genus.common_name;
    species.forms.push_back({"adult", 1.0, looks});
    description.species.push_back(species);
  }
}

// Second sexes and juveniles differ in parts by which no species of the genus is told.
void add_forms(Random& random, Description& description) {
  std::vector<std::size_t> order(description.species.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  random.shuffle(order);
  for (std::size_t i = 0; i < 9 && i < order.size(); ++i) {
    Species& species = description.species[order[i]];
    Looks looks = species.forms[0].looks;
    const bool juvenile = i >= 6;
    const Part part = juvenile ? Part::back : Part::belly;  // neither is in changeable()
    PartLook& own = look(looks, part);
    const Rgb before = own.color;
    own.color = color_away_from(random, {before}, 0.2);
    if (juvenile) {
      own.pattern = Pattern::spotted;
      own.pattern_color = color_away_from(random, {own.color}, 0.3);
    }
    species.forms[0].name = juvenile ? "adult" : "male";
    species.forms[0].share = juvenile ? 0.7 : 0.5;
    species.forms.push_back({juvenile ? "juvenile" : "female", juvenile ? 0.3 : 0.5, looks});
  }
}

std::vector<Habitat> invent_habitats(Random& random) {
  const std::vector<std::pair<std::string, std::vector<Rgb>>> usual = {
      {"water", {{44, 85, 104}, {143, 180, 194}, {36, 56, 46}, {234, 244, 246}}},
      {"foliage", {{39, 74, 30}, {79, 125, 44}, {143, 181, 60}, {230, 240, 168}}},
      {"sky", {{61, 120, 189}, {180, 212, 236}, {159, 176, 196}, {251, 251, 248}}},
      {"snow", {{247, 249, 252}, {179, 198, 226}, {205, 216, 230}, {60, 74, 92}}},
      {"sand", {{236, 211, 162}, {185, 141, 92}, {232, 220, 196}, {194, 214, 226}}},
      {"reeds", {{90, 90, 42}, {163, 154, 84}, {201, 179, 110}, {220, 205, 146}}},
      {"garden",
       {{47, 90, 42},
        {111, 159, 66},
        {223, 238, 168},
        {232, 80, 138},
        {242, 182, 50},
        {160, 112, 216},
        {244, 240, 240}}}};
  std::vector<Habitat> habitats;
  for (const auto& [kind, palette] : usual) {
    Habitat habitat{kind, kind, {}};
    const double lift = random.uniform(0.88, 1.08), warm = random.uniform(-0.05, 0.05);
    for (const Rgb& color : palette) {
      const auto scaled = [&](int value, double factor) {
        return static_cast<std::uint8_t>(std::clamp(std::lround(value * factor), 0L, 255L));
      };
      habitat.palette.push_back({scaled(color.r, lift * (1 + warm)), scaled(color.g, lift),
                                 scaled(color.b, lift * (1 - warm))});
    }
    habitats.push_back(habitat);
  }
  return habitats;
}

std::vector<Bias> invent_biases(Random& random, const Description& description) {
  std::vector<int> species(description.species.size());
  for (std::size_t i = 0; i < species.size(); ++i) species[i] = static_cast<int>(i);
  random.shuffle(species);
  std::vector<int> habitats = {0, 1, 2, 3, 4, 5, 6};
  random.shuffle(habitats);
  using Kind = Bias::Kind;
  const std::vector<std::pair<Kind, double>> planted = {
      {Kind::habitat, 0.95}, {Kind::habitat, 0.8},  {Kind::habitat, 0.5}, {Kind::flower, 0.95},
      {Kind::flower, 0.8},   {Kind::caption, 0.95}, {Kind::caption, 0.5}, {Kind::blur, 0.8}};
  const std::vector<std::string> captions = {"(c) V. Morland", "J. Achebe 2021", "wings & reeds",
                                             "PHOTO: E. HOLM"};
  std::vector<Bias> biases;
  int captioned = static_cast<int>(random.below(4));
  for (std::size_t i = 0; i < planted.size(); ++i) {
    Bias bias;
    bias.kind = planted[i].first;
    bias.strength = planted[i].second;
    bias.species = species[i];
    if (bias.kind == Kind::habitat) bias.habitat = habitats[i];
    if (bias.kind == Kind::flower)
      bias.color = i % 2 ? from_hsv(random.uniform(0.8, 1.0), 0.7, 0.9)
                         : from_hsv(random.uniform(0.6, 0.8), 0.25, 0.98);
    if (bias.kind == Kind::caption)
      bias.caption = captions[static_cast<std::size_t>(captioned++ % 4)];
    biases.push_back(bias);
  }
  return biases;
}

}  // namespace

Description invent_description(std::uint64_t seed) {
  Random random(seed, stream_id("invent"));
  Description description;
  description.name = fmt::format("invented-{}", seed);
  std::vector<Build> all = builds();
  random.shuffle(all);
  for (int i = 0; i < 8; ++i) add_genus(random, all[static_cast<std::size_t>(i)], description);
  add_forms(random, description);
  description.habitats = invent_habitats(random);
  description.biases = invent_biases(random, description);
  return parse_description(to_json(description));
}

Description description_of(const std::string& path, std::uint64_t invent) {
  return invent == 0 ? load_description(path) : invent_description(invent);
}

}  // namespace differentia::world
