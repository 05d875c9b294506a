#include "viewer/number_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace differentia::viewer {

namespace {

constexpr const char* kMinus = "−";
constexpr const char* kNothing = "–";

std::string with_minus(std::string text) {
  return !text.empty() && text[0] == '-' ? kMinus + text.substr(1) : text;
}

// No "−0.00".
double rounded(double value, int decimals) {
  const double unit = std::pow(10.0, decimals);
  const double result = std::round(value * unit) / unit;
  return result == 0 ? 0 : result;
}

// Two significant digits of a small value; nothing is told apart beyond a millionth of a logit.
int logit_decimals(double value) {
  if (!std::isfinite(value) || value == 0) return 2;
  const int leading = static_cast<int>(std::floor(std::log10(std::abs(value))));
  return std::clamp(1 - leading, 2, 6);
}

}  // namespace

std::string count_text(std::int64_t count) {
  std::string digits = std::to_string(count);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > (count < 0 ? 1 : 0); i -= 3)
    digits.insert(static_cast<std::size_t>(i), ",");
  return with_minus(digits);
}

std::string percent_text(double share) {
  return std::isfinite(share) ? with_minus(fmt::format("{:.0f} %", rounded(100 * share, 0)))
                              : kNothing;
}

std::string signed_text(double value, int decimals) {
  if (!std::isfinite(value)) return kNothing;
  const double r = rounded(value, decimals);
  return r == 0 ? fmt::format("{:.{}f}", 0.0, decimals)
                : with_minus(fmt::format("{:+.{}f}", r, decimals));
}

std::string logits_text(double value) {
  return signed_text(value, logit_decimals(value));
}

std::string logits_interval_text(const Estimate& estimate) {
  return signed_interval_text(estimate, logit_decimals(estimate.value));
}

std::string number_text(double value, int decimals) {
  return std::isfinite(value)
             ? with_minus(fmt::format("{:.{}f}", rounded(value, decimals), decimals))
             : kNothing;
}

std::string signed_interval_text(const Estimate& estimate, int decimals) {
  if (!std::isfinite(estimate.low) || !std::isfinite(estimate.high)) return "not known";
  return signed_text(estimate.low, decimals) + " … " + signed_text(estimate.high, decimals);
}

std::string percent_interval_text(const Estimate& estimate) {
  if (!std::isfinite(estimate.low) || !std::isfinite(estimate.high)) return "not known";
  return number_text(100 * estimate.low, 0) + " … " + number_text(100 * estimate.high, 0) + " %";
}

std::string counted(std::int64_t count, const std::string& one, const std::string& many) {
  return count_text(count) + " " + (count == 1 ? one : many);
}

std::string display_name(const std::string& name) {
  std::string shown = name;
  std::replace(shown.begin(), shown.end(), '_', ' ');
  return shown;
}

}  // namespace differentia::viewer
