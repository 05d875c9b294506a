#include "tools/differentia/method_list.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"

namespace differentia::cli {
namespace {

using nlohmann::ordered_json;

bool has_option(const Method& method, const std::string& name) {
  return std::any_of(method.options.begin(), method.options.end(),
                     [&](const MethodOption& option) { return option.name == name; });
}

std::string needs(const Method& method) {
  if (!method.needs_model) return "the photo alone";
  std::vector<std::string> parts{method.needs_gradients ? "gradients" : "forward passes only"};
  if (method.needs_layer)
    parts.emplace_back(method.several_layers ? "one or more layers" : "a layer");
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string number_text(const MethodOption& option, double value) {
  return option.kind == OptionKind::kWhole ? fmt::format("{:.0f}", value)
                                           : fmt::format("{:g}", value);
}

std::string range(const MethodOption& option) {
  if (option.kind == OptionKind::kChoice) return fmt::format("{}", fmt::join(option.choices, ", "));
  return number_text(option, option.low) + " to " + number_text(option, option.high);
}

std::string default_text(const MethodOption& option) {
  if (option.kind == OptionKind::kChoice)
    return option.choices.at(static_cast<std::size_t>(option.value));
  return number_text(option, option.value);
}

const char* kind_name(OptionKind kind) {
  switch (kind) {
    case OptionKind::kNumber:
      return "number";
    case OptionKind::kWhole:
      return "whole";
    case OptionKind::kChoice:
      break;
  }
  return "choice";
}

}  // namespace

std::vector<const Method*> methods_named(const std::vector<std::string>& names) {
  std::vector<const Method*> methods;
  const auto add = [&](const Method* method) {
    if (std::find(methods.begin(), methods.end(), method) == methods.end())
      methods.push_back(method);
  };
  for (const std::string& name : names) {
    if (name == "all") {
      for (const Method* method : saliency_methods()) add(method);
    } else {
      add(&saliency_method(name));
    }
  }
  return methods;
}

std::vector<SaliencyOptions> ways_of(const std::vector<const Method*>& methods,
                                     const std::vector<std::string>& options) {
  std::vector<SaliencyOptions> ways(methods.size());
  for (std::size_t m = 0; m < methods.size(); ++m) ways[m].method = methods[m]->name;
  for (const std::string& option : options) {
    const std::size_t sign = option.find('=');
    if (sign == std::string::npos || sign == 0) {
      throw InputError(fmt::format(
          "'{}' is no option of a method; write --option NAME=VALUE (--methods lists them).",
          option));
    }
    std::string name = option.substr(0, sign);
    const std::string value = option.substr(sign + 1);
    const std::size_t dot = name.find('.');
    const Method* one = methods.size() == 1 ? methods.front() : nullptr;
    if (dot != std::string::npos) {
      one = &saliency_method(name.substr(0, dot));
      name = name.substr(dot + 1);
      if (std::find(methods.begin(), methods.end(), one) == methods.end()) {
        throw InputError(fmt::format("'{}' is for {}, which is not among the methods chosen.",
                                     option, one->title));
      }
    }
    bool taken = false;
    for (std::size_t m = 0; m < methods.size(); ++m) {
      // Where one method is meant it answers itself for a name that it does not know.
      if (one != nullptr ? one != methods[m] : !has_option(*methods[m], name)) continue;
      ways[m].options[name] = value;
      taken = true;
    }
    if (taken) continue;
    std::vector<std::string> known;
    for (const Method* method : methods) {
      for (const MethodOption& its : method->options) {
        if (std::find(known.begin(), known.end(), its.name) == known.end())
          known.push_back(its.name);
      }
    }
    throw UnknownName::among("option of the methods chosen", name, known);
  }
  for (std::size_t m = 0; m < methods.size(); ++m) MethodValues(*methods[m], ways[m].options);
  return ways;
}

std::string method_list() {
  std::string text;
  for (const Method* method : saliency_methods()) {
    text += fmt::format("{}  ({}, {})\n", method->name, method->title, method->source);
    text += fmt::format("    {}.\n    {}\n", method->help, method->caveat);
    text += fmt::format("    Needs {}.\n", needs(*method));
    for (const MethodOption& option : method->options) {
      text += fmt::format("    --option {}={}  {} ({})\n", option.name, default_text(option),
                          option.help, range(option));
    }
    text += "\n";
  }
  text += "Values are the defaults; in brackets, what is allowed.";
  return text;
}

ordered_json method_list_json() {
  ordered_json list = ordered_json::array();
  for (const Method* method : saliency_methods()) {
    ordered_json options = ordered_json::array();
    for (const MethodOption& option : method->options) {
      ordered_json row{
          {"name", option.name}, {"help", option.help}, {"kind", kind_name(option.kind)}};
      if (option.kind == OptionKind::kChoice) {
        row["default"] = default_text(option);
        row["choices"] = option.choices;
      } else {
        row["default"] = option.value;
        row["low"] = option.low;
        row["high"] = option.high;
      }
      options.push_back(std::move(row));
    }
    list.push_back(ordered_json{{"name", method->name},
                                {"title", method->title},
                                {"source", method->source},
                                {"needs_model", method->needs_model},
                                {"needs_gradients", method->needs_model && method->needs_gradients},
                                {"needs_layer", method->needs_layer},
                                {"several_layers", method->several_layers},
                                {"signed", method->is_signed},
                                {"rectifies", method->rectifies},
                                {"options", options},
                                {"help", method->help},
                                {"caveat", method->caveat}});
  }
  return ordered_json{{"methods", list}};
}

ordered_json options_json(const Method& method, const MethodValues& values) {
  ordered_json result = ordered_json::object();
  for (const MethodOption& option : method.options) {
    switch (option.kind) {
      case OptionKind::kNumber:
        result[option.name] = values.number(option.name);
        break;
      case OptionKind::kWhole:
        result[option.name] = values.whole(option.name);
        break;
      case OptionKind::kChoice:
        result[option.name] = values.choice(option.name);
        break;
    }
  }
  return result;
}

}  // namespace differentia::cli
