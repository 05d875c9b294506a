#include "atlas/plate/plate_markup.h"

#include <cctype>
#include <utility>

#include <glib.h>

#include "atlas/plate/plate_words.h"

namespace differentia {
namespace {

// "G. rufa" is not to be parted by the end of a row.
std::string unbroken(std::string name) {
  const std::size_t space = name.find(". ");
  return space == std::string::npos ? name : name.replace(space, 2, ".\u00a0");
}

}  // namespace

std::string escaped(const std::string& text) {
  gchar* valid = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
  gchar* marked = g_markup_escape_text(valid, -1);
  std::string out = marked;
  g_free(marked);
  g_free(valid);
  return out;
}

std::string italic(const std::string& markup) {
  return "<i>" + markup + "</i>";
}

std::string name_markup(const std::string& name) {
  return is_binomial(name) ? italic(escaped(name)) : escaped(name);
}

std::string taxon_markup(const PairMarks& pair, Side side, bool abbreviated) {
  const std::string& name = pair.taxon(side).record.name;
  if (!abbreviated || !is_binomial(name)) return name_markup(name);
  return italic(unbroken(escaped(short_name(name, pair.taxon(other(side)).record.name))));
}

std::string sentence_markup(const PairMarks& pair, const std::string& text) {
  std::string out = escaped(text);
  for (const Side side : {Side::kA, Side::kB}) {
    const std::string& name = pair.taxon(side).record.name;
    if (!is_binomial(name)) continue;
    const std::string brief = escaped(short_name(name, pair.taxon(other(side)).record.name));
    const std::string whole = escaped(name);
    for (std::size_t at = out.find(whole); whole != brief && at != std::string::npos;
         at = out.find(whole))
      out.replace(at, whole.size(), brief);
    for (std::size_t at = out.find(brief); at != std::string::npos; at = out.find(brief, at)) {
      const std::string set = italic(unbroken(brief));
      out.replace(at, brief.size(), set);
      at += set.size();
    }
  }
  return out;
}

std::string capital(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

}  // namespace differentia
