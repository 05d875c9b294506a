#include "viewer/pair_parts.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

#include "viewer/widgets.h"

namespace differentia::viewer {

std::uint32_t side_colour(const Theme& theme, bool of_a) {
  return of_a ? theme.colours.positive : theme.colours.negative;
}

std::uint32_t context_colour(const Theme& theme) {
  return theme.colours.warning;
}

std::string mark_name(int number) {
  return (number < 0 ? "Context cue " : "Mark ") + std::to_string(std::abs(number));
}

void draw_mark_badge(const Theme& theme, ImDrawList* list, Point centre, const PairMark& mark) {
  const std::string number = std::to_string(std::abs(mark.number));
  const ImVec2 size = text_size(theme.bold, number);
  const ImVec2 middle = vec(centre);
  list->AddCircleFilled(middle, theme.px(12), side_colour(theme, mark.of_a), 32);
  draw_text(list, theme.bold, {middle.x - size.x / 2, middle.y - size.y / 2}, theme.colours.canvas,
            number);
}

void open_photo_of_pair(Desk& desk, const PairFindings& pair, std::vector<Place> places,
                        std::size_t index, const std::string& origin, bool toward_a) {
  const auto& taxa = desk.catalogue->taxa().taxa;
  OutputTarget target;
  target.output = taxa[static_cast<std::size_t>(pair.side(toward_a).taxon)].output;
  target.minus = taxa[static_cast<std::size_t>(pair.side(!toward_a).taxon)].output;
  desk.state.open_pair_photo(std::move(places), index, origin, target);
}

std::vector<Place> places_of(const std::vector<PairSighting>& sightings) {
  std::vector<Place> places;
  for (const PairSighting& sighting : sightings)
    places.push_back({sighting.photo, sighting.box, -1, sighting.attribution,
                      std::numeric_limits<double>::quiet_NaN()});
  return places;
}

}  // namespace differentia::viewer
