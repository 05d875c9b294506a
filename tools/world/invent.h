#pragma once

// Invents descriptions of other worlds, so that what was built on one can be judged on another.

#include <cstdint>
#include <string>

#include "tools/world/description.h"

namespace differentia::world {

// A world of 8 genera of 3 species (6 with two sexes, 3 with a juvenile form), 7 habitats and 8
// planted biases. It passes every check of parse_description: sisters differ in one to three parts,
// by a colour, pattern or shape that is easily seen. The same seed gives the same world.
Description invent_description(std::uint64_t seed);

// The description in the file `path` or, where `invent` is not 0, the one invented from it.
Description description_of(const std::string& path, std::uint64_t invent);

}  // namespace differentia::world
