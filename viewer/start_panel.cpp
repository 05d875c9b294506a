#include "viewer/start_panel.h"

#include <filesystem>

#include <imgui.h>
#include <imgui_stdlib.h>

#include "viewer/widgets.h"

namespace differentia::viewer {

namespace {

// A wide row with a title and a line below; answers whether it was clicked.
bool card(const Desk& desk, const std::string& title, const std::string& below, bool strong) {
  const Theme& theme = desk.theme;
  const ImVec2 a = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, height = theme.px(58);
  const bool clicked = ImGui::InvisibleButton(title.c_str(), {width, height});
  const bool hovered = ImGui::IsItemHovered();
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 b{a.x + width, a.y + height};
  list->AddRectFilled(a, b, hovered ? theme.colours.hovered : theme.colours.raised, theme.px(9));
  if (strong) list->AddRect(a, b, theme.colours.accent, theme.px(9), 0, theme.px(1.2));
  if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  draw_text(list, theme.bold, {a.x + theme.px(18), a.y + theme.px(11)}, theme.colours.text,
            elided(theme.bold, title, width - theme.px(36)));
  draw_text(list, theme.small, {a.x + theme.px(18), a.y + theme.px(32)}, theme.colours.quiet,
            elided(theme.small, below, width - theme.px(36)));
  gap(desk, 2);
  return clicked;
}

}  // namespace

void StartPanel::draw(Desk& desk, const Box& place, const std::string& demo,
                      const std::vector<std::string>& recent, const std::string& message,
                      bool opening) {
  const Theme& theme = desk.theme;
  const double width = std::min<double>(theme.px(520), place.width - 2 * theme.px(24));
  // No window of its own: it would lie over the cards and take their clicks.
  desk.renderer.fill(place, theme.colours.canvas);
  const double rows = 2 + static_cast<double>(recent.size());
  const double height = std::min<double>(place.height, theme.px(250 + 68 * rows));
  const Box box{place.x + (place.width - width) / 2, place.y + (place.height - height) * 0.42,
                width, height};
  begin_panel(desk, "start", box, 0, {0, 0});
  text(theme.huge, theme.colours.text, "Differentia");
  wrapped_text(theme.regular, theme.colours.quiet,
               "See what an image classifier has learned about each taxon, and what it goes by.");
  gap(desk, 14);
  if (opening) {
    waiting(desk, "Opening the atlas");
  } else if (!message.empty()) {
    wrapped_text(theme.regular, theme.colours.warning, message);
    gap(desk, 6);
  }
  if (!demo.empty() &&
      card(desk, "Open the demo", "An atlas of imaginary birds, shipped with the program", true))
    desk.open_atlas(demo);
  if (!ask_path_) {
    if (card(desk, "Open an atlas …", "Type or paste a path, or drop NAME.atlas onto this window",
             false)) {
      ask_path_ = true;
      focus_ = true;
    }
  } else {
    ImGui::PushItemWidth(-1);
    if (focus_) ImGui::SetKeyboardFocusHere();
    focus_ = false;
    if (ImGui::InputTextWithHint("##path", "Path of NAME.atlas; Enter opens it", &path_,
                                 ImGuiInputTextFlags_EnterReturnsTrue) &&
        !path_.empty())
      desk.open_atlas(path_);
    ImGui::PopItemWidth();
    gap(desk, 4);
  }
  if (!recent.empty()) {
    section(desk, "Recent");
    for (const std::string& path : recent) {
      const std::filesystem::path p(path);
      ImGui::PushID(path.c_str());
      if (card(desk,
               p.filename().empty() ? p.parent_path().filename().string() : p.filename().string(),
               path, false))
        desk.open_atlas(path);
      ImGui::PopID();
    }
  }
  ImGui::End();
}

}  // namespace differentia::viewer
