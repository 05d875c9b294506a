// What the command line's flags show first: App's part that reads ViewOptions::initial.

#include <algorithm>

#include "base/error.h"
#include "viewer/app.h"
#include "viewer/pair_parts.h"
#include "viewer/tile_selection.h"

namespace differentia::viewer {

void App::apply_initial() {
  if (!initial_left_ || catalogue_ == nullptr || error_ != nullptr) return;
  const InitialView& initial = options_.initial;
  const TaxonList& taxa = catalogue_->taxa();
  if (!initial.taxon.empty()) {
    const bool all = initial.taxon == "all" && taxa.deep_map >= 0;
    state_.show_taxon(all ? State::kAllTaxa : resolve_taxon(taxa, initial.taxon));
    state_.unreadable = initial.unreadable;
  }
  const auto output_of = [&](const std::string& name) {
    const std::int32_t taxon = resolve_taxon(taxa, name);
    const std::int32_t output = taxa.taxa[static_cast<std::size_t>(taxon)].output;
    if (output < 0)
      throw InputError("The taxon “" + name + "” is no output of the model; choose another.");
    return output;
  };
  if (initial.target == "concept") {
    if (initial.concept_number < 0)
      throw InputError("--target concept needs --concept, the concept to look for.");
  } else if (!initial.target.empty()) {
    state_.photo.target.output = output_of(initial.target);
  }
  if (!initial.against.empty() && initial.against != "rivals")
    state_.photo.target.minus = output_of(initial.against);
  if (!initial.pair_a.empty()) {
    if (initial_pair()) initial_left_ = false;
    return;
  }
  const auto id = catalogue_->map_of_taxon(state_.taxon);
  if (!id) return;
  const auto map = *id >= 0 ? catalogue_->map(*id) : nullptr;
  if (*id >= 0 && !map) {
    if (!catalogue_->map_error(*id).empty()) throw InputError(catalogue_->map_error(*id));
    return;
  }
  if (initial.concept_number >= 0) {
    const bool there =
        map && std::any_of(map->concepts.begin(), map->concepts.end(),
                           [&](const auto& c) { return c.number == initial.concept_number; });
    if (!there)
      throw InputError("There is no concept " + std::to_string(initial.concept_number) +
                       " on this map; it has " + std::to_string(map ? map->concepts.size() : 0) +
                       ", counted from 0.");
    state_.show_concept(initial.concept_number);
  } else if (initial.cell) {
    const CellPlace& cell = *initial.cell;
    if (!map || static_cast<std::size_t>(cell.level) >= map->record.level_bins.size())
      throw InputError(
          "There is no level " + std::to_string(cell.level) +
          " on this map; levels count from 0 to " +
          std::to_string(map ? static_cast<int>(map->record.level_bins.size()) - 1 : 0) + ".");
    const auto level = catalogue_->level(*id, static_cast<std::size_t>(cell.level));
    if (!level) return;
    const std::int32_t index = find_cell(level->cells, level->rows, cell.x, cell.y);
    if (index < 0)
      throw InputError("The cell " + std::to_string(cell.level) + ":" + std::to_string(cell.x) +
                       "," + std::to_string(cell.y) + " is empty; choose one that is on the map.");
    state_.show_cell({*id, static_cast<std::size_t>(cell.level), index});
  }
  if (!initial_photo(map.get())) return;
  if (map && (initial.level >= 0 || initial.zoom != 1 || initial.centre || initial.cell)) {
    if (!map_shown_) return;  // the camera has no viewport yet
    Point centre{0.5, 0.5};
    int level = initial.level;
    for (const store::ConceptRecord& c : map->concepts)
      if (c.number == initial.concept_number) centre = {c.label_x, c.label_y};
    if (initial.cell) {
      const double bins = map->record.level_bins[static_cast<std::size_t>(initial.cell->level)];
      centre = {(initial.cell->x + 0.5) / bins, (initial.cell->y + 0.5) / bins};
      if (level < 0) level = initial.cell->level;
    }
    map_panel_.look(*map, level, initial.zoom, initial.centre.value_or(centre));
  }
  initial_left_ = false;
}

bool App::initial_pair() {
  const InitialView& initial = options_.initial;
  const TaxonList& taxa = catalogue_->taxa();
  const std::int32_t a = resolve_taxon(taxa, initial.pair_a),
                     b = resolve_taxon(taxa, initial.pair_b);
  if (a == b)
    throw InputError("--pair needs two different taxa; both names mean " +
                     taxa.taxa[static_cast<std::size_t>(a)].name + ".");
  if (initial.exemplar >= 0 && initial.mark == 0)
    throw InputError("--exemplar needs --mark, whose exemplar it is.");
  state_.show_taxon(a);
  if (initial.mark == 0) {
    state_.show_pair(a, b);
    return true;
  }
  const auto kept = catalogue_->pair(a, b);
  if (!catalogue_->pair_error(a, b).empty()) throw InputError(catalogue_->pair_error(a, b));
  if (!kept) return false;
  if (!*kept)
    throw InputError("The two have not been compared, so that there is no mark to show; run " +
                     compare_command(catalogue_->reader().path(), initial.pair_a, initial.pair_b) +
                     " first.");
  const PairMark* mark = (*kept)->mark(initial.mark);
  if (mark == nullptr)
    throw InputError("The pair has no mark " + std::to_string(initial.mark) +
                     "; marks count from 1, context cues from −1 down.");
  state_.show_pair(a, b);
  state_.pair.mark = initial.mark;
  if (initial.exemplar < 0) return true;
  if (static_cast<std::size_t>(initial.exemplar) >= mark->sightings.size())
    throw InputError("There is no exemplar " + std::to_string(initial.exemplar) + "; there are " +
                     std::to_string(mark->sightings.size()) + ", counted from 0.");
  OutputTarget target = state_.photo.target;
  if (initial.target.empty() && initial.against.empty())
    target = {taxa.taxa[static_cast<std::size_t>((*kept)->side(mark->of_a).taxon)].output,
              taxa.taxa[static_cast<std::size_t>((*kept)->side(!mark->of_a).taxon)].output, false};
  state_.open_pair_photo(places_of(mark->sightings), static_cast<std::size_t>(initial.exemplar),
                         mark_name(mark->number), target);
  return true;
}

bool App::initial_photo(const MapSummary* map) {
  const InitialView& initial = options_.initial;
  if (initial.exemplar >= 0) {
    std::shared_ptr<const Places> places;
    std::string origin = "Cell";
    if (state_.selection.kind == Selection::Kind::kConcept && map != nullptr) {
      for (const store::ConceptRecord& c : map->concepts)
        if (c.number == state_.selection.concept_number) places = catalogue_->exemplars(c);
      origin = "Concept " + std::to_string(state_.selection.concept_number);
    } else if (state_.selection.kind == Selection::Kind::kCell) {
      places = catalogue_->cell_places(state_.selection.cell);
    } else {
      throw InputError("--exemplar needs --concept or --cell, whose exemplar it is.");
    }
    if (!places) return false;
    if (static_cast<std::size_t>(initial.exemplar) >= places->places.size())
      throw InputError("There is no exemplar " + std::to_string(initial.exemplar) + "; there are " +
                       std::to_string(places->places.size()) + ", counted from 0.");
    state_.open_photo(places->places, static_cast<std::size_t>(initial.exemplar), origin);
  } else if (!initial.photo.empty()) {
    const auto places = catalogue_->find_photo(initial.photo);
    const std::string failure = catalogue_->find_photo_error(initial.photo);
    if (!failure.empty()) throw InputError(failure);
    if (!places) return false;
    state_.open_photo(places->places, 0, "Photo");
  }
  return true;
}

}  // namespace differentia::viewer
