#pragma once

// A label of a model as a person reads it: "Haemorhous cassinii (Cassin's Finch)".

#include <string>

namespace differentia::cli {

struct TaxonLabel {
  std::string name;         // without the common name
  std::string common_name;  // what stood behind it in brackets; empty where there is none
};

TaxonLabel taxon_label(const std::string& label);

// Whether it is written as a species' or subspecies' scientific name: such are set in italics.
bool is_scientific(const std::string& name);

// The name as part of a file's name: "Haemorhous_cassinii". Never empty.
std::string file_name_of(const std::string& name);

}  // namespace differentia::cli
