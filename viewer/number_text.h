#pragma once

// Numbers as the screens write them.

#include <cstdint>
#include <string>

#include "base/statistics.h"

namespace differentia::viewer {

std::string count_text(std::int64_t count);               // "12,345"
std::string percent_text(double share);                   // "41 %", "–" for NaN
std::string signed_text(double value, int decimals = 2);  // "+1.20", "−0.35", "–" for NaN
// With two significant digits, and two decimals at most: "+1.20", "+0.0031", "−0.00012".
std::string logits_text(double value);
std::string logits_interval_text(const Estimate& estimate);  // with its value's decimals
std::string number_text(double value, int decimals = 2);     // "1.20", "−0.35", "–" for NaN
// The 95 % interval: "0.31 … 0.52"; "not known" where it is unbounded or NaN.
std::string signed_interval_text(const Estimate& estimate, int decimals = 2);
std::string percent_interval_text(const Estimate& estimate);  // "31 … 52 %"
// "1 photo", "12 photos".
std::string counted(std::int64_t count, const std::string& one, const std::string& many);

// A name as people read it: "American_Bulldog" is "American Bulldog".
std::string display_name(const std::string& name);

}  // namespace differentia::viewer
