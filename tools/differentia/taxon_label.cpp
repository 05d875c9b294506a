#include "tools/differentia/taxon_label.h"

#include <algorithm>
#include <cctype>

namespace differentia::cli {
namespace {

bool is_lower(char c) {
  return std::islower(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

TaxonLabel taxon_label(const std::string& label) {
  const std::size_t open = label.rfind(" (");
  if (open == std::string::npos || open == 0 || label.back() != ')') return {label, {}};
  return {label.substr(0, open), label.substr(open + 2, label.size() - open - 3)};
}

bool is_scientific(const std::string& name) {
  const std::size_t space = name.find(' ');
  if (space == std::string::npos || space < 2 || space + 2 >= name.size()) return false;
  const auto fits = [](char c) { return is_lower(c) || c == '-'; };
  return std::isupper(static_cast<unsigned char>(name.front())) != 0 &&
         std::all_of(name.begin() + 1, name.begin() + static_cast<std::ptrdiff_t>(space), fits) &&
         std::all_of(name.begin() + static_cast<std::ptrdiff_t>(space), name.end(),
                     [&](char c) { return fits(c) || c == ' '; });
}

std::string file_name_of(const std::string& name) {
  std::string result;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    // Letters of other scripts stay: their bytes are beyond ASCII.
    if (std::isalnum(byte) != 0 || byte >= 0x80 || c == '-')
      result += c;
    else if (!result.empty() && result.back() != '_' && c != '\'')
      result += '_';
  }
  while (!result.empty() && result.back() == '_') result.pop_back();
  std::size_t end = 100;
  if (result.size() > end) {
    while ((static_cast<unsigned char>(result[end]) & 0xC0) == 0x80) --end;  // between two letters
    result.resize(end);
  }
  return result.empty() ? "taxon" : result;
}

}  // namespace differentia::cli
