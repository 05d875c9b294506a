#include "viewer/taxon_panel.h"

#include <algorithm>
#include <filesystem>

#include "viewer/number_text.h"
#include "viewer/widgets.h"

namespace differentia::viewer {

namespace {

constexpr double kRow = 46;

}  // namespace

void TaxonPanel::draw(Desk& desk, const Box& place, bool keys, bool find) {
  const Theme& theme = desk.theme;
  State& state = desk.state;
  const TaxonList& list = desk.catalogue->taxa();
  begin_panel(desk, "taxa", place, theme.colours.panel, {theme.px(12), theme.px(12)});
  const std::filesystem::path path = desk.catalogue->reader().path();
  const std::string file =
      path.filename().empty() ? path.parent_path().filename().string() : path.filename().string();
  ImGui::Indent(theme.px(4));
  const float room = ImGui::GetContentRegionAvail().x;
  text(theme.bold, theme.colours.text, elided(theme.bold, file, room));
  text(theme.small, theme.colours.faint,
       elided(theme.small, desk.catalogue->reader().provenance().model_name, room));
  ImGui::Unindent(theme.px(4));
  gap(desk, 4);
  const std::int32_t count = static_cast<std::int32_t>(list.taxa.size());
  search_field(desk, "##search", "Search " + counted(count, "taxon", "taxa"), state.search, find);
  const bool searching = ImGui::IsItemActive();
  const bool left = ImGui::IsItemDeactivated();
  const auto pressed = [](ImGuiKey key) {
    return ImGui::IsKeyPressed(ImGui::GetKeyIndex(key), false);
  };
  // ImGui's own Esc puts back what was there before.
  if (left && pressed(ImGuiKey_Escape)) state.search.clear();
  if (searched_in_ != &list || searched_for_ != state.search) {
    rows_ = matching_taxa(list, state.search);
    if (list.deep_map >= 0) rows_.insert(rows_.begin(), State::kAllTaxa);
    searched_in_ = &list;
    searched_for_ = state.search;
    scroll_to_taxon_ = true;
  }
  if (left && (pressed(ImGuiKey_Enter) || pressed(ImGuiKey_KeyPadEnter)) && !state.search.empty()) {
    const auto first =
        std::find_if(rows_.begin(), rows_.end(), [](std::int32_t row) { return row >= 0; });
    if (first != rows_.end()) state.show_taxon(*first);
    scroll_to_taxon_ = true;
  }
  gap(desk, 2);
  draw_rows(desk, keys || searching, below_);

  const float rows_end = ImGui::GetCursorPosY();
  ImGui::Indent(theme.px(4));
  compare_.draw(desk, keys && !searching && !ImGui::GetIO().KeyCtrl &&
                          state.screen == Screen::kMap && ImGui::IsKeyPressed('C', false));
  // What could not be used is never out of reach.
  const std::int64_t unreadable = list.unreadable;
  if (unreadable > 0 && link(desk, counted(unreadable, "unreadable photo", "unreadable photos")))
    state.unreadable = true;
  ImGui::Unindent(theme.px(4));
  const float below = ImGui::GetCursorPosY() - rows_end;
  if (below != below_) desk.moving = scroll_to_taxon_ = true;
  below_ = below;
  ImDrawList* lines = ImGui::GetWindowDrawList();
  const float edge = static_cast<float>(place.x + place.width) - 1;
  lines->AddLine({edge, static_cast<float>(place.y)},
                 {edge, static_cast<float>(place.y + place.height)}, theme.colours.line);
  ImGui::End();
}

void TaxonPanel::move(Desk& desk, int by) {
  if (rows_.empty()) return;
  const auto it = std::find(rows_.begin(), rows_.end(), desk.state.taxon);
  std::ptrdiff_t at = it == rows_.end() ? (by > 0 ? -1 : static_cast<std::ptrdiff_t>(rows_.size()))
                                        : it - rows_.begin();
  at = std::clamp(at + by, std::ptrdiff_t{0}, static_cast<std::ptrdiff_t>(rows_.size()) - 1);
  desk.state.show_taxon(rows_[static_cast<std::size_t>(at)]);
  scroll_to_taxon_ = true;
}

void TaxonPanel::draw_rows(Desk& desk, bool keys, float below) {
  const Theme& theme = desk.theme;
  if (keys && desk.state.screen == Screen::kMap) {
    if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_DownArrow))) move(desk, 1);
    if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_UpArrow))) move(desk, -1);
  }
  const float row = theme.px(kRow);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  ImGui::BeginChild("rows", {0, below > 0 ? -below - theme.px(4) : 0});
  if (scroll_to_taxon_) {
    const auto it = std::find(rows_.begin(), rows_.end(), desk.state.taxon);
    if (it != rows_.end()) {
      const float y = static_cast<float>(it - rows_.begin()) * row;
      const float height = ImGui::GetWindowHeight();
      const float scroll = ImGui::GetScrollY();
      if (y < scroll) ImGui::SetScrollY(y);
      if (y + row > scroll + height) ImGui::SetScrollY(y + row - height);
    }
    scroll_to_taxon_ = false;
  }
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(rows_.size()), row);
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
      draw_row(desk, rows_[static_cast<std::size_t>(i)], row);
  const bool nothing =
      std::none_of(rows_.begin(), rows_.end(), [](auto taxon) { return taxon >= 0; });
  if (nothing && !searched_for_.empty()) {
    gap(desk, 8);
    ImGui::Indent(theme.px(4));
    wrapped_text(theme.small, theme.colours.faint, "No name holds “" + searched_for_ + "”.");
    ImGui::Unindent(theme.px(4));
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

void TaxonPanel::draw_row(Desk& desk, std::int32_t taxon, float height) {
  const Theme& theme = desk.theme;
  const TaxonList& list = desk.catalogue->taxa();
  ImGui::PushID(taxon);
  const ImVec2 a = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  if (ImGui::InvisibleButton("row", {width, height})) desk.state.show_taxon(taxon);
  const bool on = desk.state.taxon == taxon;
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const ImVec2 b{a.x + width - theme.px(2), a.y + height - theme.px(2)};
  if (on)
    draw->AddRectFilled(a, b, theme.colours.accent_fill, theme.px(6));
  else if (ImGui::IsItemHovered())
    draw->AddRectFilled(a, b, theme.colours.hovered, theme.px(6));
  std::string name = "All taxa", below = "what the deep layer sees of all", right, concepts;
  ImFont* font = theme.bold;
  const auto count = desk.catalogue->concept_count(taxon);
  if (count && *count > 0) concepts = counted(*count, "concept", "concepts");
  if (taxon >= 0) {
    const store::TaxonRecord& record = list.taxa[static_cast<std::size_t>(taxon)];
    name = display_name(record.name);
    font = theme.italic;
    below = record.common_name.empty() ? concepts : display_name(record.common_name);
    right = count_text(record.photos);
    if (record.common_name.empty()) concepts.clear();
  } else {
    right = count_text(list.photos);
    concepts.clear();
  }
  const float left = a.x + theme.px(10), end = b.x - theme.px(10);
  const float right_width = text_size(theme.small, right).x;
  draw_text(draw, font, {left, a.y + theme.px(5)}, theme.colours.text,
            elided(font, name, end - left - right_width - theme.px(8)));
  draw_text(draw, theme.small, {end - right_width, a.y + theme.px(7)}, theme.colours.quiet, right);
  const float concepts_width = text_size(theme.small, concepts).x;
  draw_text(draw, theme.small, {left, a.y + theme.px(24)}, theme.colours.faint,
            elided(theme.small, below, end - left - concepts_width - theme.px(8)));
  draw_text(draw, theme.small, {end - concepts_width, a.y + theme.px(24)}, theme.colours.faint,
            concepts);
  ImGui::PopID();
}

}  // namespace differentia::viewer
