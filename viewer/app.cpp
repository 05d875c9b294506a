#include "viewer/app.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <imgui.h>

#include "base/error.h"
#include "viewer/pair_choice.h"
#include "viewer/widgets.h"
#include "viewer/window.h"

namespace differentia::viewer {

namespace {

namespace fs = std::filesystem;

constexpr int kWorkers = 2;
constexpr std::size_t kThumbnails = 400, kPhotos = 12;
constexpr std::size_t kIconsPerFrame = 64;
constexpr std::size_t kBytesPerFrame = 3 << 20;
constexpr double kPublishSeconds = 0.004;
constexpr double kTaxa = 264, kInspector = 344, kFooter = 26;

}  // namespace

std::string Desk::photo_path(const store::PhotoRecord& photo) const {
  const fs::path path(photo.path);
  if (path.is_absolute()) return photo.path;
  return (fs::path(photo_root) / path).lexically_normal().string();
}

App::App(const ViewOptions& options, Renderer& renderer, float scale, bool still)
    : options_(options),
      renderer_(renderer),
      theme_(make_theme(scale)),
      still_(still),
      remember_(!still) {
  const auto wake = [woken = woken_] {
    woken->store(true);
    Window::wake();
  };
  jobs_ = std::make_unique<JobQueue>(kWorkers, wake);
  saliency_ = std::make_unique<SaliencyDesk>(options.make_explainer, wake);
  pair_jobs_ = std::make_unique<PairJobs>(options.compare_pair, wake);
  model_given_ = !options.model.empty();
  thumbnails_ = std::make_unique<PictureStore>(*jobs_, renderer_, kThumbnails);
  photos_ = std::make_unique<PictureStore>(*jobs_, renderer_, kPhotos);
  state_.colour_by = options.initial.colour_by;
  state_.outlines = options.initial.outlines;
  state_.search = options.initial.search;
  state_.help = options.initial.help;
  if (!options.initial.method.empty()) state_.photo.method = options.initial.method;
  state_.photo.on_concept = options.initial.target == "concept";
  state_.photo.target.against_rivals = options.initial.against == "rivals";
  state_.photo.layers = options.initial.layers;
  if (!options.initial.method_options.empty()) {
    state_.photo.options[state_.photo.method] = options.initial.method_options;
    state_.photo.options_shown = true;
  }
  state_.photo.opacity = static_cast<float>(options.initial.opacity);
  if (!options.atlas.empty()) open(options.atlas);
}

App::~App() = default;

void App::open(const std::string& atlas) {
  opening_ = true;
  start_message_.clear();
  jobs_->submit(
      "opening " + atlas,
      [this, atlas](const StopFlag&) -> Publish {
        auto opened = std::make_shared<OpenedAtlas>(open_atlas(atlas));
        return [this, opened, atlas] {
          take_opened(std::move(*opened));
          if (remember_) recent_.add(atlas);
        };
      },
      [this](const std::string& message) {
        opening_ = false;
        start_message_ = message;
        error_ = std::make_exception_ptr(InputError(message));
        state_.screen = Screen::kStart;
      });
}

void App::drop(const std::string& path) {
  if (fs::path(path).extension() == ".pt") {
    use_model(path);
    return;
  }
  // A folder that is no atlas may hold one.
  std::string atlas = path;
  std::error_code ignored;
  if (fs::path(path).extension() != ".atlas" && fs::is_directory(path, ignored))
    for (const auto& entry : fs::directory_iterator(path, ignored))
      if (entry.path().extension() == ".atlas") atlas = entry.path().string();
  open(atlas);
}

std::string App::beside_atlas(const std::string& hint) const {
  const fs::path path(hint);
  return (path.is_absolute() ? path : fs::path(catalogue_->reader().path()) / path)
      .lexically_normal()
      .string();
}

std::string App::model_of_atlas() const {
  if (model_given_) return options_.model;
  std::error_code ignored;
  const std::string& hint = catalogue_->reader().provenance().model_path_hint;
  if (!hint.empty() && fs::is_regular_file(beside_atlas(hint), ignored)) return beside_atlas(hint);
  if (!options_.demo_atlas.empty() &&
      fs::equivalent(catalogue_->reader().path(), options_.demo_atlas, ignored))
    return options_.demo_model;
  return {};
}

void App::use_model(const std::string& path) {
  if (catalogue_ == nullptr) {
    options_.model = path;
    model_given_ = true;
    return;
  }
  const store::Provenance& made = catalogue_->reader().provenance();
  model_path_ = path;
  saliency_->use({path, made.model_name, made.model_sha256});
}

void App::take_opened(OpenedAtlas opened) {
  opening_ = false;
  icons_.reset();
  pair_jobs_->stop();
  catalogue_ = std::make_unique<Catalogue>(*jobs_, std::move(opened));
  use_model(model_of_atlas());
  model_given_ = false;
  const auto reader = catalogue_->shared_reader();
  sheets_ = std::make_shared<SheetFiles>(
      reader->icons(), [reader](std::int32_t sheet) { return reader->icon_sheet_path(sheet); });
  icons_ = std::make_unique<IconCache>(
      *jobs_, renderer_, reader->icons(),
      [sheets = sheets_](std::int32_t sheet) { return sheets->sheet(sheet); });
  // Pictures of another atlas bear the same names.
  thumbnails_ = std::make_unique<PictureStore>(*jobs_, renderer_, kThumbnails);
  photos_ = std::make_unique<PictureStore>(*jobs_, renderer_, kPhotos);
  taxon_panel_ = TaxonPanel();
  map_panel_ = MapPanel();
  photo_panel_ = PhotoPanel();
  pair_panel_ = PairPanel();
  state_.taxon = State::kNoTaxon;
  const TaxonList& taxa = catalogue_->taxa();
  state_.show_taxon(taxa.deep_map >= 0 || taxa.taxa.empty() ? State::kAllTaxa : 0);
  state_.unreadable = options_.initial.unreadable && initial_left_;
}

void App::compare_in_background(std::int32_t taxon_a, std::int32_t taxon_b) {
  PairQuestion question;
  question.atlas = catalogue_->reader().path();
  question.model = model_path_;
  question.photo_root = options_.photo_root.empty()
                            ? beside_atlas(catalogue_->reader().provenance().photo_root_hint)
                            : options_.photo_root;
  question.taxon_a = taxon_a;
  question.taxon_b = taxon_b;
  pair_jobs_->compare(question, [this] { catalogue_->forget_pairs(); });
}

void App::frame(Size size, double time, double step) {
  woken_->store(false);
  // What is published may ask for more, or leave results for the next frame.
  const std::size_t published = jobs_->publish(kPublishSeconds) +
                                saliency_->jobs().publish(kPublishSeconds) +
                                pair_jobs_->jobs().publish(kPublishSeconds);
  try {
    apply_initial();
  } catch (const InputError& error) {
    // A person at the window sees the map all the same; a snapshot fails.
    error_ = std::current_exception();
    initial_left_ = false;
    start_message_ = error.what();
  }
  Desk desk{state_,     theme_,           renderer_,    *thumbnails_, *photos_,
            *saliency_, catalogue_.get(), icons_.get(), sheets_};
  desk.still = still_;
  desk.time = time;
  desk.step = step;
  desk.copy_text = copy_text;
  std::string asked, asked_model;
  desk.open_atlas = [&](const std::string& atlas) { asked = atlas; };
  desk.choose_model = [&](const std::string& path) { asked_model = path; };
  desk.pair_jobs = pair_jobs_.get();
  desk.compare_pair = [this](std::int32_t a, std::int32_t b) { compare_in_background(a, b); };
  if (catalogue_) {
    desk.model_path = model_path_;
    desk.photo_root = options_.photo_root;
    if (desk.photo_root.empty())
      desk.photo_root = beside_atlas(catalogue_->reader().provenance().photo_root_hint);
  }
  const bool typing = ImGui::GetIO().WantTextInput || taxon_panel_.asks();
  const bool find = ImGui::GetIO().KeyCtrl && ImGui::IsKeyPressed('F', false);
  handle_keys(typing);
  if (icons_) icons_->begin_frame();
  const Box screen{0, 0, static_cast<double>(size.width), static_cast<double>(size.height)};
  draw_screens(desk, screen, !typing && !state_.help, find);
  if (state_.help) draw_help(desk, screen);
  // What goes up now is seen in the next frame only.
  const bool icons_due = icons_ && icons_->upload(kIconsPerFrame);
  const bool thumbnails_due = thumbnails_->upload(kBytesPerFrame);
  const bool photos_due = photos_->upload(kBytesPerFrame);
  moving_ = published > 0 || desk.moving || icons_due || thumbnails_due || photos_due ||
            state_.hovered_concept != desk.next_hovered_concept ||
            (initial_left_ && catalogue_ != nullptr);
  state_.hovered_concept = desk.next_hovered_concept;
  if (!asked.empty()) open(asked);
  if (!asked_model.empty()) use_model(asked_model);
  moving_ = moving_ || !asked_model.empty();
}

void App::draw_screens(Desk& desk, const Box& screen, bool keys, bool find) {
  const double footer = theme_.px(kFooter);
  const Box bottom{0, screen.height - footer, screen.width, footer};
  const double height = screen.height - footer;
  if (catalogue_ == nullptr || state_.screen == Screen::kStart) {
    start_panel_.draw(desk, {0, 0, screen.width, height}, options_.demo_atlas, recent_.paths(),
                      start_message_, opening_);
  } else {
    // Narrow windows give the map its due first.
    const double taxa = std::min<double>(theme_.px(kTaxa), screen.width * 0.26);
    const double right = std::min<double>(theme_.px(kInspector), screen.width * 0.36);
    taxon_panel_.draw(desk, {0, 0, taxa, height}, keys, find);
    const Box middle{taxa, 0, screen.width - taxa - right, height};
    const Box side{screen.width - right, 0, right, height};
    if (state_.unreadable) {
      draw_unreadable(desk, {taxa, 0, screen.width - taxa, height});
    } else if (state_.screen == Screen::kPhoto) {
      photo_panel_.draw(desk, middle, side, keys);
    } else if (state_.screen == Screen::kPair) {
      pair_panel_.draw(desk, middle, side, keys);
    } else if (state_.screen == Screen::kPairs) {
      pairs_there_ = draw_pairs(desk, {taxa, 0, screen.width - taxa, height});
    } else {
      map_panel_.draw(desk, middle, keys);
      draw_right(desk, side, keys);
    }
    if (state_.screen != Screen::kPhoto) saliency_->want_nothing();
    map_shown_ = map_shown_ || map_panel_.canvas().tiles_drawn() > 0;
  }
  draw_footer(desk, bottom, *jobs_);
}

void App::draw_right(Desk& desk, const Box& place, bool keys) {
  begin_panel(desk, "right", place, theme_.colours.panel, {theme_.px(12), theme_.px(14)});
  ImGui::GetWindowDrawList()->AddLine(
      corner(place), {static_cast<float>(place.x), static_cast<float>(place.y + place.height)},
      theme_.colours.line);
  const auto id = catalogue_->map_of_taxon(state_.taxon);
  const auto map = id && *id >= 0 ? catalogue_->map(*id) : nullptr;
  if (map && state_.selection.kind != Selection::Kind::kNone)
    inspector_panel_.draw(desk, *id, *map);
  else if (map)
    concept_panel_.draw(desk, *map, keys);
  ImGui::End();
}

void App::handle_keys(bool typing) {
  if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Escape), false)) {
    if (!typing) state_.back();  // a text field clears itself
  }
  if (!typing)
    for (const ImWchar c : ImGui::GetIO().InputQueueCharacters)
      if (c == '?') state_.help = !state_.help;
}

bool App::complete() const {
  if (opening_ || moving_ || !jobs_->idle() || !saliency_->jobs().idle() || !thumbnails_->idle() ||
      !photos_->idle())
    return false;
  if (catalogue_ == nullptr || state_.screen == Screen::kStart) return true;
  if (initial_left_) return false;
  if (state_.unreadable) return true;
  if (state_.screen == Screen::kPhoto) return photo_panel_.complete();
  if (state_.screen == Screen::kPair) return pair_panel_.complete() && pair_jobs_->jobs().idle();
  if (state_.screen == Screen::kPairs) return pairs_there_;
  return map_panel_.complete() && icons_->complete() &&
         (state_.selection.kind == Selection::Kind::kNone || inspector_panel_.complete());
}

}  // namespace differentia::viewer
