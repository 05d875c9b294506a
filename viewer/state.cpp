#include "viewer/state.h"

#include <algorithm>
#include <utility>

namespace differentia::viewer {

void PhotoView::step(int by) {
  if (places.empty()) return;
  const auto last = static_cast<std::ptrdiff_t>(places.size()) - 1;
  index = static_cast<std::size_t>(
      std::clamp(static_cast<std::ptrdiff_t>(index) + by, std::ptrdiff_t{0}, last));
}

void State::show_taxon(std::int32_t taxon_id) {
  screen = Screen::kMap;
  unreadable = false;
  if (taxon == taxon_id) return;
  taxon = taxon_id;
  highlighted_photo = -1;
  fit_requested = true;
  clear_selection();
}

void State::show_concept(std::int32_t number) {
  clear_selection();
  selection.kind = Selection::Kind::kConcept;
  selection.concept_number = number;
}

void State::show_cell(const CellKey& cell) {
  clear_selection();
  selection.kind = Selection::Kind::kCell;
  selection.cell = cell;
}

void State::clear_selection() {
  selection = {};
  hovered_concept = -1;
}

void State::open_photo(std::vector<Place> places, std::size_t index, const std::string& origin) {
  if (index >= places.size()) return;
  photo.places = std::move(places);
  photo.index = index;
  photo.origin = origin;
  photo.concept_number =
      selection.kind == Selection::Kind::kConcept ? selection.concept_number : -1;
  photo.on_concept = photo.on_concept && photo.concept_number >= 0;
  if (photo.from_pair) photo.target = photo.set_aside;
  photo.from_pair = false;
  screen = Screen::kPhoto;
  unreadable = false;
}

void State::open_pair_photo(std::vector<Place> places, std::size_t index, const std::string& origin,
                            const OutputTarget& target) {
  if (index >= places.size()) return;
  open_photo(std::move(places), index, origin);
  photo.concept_number = -1;
  photo.on_concept = false;
  photo.set_aside = photo.target;
  photo.target = target;
  photo.from_pair = true;
}

void State::show_photo_on_map(const store::PhotoRecord& photo_record) {
  if (photo.from_pair) show_taxon(photo_record.taxon);
  highlighted_photo = photo_record.id;
  screen = Screen::kMap;
}

void State::show_pair(std::int32_t taxon_a, std::int32_t taxon_b) {
  pair = {taxon_a, taxon_b, 0, screen == Screen::kPairs};
  screen = Screen::kPair;
  unreadable = false;
}

void State::show_pairs() {
  screen = Screen::kPairs;
  unreadable = false;
}

bool State::back() {
  if (help) {
    help = false;
  } else if (unreadable) {
    unreadable = false;
  } else if (screen == Screen::kPhoto) {
    screen = photo.from_pair ? Screen::kPair : Screen::kMap;
  } else if (screen == Screen::kPair && pair.mark != 0) {
    pair.mark = 0;
  } else if (screen == Screen::kPair) {
    screen = pair.from_list ? Screen::kPairs : Screen::kMap;
  } else if (screen == Screen::kPairs) {
    screen = Screen::kMap;
  } else if (screen == Screen::kMap && highlighted_photo >= 0) {
    highlighted_photo = -1;
  } else if (screen == Screen::kMap && selection.kind != Selection::Kind::kNone) {
    clear_selection();
  } else if (!search.empty()) {
    search.clear();
  } else {
    return false;
  }
  return true;
}

}  // namespace differentia::viewer
