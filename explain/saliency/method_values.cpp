#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "base/error.h"
#include "explain/saliency/method.h"

namespace differentia {

namespace {

const MethodOption& option_of(const Method& method, const std::string& name) {
  for (const MethodOption& option : method.options) {
    if (option.name == name) return option;
  }
  std::vector<std::string> names;
  for (const MethodOption& option : method.options) names.push_back(option.name);
  if (names.empty()) throw InputError(method.title + " has no options, and so no " + name + ".");
  throw UnknownName::among("option of " + method.title, name, names);
}

double parse(const Method& method, const MethodOption& option, const std::string& text) {
  if (option.kind == OptionKind::kChoice) {
    const auto found = std::find(option.choices.begin(), option.choices.end(), text);
    if (found == option.choices.end())
      throw UnknownName::among("choice for " + option.name, text, option.choices);
    return static_cast<double>(found - option.choices.begin());
  }
  double value = 0;
  std::size_t read = 0;
  try {
    value = std::stod(text, &read);
  } catch (const std::logic_error&) {
    read = 0;
  }
  const bool whole = option.kind == OptionKind::kWhole;
  const bool fits = read > 0 && read == text.size() && value >= option.low &&
                    value <= option.high && (!whole || value == std::floor(value));
  if (!fits) {
    throw InputError(fmt::format("{}={} does not go with {}: give a {} from {} to {}.", option.name,
                                 text, method.title, whole ? "whole number" : "number", option.low,
                                 option.high));
  }
  return value;
}

}  // namespace

MethodValues::MethodValues(const Method& method, const std::map<std::string, std::string>& given)
    : method_(&method) {
  for (const MethodOption& option : method.options) values_[option.name] = option.value;
  for (const auto& [name, text] : given)
    values_[name] = parse(method, option_of(method, name), text);
}

double MethodValues::number(const std::string& option) const {
  return values_.at(option);
}

int MethodValues::whole(const std::string& option) const {
  return static_cast<int>(values_.at(option));
}

const std::string& MethodValues::choice(const std::string& option) const {
  return option_of(*method_, option).choices.at(static_cast<std::size_t>(values_.at(option)));
}

}  // namespace differentia
