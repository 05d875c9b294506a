#include "viewer/pair_choice.h"

#include <algorithm>
#include <cstddef>

#include "viewer/number_text.h"
#include "viewer/widgets.h"

namespace differentia::viewer {
namespace {

const store::TaxonRecord& taxon_of(const Desk& desk, std::int32_t taxon) {
  return desk.catalogue->taxa().taxa[static_cast<std::size_t>(taxon)];
}

bool is_kept(const std::vector<store::PairSummary>& pairs, std::int32_t a, std::int32_t b) {
  return std::any_of(pairs.begin(), pairs.end(), [&](const store::PairSummary& pair) {
    return std::minmax(pair.key.taxon_a, pair.key.taxon_b) == std::minmax(a, b);
  });
}

std::string summary_text(const store::PairSummary& pair) {
  std::string words = counted(pair.marks, "mark", "marks");
  if (pair.marks > 0)
    words += pair.tested ? ", " + count_text(pair.shown) + " shown by removal" : ", not tested";
  return words;
}

}  // namespace

std::vector<std::int32_t> taxa_to_compare(const TaxonList& list, std::int32_t taxon,
                                          const std::string& search) {
  std::vector<std::int32_t> found;
  std::vector<char> taken(list.taxa.size(), 0);
  taken[static_cast<std::size_t>(taxon)] = 1;
  const auto take = [&](std::int32_t candidate) {
    const auto i = static_cast<std::size_t>(candidate);
    if (taken[i] || list.taxa[i].output < 0) return;
    taken[i] = 1;
    found.push_back(candidate);
  };
  const std::vector<std::int32_t> named = matching_taxa(list, search);
  for (const std::int32_t output : list.taxa[static_cast<std::size_t>(taxon)].rivals)
    for (const std::int32_t candidate : named)
      if (list.taxa[static_cast<std::size_t>(candidate)].output == output) take(candidate);
  for (const std::int32_t candidate : named) take(candidate);
  return found;
}

void CompareChoice::draw(Desk& desk, bool asked) {
  const Theme& theme = desk.theme;
  const std::int32_t taxon = desk.state.taxon;
  const auto pairs = desk.catalogue->kept_pairs();
  const bool able =
      taxon >= 0 && taxon_of(desk, taxon).output >= 0 && desk.catalogue->taxa().taxa.size() > 1;
  if (able && (link(desk, "Compare with …") || asked)) {
    search_.clear();
    ImGui::OpenPopup("compare with");
  }
  const ImVec2 below = ImGui::GetItemRectMin();
  if (pairs && !pairs->empty() &&
      link(desk,
           counted(static_cast<std::int64_t>(pairs->size()), "pair compared", "pairs compared")))
    desk.state.show_pairs();
  const std::string error = desk.catalogue->kept_pairs_error();
  if (!error.empty()) {
    text(theme.small, theme.colours.warning,
         elided(theme.small, error, ImGui::GetContentRegionAvail().x));
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", error.c_str());
  }
  ImGui::SetNextWindowPos({below.x, below.y - theme.px(4)}, ImGuiCond_Always, {0, 1});
  open_ = able && ImGui::BeginPopup("compare with");
  if (!open_) return;
  const bool opened = ImGui::IsWindowAppearing();
  ImGui::BeginChild("choice", {theme.px(300), theme.px(340)});
  search_field(desk, "##search", "Search a taxon to compare with", search_, opened);
  const bool entered =
      ImGui::IsItemDeactivated() && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Enter), false);
  const std::vector<std::int32_t> taxa = taxa_to_compare(desk.catalogue->taxa(), taxon, search_);
  std::int32_t chosen = entered && !search_.empty() && !taxa.empty() ? taxa.front() : -1;
  ImGui::BeginChild("taxa");
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(taxa.size()));
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const std::int32_t candidate = taxa[static_cast<std::size_t>(i)];
      const ImVec2 at = ImGui::GetCursorScreenPos();
      const float room = ImGui::GetContentRegionAvail().x;
      ImGui::PushID(candidate);
      if (ImGui::Selectable("##taxon")) chosen = candidate;
      ImGui::PopID();
      const std::string right =
          pairs && is_kept(*pairs, taxon, candidate) ? "compared" : std::string();
      const float right_width = text_size(theme.small, right).x;
      ImDrawList* list = ImGui::GetWindowDrawList();
      draw_text(list, theme.italic, at, theme.colours.text,
                elided(theme.italic, display_name(taxon_of(desk, candidate).name),
                       room - right_width - theme.px(14)));
      draw_text(list, theme.small, {at.x + room - right_width - theme.px(6), at.y + theme.px(1.5)},
                theme.colours.accent, right);
    }
  if (taxa.empty()) text(theme.small, theme.colours.faint, "No name holds “" + search_ + "”.");
  ImGui::EndChild();
  ImGui::EndChild();
  if (chosen >= 0) desk.state.show_pair(taxon, chosen);
  if (chosen >= 0 || ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Escape), false))
    ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
}

bool draw_pairs(Desk& desk, const Box& place) {
  const Theme& theme = desk.theme;
  begin_panel(desk, "pairs", place, theme.colours.canvas, {theme.px(24), theme.px(18)});
  if (link(desk, "‹  Map")) desk.state.screen = Screen::kMap;
  gap(desk, 6);
  text(theme.title, theme.colours.text, "Pairs that were compared");
  const auto pairs = desk.catalogue->kept_pairs();
  const std::string error = desk.catalogue->kept_pairs_error();
  if (!pairs) {
    if (error.empty())
      waiting(desk, "Reading");
    else
      wrapped_text(theme.regular, theme.colours.warning, error);
    ImGui::End();
    return !error.empty();
  }
  text(theme.small, theme.colours.faint, "A click shows what tells the two apart for the model.");
  gap(desk, 10);
  const float width = ImGui::GetContentRegionAvail().x, row = theme.px(34);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  ImGui::BeginChild("list");
  ImDrawList* list = ImGui::GetWindowDrawList();
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(pairs->size()), row);
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const store::PairSummary& pair = (*pairs)[static_cast<std::size_t>(i)];
      const ImVec2 a = ImGui::GetCursorScreenPos();
      ImGui::PushID(i);
      if (ImGui::InvisibleButton("pair", {width, row}))
        desk.state.show_pair(pair.key.taxon_a, pair.key.taxon_b);
      ImGui::PopID();
      if (ImGui::IsItemHovered()) {
        list->AddRectFilled(a, {a.x + width, a.y + row - 1}, theme.colours.hovered, theme.px(4));
        ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
      }
      list->AddLine({a.x, a.y + row - 1}, {a.x + width, a.y + row - 1}, theme.colours.line);
      const float y = a.y + theme.px(8);
      const auto name = [&](std::int32_t taxon, float at, float room) {
        draw_text(list, theme.italic, {a.x + at, y}, theme.colours.text,
                  elided(theme.italic, display_name(taxon_of(desk, taxon).name), room));
      };
      name(pair.key.taxon_a, theme.px(8), width * 0.34f - theme.px(16));
      name(pair.key.taxon_b, width * 0.34f, width * 0.34f - theme.px(8));
      draw_text(list, theme.small, {a.x + width * 0.69f, y + theme.px(2)}, theme.colours.quiet,
                elided(theme.small, summary_text(pair), width * 0.31f));
    }
  ImGui::EndChild();
  ImGui::PopStyleVar();
  ImGui::End();
  return true;
}

}  // namespace differentia::viewer
