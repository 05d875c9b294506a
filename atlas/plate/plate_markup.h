#pragma once

// Names and sentences with their italics, in the markup that Pango and HTML have in common.

#include <string>

#include "atlas/marks/pair_marks.h"

namespace differentia {

// Text as it is, in marked up form: & and < escaped, bytes that are no UTF-8 replaced.
std::string escaped(const std::string& text);
std::string italic(const std::string& markup);

// A taxon's name, in italics where it is a genus and a species.
std::string name_markup(const std::string& name);
// The same, "G. rufa" where the pair's other taxon is of its genus; no row ends within it.
std::string taxon_markup(const PairMarks& pair, Side side, bool abbreviated);

// A sentence in which the pair's names are shortened and set as names are.
std::string sentence_markup(const PairMarks& pair, const std::string& text);

// "red bill" → "Red bill".
std::string capital(std::string text);

}  // namespace differentia
