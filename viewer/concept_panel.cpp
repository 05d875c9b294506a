#include "viewer/concept_panel.h"

#include <algorithm>
#include <cmath>

#include "viewer/number_text.h"
#include "viewer/widgets.h"

namespace differentia::viewer {

namespace {

constexpr double kRow = 70;
constexpr double kLine = 17;  // a row is that much higher where its texts need two lines

// How the rows of one list are drawn.
struct RowLayout {
  bool attribution = true;  // else the bars are prevalence
  bool two_lines = false;   // prevalence and subject do not fit beside each other
  double low = 0, high = 0;
};

std::string prevalence_words(const store::ConceptRecord& c) {
  return "in " + percent_text(c.prevalence.value) +
         (c.observations > 0 ? " of observations" : " of photos");
}

std::string subject_words(const store::ConceptRecord& c) {
  return std::isfinite(c.subject_share) ? percent_text(c.subject_share) + " on subject"
                                        : std::string();
}

// Where the texts of a row begin and end.
float text_left(const Theme& theme) {
  return theme.px(72);
}

void draw_row(Desk& desk, const store::ConceptRecord& c, const RowLayout& layout, float height) {
  const Theme& theme = desk.theme;
  ImGui::PushID(c.id);
  const ImVec2 a = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  if (ImGui::InvisibleButton("concept", {width, height})) desk.state.show_concept(c.number);
  const bool hovered = ImGui::IsItemHovered();
  if (hovered) desk.next_hovered_concept = c.number;
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (hovered || desk.state.hovered_concept == c.number)
    list->AddRectFilled(a, {a.x + width, a.y + height - theme.px(2)}, theme.colours.hovered,
                        theme.px(6));
  const float side = theme.px(52);
  const float top = a.y + theme.px(8);
  const std::int32_t icon = c.icon;
  const Picture* picture =
      desk.thumbnails.get("icon:" + std::to_string(icon), "reading an icon",
                          [sheets = desk.sheets, icon] { return sheets->icon(icon); });
  picture_or_wait(desk, list, picture, {a.x + theme.px(8), top, side, side}, theme.px(5));
  const float left = a.x + text_left(theme);
  const float right = a.x + width - theme.px(10);
  const float dot = theme.px(4);
  list->AddCircleFilled({left + dot, top + theme.px(8)}, dot, concept_colour(c.number), 20);
  draw_text(list, theme.bold, {left + 2 * dot + theme.px(7), top - theme.px(1)}, theme.colours.text,
            "Concept " + std::to_string(c.number));
  const Estimate& shown = layout.attribution ? c.attribution : c.prevalence;
  const std::string value =
      layout.attribution ? logits_text(shown.value) : percent_text(shown.value);
  draw_text(list, theme.regular, {right - text_size(theme.regular, value).x, top - theme.px(1)},
            theme.colours.text, value);
  const std::uint32_t bar = !layout.attribution ? theme.colours.accent
                            : shown.value < 0   ? theme.colours.negative
                                                : theme.colours.positive;
  interval_bar(list, {left, top + theme.px(23), right - left, theme.px(6)}, shown, layout.low,
               layout.high, bar, theme.colours.text, theme.colours.raised);
  draw_text(list, theme.small, {left, top + theme.px(36)}, theme.colours.faint,
            elided(theme.small, prevalence_words(c), right - left));
  const std::string subject = subject_words(c);
  const float subject_left = layout.two_lines ? left : right - text_size(theme.small, subject).x;
  draw_text(list, theme.small, {subject_left, top + theme.px(36 + (layout.two_lines ? kLine : 0))},
            theme.colours.faint, subject);
  ImGui::PopID();
}

}  // namespace

void ConceptPanel::draw(Desk& desk, const MapSummary& map, bool keys) {
  const Theme& theme = desk.theme;
  ImGui::Indent(theme.px(8));
  text(theme.title, theme.colours.text, "Concepts");
  wrapped_text(
      theme.small, theme.colours.faint,
      !map.has_attribution
          ? "By prevalence: the atlas was built without attribution. Lines are 95 % intervals."
          : std::string("By attribution to the ") +
                (map.record.taxon >= 0 ? "taxon's own logit" : "logit of each photo's taxon") +
                ", mean per photo; lines are 95 % intervals.");
  ImGui::Unindent(theme.px(8));
  gap(desk, 4);
  std::vector<const store::ConceptRecord*> sorted;
  RowLayout layout;
  layout.attribution = map.has_attribution;
  const float room = ImGui::GetContentRegionAvail().x - text_left(theme) - theme.px(10);
  for (const store::ConceptRecord& c : map.concepts) {
    sorted.push_back(&c);
    const Estimate& shown = layout.attribution ? c.attribution : c.prevalence;
    for (const double v : {shown.value, shown.low, shown.high})
      if (std::isfinite(v)) {
        layout.low = std::min(layout.low, v);
        layout.high = std::max(layout.high, v);
      }
    const std::string both = prevalence_words(c) + "   " + subject_words(c);
    layout.two_lines = layout.two_lines || text_size(theme.small, both).x + theme.px(10) > room;
  }
  const auto rank = [&](const store::ConceptRecord* c) {
    const double value = layout.attribution ? c->attribution.value : c->prevalence.value;
    return std::isnan(value) ? -1e300 : value;
  };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const auto* a, const auto* b) { return rank(a) > rank(b); });
  if (keys)
    for (int digit = 1; digit <= 9; ++digit)
      if (ImGui::IsKeyPressed('0' + digit, false) &&
          static_cast<std::size_t>(digit) <= sorted.size())
        desk.state.show_concept(sorted[static_cast<std::size_t>(digit) - 1]->number);
  if (sorted.empty()) {
    ImGui::Indent(theme.px(8));
    wrapped_text(theme.regular, theme.colours.quiet, "No concepts were found on this map.");
    ImGui::Unindent(theme.px(8));
    return;
  }
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  ImGui::BeginChild("concepts");
  const float row = theme.px(kRow + (layout.two_lines ? kLine : 0));
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(sorted.size()), row);
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
      draw_row(desk, *sorted[static_cast<std::size_t>(i)], layout, row);
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

}  // namespace differentia::viewer
