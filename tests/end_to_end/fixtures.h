#pragma once

// A small photo set of the demo world and the network that ships with it, for tests of the whole
// program.

#include <string>

namespace differentia::test {

// The demo network that ships in data/.
std::string demo_model();

// A CSV of `taxa` species with `photos` photos each, rendered once per run of the tests by
// `differentia world`.
std::string demo_photos(int taxa = 3, int photos = 8);

// Photos of two birds of different species, rendered once per run of the tests, and the table of
// their birds: photo,taxon,mask,bird,left,top,width,height,…
std::string demo_pair(int number);  // 0 or 1
std::string demo_pairs_table();

// An atlas built of demo_photos(), once per run of the tests.
std::string demo_atlas();

}  // namespace differentia::test
