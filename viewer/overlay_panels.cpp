#include "viewer/overlay_panels.h"

#include <algorithm>
#include <array>
#include <utility>

#include "viewer/number_text.h"
#include "viewer/widgets.h"

namespace differentia::viewer {

void draw_footer(Desk& desk, const Box& place, JobQueue& jobs) {
  const Theme& theme = desk.theme;
  begin_panel(desk, "footer", place, theme.colours.panel, {0, 0});
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddLine(corner(place),
                {static_cast<float>(place.x + place.width), static_cast<float>(place.y)},
                theme.colours.line);
  const float middle = static_cast<float>(place.y + place.height / 2) - theme.small->FontSize / 2;
  const float left = static_cast<float>(place.x) + theme.px(16);
  // In a picture nothing is running; what a person sees changes with every job.
  std::vector<std::string> running = jobs.running();
  const std::vector<std::string> explaining = desk.saliency.jobs().running();
  running.insert(running.end(), explaining.begin(), explaining.end());
  if (desk.pair_jobs != nullptr) {
    const std::vector<std::string> comparing = desk.pair_jobs->jobs().running();
    running.insert(running.end(), comparing.begin(), comparing.end());
  }
  const std::size_t waiting_jobs = jobs.waiting() + desk.saliency.jobs().waiting();
  std::string left_text;
  if (!desk.still && !running.empty()) {
    left_text = running.front();
    left_text += " …";
    if (running.size() + waiting_jobs > 1)
      left_text += "   " +
                   count_text(static_cast<std::int64_t>(running.size() + waiting_jobs - 1)) +
                   " more";
    list->AddCircleFilled({left + theme.px(3), middle + theme.small->FontSize / 2}, theme.px(3),
                          theme.colours.accent, 12);
    draw_text(list, theme.small, {left + theme.px(12), middle}, theme.colours.quiet,
              elided(theme.small, left_text, static_cast<float>(place.width) * 0.45f));
  } else if (desk.catalogue != nullptr) {
    const store::Provenance& made = desk.catalogue->reader().provenance();
    draw_text(list, theme.small, {left, middle}, theme.colours.faint,
              "Model " + made.model_name + "   ·   built by Differentia " + made.program_version);
  }
  std::vector<std::string> failures = jobs.failures();
  const std::vector<std::string> more = desk.saliency.jobs().failures();
  failures.insert(failures.end(), more.begin(), more.end());
  const float right = static_cast<float>(place.x + place.width) - theme.px(16);
  if (!failures.empty()) {
    const std::string message =
        counted(static_cast<std::int64_t>(failures.size()), "failure", "failures") + ": " +
        failures.back();
    const std::string shown = elided(theme.small, message, static_cast<float>(place.width) * 0.5f);
    const float width = text_size(theme.small, shown).x;
    draw_text(list, theme.small, {right - width, middle}, theme.colours.warning, shown);
    ImGui::SetCursorScreenPos({right - width, static_cast<float>(place.y)});
    if (ImGui::InvisibleButton("failures", {width, static_cast<float>(place.height)})) {
      jobs.forget_failures();
      desk.saliency.jobs().forget_failures();
    }
    if (ImGui::IsItemHovered()) {
      ImGui::BeginTooltip();
      for (const std::string& failure : failures) text(theme.small, theme.colours.text, failure);
      text(theme.small, theme.colours.faint, "A click clears the list.");
      ImGui::EndTooltip();
    }
  } else {
    const std::string hint = "?  keys";
    const float width = text_size(theme.small, hint).x;
    draw_text(list, theme.small, {right - width, middle}, theme.colours.faint, hint);
    ImGui::SetCursorScreenPos({right - width, static_cast<float>(place.y)});
    if (ImGui::InvisibleButton("keys", {width, static_cast<float>(place.height)}))
      desk.state.help = true;
  }
  ImGui::End();
}

void draw_help(Desk& desk, const Box& screen) {
  const Theme& theme = desk.theme;
  constexpr std::array<std::pair<const char*, const char*>, 16> kKeys{{
      {"Wheel", "Zoom at the cursor; with Shift finer"},
      {"Drag", "Move the map or the photo"},
      {"F", "Show the whole map or photo"},
      {"Ctrl+0", "Photo at 1:1"},
      {"Click", "Inspect a cell, a concept, an exemplar"},
      {"1 … 9", "The concepts with most attribution; a pair's marks"},
      {"↑  ↓", "Previous, next taxon; a pair's marks"},
      {"C", "Compare the taxon with another"},
      {"←  →", "Previous, next exemplar of the photo view"},
      {"Home  End", "First, last exemplar"},
      {"Shift held", "Photo without its overlay"},
      {"Ctrl+F", "Search for a taxon"},
      {"Ctrl+Shift+C", "Copy the path of the photo"},
      {"Esc", "One step back"},
      {"?", "This list"},
      {"--ui-scale 1.5", "On the command line: larger type and tiles"},
  }};
  begin_panel(desk, "help shade", screen, 0, {0, 0}, true);
  const bool aside = ImGui::IsWindowHovered() && ImGui::IsMouseClicked(0);
  const float row = theme.px(27), width = theme.px(480);
  const float height = theme.px(76) + row * static_cast<float>(kKeys.size());
  const ImVec2 a{static_cast<float>(screen.x + screen.width / 2) - width / 2,
                 static_cast<float>(screen.y + screen.height / 2) - height / 2};
  // In front of every panel, whichever was made last.
  ImDrawList* list = ImGui::GetForegroundDrawList();
  list->AddRectFilled(corner(screen), far_corner(screen), rgba(0x08090B, 170));
  list->AddRectFilled(a, {a.x + width, a.y + height}, theme.colours.raised, theme.px(12));
  list->AddRect(a, {a.x + width, a.y + height}, theme.colours.line, theme.px(12));
  draw_text(list, theme.title, {a.x + theme.px(28), a.y + theme.px(20)}, theme.colours.text,
            "Keys");
  float y = a.y + theme.px(60);
  for (const auto& [key, meaning] : kKeys) {
    draw_text(list, theme.regular, {a.x + theme.px(28), y}, theme.colours.accent, key);
    draw_text(list, theme.regular, {a.x + theme.px(150), y}, theme.colours.text, meaning);
    y += row;
  }
  if (aside) desk.state.help = false;
  ImGui::End();
}

bool draw_unreadable(Desk& desk, const Box& place) {
  const Theme& theme = desk.theme;
  begin_panel(desk, "unreadable", place, theme.colours.canvas, {theme.px(24), theme.px(18)});
  if (link(desk, "‹  Back")) desk.state.unreadable = false;
  gap(desk, 6);
  text(theme.title, theme.colours.text, "Unreadable and repaired photos");
  const auto photos = desk.catalogue->unreadable();
  if (!photos) {
    waiting(desk, "Reading");
    ImGui::End();
    return false;
  }
  text(theme.small, theme.colours.faint,
       "Unreadable photos were left out of the atlas; repaired ones were used as far as they go.");
  gap(desk, 10);
  const float width = ImGui::GetContentRegionAvail().x;
  const float row = theme.px(34);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  ImGui::BeginChild("list");
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (photos->empty()) text(theme.regular, theme.colours.quiet, "All photos could be read.");
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(photos->size()), row);
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const store::PhotoRecord& photo = (*photos)[static_cast<std::size_t>(i)];
      const ImVec2 a = ImGui::GetCursorScreenPos();
      ImGui::Dummy({width, row});
      list->AddLine({a.x, a.y + row - 1}, {a.x + width, a.y + row - 1}, theme.colours.line);
      const float y = a.y + theme.px(8);
      draw_text(list, theme.regular, {a.x, y}, theme.colours.text,
                elided(theme.regular, photo.path, width * 0.34f));
      const auto taxon = static_cast<std::size_t>(photo.taxon);
      if (taxon < desk.catalogue->taxa().taxa.size())
        draw_text(list, theme.italic, {a.x + width * 0.36f, y}, theme.colours.quiet,
                  elided(theme.italic, display_name(desk.catalogue->taxa().taxa[taxon].name),
                         width * 0.18f));
      const bool repaired = photo.status == store::PhotoStatus::kRepaired;
      draw_text(list, theme.small, {a.x + width * 0.56f, y + theme.px(2)},
                repaired ? theme.colours.accent : theme.colours.warning,
                repaired ? "repaired" : "unreadable");
      draw_text(list, theme.regular, {a.x + width * 0.64f, y}, theme.colours.quiet,
                elided(theme.regular, photo.reason, width * 0.36f));
    }
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
  ImGui::End();
  return true;
}

}  // namespace differentia::viewer
