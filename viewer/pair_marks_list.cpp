#include "viewer/pair_marks_list.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "viewer/number_text.h"
#include "viewer/pair_parts.h"
#include "viewer/widgets.h"

namespace differentia::viewer {
namespace {

std::string of_text(const PhotoCount& count) {
  return count_text(count.with) + " of " + count_text(count.of);
}

std::uint32_t status_colour(const Theme& theme, PairStatus status) {
  switch (status) {
    case PairStatus::kTested:
      return theme.colours.accent;
    case PairStatus::kNotShown:
      return theme.colours.warning;
    default:
      return theme.colours.quiet;
  }
}

std::string fall_text(const Estimate& estimate) {
  if (!std::isfinite(estimate.low) || !std::isfinite(estimate.high))
    return number_text(estimate.value, 1);
  return fmt::format("{} ({} to {})", number_text(estimate.value, 1), number_text(estimate.low, 1),
                     number_text(estimate.high, 1));
}

}  // namespace

std::string told_text(const PairFindings& pair) {
  std::string words = "On photos that no mark was found in, the model tells " +
                      of_text(pair.a.told) + " " + pair.a.name + " from " + pair.b.name + ", and " +
                      of_text(pair.b.told) + " the other way.";
  if (pair.decided.of > 0) words += " The marks alone decide " + of_text(pair.decided) + ".";
  return words;
}

std::string status_text(const PairMark& mark) {
  switch (mark.status) {
    case PairStatus::kTested:
      return "tested: covered, the model changes its mind on " + of_text(mark.changed_mind);
    case PairStatus::kNotShown:
      return "not shown to move the model";
    case PairStatus::kNotTestable:
      return "not testable";
    case PairStatus::kUntested:
      break;
  }
  return "not tested by removal";
}

std::string evidence_text(const PairMark& mark) {
  switch (mark.status) {
    case PairStatus::kTested:
      return "Covered in photos it was not found in, the margin falls by " +
             fall_text(mark.removed) + " logits; with as much covered elsewhere, by " +
             fall_text(mark.elsewhere) + ".";
    case PairStatus::kNotShown:
      return "Covering it moves the margin by " + fall_text(mark.removed) +
             " logits, covering as much elsewhere by " + fall_text(mark.elsewhere) +
             ": that may be chance, or is too little to matter.";
    case PairStatus::kNotTestable:
      return "Not testable: " + mark.why + ".";
    case PairStatus::kUntested:
      break;
  }
  return "Nothing was covered to test it; compare without --untested for that.";
}

void PairMarksList::draw_mark(Desk& desk, const PairFindings& pair, const PairMark& mark) {
  const Theme& theme = desk.theme;
  int& chosen = desk.state.pair.mark;
  const bool on = chosen == mark.number;
  const PairTaxonFindings &carrier = pair.side(mark.of_a), &other = pair.side(!mark.of_a);
  ImGui::PushID(mark.number);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 a = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float left = theme.px(42), padding = theme.px(8);
  list->ChannelsSplit(2);
  list->ChannelsSetCurrent(1);
  draw_mark_badge(theme, list, {a.x + theme.px(22.0), a.y + padding + theme.px(12.0)}, mark);
  ImGui::SetCursorScreenPos({a.x, a.y + padding});
  ImGui::Indent(left);
  ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + width - left - padding);
  text(theme.bold, theme.colours.text, mark.title);
  text(theme.small, side_colour(theme, mark.of_a), "of " + carrier.name);
  text(theme.small, theme.colours.quiet,
       mark.presence ? "the other lacks it" : "both have it, it looks different");
  text(theme.small, theme.colours.quiet,
       "seen in " + of_text(mark.seen) + ", and in " + of_text(mark.seen_other) + " of " +
           other.name);
  text(theme.small, status_colour(theme, mark.status), status_text(mark));
  if (on) {
    gap(desk, 2);
    text(theme.small, theme.colours.text, evidence_text(mark));
    std::string adds = "It adds " + logits_text(mark.attribution.value) + " logits to a photo";
    if (std::isfinite(mark.attribution.low) && std::isfinite(mark.attribution.high))
      adds += " (" + logits_interval_text(mark.attribution) + ")";
    adds += std::isfinite(mark.subject_share)
                ? ", and lies " + percent_text(mark.subject_share) + " on the organism."
                : ".";
    text(theme.small, theme.colours.text, adds);
    if (!mark.forms.empty())
      text(theme.small, theme.colours.text,
           fmt::format("Mostly in: {}.", fmt::join(mark.forms, ", ")));
    for (const std::string& flag : mark.flags) text(theme.small, theme.colours.warning, flag);
  }
  ImGui::PopTextWrapPos();
  ImGui::Unindent(left);
  const float height = ImGui::GetCursorScreenPos().y - a.y + padding - theme.px(4);
  ImGui::SetCursorScreenPos(a);
  if (ImGui::InvisibleButton("mark", {width, height})) chosen = on ? 0 : mark.number;
  const bool hovered = ImGui::IsItemHovered();
  if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  list->ChannelsSetCurrent(0);
  if (on || hovered)
    list->AddRectFilled(a, {a.x + width, a.y + height},
                        on ? theme.colours.accent_fill : theme.colours.hovered, theme.px(6));
  list->ChannelsMerge();
  if (on && last_chosen_ != chosen) ImGui::SetScrollHereY(0.5f);
  gap(desk, 2);
  ImGui::PopID();
}

void PairMarksList::draw(Desk& desk, const Box& place, const PairFindings& pair, bool keys) {
  const Theme& theme = desk.theme;
  int& chosen = desk.state.pair.mark;
  if (keys) {
    const auto pressed = [](ImGuiKey key) { return ImGui::IsKeyPressed(ImGui::GetKeyIndex(key)); };
    for (int digit = 1; digit <= 9; ++digit)
      if (ImGui::IsKeyPressed('0' + digit, false) && pair.mark(digit) != nullptr) chosen = digit;
    const auto at = std::find_if(pair.marks.begin(), pair.marks.end(),
                                 [&](const PairMark& mark) { return mark.number == chosen; });
    if (pressed(ImGuiKey_DownArrow) && !pair.marks.empty()) {
      if (at == pair.marks.end())
        chosen = pair.marks.front().number;
      else if (at + 1 != pair.marks.end())
        chosen = (at + 1)->number;
    }
    if (pressed(ImGuiKey_UpArrow) && at != pair.marks.end())
      chosen = at == pair.marks.begin() ? 0 : (at - 1)->number;
  }
  begin_panel(desk, "pair marks", place, theme.colours.panel, {theme.px(12), theme.px(14)});
  ImGui::GetWindowDrawList()->AddLine(
      corner(place), {static_cast<float>(place.x), static_cast<float>(place.y + place.height)},
      theme.colours.line);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(theme.px(8), theme.px(3)));
  ImGui::BeginChild("marks");
  ImGui::Indent(theme.px(8));
  text(theme.title, theme.colours.text, "Marks the model uses");
  gap(desk, 2);
  if (!pair.verdict.empty()) {
    wrapped_text(theme.regular, theme.colours.warning, pair.verdict);
    gap(desk, 4);
  }
  wrapped_text(theme.small, theme.colours.quiet, told_text(pair));
  gap(desk, 4);
  ImGui::Unindent(theme.px(8));
  const bool marks = !pair.marks.empty() && pair.marks.front().number > 0;
  for (const PairMark& mark : pair.marks)
    if (mark.number > 0) draw_mark(desk, pair, mark);
  ImGui::Indent(theme.px(8));
  if (!marks) text(theme.regular, theme.colours.quiet, "No mark on the organism.");
  ImGui::Unindent(theme.px(8));
  if (!pair.marks.empty() && pair.marks.back().number < 0) {
    ImGui::Indent(theme.px(8));
    gap(desk, 6);
    text(theme.bold, context_colour(theme), "Also used, not on the organism");
    ImGui::Unindent(theme.px(8));
    for (const PairMark& mark : pair.marks)
      if (mark.number < 0) draw_mark(desk, pair, mark);
  }
  ImGui::Indent(theme.px(8));
  gap(desk, 6);
  for (const std::string& note : pair.notes) wrapped_text(theme.small, theme.colours.warning, note);
  wrapped_text(
      theme.small, theme.colours.faint,
      "What this shows is what the model goes by, not that it is right to: look in a field "
      "guide, too.");
  ImGui::Unindent(theme.px(8));
  ImGui::EndChild();
  ImGui::PopStyleVar();
  ImGui::End();
  last_chosen_ = chosen;
}

}  // namespace differentia::viewer
