#include "viewer/pair_panel.h"

#include <algorithm>
#include <cmath>

#include "viewer/number_text.h"
#include "viewer/pair_parts.h"
#include "viewer/widgets.h"

namespace differentia::viewer {
namespace {

constexpr double kHeader = 62;
constexpr double kMapShare = 0.54;  // of the height, where photos are shown below the map

// Quoted for a shell where it must be.
std::string quoted(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return (std::isalnum(c) != 0) || c == '_' || c == '-' || c == '.' || c == '/' || c >= 0x80;
  });
  if (plain) return word;
  std::string result = "'";
  for (const char c : word) {
    if (c == '\'')
      result += "'\\''";
    else
      result += c;
  }
  return result + "'";
}

const store::TaxonRecord& taxon_of(const Desk& desk, std::int32_t taxon) {
  return desk.catalogue->taxa().taxa[static_cast<std::size_t>(taxon)];
}

}  // namespace

std::string compare_command(const std::string& atlas, const std::string& taxon_a,
                            const std::string& taxon_b) {
  return "differentia compare " + quoted(atlas) + " " + quoted(taxon_a) + " " + quoted(taxon_b);
}

void PairPanel::draw_header(Desk& desk, const Box& place, const PairFindings* pair) {
  const Theme& theme = desk.theme;
  const PairView& view = desk.state.pair;
  begin_panel(desk, "pair header", place, theme.colours.panel, {0, 0});
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float left = static_cast<float>(place.x) + theme.px(20);
  const float top = static_cast<float>(place.y);
  const float after_link = left + theme.px(76);
  const float right = static_cast<float>(place.x + place.width) - theme.px(16);
  // As first compared: A on the left of the map.
  const std::string a = pair ? pair->a.name : display_name(taxon_of(desk, view.a).name);
  const std::string b = pair ? pair->b.name : display_name(taxon_of(desk, view.b).name);
  const std::string between = "  against  ";
  const float middle = text_size(theme.regular, between).x;
  const float dot = theme.px(5), dots = 2 * theme.px(18);
  const float width_a = text_size(theme.title_italic, a).x,
              width_b = text_size(theme.title_italic, b).x;
  // Where the names need it, they have the first line to themselves.
  const bool narrow = width_a + width_b + middle + dots > right - after_link;
  const float title = narrow ? left : after_link;
  ImGui::SetCursorScreenPos({left, top + theme.px(narrow ? 36 : 9)});
  if (link(desk, view.from_list ? "‹  Pairs" : "‹  Map"))
    desk.state.screen = view.from_list ? Screen::kPairs : Screen::kMap;
  const float room = right - title - middle - dots;
  // Where both do not fit, the longer one gives way first.
  float room_a = room / 2, room_b = room / 2;
  if (width_a < room_a) room_b = room - width_a;
  if (width_b < room_b && width_a > room_a) room_a = room - width_b;
  float x = title;
  const float line = top + theme.px(narrow ? 6 : 9);
  for (const bool of_a : {true, false}) {
    list->AddCircleFilled({x + dot, line + theme.px(14)}, dot, side_colour(theme, of_a), 24);
    x += 2 * dot + theme.px(8);
    const std::string name = elided(theme.title_italic, of_a ? a : b, of_a ? room_a : room_b);
    draw_text(list, theme.title_italic, {x, line}, theme.colours.text, name);
    x += text_size(theme.title_italic, name).x;
    if (!of_a) break;
    draw_text(list, theme.regular, {x, line + theme.px(5)}, theme.colours.quiet, between);
    x += middle;
  }
  std::string facts = "What tells the two apart for the model";
  if (pair != nullptr) {
    const auto fields = std::count_if(pair->marks.begin(), pair->marks.end(),
                                      [](const PairMark& mark) { return mark.number > 0; });
    const auto tested = std::count_if(pair->marks.begin(), pair->marks.end(), [](const auto& mark) {
      return mark.number > 0 && mark.status == PairStatus::kTested;
    });
    facts = counted(fields, "mark", "marks");
    facts += pair->tested ? ", " + count_text(tested) + " shown by removal" : ", not tested";
    const auto cues = static_cast<std::ptrdiff_t>(pair->marks.size()) - fields;
    if (cues > 0) facts += "   ·   " + counted(cues, "context cue", "context cues");
    if (pair->decided.of > 0)
      facts += "   ·   the marks alone decide " + count_text(pair->decided.with) + " of " +
               count_text(pair->decided.of);
  }
  draw_text(list, theme.small, {after_link, top + theme.px(39)}, theme.colours.faint,
            elided(theme.small, facts, right - after_link));
  list->AddLine(
      {static_cast<float>(place.x), static_cast<float>(place.y + place.height) - 1},
      {static_cast<float>(place.x + place.width), static_cast<float>(place.y + place.height) - 1},
      theme.colours.line);
  ImGui::End();
}

void PairPanel::draw_running(Desk& desk) {
  const Theme& theme = desk.theme;
  const PairJobs::Stage stage = desk.pair_jobs->stage();
  waiting(desk, stage.name.empty() ? "Loading the model"
                : stage.share >= 0 ? stage.name + ", " + percent_text(stage.share)
                                   : stage.name);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, height = theme.px(4);
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(at, {at.x + width, at.y + height}, theme.colours.raised, height / 2);
  if (stage.share >= 0)
    list->AddRectFilled(at, {at.x + width * static_cast<float>(stage.share), at.y + height},
                        theme.colours.accent, height / 2);
  ImGui::Dummy({width, height});
  gap(desk, 8);
  if (quiet_button(desk, "Stop")) desk.pair_jobs->stop();
}

void PairPanel::draw_absent(Desk& desk, const Box& place, const std::string& error) {
  const Theme& theme = desk.theme;
  const PairView& view = desk.state.pair;
  const std::string a = taxon_of(desk, view.a).name, b = taxon_of(desk, view.b).name;
  begin_panel(desk, "pair absent", place, theme.colours.canvas, {0, 0});
  const float width = std::min(theme.px(560), static_cast<float>(place.width) - theme.px(48));
  ImGui::SetCursorScreenPos({static_cast<float>(place.x + place.width / 2) - width / 2,
                             static_cast<float>(place.y + place.height * 0.22)});
  ImGui::BeginChild("absent", {width, static_cast<float>(place.height * 0.7)});
  const bool able =
      desk.pair_jobs != nullptr && desk.pair_jobs->available() && !desk.model_path.empty();
  if (able && desk.pair_jobs->runs(view.a, view.b)) {
    text(theme.title, theme.colours.text, "Comparing the two");
    gap(desk, 4);
    draw_running(desk);
  } else {
    text(theme.title, theme.colours.text,
         error.empty() ? "The two have not been compared yet" : "What was kept cannot be shown");
    gap(desk, 4);
    const std::string failure = able ? desk.pair_jobs->error(view.a, view.b) : std::string();
    for (const std::string& sentence : {error, failure})
      if (!sentence.empty()) wrapped_text(theme.regular, theme.colours.warning, sentence);
    wrapped_text(theme.regular, theme.colours.quiet,
                 "Marks are found on one half of the photos and tested on the other by covering "
                 "them. With 64 photos of each that takes some twenty seconds.");
    gap(desk, 10);
    if (able && ImGui::Button("Compare now")) desk.compare_pair(view.a, view.b);
    gap(desk, 10);
    text(theme.small, theme.colours.faint, able ? "or in a terminal" : "In a terminal");
    const std::string command = compare_command(desk.catalogue->reader().path(), a, b);
    wrapped_text(theme.regular, theme.colours.text, command);
    gap(desk, 4);
    if (desk.copy_text) {
      if (quiet_button(desk, "Copy the command")) desk.copy_text(command);
      ImGui::SameLine();
    }
    if (quiet_button(desk, "Look again")) desk.catalogue->forget_pairs();
  }
  ImGui::EndChild();
  ImGui::End();
}

void PairPanel::draw(Desk& desk, const Box& canvas, const Box& side, bool keys) {
  complete_ = true;
  PairView& view = desk.state.pair;
  const auto kept = desk.catalogue->pair(view.a, view.b);
  const std::string error = desk.catalogue->pair_error(view.a, view.b);
  const PairFindings* pair = kept && *kept ? &**kept : nullptr;
  const double header = desk.theme.px(kHeader);
  if (pair == nullptr) {
    const Box whole{canvas.x, canvas.y, canvas.width + side.width, canvas.height};
    draw_header(desk, {whole.x, whole.y, whole.width, header}, nullptr);
    const Box below{whole.x, whole.y + header, whole.width, whole.height - header};
    if (kept || !error.empty()) {
      draw_absent(desk, below, error);
    } else {
      complete_ = false;
      begin_panel(desk, "pair absent", below, desk.theme.colours.canvas, {0, 0});
      ImGui::End();
    }
    return;
  }
  draw_header(desk, {canvas.x, canvas.y, canvas.width, header}, pair);
  marks_.draw(desk, side, *pair, keys);
  const PairMark* mark = pair->mark(view.mark);
  if (mark == nullptr) view.mark = 0;
  const double height = canvas.height - header;
  const double map_height = mark != nullptr ? std::floor(height * kMapShare) : height;
  map_.draw(desk, {canvas.x, canvas.y + header, canvas.width, map_height}, *pair, keys);
  complete_ = map_.complete();
  if (mark != nullptr) {
    exemplars_.draw(desk,
                    {canvas.x, canvas.y + header + map_height, canvas.width, height - map_height},
                    *pair, *mark);
    complete_ = complete_ && exemplars_.complete();
  }
}

}  // namespace differentia::viewer
