#pragma once

// The options of a saliency method as rows of a panel: sliders, fields and lists, from the
// registry's kinds, ranges and defaults.

#include <map>
#include <string>

#include "viewer/desk.h"
#include "viewer/photo_explainer.h"

namespace differentia::viewer {

// An option's value as a method reads it: `written` brought into its range, whole where it must be.
// Empty where that is no number, or no choice, of this option.
std::string option_value(const MethodOption& option, const std::string& written);
// As option_value() would write the value by default.
std::string default_value(const MethodOption& option);

class MethodOptionRows {
 public:
  // `given`: the method's options that are not by default; changed when an edit is finished, not
  // while a slider moves, as each change asks for another map.
  void draw(const Desk& desk, const MethodInfo& method, std::map<std::string, std::string>& given);

 private:
  // Answers whether the pointer is over it.
  bool draw_value(const Desk& desk, const MethodOption& option, const std::string& current,
                  std::map<std::string, std::string>& given);

  std::string edited_;  // the option being edited, its method before it
  std::string text_;    // as it is typed
  float slid_ = 0;      // where the slider is
};

}  // namespace differentia::viewer
