#include "atlas/plate/page_names.h"

#include <set>

#include "tests/catch.h"

using differentia::page_name;

TEST_CASE("A page is named after its taxon, whatever else the atlas holds") {
  CHECK(page_name("Turdisca guttata") == "Turdisca_guttata");
  CHECK(page_name("Abyssinian") == "Abyssinian");
  CHECK(page_name("Egyptian_Mau") == "Egyptian_Mau");
  CHECK(page_name("Anas novae-hollandiae") == "Anas_novae-hollandiae");
  CHECK(page_name("Turdisca guttata", "Turdisca aurantia") ==
        "Turdisca_aurantia--Turdisca_guttata");
  CHECK(page_name("Turdisca aurantia", "Turdisca guttata") ==
        "Turdisca_aurantia--Turdisca_guttata");
}

TEST_CASE("Names that lose something by being a file's name stay apart") {
  std::set<std::string> names;
  for (const char* taxon : {"Rosa canina", "×Rosa canina", "Rosa? canina", "Rosa  canina",
                            "Rosa/canina", "../Rosa canina", "Rosa canina-", "薔薇", "桜", ""}) {
    const std::string name = page_name(taxon);
    CAPTURE(taxon, name);
    CHECK(names.insert(name).second);
    CHECK(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                 "_-") == std::string::npos);
    // Two in a row part a pair's names.
    CHECK(name.find("--") == std::string::npos);
  }
  const std::string first(200, 'a'), second = first + "b";
  CHECK(page_name(first) != page_name(second));
  CHECK(page_name(first, second).size() < 160);
}
