#include "viewer/map_overlays.h"

#include <algorithm>
#include <cmath>

#include "viewer/label_placement.h"
#include "viewer/line_runs.h"
#include "viewer/line_strip.h"
#include "viewer/number_text.h"
#include "viewer/widgets.h"

namespace differentia::viewer {

namespace {

std::uint32_t with_alpha(std::uint32_t colour, std::uint32_t alpha) {
  return (colour & 0xFFFFFFu) | alpha << 24;
}

bool meet(const Box& a, const Box& b) {
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height &&
         b.y <= a.y + a.height;
}

Box grown(const Box& box, double by) {
  return {box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by};
}

// A closed line of the map, drawn as far as it is in sight.
class ClosedLine {
 public:
  explicit ClosedLine(const Box& sight) : sight_(sight) {}

  void set(const std::vector<Point>& corners, const Camera& camera) {
    corners_.clear();
    runs_.clear();
    for (const Point& p : corners) {
      // Corners closer than this are not seen, and cost as much as any.
      const ImVec2 at = vec(camera.to_screen(p));
      if (corners_.empty() ||
          std::abs(at.x - corners_.back().x) + std::abs(at.y - corners_.back().y) > 5)
        corners_.push_back(at);
    }
    if (corners_.size() < 3) return;  // smaller than can be seen
    visible_runs(corners_, sight_, runs_);
    // A run goes on over the end.
    if (!runs_.empty() && !runs_.front().closed) {
      const std::size_t n = corners_.size();
      corners_.reserve(2 * n);
      for (std::size_t i = 0; i < n; ++i) corners_.push_back(corners_[i]);
    }
  }

  void draw(Ribbons& ribbons, const LineLook& look) const {
    for (const LineRun& run : runs_)
      add_line(ribbons, gsl::make_span(corners_.data() + run.first, run.count), run.closed, look);
  }

 private:
  Box sight_;
  std::vector<ImVec2> corners_;  // on the screen
  std::vector<LineRun> runs_;
};

constexpr std::int32_t kMostWithoutRegion = 12;

// A region in sight whose concept is named there.
struct NamedRegion {
  const store::ConceptRecord* record = nullptr;
  Point anchor;      // on the screen, and in sight
  Box box;           // on the screen
  double order = 0;  // least first
};

// The cell of the region in sight that is nearest to its anchor; none where it is out of sight.
const Point* anchor_in_sight(const Region& region, const Box& visible) {
  const auto inside = [&](const Point& p) {
    return p.x >= visible.x && p.y >= visible.y && p.x <= visible.x + visible.width &&
           p.y <= visible.y + visible.height;
  };
  if (inside(region.anchor)) return &region.anchor;
  const Point* best = nullptr;
  const auto away = [&](const Point& p) {  // squared
    return (p.x - region.anchor.x) * (p.x - region.anchor.x) +
           (p.y - region.anchor.y) * (p.y - region.anchor.y);
  };
  for (const Point& p : region.middles)
    if (inside(p) && (best == nullptr || away(p) < away(*best))) best = &p;
  return best;
}

// The chosen concept's regions first, then every concept's largest in sight in the order of their
// ranks, then the others that are large on the screen; all by their size where tiles are coloured
// by concept.
std::vector<NamedRegion> named_regions(const Desk& desk, const Camera& camera,
                                       const MapSummary& map, const MapLevel& level,
                                       std::int32_t chosen, std::int32_t most) {
  const Box visible = camera.visible();
  const double large = desk.theme.px(56);
  const auto after = static_cast<double>(map.concepts.size());
  const bool coloured = desk.state.colour_by == ColourBy::kConcept;
  std::vector<NamedRegion> named;
  std::int32_t last = -1;
  for (const Region& region : level.regions) {
    if (!meet(region.bounds, visible)) continue;
    const std::int32_t rank = rank_of(map, region.number);
    const bool wanted = region.number == chosen || region.number == desk.state.hovered_concept;
    if (!wanted && rank >= most) continue;
    const bool first = region.number != last;
    const Box box = camera.to_screen(region.bounds);
    if (!first && std::max(box.width, box.height) < large) continue;
    const Point* anchor = anchor_in_sight(region, visible);
    const auto record =
        std::find_if(map.concepts.begin(), map.concepts.end(),
                     [&](const store::ConceptRecord& c) { return c.number == region.number; });
    if (anchor == nullptr || record == map.concepts.end()) continue;
    last = region.number;
    NamedRegion n;
    n.record = &*record;
    n.anchor = camera.to_screen(*anchor);
    n.box = box;
    // Not the one under the mouse: its label would jump away from there.
    // Where the colours are the concepts', the largest of them need their names most.
    const double size = static_cast<double>(region.middles.size());
    n.order = region.number == chosen ? -1 : coloured ? 1 / size : first ? rank : after + rank;
    named.push_back(n);
  }
  // A concept that is nowhere the most frequent at this level is named where it is densest.
  for (const store::ConceptRecord& c : map.concepts) {
    const std::int32_t rank = rank_of(map, c.number);
    const bool wanted = c.number == chosen || c.number == desk.state.hovered_concept;
    const bool has_region =
        std::any_of(level.regions.begin(), level.regions.end(),
                    [&](const Region& region) { return region.number == c.number; });
    if (has_region || (!wanted && rank >= std::min(most, kMostWithoutRegion))) continue;
    const double side = 1.0 / level.bins;
    const Box cell{std::floor(c.label_x / side) * side, std::floor(c.label_y / side) * side, side,
                   side};
    NamedRegion n;
    n.record = &c;
    n.anchor = camera.to_screen(Point{c.label_x, c.label_y});
    n.box = camera.to_screen(cell);
    n.order = c.number == chosen ? -1 : coloured ? after : rank;
    named.push_back(n);
  }
  std::stable_sort(named.begin(), named.end(),
                   [](const NamedRegion& a, const NamedRegion& b) { return a.order < b.order; });
  return named;
}

}  // namespace

void ring(const Desk& desk, ImDrawList* list, const Box& box) {
  const ImVec2 a = corner(box), b = far_corner(box);
  const float round = desk.theme.px(4);
  list->AddRect({a.x - 2, a.y - 2}, {b.x + 2, b.y + 2}, rgba(0x0F1114, 200), round, 0,
                desk.theme.px(4));
  list->AddRect({a.x - 1, a.y - 1}, {b.x + 1, b.y + 1}, rgba(0xFFFFFF), round, 0,
                desk.theme.px(1.8));
}

void banner(const Desk& desk, ImDrawList* list, const Box& canvas, const std::string& message) {
  const Theme& theme = desk.theme;
  const ImVec2 size = text_size(theme.small, message);
  const float x = static_cast<float>(canvas.x + canvas.width / 2) - size.x / 2;
  const float y = static_cast<float>(canvas.y) + theme.px(16);
  list->AddRectFilled({x - theme.px(12), y - theme.px(6)},
                      {x + size.x + theme.px(12), y + size.y + theme.px(6)},
                      with_alpha(theme.colours.raised, 240), theme.px(14));
  draw_text(list, theme.small, {x, y}, theme.colours.accent, message);
}

std::int32_t rank_of(const MapSummary& map, std::int32_t number) {
  for (std::size_t i = 0; i < map.concepts.size() && i < map.ranks.size(); ++i)
    if (map.concepts[i].number == number) return map.ranks[i];
  return static_cast<std::int32_t>(map.concepts.size());
}

void draw_regions(const Desk& desk, const Camera& camera, const MapSummary& map,
                  const MapLevel& level, std::int32_t selected, std::int32_t most) {
  const std::int32_t hovered = desk.state.hovered_concept;
  const Box visible = camera.visible();
  // Room for the lines' width and for the points of their joints.
  const Box sight = grown(camera.viewport, desk.theme.px(32));
  ClosedLine line(sight);
  Ribbons ribbons;
  for (const Region& region : level.regions) {
    const bool strong = region.number == selected || region.number == hovered;
    if (!meet(region.bounds, visible) || (!strong && rank_of(map, region.number) >= most)) continue;
    const bool faint = !strong && (selected >= 0 || hovered >= 0);
    LineLook look;
    look.colour = with_alpha(concept_colour(region.number), strong ? 255 : faint ? 70 : 190);
    look.width = desk.theme.px(strong ? 2.4 : 1.5);
    // A dark casing keeps the line readable over any photo.
    if (!faint) look.casing = rgba(0x0F1114, strong ? 190 : 130);
    look.casing_width = desk.theme.px(strong ? 5 : 3.4);
    for (const Outline& outline : region.outlines) {
      if (!meet(camera.to_screen(outline.bounds), sight)) continue;
      line.set(outline.points, camera);
      line.draw(ribbons, look);
    }
  }
  desk.renderer.draw_ribbons(ribbons.corners, ribbons.counts, camera.viewport);
}

std::int32_t draw_concept_labels(const Desk& desk, ImDrawList* list, const Camera& camera,
                                 const MapSummary& map, const MapLevel& level, bool hoverable,
                                 std::int32_t most, const std::vector<Box>& obstacles,
                                 const std::vector<Box>& tiles) {
  const Theme& theme = desk.theme;
  const float dot = theme.px(4), padding = theme.px(8), height = theme.px(22);
  struct Texts {
    std::string number, value;
    float number_width;
  };
  const std::int32_t chosen = desk.state.selection.kind == Selection::Kind::kConcept
                                  ? desk.state.selection.concept_number
                                  : -1;
  Box canvas = camera.viewport;
  canvas.x += 4;
  canvas.y += 4;
  canvas.width -= 8;
  canvas.height -= 8;
  std::vector<NamedRegion> named = named_regions(desk, camera, map, level, chosen, most);
  // A small map is for its tiles: no more labels than leave most of it free.
  const double room = canvas.width * canvas.height / (theme.px(150) * theme.px(130));
  if (named.size() > static_cast<std::size_t>(std::max(4.0, room)))
    named.resize(static_cast<std::size_t>(std::max(4.0, room)));
  std::vector<Texts> texts;
  std::vector<LabelRequest> requests;
  std::vector<const store::ConceptRecord*> shown;
  std::vector<Box> taken = obstacles;
  for (const NamedRegion& region : named) {
    const store::ConceptRecord& c = *region.record;
    Texts t{
        std::to_string(c.number),
        map.has_attribution ? logits_text(c.attribution.value) : percent_text(c.prevalence.value),
        0};
    t.number_width = text_size(theme.bold, t.number).x;
    const float width = 2 * padding + 2 * dot + theme.px(6) + t.number_width + theme.px(7) +
                        text_size(theme.small, t.value).x;
    requests.push_back({region.anchor, width, height, region.box});
    texts.push_back(std::move(t));
    shown.push_back(&c);
    // What somebody has chosen is not to be covered by any name.
    if (c.number == chosen) taken.push_back(region.box);
  }
  const auto places = place_labels(requests, canvas, taken, tiles);
  std::int32_t hovered = -1;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!places[i].shown) continue;
    const Box& box = places[i].box;
    const std::int32_t number = shown[i]->number;
    const bool under = hoverable && contains(box, ImGui::GetIO().MousePos);
    if (under) {
      hovered = number;
      ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    }
    const bool strong = under || number == chosen;
    const ImVec2 from = vec(requests[i].anchor);
    const ImVec2 to = vec(leader_end(box, requests[i].anchor));
    if (!contains(box, from)) {
      list->AddLine(from, to, rgba(0x0F1114, 170), theme.px(3));
      list->AddLine(from, to, concept_colour(number), theme.px(1.2));
      list->AddCircleFilled(from, theme.px(2.2), concept_colour(number), 12);
    }
    list->AddRectFilled(corner(box), far_corner(box),
                        strong ? theme.colours.hovered : with_alpha(theme.colours.panel, 236),
                        height / 2);
    list->AddRect(corner(box), far_corner(box),
                  strong ? concept_colour(number) : rgba(0xFFFFFF, 26), height / 2, 0, 1);
    float x = static_cast<float>(box.x) + padding;
    const float middle = static_cast<float>(box.y) + height / 2;
    list->AddCircleFilled({x + dot, middle}, dot, concept_colour(number), 20);
    x += 2 * dot + theme.px(6);
    draw_text(list, theme.bold, {x, middle - theme.bold->FontSize / 2}, theme.colours.text,
              texts[i].number);
    x += texts[i].number_width + theme.px(7);
    draw_text(list, theme.small, {x, middle - theme.small->FontSize / 2}, theme.colours.quiet,
              texts[i].value);
  }
  return hovered;
}

Box legend_place(const Desk& desk, const Box& canvas) {
  const double width = desk.theme.px(204), height = desk.theme.px(69), margin = desk.theme.px(16);
  return {canvas.x + margin, canvas.y + canvas.height - margin - height, width, height};
}

Box minimap_place(const Desk& desk, const Box& canvas) {
  const double side = desk.theme.px(132), margin = desk.theme.px(16);
  return {canvas.x + canvas.width - side - margin, canvas.y + canvas.height - side - margin, side,
          side};
}

void draw_minimap_picture(const Desk& desk, ImDrawList* list, const Box& place,
                          const MapLevel& level, const Box& visible) {
  const Theme& theme = desk.theme;
  const float pad = theme.px(6);
  list->AddRectFilled({static_cast<float>(place.x) - pad, static_cast<float>(place.y) - pad},
                      {static_cast<float>(place.x + place.width) + pad,
                       static_cast<float>(place.y + place.height) + pad},
                      with_alpha(theme.colours.panel, 236), theme.px(6));
  const double side = place.width / level.bins;
  for (std::size_t i = 0; i < level.cells.count.size(); ++i) {
    const double share =
        std::min(1.0, std::log1p(level.cells.count[i]) / std::log1p(level.count_limit));
    const auto grey = static_cast<std::uint32_t>(50 + 130 * share);
    const Box box{place.x + level.cells.bin_x[i] * side, place.y + level.cells.bin_y[i] * side,
                  side, side};
    list->AddRectFilled(corner(box), far_corner(box), rgba(grey << 16 | grey << 8 | grey));
  }
  const Box shown{
      place.x + std::clamp(visible.x, 0.0, 1.0) * place.width,
      place.y + std::clamp(visible.y, 0.0, 1.0) * place.height,
      (std::clamp(visible.x + visible.width, 0.0, 1.0) - std::clamp(visible.x, 0.0, 1.0)) *
          place.width,
      (std::clamp(visible.y + visible.height, 0.0, 1.0) - std::clamp(visible.y, 0.0, 1.0)) *
          place.height};
  list->AddRectFilled(corner(shown), far_corner(shown), theme.colours.accent_fill);
  list->AddRect(corner(shown), far_corner(shown), theme.colours.accent, 2, 0, theme.px(1.4));
}

void draw_colour_legend(const Desk& desk, ImDrawList* list, const Box& canvas, ColourBy colour_by,
                        const Legend& legend) {
  if (!legend.continuous) return;
  const Theme& theme = desk.theme;
  const Box place = legend_place(desk, canvas);
  const float bar = theme.px(8), pad = theme.px(12);
  const float width = static_cast<float>(place.width) - 2 * pad;
  const float x = static_cast<float>(place.x) + pad;
  float y = static_cast<float>(place.y) + pad;
  list->AddRectFilled(corner(place), far_corner(place), with_alpha(theme.colours.panel, 240),
                      theme.px(8));
  draw_text(list, theme.small, {x, y - theme.px(2)}, theme.colours.text, legend.title);
  y += theme.px(20);
  constexpr int kSteps = 48;
  for (int i = 0; i < kSteps; ++i) {
    const float a = x + width * static_cast<float>(i) / kSteps;
    const float b = x + width * static_cast<float>(i + 1) / kSteps;
    const std::uint32_t left = legend_colour(colour_by, static_cast<double>(i) / kSteps);
    const std::uint32_t right = legend_colour(colour_by, static_cast<double>(i + 1) / kSteps);
    list->AddRectFilledMultiColor({a, y}, {b, y + bar}, left, right, right, left);
  }
  y += bar + theme.px(5);
  draw_text(list, theme.small, {x, y}, theme.colours.quiet, legend.low);
  draw_text(list, theme.small, {x + (width - text_size(theme.small, legend.middle).x) / 2, y},
            theme.colours.quiet, legend.middle);
  draw_text(list, theme.small, {x + width - text_size(theme.small, legend.high).x, y},
            theme.colours.quiet, legend.high);
}

}  // namespace differentia::viewer
