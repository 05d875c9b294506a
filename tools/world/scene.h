#pragma once

// Everything that determines one photo of the demo world, drawn from (description, seed, species,
// number) and nothing else. A scene is plain data: change a field and render it, and what does not
// depend on that field stays the same.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/world/description.h"

namespace differentia::world {

enum class Variant { clean, biased };

const std::string& variant_name(Variant variant);

// Photos from this number on are held out: they are of other observations than those before it, and
// no bias is planted in them (cues occur at their base rates), so that accuracy off the cue can be
// measured.
constexpr int kFirstTestPhoto = 1'000'000;

// The defocus radius of the planted blur, relative to the frame's longer side; the cue varies about
// it.
constexpr double kCueDefocus = 0.0115;

// One bird: how it looks and how it stands. Lengths in units of the body's length unless said
// otherwise.
struct Bird {
  int species = 0;
  int form = 0;
  BodyPlan plan;
  Looks looks;
  std::uint64_t key = 0;  // of its own random streams (plumage, spots …)
  bool facing_left = false;
  double scale = 0.6;  // of its longer extent, bill to tail, relative to the frame's longer side
  double x = 0.5;      // centre of its extent, relative to the frame's width and height; of several
  double y = 0.5;      // birds the first gives the perch, and the others stand on it
  double rotation = 0;    // degrees, of the whole bird
  double posture = 0;     // degrees, added to the plan's
  double head_pitch = 0;  // degrees, bill up
  double head_turn = 0;   // 0 in profile … 1 turned well away; shortens the bill
  double neck = 1;        // stretch
  double tail_pitch = 0;  // degrees, tail up
  double tail_spread = 1;
  double stride = 0;  // −1 … 1, how far the feet are apart
};

struct Light {
  double azimuth = 0;    // radians, 0 from the right, π/2 from above
  double elevation = 1;  // of the light towards the viewer, 0 … 1
  double strength = 1;   // of direct against diffuse light
  double warmth = 0;     // −1 cool … 1 warm
};

// What the camera does after the scene is painted.
struct Camera {
  double exposure = 0;  // stops
  double contrast = 1;
  double saturation = 1;
  double tint = 0;     // −1 green … 1 magenta
  double defocus = 0;  // radius, relative to the frame's longer side
  double motion = 0;   // length, likewise
  double motion_angle = 0;
  double noise = 0.01;  // standard deviation at mid grey
  double vignette = 0.2;
  int jpeg_quality = 90;
  int orientation = 1;  // EXIF: how the stored photo is turned (1 to 8)
};

struct Scene {
  std::uint64_t key = 0;  // of the photo's random streams
  int width = 320;        // of the oriented photo, pixels
  int height = 240;
  std::vector<Bird> birds;  // at least one; the first gives the photo its taxon
  Habitat habitat;
  int habitat_index = 0;
  std::uint64_t place_key = 0;  // of the background's streams that photos of one observation share
  Light light;
  Camera camera;
  int twigs = 0;            // blurred twigs that cross the frame before the bird
  bool has_flower = false;  // a flower of the cue's kind beside the perch
  Rgb flower_color;
  std::string caption;   // written into a lower corner; empty for none
  bool blurred = false;  // the blur cue: defocus or motion above the usual

  // What a photographer notes down.
  int species = 0;
  int number = 0;
  Variant variant = Variant::clean;
  std::string observation;  // "silvaria_annulata-0007"
  std::string observer;
  std::string date;  // "2023-05-14"
  double latitude = 0, longitude = 0;
};

// The photo `number` of `species`. `long_side` is the frame's longer side in pixels.
Scene make_scene(const Description& description, std::uint64_t seed, int species, int number,
                 Variant variant, int long_side = 320);

// A photo of two or three birds, of one or of different species (`number` decides), beside each
// other.
Scene make_group_scene(const Description& description, std::uint64_t seed, int number,
                       Variant variant, int long_side = 320);

}  // namespace differentia::world
