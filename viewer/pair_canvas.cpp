#include "viewer/pair_canvas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include <imgui.h>

#include "viewer/number_text.h"
#include "viewer/pair_parts.h"
#include "viewer/picture_files.h"
#include "viewer/widgets.h"

namespace differentia::viewer {
namespace {

constexpr double kTop = 40, kBottom = 46, kSide = 34;  // pixels around the positions
constexpr double kPatchSide = 46, kPatchGap = 4;       // on the screen
constexpr int kPatchPixels = 160;                      // decoded
constexpr int kThumbnail = 384;
constexpr std::size_t kMostPatches = 90;
constexpr double kNear = 9;             // pixels to a dot that the mouse means
constexpr double kLeastPictured = 0.1;  // of the axis: what says less gets no picture
constexpr double kLeastWritten = 0.15;  // of the axis: nearer to 0 values would touch
constexpr double kApart = 2.5;          // grid positions between two pictures of one photo

std::string patch_key(const std::string& path, const Box& box) {
  return "patch:" + path + ":" + std::to_string(static_cast<long>(box.x)) + "," +
         std::to_string(static_cast<long>(box.y)) + "," +
         std::to_string(static_cast<long>(box.width)) + "," +
         std::to_string(static_cast<long>(box.height));
}

const Picture* patch_of(Desk& desk, const store::PhotoRecord& photo, const Box& box) {
  const std::string path = desk.photo_path(photo);
  return desk.thumbnails.get(patch_key(path, box), "cutting from " + photo.path,
                             [path, box] { return load_patch(path, box, kPatchPixels); });
}

bool missing(Desk& desk, const store::PhotoRecord& photo, const Box& box) {
  return !desk.thumbnails.error(patch_key(desk.photo_path(photo), box)).empty();
}

bool overlaps(const Box& a, const Box& b, double gap) {
  return a.x < b.x + b.width + gap && b.x < a.x + a.width + gap && a.y < b.y + b.height + gap &&
         b.y < a.y + a.height + gap;
}

std::uint32_t with_alpha(std::uint32_t colour, std::uint32_t alpha) {
  return (colour & 0xFFFFFFu) | alpha << 24;
}

}  // namespace

double along_axis(double logits, double limit) {
  const double share = std::min(1.0, std::abs(logits) / limit);
  return std::copysign(std::sqrt(share), logits);
}

std::vector<double> axis_values(double limit) {
  std::vector<double> values;
  if (!(limit > 0)) return values;
  // 1, 2, 5, 10 …; each must lie well apart from the next.
  const double decade = std::pow(10.0, std::floor(std::log10(limit)));
  for (const double step : {10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01}) {
    const double value = step * decade;
    if (value > limit * 1.0000001 || values.size() == 3) continue;
    if (along_axis(value, limit) < kLeastWritten) break;
    if (!values.empty() && along_axis(values.back(), limit) - along_axis(value, limit) < 0.25)
      continue;
    values.push_back(value);
  }
  std::reverse(values.begin(), values.end());
  return values;
}

double PairCanvas::axis_x(const PairFindings& pair, double logits) const {
  const double half = fitted_.width / 2;
  // A is on the left, as in its title.
  return fitted_.x + half - along_axis(logits, pair.limit) * (half - kSide * scale_);
}

Point PairCanvas::world_of(const PairFindings& pair, std::int32_t position) const {
  const auto i = static_cast<std::size_t>(position);
  const double height = fitted_.height - (kTop + kBottom) * scale_;
  return {axis_x(pair, pair.map.x[i]), fitted_.y + kTop * scale_ + pair.map.y[i] * height};
}

bool PairCanvas::shown(const Desk& desk, const PairFindings& pair, std::int32_t position) const {
  const int chosen = desk.state.pair.mark;
  return chosen == 0 || pair.map.mark[static_cast<std::size_t>(position)] == chosen;
}

void PairCanvas::take_input(Desk& desk, const Box& place, const PairFindings& pair, bool keys) {
  ImGuiIO& io = ImGui::GetIO();
  camera_.set_viewport(place);
  scale_ = desk.theme.scale;
  if (fitted_.width != place.width || fitted_.height != place.height || fitted_.x != place.x ||
      fitted_.y != place.y) {
    fitted_ = place;
    camera_.goal.scale = 1;
    camera_.goal.centre = {place.x + place.width / 2, place.y + place.height / 2};
    camera_.settle();
  }
  for (Camera* camera : {&camera_.now, &camera_.goal}) {
    camera->min_scale = 1;
    camera->max_scale = 60;
  }
  over_ = ImGui::IsWindowHovered() && contains(place, io.MousePos) && !pair.map.x.empty();
  if (over_ && io.MouseWheel != 0)
    camera_.goal.zoom_at({io.MousePos.x, io.MousePos.y},
                         std::pow(io.KeyShift ? 1.05 : 1.25, io.MouseWheel));
  const PointerResult pointer =
      pointer_.update({{io.MousePos.x, io.MousePos.y}, io.MouseDown[0], desk.time, over_});
  clicked_ = pointer.clicked;
  if (pointer.dragging) {
    camera_.goal.pan(pointer.dx, pointer.dy);
    camera_.now.pan(pointer.dx * camera_.now.scale / camera_.goal.scale,
                    pointer.dy * camera_.now.scale / camera_.goal.scale);
  }
  if (keys && !io.KeyCtrl && ImGui::IsKeyPressed('F', false)) {
    camera_.goal.scale = 1;
    camera_.goal.centre = {place.x + place.width / 2, place.y + place.height / 2};
  }
  // What is at the edge can come to the middle only as far as the screen stays full.
  const Box visible = camera_.goal.visible();
  camera_.goal.keep_inside({fitted_.x + visible.width / 2, fitted_.y + visible.height / 2,
                            std::max(0.0, fitted_.width - visible.width),
                            std::max(0.0, fitted_.height - visible.height)});
  if (desk.still) camera_.settle();
  if (camera_.advance(desk.step)) desk.moving = true;
}

void PairCanvas::draw_dots(Desk& desk, ImDrawList* list, const PairFindings& pair) {
  const Theme& theme = desk.theme;
  const Box clip = camera_.now.viewport;
  const float half =
      theme.px(1.5) * static_cast<float>(std::min(2.0, std::sqrt(camera_.now.scale)));
  const bool chosen = desk.state.pair.mark != 0;
  // What is not of the chosen mark lies below, the strongest on top.
  for (const bool of_choice : {false, true})
    for (auto it = pair.strongest.rbegin(); it != pair.strongest.rend(); ++it) {
      if (shown(desk, pair, *it) != of_choice) continue;
      const auto i = static_cast<std::size_t>(*it);
      const Point at = camera_.now.to_screen(world_of(pair, *it));
      if (at.x < clip.x || at.y < clip.y || at.x > clip.x + clip.width ||
          at.y > clip.y + clip.height)
        continue;
      const std::uint32_t colour =
          pair.map.mark[i] < 0 ? context_colour(theme) : side_colour(theme, pair.map.side[i] == 0);
      const float size = of_choice && chosen ? 1.7f * half : half;
      const ImVec2 middle = vec(at);
      list->AddRectFilled({middle.x - size, middle.y - size}, {middle.x + size, middle.y + size},
                          with_alpha(colour, of_choice ? 190 : 55));
    }
}

void PairCanvas::draw_axis(Desk& desk, ImDrawList* list, const PairFindings& pair) const {
  const Theme& theme = desk.theme;
  const Box& place = camera_.now.viewport;
  const auto top = static_cast<float>(place.y), bottom = static_cast<float>(place.y + place.height);
  const auto screen_x = [&](double logits) {
    return static_cast<float>(camera_.now.to_screen(Point{axis_x(pair, logits), fitted_.y}).x);
  };
  const float foot = bottom - theme.px(38);
  const auto line = [&](double logits, std::uint32_t colour, const std::string& label) {
    const float x = std::round(screen_x(logits));
    if (x < place.x || x > place.x + place.width) return;
    list->AddLine({x, top + theme.px(30)}, {x, foot}, colour, 1);
    const float width = text_size(theme.small, label).x;
    const float left = std::clamp(x - width / 2, static_cast<float>(place.x) + theme.px(6),
                                  static_cast<float>(place.x + place.width) - width - theme.px(6));
    draw_text(list, theme.small, {left, foot + theme.px(2)}, theme.colours.faint, label);
  };
  for (const double value : axis_values(pair.limit))
    for (const double sign : {1.0, -1.0})
      line(sign * value, rgba(0xFFFFFF, 18), "+" + number_text(value, value < 0.1 ? 2 : 1));
  line(0, rgba(0xFFFFFF, 90), "0");
  // What each half says.
  const float middle = screen_x(0);
  for (const bool of_a : {true, false}) {
    const std::string name = pair.side(of_a).name;
    const std::string words = of_a ? "‹  speaks for " : "speaks for ";
    const std::string end = of_a ? "" : "  ›";
    const float room = of_a ? middle - static_cast<float>(place.x) - theme.px(32)
                            : static_cast<float>(place.x + place.width) - middle - theme.px(32);
    if (room < theme.px(60)) continue;
    const float fixed = text_size(theme.small, words + end).x;
    const std::string shown_name = elided(theme.italic, name, std::max(20.0f, room - fixed));
    const float width = fixed + text_size(theme.italic, shown_name).x;
    float x = of_a ? middle - theme.px(16) - width : middle + theme.px(16);
    const float y = top + theme.px(9);
    const std::uint32_t colour = side_colour(theme, of_a);
    draw_text(list, theme.small, {x, y + theme.px(1.5)}, theme.colours.quiet, words);
    x += text_size(theme.small, words).x;
    draw_text(list, theme.italic, {x, y}, colour, shown_name);
    x += text_size(theme.italic, shown_name).x;
    draw_text(list, theme.small, {x, y + theme.px(1.5)}, theme.colours.quiet, end);
  }
}

void PairCanvas::choose_patches(const Desk& desk, const PairFindings& pair) {
  patches_.clear();
  const Box place = camera_.now.viewport;
  const double side = desk.theme.px(kPatchSide), gap = desk.theme.px(kPatchGap);
  const double top = place.y + desk.theme.px(32),
               bottom = place.y + place.height - desk.theme.px(40);
  for (const std::int32_t position : pair.strongest) {
    if (patches_.size() == kMostPatches) break;
    const auto i = static_cast<std::size_t>(position);
    const bool chosen = desk.state.pair.mark != 0;
    if (!shown(desk, pair, position)) continue;
    if (!chosen &&
        std::abs(along_axis(pair.map.x[i], pair.limit)) * camera_.now.scale < 3 * kLeastPictured)
      continue;
    const Point at = camera_.now.to_screen(world_of(pair, position));
    if (at.x < place.x || at.x > place.x + place.width || at.y < top - gap || at.y > bottom + gap ||
        bottom - top < side)
      continue;
    // Whole, also beside the canvas's edges.
    const Box box{std::clamp(at.x - side / 2, place.x, place.x + place.width - side),
                  std::clamp(at.y - side / 2, top, bottom - side), side, side};
    const bool taken = std::any_of(patches_.begin(), patches_.end(), [&](const Patch& other) {
      if (overlaps(other.box, box, gap)) return true;
      const auto j = static_cast<std::size_t>(other.position);
      return pair.map.photo[i] == pair.map.photo[j] &&
             std::hypot(pair.map.row[i] - pair.map.row[j],
                        pair.map.column[i] - pair.map.column[j]) < kApart;
    });
    if (!taken) patches_.push_back({position, box});
  }
}

void PairCanvas::draw_patches(Desk& desk, ImDrawList* list, const PairFindings& pair) {
  const Theme& theme = desk.theme;
  for (const Patch& patch : patches_) {
    const auto i = static_cast<std::size_t>(patch.position);
    const MapPosition& position = pair.positions[i];
    const store::PhotoRecord& photo = pair.photos[static_cast<std::size_t>(position.photo)];
    const Picture* picture = patch_of(desk, photo, position.box);
    if (picture == nullptr) {
      if (!missing(desk, photo, position.box)) complete_ = false;
      continue;  // the dot is there
    }
    const std::uint32_t colour =
        pair.map.mark[i] < 0 ? context_colour(theme) : side_colour(theme, pair.map.side[i] == 0);
    picture_or_wait(desk, list, picture, patch.box, theme.px(6));
    list->AddRect(corner(patch.box), far_corner(patch.box), colour, theme.px(6), 0, theme.px(2));
  }
}

void PairCanvas::draw_key(const Desk& desk, ImDrawList* list, const PairFindings& pair) const {
  const Theme& theme = desk.theme;
  const Box& place = camera_.now.viewport;
  const float y = static_cast<float>(place.y + place.height) - theme.px(19);
  float x = static_cast<float>(place.x) + theme.px(14);
  const float end = static_cast<float>(place.x + place.width) - theme.px(14);
  const auto entry = [&](std::uint32_t colour, const std::string& label) {
    const std::string fits = elided(theme.small, label, std::max(0.0f, end - x - theme.px(14)));
    list->AddRectFilled({x, y + theme.px(4)}, {x + theme.px(7), y + theme.px(11)}, colour, 2);
    draw_text(list, theme.small, {x + theme.px(12), y}, theme.colours.quiet, fits);
    x += theme.px(28) + text_size(theme.small, fits).x;
  };
  const float room = (end - x) * 0.24f;
  for (const bool of_a : {true, false})
    entry(side_colour(theme, of_a), "in photos of " + elided(theme.small, pair.side(of_a).name,
                                                             std::max(theme.px(50), room)));
  if (std::any_of(pair.map.mark.begin(), pair.map.mark.end(), [](auto m) { return m < 0; }))
    entry(context_colour(theme), "context cue");
  const std::string what = "logits that a position adds  ·  alike things at one height  ·  " +
                           count_text(static_cast<std::int64_t>(pair.map.size())) + " positions";
  const std::string fits = elided(theme.small, what, std::max(0.0f, end - x));
  if (end - x > theme.px(80))
    draw_text(list, theme.small, {end - text_size(theme.small, fits).x, y}, theme.colours.faint,
              fits);
}

std::int32_t PairCanvas::hovered(const Desk& desk, const PairFindings& pair) const {
  if (!over_ || pointer_.dragging()) return -1;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  for (const Patch& patch : patches_)
    if (contains(patch.box, mouse)) return patch.position;
  std::int32_t nearest = -1;
  double least = desk.theme.px(kNear);
  for (const std::int32_t position : pair.strongest) {
    if (!shown(desk, pair, position)) continue;
    const Point at = camera_.now.to_screen(world_of(pair, position));
    const double away = std::hypot(at.x - mouse.x, at.y - mouse.y);
    if (away < least) {
      least = away;
      nearest = position;
    }
  }
  return nearest;
}

void PairCanvas::draw_tooltip(Desk& desk, const PairFindings& pair, std::int32_t position) const {
  const Theme& theme = desk.theme;
  const auto i = static_cast<std::size_t>(position);
  const MapPosition& place = pair.positions[i];
  const store::PhotoRecord& photo = pair.photos[static_cast<std::size_t>(place.photo)];
  const std::string path = desk.photo_path(photo);
  const float side = theme.px(150);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(theme.px(10), theme.px(10)));
  ImGui::BeginTooltip();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImDrawList* list = ImGui::GetWindowDrawList();
  picture_or_wait(desk, list, patch_of(desk, photo, place.box), {at.x, at.y, side, side},
                  theme.px(5));
  const Picture* whole = desk.thumbnails.get("photo:" + path, "reading " + photo.path,
                                             [path] { return load_photo(path, kThumbnail); });
  const Box frame{at.x + side + theme.px(8), at.y, side * 1.25, side};
  if (whole != nullptr) {
    const Box box = fitted(whole->full_size, frame);
    list->AddImageRounded(reinterpret_cast<ImTextureID>(whole->texture), corner(box),
                          far_corner(box), {0, 0}, {1, 1}, IM_COL32_WHITE, theme.px(4));
    const double scale = box.width / std::max(1, whole->full_size.width);
    const Box inner{box.x + place.box.x * scale, box.y + place.box.y * scale,
                    place.box.width * scale, place.box.height * scale};
    list->AddRect(corner(inner), far_corner(inner), rgba(0x000000, 150), 2, 0, theme.px(3));
    list->AddRect(corner(inner), far_corner(inner), rgba(0xFFFFFF), 2, 0, theme.px(1.5));
  } else {
    list->AddRectFilled(corner(frame), far_corner(frame), theme.colours.raised, theme.px(4));
  }
  ImGui::Dummy({static_cast<float>(frame.x + frame.width) - at.x, side});
  const bool for_a = pair.map.x[i] >= 0;
  text(theme.regular, theme.colours.text,
       logits_text(std::abs(pair.map.x[i])) + " logits for " + pair.side(for_a).name);
  text(theme.small, theme.colours.quiet,
       "a photo of " + pair.side(pair.map.side[i] == 0).name + ", " +
           std::filesystem::path(photo.path).filename().string());
  if (const PairMark* mark = pair.mark(pair.map.mark[i]))
    text(theme.small, theme.colours.quiet, mark_name(mark->number) + ": " + mark->title);
  text(theme.small, theme.colours.faint, "A click opens the photo.");
  ImGui::EndTooltip();
  ImGui::PopStyleVar();
}

void PairCanvas::draw(Desk& desk, const Box& place, const PairFindings& pair, bool keys) {
  complete_ = true;
  begin_panel(desk, "pair map", place, 0, {0, 0});
  ImDrawList* list = ImGui::GetWindowDrawList();
  take_input(desk, place, pair, keys);
  if (pair.map.x.empty()) {
    ImGui::SetCursorScreenPos({static_cast<float>(place.x) + desk.theme.px(24),
                               static_cast<float>(place.y) + desk.theme.px(24)});
    wrapped_text(desk.theme.regular, desk.theme.colours.quiet,
                 "No map of this pair is kept; compare the two again to get one.");
    ImGui::End();
    return;
  }
  list->PushClipRect(corner(place), far_corner(place), true);
  draw_dots(desk, list, pair);
  choose_patches(desk, pair);
  draw_patches(desk, list, pair);
  draw_axis(desk, list, pair);
  draw_key(desk, list, pair);
  list->PopClipRect();
  const std::int32_t position = hovered(desk, pair);
  if (position >= 0) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    draw_tooltip(desk, pair, position);
    if (clicked_) {
      const auto i = static_cast<std::size_t>(position);
      const MapPosition& at = pair.positions[i];
      Place opened;
      opened.photo = pair.photos[static_cast<std::size_t>(at.photo)];
      opened.box = at.box;
      opened.attribution = std::abs(pair.map.x[i]);
      opened.similarity = std::nan("");
      open_photo_of_pair(desk, pair, {opened}, 0, "Position", pair.map.x[i] >= 0);
    }
  }
  ImGui::End();
}

}  // namespace differentia::viewer
