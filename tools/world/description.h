#pragma once

// The description of a demo world: imaginary birds, the habitats they are photographed in, and the
// biases planted in their photos, all as data. Another description gives another world without a
// change of code.
//
// A genus gives its species a body plan and the look of every part; a species overrides one to
// three parts (so that sister species differ in one to six, and by the check below in one to
// three); a form overrides further parts.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace differentia::world {

// The parts of a bird. The number is the pixel value in part masks; 0 is everything that is not a
// bird.
enum class Part : std::uint8_t {
  none = 0,
  bill,
  eye,
  eye_ring,
  eyebrow,
  crown,
  face,
  throat,
  nape,
  back,
  breast,
  belly,
  wing,
  wing_bars,
  rump,
  tail,
  legs,
};
constexpr int kParts = 17;  // with `none`

const std::string& part_name(Part part);       // "eye_ring"
Part part_from_name(const std::string& name);  // throws UnknownName
const std::vector<Part>& all_parts();  // every part but `none`, in the order of their numbers

struct Rgb {
  std::uint8_t r = 0, g = 0, b = 0;
  bool operator==(const Rgb& o) const { return r == o.r && g == o.g && b == o.b; }
};

enum class Pattern { plain, barred, spotted, streaked, banded };

// How one part looks. Which shapes a part may have is in shapes_of(); `none` means that the part is
// not there.
struct PartLook {
  std::string shape;
  Rgb color;
  Pattern pattern = Pattern::plain;
  Rgb pattern_color;  // of bars, spots, streaks or band; unused where plain
  double size = 1.0;  // of the part in its shape, relative to the usual

  bool operator==(const PartLook& o) const;
  bool operator!=(const PartLook& o) const { return !(*this == o); }
};

const std::vector<std::string>& shapes_of(Part part);

using Looks = std::array<PartLook, kParts>;  // indexed by Part; [0] is unused

// Proportions, in units of the body's length from chest to tail base.
struct BodyPlan {
  double size = 1.0;          // of the whole bird beside others (photos of several species)
  double depth = 0.56;        // of the body, back to belly
  double head = 0.20;         // radius
  double neck = 0.10;         // length
  double bill_length = 0.22;  // from the face
  double bill_depth = 0.09;   // at the base
  double tail_length = 0.55;
  double tail_width = 0.17;
  double leg_length = 0.30;  // tarsus
  double leg_width = 0.035;
  double wing_length = 0.85;
  double posture = 25;  // degrees of the body's axis above the horizontal
  double eye = 0.24;    // radius, relative to the head's
  double belly = 1.0;   // fullness of the underside
};

struct Genus {
  std::string name;
  std::string common_name;
  BodyPlan plan;
  Looks looks;
};

struct Form {
  std::string name;    // "male", "female", "juvenile", "adult"
  double share = 1.0;  // of the species' observations
  Looks looks;
};

struct Species {
  std::string name;  // scientific: "Silvaria annulata"
  std::string common_name;
  int genus = 0;            // index into Description::genera
  std::vector<Form> forms;  // at least one; the first is the one that species are compared by
};

struct Habitat {
  std::string name;
  std::string kind;          // which painter: water, foliage, sky, snow, sand, reeds or garden
  std::vector<Rgb> palette;  // at least four, what each colours is up to the painter
};

const std::vector<std::string>& habitat_kinds();

// A cue that rides along with one species: `strength` of its training photos carry it,
// Description::base_rate of the others'.
struct Bias {
  enum class Kind { habitat, flower, caption, blur };
  Kind kind = Kind::habitat;
  int species = 0;
  int habitat = 0;      // Kind::habitat
  Rgb color;            // Kind::flower: of the petals
  std::string caption;  // Kind::caption: what is written
  double strength = 0;
};

const std::string& bias_kind_name(Bias::Kind kind);

struct Description {
  std::string name;
  std::vector<Genus> genera;
  std::vector<Species> species;
  std::vector<Habitat> habitats;
  std::vector<Bias> biases;
  double base_rate = 0.05;  // share of photos that carry a cue without being of its species

  int species_index(const std::string& name) const;  // scientific name; throws UnknownName
  int habitat_index(const std::string& name) const;  // throws UnknownName
};

// The parts in which the first forms of two species differ, in the order of their numbers.
std::vector<Part> differing_parts(const Description& description, int a, int b);
std::vector<Part> differing_parts(const Looks& a, const Looks& b);

// Pairs (a < b) of one genus.
std::vector<std::pair<int, int>> sister_pairs(const Description& description);

// Throws InputError naming the key: JSON that is none, a key that is missing, unknown or of the
// wrong type, an unknown shape, pattern, part, habitat or species, a number out of range, sisters
// that differ in none or in more than three parts, forms of two species that look alike.
Description load_description(const std::string& path);
Description parse_description(const nlohmann::json& json);

// The same as JSON: parse_description(to_json(d)) gives d again. Every part is written out for
// every genus; species and forms name what they override.
nlohmann::json to_json(const Description& description);

}  // namespace differentia::world
