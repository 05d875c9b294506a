#pragma once

// Names of pages that do not change: a taxon's page, and a pair's, is found under the same name
// after the atlas is built again, of more taxa or of fewer, so that others may link to it. An
// atlas numbers its taxa in the order in which they come, so that their numbers are no part of it.

#include <string>

namespace differentia {

// Of a taxon's scientific name: "Turdisca_guttata". Letters and digits of ASCII, - and _, so that
// any web host serves it; a name with anything else, or a long one, also has eight digits of its
// SHA-256, that no two are alike: "Cupressocyparis-5d0f3c1e" of ×Cupressocyparis. As on the command
// line, names that differ in nothing but case and _ for a space are one.
std::string page_name(const std::string& taxon);

// Of a pair, whichever is named first: "Turdisca_aurantia--Turdisca_guttata".
std::string page_name(const std::string& taxon_a, const std::string& taxon_b);

}  // namespace differentia
