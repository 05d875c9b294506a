#include "tools/world/scene.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/random.h"

namespace differentia::world {

namespace {

// Odd constants of splitmix64 (Steele et al. 2014): neighbouring numbers give unrelated keys.
std::uint64_t mix_key(std::uint64_t a, std::uint64_t b) {
  std::uint64_t z = a + 0x9e3779b97f4a7c15u * (b + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

struct Observation {
  int index = 0;  // among those of the species and split
  int first = 0;  // number of its first photo
};

// Photos are cut into observations of one to five, in the order of their numbers.
Observation observation_of(std::uint64_t species_key, int number) {
  const bool test = number >= kFirstTestPhoto;
  Random random(species_key, stream_id("observations"), test ? 1 : 0);
  Observation observation{0, test ? kFirstTestPhoto : 0};
  while (true) {
    const int size = 1 + static_cast<int>(random.weighted({0.3, 0.25, 0.2, 0.15, 0.1}));
    if (number < observation.first + size) return observation;
    observation.first += size;
    ++observation.index;
  }
}

// A number in [0, 1) for the observation, such that any run of observations is spread evenly
// (golden-ratio sequence): the share of observations below a rate is close to the rate even for a
// few dozen.
double even_spread(std::uint64_t species_key, const char* purpose, int index) {
  Random random(species_key, stream_id("spread"), stream_id(purpose));
  const double start = random.uniform();
  const double value = start + 0.6180339887498949 * index;
  return value - std::floor(value);
}

struct Cues {
  int habitat = 0;
  bool flower = false;
  Rgb flower_color;
  std::string caption;
  bool blur = false;
};

// Which cues an observation carries. The draws are the same in both variants; only the rates
// differ.
Cues draw_cues(const Description& d, std::uint64_t species_key, int species, int index,
               bool plant) {
  Cues cues;
  const auto rate = [&](const Bias& bias) {
    return plant && bias.species == species ? std::max(bias.strength, d.base_rate) : d.base_rate;
  };
  const auto carries = [&](const Bias& bias, const char* purpose) {
    return even_spread(mix_key(species_key, static_cast<std::uint64_t>(bias.species)), purpose,
                       index) < rate(bias);
  };
  // Habitats: without a bias all alike; a habitat that is the cue of some species gets its rate,
  // the others the rest.
  std::vector<double> weights(d.habitats.size(), plant ? -1.0 : 1.0);
  if (plant) {
    double taken = 0;
    for (const Bias& bias : d.biases) {
      if (bias.kind != Bias::Kind::habitat) continue;
      double& weight = weights[static_cast<std::size_t>(bias.habitat)];
      taken -= std::max(weight, 0.0);
      weight = std::max(weight, rate(bias));
      taken += weight;
    }
    // Two strong cues cannot ask for more than everything.
    const double scale = taken > 1 ? 1 / taken : 1;
    const auto free = std::count(weights.begin(), weights.end(), -1.0);
    for (double& weight : weights)
      weight = weight < 0 ? (1 - taken * scale) / static_cast<double>(free) : weight * scale;
  }
  double sum = 0, total = 0;
  for (const double weight : weights) total += weight;
  const double u = even_spread(species_key, "habitat", index) * total;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    cues.habitat = static_cast<int>(i);
    sum += weights[i];
    if (u < sum) break;
  }
  for (const Bias& bias : d.biases) {
    if (bias.kind == Bias::Kind::flower && !cues.flower && carries(bias, "flower")) {
      cues.flower = true;
      cues.flower_color = bias.color;
    }
    if (bias.kind == Bias::Kind::caption && cues.caption.empty() && carries(bias, "caption"))
      cues.caption = bias.caption;
    if (bias.kind == Bias::Kind::blur && carries(bias, "blur")) cues.blur = true;
  }
  return cues;
}

Light draw_light(Random& random) {
  Light light;
  light.azimuth = random.uniform(0.2, M_PI - 0.2);
  light.elevation = random.uniform(0.35, 0.9);
  light.strength = random.uniform(0.25, 1.0);
  light.warmth = std::clamp(random.normal() * 0.4, -0.8, 0.9);
  return light;
}

Camera draw_camera(Random& random, bool blurred) {
  Camera camera;
  camera.exposure = std::clamp(random.normal() * 0.18, -0.45, 0.45);
  camera.contrast = random.uniform(0.9, 1.12);
  camera.saturation = random.uniform(0.88, 1.12);
  camera.tint = random.normal() * 0.25;
  const bool soft = random.chance(0.2), shaken = random.chance(0.1);
  const double softness = random.uniform(0.0005, 0.003), shake = random.uniform(0.004, 0.012);
  if (soft) camera.defocus = softness;
  if (shaken) camera.motion = shake;
  camera.motion_angle = random.uniform(0, M_PI);
  const double strong = kCueDefocus * random.uniform(0.8, 1.2);
  if (blurred) camera.defocus = strong;
  camera.noise = 0.005 + 0.018 * std::pow(random.uniform(), 2.5);
  camera.vignette = random.uniform(0.05, 0.4);
  camera.jpeg_quality = 78 + static_cast<int>(random.below(19));
  const std::vector<double> turns = {0.72, 0.02, 0.06, 0.02, 0.02, 0.07, 0.02, 0.07};
  camera.orientation = 1 + static_cast<int>(random.weighted(turns));
  return camera;
}

void draw_frame(Random& random, int long_side, Scene& scene) {
  const std::vector<double> ratios = {0.75, 2.0 / 3, 1.0};
  const double ratio = ratios[random.weighted({0.5, 0.3, 0.2})];
  const bool portrait = random.chance(0.28);
  const int short_side = static_cast<int>(std::lround(long_side * ratio));
  scene.width = portrait ? short_side : long_side;
  scene.height = portrait ? long_side : short_side;
}

// Pose within an observation's own habit: the bird stays where it is, more or less.
void draw_pose(Random& habit, Random& moment, Bird& bird) {
  bird.facing_left = habit.chance(0.5) != moment.chance(0.2);
  // The small birds of the range are as likely as the large ones.
  bird.scale = std::clamp(habit.uniform(0.36, 0.88) + moment.normal() * 0.03, 0.3, 0.9);
  bird.posture = habit.normal() * 5 + moment.normal() * 3;
  bird.rotation = moment.normal() * 3;
  bird.head_pitch = std::clamp(moment.normal() * 9, -22.0, 22.0);
  bird.head_turn = std::pow(moment.uniform(), 2.0) * 0.8;
  bird.neck = moment.uniform(0.75, 1.3);
  bird.tail_pitch = habit.normal() * 4 + moment.normal() * 3;
  bird.tail_spread = moment.uniform(0.85, 1.35);
  bird.stride = moment.uniform(-1, 1);
}

std::string slug(std::string name) {
  for (char& c : name) c = c == ' ' ? '_' : static_cast<char>(std::tolower(c));
  return name;
}

const std::vector<std::string>& observers() {
  static const std::vector<std::string> names = {
      "A. Brandt", "C. Okafor", "D. Lindqvist", "E. Marchetti", "F. Tanaka",   "G. Whitlow",
      "H. Duarte", "I. Petrov", "J. Achebe",    "K. Sandoval",  "L. Kowalski", "M. Ferreira"};
  return names;
}

// What the photos of an observation share: place, day, observer, light, bird.
struct Occasion {
  std::uint64_t key = 0;
  Cues cues;
};

Occasion draw_occasion(const Description& d, std::uint64_t species_key, int species, int number,
                       Variant variant, const std::string& prefix, Scene& scene) {
  const Observation observation = observation_of(species_key, number);
  const bool test = number >= kFirstTestPhoto;
  Occasion occasion;
  occasion.key =
      mix_key(mix_key(species_key, test ? 77 : 76), static_cast<std::uint64_t>(observation.index));
  const int spread_index = observation.index + (test ? 5000 : 0);
  occasion.cues =
      draw_cues(d, species_key, species, spread_index, variant == Variant::biased && !test);
  scene.habitat_index = occasion.cues.habitat;
  scene.habitat = d.habitats[static_cast<std::size_t>(occasion.cues.habitat)];
  scene.has_flower = occasion.cues.flower;
  scene.flower_color = occasion.cues.flower_color;
  scene.caption = occasion.cues.caption;
  scene.blurred = occasion.cues.blur;
  scene.place_key = mix_key(occasion.key, 1);
  Random place(occasion.key, stream_id("place"));
  scene.observation = fmt::format("{}-{}{:04}", prefix, test ? "t" : "", observation.index);
  scene.observer = observers()[place.below(static_cast<std::uint32_t>(observers().size()))];
  scene.date = fmt::format("{}-{:02}-{:02}", 2018 + place.below(6), 1 + place.below(12),
                           1 + place.below(28));
  scene.latitude = std::round(place.uniform(36, 61) * 1e4) / 1e4;
  scene.longitude = std::round(place.uniform(-9, 28) * 1e4) / 1e4;
  Random light(occasion.key, stream_id("light"));
  scene.light = draw_light(light);
  return occasion;
}

Bird make_bird(const Description& d, int species, std::uint64_t occasion_key,
               std::uint64_t photo_key, std::uint32_t which) {
  Bird bird;
  const Species& s = d.species[static_cast<std::size_t>(species)];
  std::vector<double> shares;
  for (const Form& form : s.forms) shares.push_back(form.share);
  Random individual(occasion_key, stream_id("individual"), which);
  bird.species = species;
  bird.form = static_cast<int>(individual.weighted(shares));
  bird.looks = s.forms[static_cast<std::size_t>(bird.form)].looks;
  bird.plan = d.genera[static_cast<std::size_t>(s.genus)].plan;
  bird.key = mix_key(occasion_key, 1000 + which);
  Random habit(occasion_key, stream_id("pose"), which);
  Random moment(photo_key, stream_id("pose"), which);
  draw_pose(habit, moment, bird);
  return bird;
}

}  // namespace

const std::string& variant_name(Variant variant) {
  static const std::string clean = "clean", biased = "biased";
  return variant == Variant::clean ? clean : biased;
}

Scene make_scene(const Description& description, std::uint64_t seed, int species, int number,
                 Variant variant, int long_side) {
  const std::uint64_t species_key = mix_key(seed, 10 + static_cast<std::uint64_t>(species));
  Scene scene;
  scene.species = species;
  scene.number = number;
  scene.variant = variant;
  const Occasion occasion =
      draw_occasion(description, species_key, species, number, variant,
                    slug(description.species[static_cast<std::size_t>(species)].name), scene);
  scene.key = mix_key(species_key, 0x10000000u + static_cast<std::uint64_t>(number));
  Random frame(occasion.key, stream_id("frame"));
  draw_frame(frame, long_side, scene);
  Random camera(scene.key, stream_id("camera"));
  scene.camera = draw_camera(camera, scene.blurred);
  Random twigs(scene.key, stream_id("twigs"));
  scene.twigs = twigs.chance(0.3) ? 1 + static_cast<int>(twigs.below(3)) : 0;
  scene.birds.push_back(make_bird(description, species, occasion.key, scene.key, 0));
  Random stand(scene.key, stream_id("stand"));
  Bird& bird = scene.birds[0];
  bird.x = 0.5 + stand.uniform(-0.5, 0.5) * (1 - bird.scale);
  bird.y = 0.5 + stand.uniform(-0.35, 0.35) * (1 - bird.scale);
  return scene;
}

Scene make_group_scene(const Description& description, std::uint64_t seed, int number,
                       Variant variant, int long_side) {
  const std::uint64_t group_key = mix_key(seed, 5);
  Scene scene;
  scene.number = number;
  scene.variant = variant;
  scene.key = mix_key(group_key, 0x20000000u + static_cast<std::uint64_t>(number));
  Random random(scene.key, stream_id("group"));
  const auto n_species = static_cast<std::uint32_t>(description.species.size());
  const int species = static_cast<int>(random.below(n_species));
  // Every photo of a group is an observation of its own: no two are of the same birds.
  Scene noted;
  const std::uint64_t own_key = mix_key(scene.key, 3);
  draw_occasion(description, own_key, species, 0, Variant::clean, "group", noted);
  noted.key = scene.key;
  noted.number = number;
  noted.variant = variant;
  noted.species = species;
  noted.observation = fmt::format("group-{:05}", number);
  noted.caption.clear();
  noted.has_flower = noted.blurred = false;
  scene = noted;
  scene.width = long_side;
  scene.height = static_cast<int>(std::lround(long_side * 0.72));
  Random camera(scene.key, stream_id("camera"));
  scene.camera = draw_camera(camera, false);
  const int birds = random.chance(0.7) ? 2 : 3;
  const bool mixed = random.chance(0.65);
  double largest = 0;
  for (int i = 0; i < birds; ++i) {
    int other = species;
    while (mixed && i > 0 && other == species) other = static_cast<int>(random.below(n_species));
    scene.birds.push_back(make_bird(description, other, mix_key(scene.key, 9), scene.key,
                                    static_cast<std::uint32_t>(i)));
    largest = std::max(largest, scene.birds.back().plan.size);
  }
  // Side by side on one perch, each in its own stretch of the frame, sizes as between the species.
  const double slot = 1.0 / birds;
  const double scale = random.uniform(0.85, 1.05) * (birds == 2 ? 0.45 : 0.32);
  for (int i = 0; i < birds; ++i) {
    Bird& bird = scene.birds[static_cast<std::size_t>(i)];
    bird.scale = scale * (0.6 + 0.4 * bird.plan.size / largest);
    bird.x = slot * (i + 0.5) + random.uniform(-0.03, 0.03);
    bird.y = 0.5;
    bird.rotation *= 0.5;
  }
  return scene;
}

}  // namespace differentia::world
