#include "tools/differentia/taxon_label.h"

#include "tests/catch.h"

namespace differentia::cli {

TEST_CASE("labels with a common name in brackets") {
  const TaxonLabel finch = taxon_label("Haemorhous cassinii (Cassin's Finch)");
  CHECK(finch.name == "Haemorhous cassinii");
  CHECK(finch.common_name == "Cassin's Finch");
  CHECK(taxon_label("Granella rufa").name == "Granella rufa");
  CHECK(taxon_label("Granella rufa").common_name.empty());
  CHECK(taxon_label("(background)").name == "(background)");
  CHECK(taxon_label("").name.empty());
}

TEST_CASE("scientific names are told from others") {
  for (const char* name : {"Granella rufa", "Larus fuscus graellsii", "Polygonia c-album"})
    CHECK(is_scientific(name));
  for (const char* name : {"American Bulldog", "Bengal", "output 7", "", "X y", "Granella "})
    CHECK_FALSE(is_scientific(name));
}

TEST_CASE("names of files are safe and never empty") {
  CHECK(file_name_of("Granella rufa") == "Granella_rufa");
  CHECK(file_name_of("Cassin's Finch") == "Cassins_Finch");
  CHECK(file_name_of("../a/b c") == "a_b_c");
  CHECK(file_name_of("Grünfink") == "Grünfink");
  CHECK(file_name_of("///") == "taxon");
  std::string longest;
  for (int i = 0; i < 99; ++i) longest += "ü";
  const std::string cut = file_name_of(longest);
  CHECK(cut.size() == 100);
  CHECK(longest.compare(0, cut.size(), cut) == 0);
  CHECK(file_name_of("a" + longest).size() == 99);
}

}  // namespace differentia::cli
