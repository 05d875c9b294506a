#include "viewer/widgets.h"

#include <algorithm>
#include <cmath>

#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include "viewer/number_text.h"

namespace differentia::viewer {

bool begin_panel(const Desk& desk, const char* id, const Box& place, std::uint32_t background,
                 ImVec2 padding, bool in_front) {
  const bool opaque = background >> 24 == 255;
  if (opaque) desk.renderer.fill(place, background);
  ImGui::SetNextWindowPos(corner(place));
  ImGui::SetNextWindowSize({static_cast<float>(place.width), static_cast<float>(place.height)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, padding);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, background);
  const bool open = ImGui::Begin(
      id, nullptr,
      ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
          ImGuiWindowFlags_NoNav | (in_front ? 0 : ImGuiWindowFlags_NoBringToFrontOnFocus) |
          (opaque || background == 0 ? ImGuiWindowFlags_NoBackground : 0));
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  return open;
}

void text(ImFont* font, std::uint32_t colour, const std::string& value) {
  ImGui::PushFont(font);
  ImGui::PushStyleColor(ImGuiCol_Text, colour);
  ImGui::TextUnformatted(value.data(), value.data() + value.size());
  ImGui::PopStyleColor();
  ImGui::PopFont();
}

void wrapped_text(ImFont* font, std::uint32_t colour, const std::string& value) {
  ImGui::PushTextWrapPos(0);
  text(font, colour, value);
  ImGui::PopTextWrapPos();
}

ImVec2 text_size(ImFont* font, const std::string& value) {
  return font->CalcTextSizeA(font->FontSize, 1e6f, 0, value.data(), value.data() + value.size());
}

void draw_text(ImDrawList* list, ImFont* font, ImVec2 at, std::uint32_t colour,
               const std::string& value) {
  list->AddText(font, font->FontSize, {std::round(at.x), std::round(at.y)}, colour, value.data(),
                value.data() + value.size());
}

std::string elided(ImFont* font, const std::string& value, float width) {
  if (text_size(font, value).x <= width) return value;
  const float dots = text_size(font, "…").x;
  std::size_t end = value.size();
  while (end > 0) {
    --end;
    while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0u) == 0x80u) --end;
    if (text_size(font, value.substr(0, end)).x + dots <= width) break;
  }
  return value.substr(0, end) + "…";
}

std::string elided_front(ImFont* font, const std::string& value, float width) {
  if (text_size(font, value).x <= width) return value;
  const float dots = text_size(font, "…").x;
  std::size_t start = 0;
  while (start < value.size()) {
    ++start;
    while (start < value.size() && (static_cast<unsigned char>(value[start]) & 0xC0u) == 0x80u)
      ++start;
    if (text_size(font, value.substr(start)).x + dots <= width) break;
  }
  return "…" + value.substr(start);
}

void section(const Desk& desk, const std::string& title) {
  gap(desk, 10);
  text(desk.theme.bold, desk.theme.colours.quiet, title);
  gap(desk, 2);
}

void stat_row(const Desk& desk, const std::string& label, const std::string& value,
              const std::string& small_print) {
  const Theme& theme = desk.theme;
  const float room = ImGui::GetContentRegionAvail().x;
  const float right = ImGui::GetCursorPosX() + room;
  const float value_width = text_size(theme.regular, value).x;
  const float small = text_size(theme.small, small_print).x;
  const bool blank = small_print.find_first_not_of(' ') == std::string::npos;
  // A column of its own, so that values stand below each other whatever their intervals.
  const float column = small_print.empty() ? 0 : std::max(small, theme.px(100)) + theme.px(8);
  const bool narrow = room < theme.px(290) ||
                      text_size(theme.regular, label).x + theme.px(8) + value_width + column > room;
  text(theme.regular, theme.colours.quiet,
       elided(theme.regular, label, room - value_width - theme.px(8)));
  ImGui::SameLine();
  if (!narrow && !small_print.empty()) {
    const float y = ImGui::GetCursorPosY();
    ImGui::SetCursorPosX(right - small);
    ImGui::SetCursorPosY(y + theme.px(1.5));
    text(theme.small, theme.colours.faint, small_print);
    ImGui::SameLine();
    ImGui::SetCursorPosY(y);
  }
  ImGui::SetCursorPosX(right - value_width - (narrow ? 0 : column));
  text(theme.regular, theme.colours.text, value);
  if (narrow && !blank) {
    ImGui::SetCursorPosX(right - small);
    text(theme.small, theme.colours.faint, small_print);
  }
}

void gap(const Desk& desk, double pixels) {
  ImGui::Dummy({0, desk.theme.px(pixels)});
}

bool segmented(const Desk& desk, const char* id, const std::vector<std::string>& labels,
               int& chosen) {
  const Theme& theme = desk.theme;
  bool changed = false;
  ImGui::PushID(id);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float height = theme.px(26), padding = theme.px(10), inset = theme.px(2);
  float width = 2 * inset;
  for (const std::string& label : labels) width += text_size(theme.small, label).x + 2 * padding;
  const ImVec2 start = ImGui::GetCursorScreenPos();
  list->AddRectFilled(start, {start.x + width, start.y + height}, theme.colours.raised,
                      theme.px(7));
  float x = start.x + inset;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const ImVec2 size = text_size(theme.small, labels[i]);
    const ImVec2 a{x, start.y + inset};
    const ImVec2 b{x + size.x + 2 * padding, start.y + height - inset};
    ImGui::SetCursorScreenPos(a);
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::InvisibleButton("segment", {b.x - a.x, b.y - a.y}) &&
        chosen != static_cast<int>(i)) {
      chosen = static_cast<int>(i);
      changed = true;
    }
    const bool on = chosen == static_cast<int>(i);
    if (on)
      list->AddRectFilled(a, b, rgba(0x3A4049), theme.px(5));
    else if (ImGui::IsItemHovered())
      list->AddRectFilled(a, b, theme.colours.hovered, theme.px(5));
    draw_text(list, theme.small, {x + padding, start.y + (height - size.y) / 2},
              on ? theme.colours.text : theme.colours.quiet, labels[i]);
    ImGui::PopID();
    x = b.x;
  }
  ImGui::SetCursorScreenPos(start);
  ImGui::Dummy({width, height});
  ImGui::PopID();
  return changed;
}

bool search_field(const Desk& desk, const char* id, const std::string& hint, std::string& value,
                  bool focus) {
  const Theme& theme = desk.theme;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  if (focus) ImGui::SetKeyboardFocusHere();
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(theme.px(30), theme.px(6)));
  ImGui::PushItemWidth(-1);
  const bool changed =
      ImGui::InputTextWithHint(id, hint.c_str(), &value, ImGuiInputTextFlags_AutoSelectAll);
  ImGui::PopItemWidth();
  ImGui::PopStyleVar();
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float height = ImGui::GetItemRectSize().y;
  const ImVec2 middle{at.x + theme.px(14), at.y + height / 2 - theme.px(1)};
  const float radius = theme.px(4.5);
  list->AddCircle(middle, radius, theme.colours.quiet, 20, theme.px(1.4));
  list->AddLine({middle.x + 0.7f * radius, middle.y + 0.7f * radius},
                {middle.x + 1.6f * radius, middle.y + 1.6f * radius}, theme.colours.quiet,
                theme.px(1.4));
  if (ImGui::IsItemActive())
    list->AddRect(ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), theme.colours.accent,
                  theme.px(6), 0, theme.px(1));
  return changed;
}

bool begin_choice(const Desk& desk, const char* id, const std::string& current) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::CalcItemWidth(), height = ImGui::GetFrameHeight();
  ImDrawList* list = ImGui::GetWindowDrawList();
  const bool open = ImGui::BeginCombo(
      id, current.c_str(), ImGuiComboFlags_NoArrowButton | ImGuiComboFlags_HeightLargest);
  const float x = at.x + width - desk.theme.px(18), y = at.y + height / 2 - desk.theme.px(2);
  const float arm = desk.theme.px(4);
  list->AddLine({x - arm, y}, {x, y + arm}, desk.theme.colours.quiet, desk.theme.px(1.4));
  list->AddLine({x + arm, y}, {x, y + arm}, desk.theme.colours.quiet, desk.theme.px(1.4));
  return open;
}

bool link(const Desk& desk, const std::string& label) {
  const Theme& theme = desk.theme;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size = text_size(theme.regular, label);
  const bool clicked = ImGui::InvisibleButton(label.c_str(), size);
  ImDrawList* list = ImGui::GetWindowDrawList();
  draw_text(list, theme.regular, at, theme.colours.accent, label);
  if (ImGui::IsItemHovered()) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    list->AddLine({at.x, at.y + size.y}, {at.x + size.x, at.y + size.y}, theme.colours.accent, 1);
  }
  return clicked;
}

bool quiet_button(const Desk& desk, const std::string& label) {
  ImGui::PushFont(desk.theme.small);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(desk.theme.px(10), desk.theme.px(5)));
  const bool clicked = ImGui::Button(label.c_str());
  ImGui::PopStyleVar();
  ImGui::PopFont();
  return clicked;
}

bool toggle(const Desk& desk, const std::string& label, bool& on) {
  const Theme& theme = desk.theme;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size = text_size(theme.small, label);
  const float height = theme.px(26), track = theme.px(26), knob = theme.px(7);
  const bool clicked =
      ImGui::InvisibleButton(label.c_str(), {track + theme.px(8) + size.x, height});
  if (clicked) on = !on;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float middle = at.y + height / 2;
  list->AddRectFilled({at.x, middle - knob}, {at.x + track, middle + knob},
                      on ? theme.colours.accent : rgba(0x3A4049), knob);
  list->AddCircleFilled({on ? at.x + track - knob : at.x + knob, middle}, knob - theme.px(2),
                        on ? theme.colours.panel : theme.colours.quiet, 24);
  draw_text(list, theme.small, {at.x + track + theme.px(8), middle - size.y / 2},
            ImGui::IsItemHovered() ? theme.colours.text : theme.colours.quiet, label);
  return clicked;
}

void interval_bar(ImDrawList* list, const Box& place, const Estimate& estimate, double low,
                  double high, std::uint32_t colour, std::uint32_t line, std::uint32_t ground) {
  if (!(high > low)) return;
  const auto at = [&](double v) {
    return static_cast<float>(place.x +
                              std::clamp((v - low) / (high - low), 0.0, 1.0) * place.width);
  };
  const auto top = static_cast<float>(place.y);
  const auto bottom = static_cast<float>(place.y + place.height);
  const float round = (bottom - top) / 2;
  list->AddRectFilled({static_cast<float>(place.x), top},
                      {static_cast<float>(place.x + place.width), bottom}, ground, round);
  if (!std::isfinite(estimate.value)) return;
  const float zero = at(0), value = at(estimate.value);
  list->AddRectFilled({std::min(zero, value), top}, {std::max(zero, value), bottom}, colour,
                      std::min(round, std::abs(value - zero) / 2));
  if (std::isfinite(estimate.low) && std::isfinite(estimate.high)) {
    const float middle = (top + bottom) / 2;
    list->AddLine({at(estimate.low), middle}, {at(estimate.high), middle}, line, 1);
    for (const double end : {estimate.low, estimate.high})
      list->AddLine({at(end), top + 1}, {at(end), bottom - 1}, line, 1);
  }
}

Box fitted(Size shape, const Box& place) {
  if (shape.width <= 0 || shape.height <= 0) return place;
  const double scale = std::min(place.width / shape.width, place.height / shape.height);
  const double width = shape.width * scale, height = shape.height * scale;
  return {place.x + (place.width - width) / 2, place.y + (place.height - height) / 2, width,
          height};
}

void picture_or_wait(const Desk& desk, ImDrawList* list, const Picture* picture, const Box& place,
                     float rounding) {
  if (picture == nullptr) {
    list->AddRectFilled(corner(place), far_corner(place), desk.theme.colours.raised, rounding);
    return;
  }
  // Cropped to the place's shape about the middle.
  const double shape = static_cast<double>(picture->size.width) / std::max(1, picture->size.height);
  const double wanted = place.height > 0 ? place.width / place.height : 1;
  double u = 0, v = 0;
  if (shape > wanted)
    u = (1 - wanted / shape) / 2;
  else
    v = (1 - shape / wanted) / 2;
  list->AddImageRounded(reinterpret_cast<ImTextureID>(picture->texture), corner(place),
                        far_corner(place), {static_cast<float>(u), static_cast<float>(v)},
                        {static_cast<float>(1 - u), static_cast<float>(1 - v)}, IM_COL32_WHITE,
                        rounding);
}

void waiting(const Desk& desk, const std::string& what) {
  text(desk.theme.small, desk.theme.colours.faint, what + " …");
}

}  // namespace differentia::viewer
