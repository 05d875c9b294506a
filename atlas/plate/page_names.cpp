#include "atlas/plate/page_names.h"

#include <cctype>
#include <utility>

#include "base/sha256.h"

namespace differentia {
namespace {

constexpr std::size_t kLongest = 60;  // letters; two of them and what is around are a file's name
constexpr std::size_t kDigits = 8;

std::string folded(std::string name) {
  for (char& c : name)
    c = c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace

std::string page_name(const std::string& taxon) {
  std::string out;
  bool whole = true;  // nothing of it is lost
  for (const char c : taxon) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = byte < 0x80 && std::isalnum(byte) != 0;
    const char shown = c == ' ' ? '_' : c;
    const bool between = shown == '_' || shown == '-';
    // One at a time and within the name: what two mean is kept for pairs.
    const bool fits = letter || (between && !out.empty() && out.back() != '_' && out.back() != '-');
    whole = whole && fits;
    if (fits) out += shown;
  }
  while (!out.empty() && (out.back() == '_' || out.back() == '-')) {
    out.pop_back();
    whole = false;
  }
  if (out.size() > kLongest) {
    out.resize(kLongest);
    whole = false;
  }
  if (out.empty()) out = "taxon";
  return whole ? out : out + "-" + sha256_of(folded(taxon)).substr(0, kDigits);
}

std::string page_name(const std::string& taxon_a, const std::string& taxon_b) {
  std::string a = page_name(taxon_a), b = page_name(taxon_b);
  if (folded(b) < folded(a)) std::swap(a, b);
  return a + "--" + b;
}

}  // namespace differentia
