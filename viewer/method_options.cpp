#include "viewer/method_options.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include "viewer/widgets.h"

namespace differentia::viewer {

namespace {

constexpr double kMostSlid = 200;  // whole numbers over a wider range are typed

std::string number_of(const MethodOption& option, double value) {
  return option.kind == OptionKind::kWhole ? fmt::format("{:.0f}", value)
                                           : fmt::format("{:.4g}", value);
}

// In place of the value before; what is by default is not written down.
void take(const MethodOption& option, const std::string& value,
          std::map<std::string, std::string>& given) {
  if (value.empty()) return;
  if (value == default_value(option))
    given.erase(option.name);
  else
    given[option.name] = value;
}

}  // namespace

std::string option_value(const MethodOption& option, const std::string& written) {
  if (option.kind == OptionKind::kChoice) {
    const bool known =
        std::find(option.choices.begin(), option.choices.end(), written) != option.choices.end();
    return known ? written : std::string();
  }
  double value = 0;
  try {
    value = std::stod(written);
  } catch (const std::logic_error&) {
    return {};
  }
  if (!std::isfinite(value)) return {};
  if (option.kind == OptionKind::kWhole) value = std::round(value);
  return number_of(option, std::clamp(value, option.low, option.high));
}

std::string default_value(const MethodOption& option) {
  if (option.kind == OptionKind::kChoice)
    return option.choices.at(static_cast<std::size_t>(option.value));
  return number_of(option, option.value);
}

void MethodOptionRows::draw(const Desk& desk, const MethodInfo& method,
                            std::map<std::string, std::string>& given) {
  const Theme& theme = desk.theme;
  ImGui::PushID(method.name.c_str());
  for (const MethodOption& option : method.options) {
    ImGui::PushID(option.name.c_str());
    const auto found = given.find(option.name);
    const std::string current = found == given.end() ? default_value(option) : found->second;
    const float left = ImGui::GetCursorPosX(), width = ImGui::GetContentRegionAvail().x;
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(theme.px(6), theme.px(3)));
    ImGui::AlignTextToFramePadding();
    text(theme.small, found == given.end() ? theme.colours.quiet : theme.colours.accent,
         option.name);
    const bool over_name = ImGui::IsItemHovered();
    ImGui::SameLine(left + 0.36f * width);
    ImGui::PushItemWidth(0.64f * width);
    const bool over_value = draw_value(desk, option, current, given);
    ImGui::PopItemWidth();
    ImGui::PopStyleVar();
    if (over_name || over_value) {
      std::string range = "by default " + default_value(option);
      if (option.kind != OptionKind::kChoice) {
        range =
            number_of(option, option.low) + " to " + number_of(option, option.high) + ", " + range;
      }
      ImGui::SetNextWindowPos({ImGui::GetWindowPos().x - theme.px(8), ImGui::GetItemRectMin().y},
                              ImGuiCond_Always, {1, 0});
      ImGui::BeginTooltip();
      ImGui::PushTextWrapPos(theme.px(300));
      text(theme.regular, theme.colours.text, option.help + ".");
      text(theme.small, theme.colours.quiet, range);
      ImGui::PopTextWrapPos();
      ImGui::EndTooltip();
    }
    ImGui::PopID();
  }
  if (!given.empty() && link(desk, "Back to the defaults")) given.clear();
  ImGui::PopID();
}

bool MethodOptionRows::draw_value(const Desk& desk, const MethodOption& option,
                                  const std::string& current,
                                  std::map<std::string, std::string>& given) {
  if (option.kind == OptionKind::kChoice) {
    if (!begin_choice(desk, "##value", current)) return ImGui::IsItemHovered();
    for (const std::string& choice : option.choices)
      if (ImGui::Selectable(choice.c_str(), choice == current)) take(option, choice, given);
    ImGui::EndCombo();
    return false;
  }
  const std::string name = std::to_string(ImGui::GetID("##value"));
  const bool whole = option.kind == OptionKind::kWhole;
  if (whole && option.high - option.low > kMostSlid) {
    std::string shown = current;
    ImGui::InputText("##value", edited_ == name ? &text_ : &shown,
                     ImGuiInputTextFlags_CharsDecimal);
    if (ImGui::IsItemActivated()) edited_ = name, text_ = current;
    if (ImGui::IsItemDeactivatedAfterEdit()) take(option, option_value(option, text_), given);
  } else {
    float shown = std::stof(current);
    float* const value = edited_ == name ? &slid_ : &shown;
    // The number stands beside the slider, whose handle would hide it.
    const float number_width = desk.theme.px(46);
    ImGui::PushItemWidth(ImGui::CalcItemWidth() - number_width);
    ImGui::SliderFloat("##value", value, static_cast<float>(option.low),
                       static_cast<float>(option.high), "", ImGuiSliderFlags_AlwaysClamp);
    ImGui::PopItemWidth();
    if (ImGui::IsItemActivated()) edited_ = name, slid_ = *value;
    if (ImGui::IsItemDeactivatedAfterEdit())
      take(option, option_value(option, fmt::format("{:.3g}", slid_)), given);
    const bool hovered = ImGui::IsItemHovered();
    if (edited_ == name && !ImGui::IsItemActive()) edited_.clear();
    ImGui::SameLine(0, desk.theme.px(8));
    text(desk.theme.small, desk.theme.colours.text,
         option_value(option, fmt::format("{:.3g}", *value)));
    return hovered;
  }
  const bool hovered = ImGui::IsItemHovered();
  if (edited_ == name && !ImGui::IsItemActive()) edited_.clear();
  return hovered;
}

}  // namespace differentia::viewer
