#pragma once

// Limits of numbers on the command line, said in the words of the other errors.

#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace differentia::cli {

// A whole number of `least` or more. Help shows the default alone.
inline CLI::Validator at_least(long least) {
  return CLI::Validator(
      [least](const std::string& text) {
        long value = 0;
        if (CLI::detail::lexical_cast(text, value) && value >= least) return std::string();
        return fmt::format("'{}' is not a whole number of {} or more", text, least);
      },
      std::string());
}

// A number of 0 or more.
inline CLI::Validator not_negative() {
  return CLI::Validator(
      [](const std::string& text) {
        double value = 0;
        if (CLI::detail::lexical_cast(text, value) && value >= 0) return std::string();
        return fmt::format("'{}' is not a number of 0 or more", text);
      },
      "");
}

// A name that a script has left empty would ask for nothing, silently.
inline CLI::Validator not_empty() {
  return CLI::Validator(
      [](const std::string& text) {
        return text.empty() ? std::string("give a name") : std::string();
      },
      "");
}

}  // namespace differentia::cli
