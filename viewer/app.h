#pragma once

// The viewer but for its window: takes input from ImGui, keeps state, data and pictures, and sets
// every frame from its panels. Main thread only.

#include <atomic>
#include <memory>
#include <string>

#include "viewer/concept_panel.h"
#include "viewer/desk.h"
#include "viewer/inspector_panel.h"
#include "viewer/map_panel.h"
#include "viewer/overlay_panels.h"
#include "viewer/pair_panel.h"
#include "viewer/photo_panel.h"
#include "viewer/recent.h"
#include "viewer/start_panel.h"
#include "viewer/taxon_panel.h"
#include "viewer/viewer.h"

namespace differentia::viewer {

class App {
 public:
  // `still`: for snapshots; nothing moves and nobody is remembered as having opened anything.
  App(const ViewOptions& options, Renderer& renderer, float scale, bool still);
  ~App();

  // Takes over what workers have finished and sets one frame of `size`, between Window::begin_frame
  // and end_frame.
  void frame(Size size, double time, double step);

  void open(const std::string& atlas);  // any time; the answer comes with a later frame
  void drop(const std::string& path);   // an atlas, a folder with one, or a model
  // At once, without input: something moves, or a worker has ended a job since the last frame.
  bool wants_frame() const { return moving_ || woken_->load(); }
  // All that the screen wants is there.
  bool complete() const;
  // Why the initial view cannot be shown, or the atlas not be opened; null while all is well.
  std::exception_ptr error() const { return error_; }
  // Why the photo on the screen has no saliency although it should; empty while all is well.
  const std::string& saliency_failure() const { return photo_panel_.failure(); }
  const State& state() const { return state_; }
  State& state() { return state_; }
  // `still` from now on, but for the list of recent atlases, which stays as it was decided at the
  // start.
  void set_still(bool still) { still_ = still; }
  MapPanel& map_panel() { return map_panel_; }
  bool map_shown() const { return map_shown_; }       // a frame with tiles of the map has been set
  std::function<void(const std::string&)> copy_text;  // to the clipboard; may be empty

 private:
  void take_opened(OpenedAtlas opened);
  std::string beside_atlas(const std::string& hint) const;
  std::string model_of_atlas() const;
  void use_model(const std::string& path);
  void apply_initial();
  bool initial_photo(const MapSummary* map);
  bool initial_pair();
  void compare_in_background(std::int32_t taxon_a, std::int32_t taxon_b);
  void draw_screens(Desk& desk, const Box& screen, bool keys, bool find);
  void draw_right(Desk& desk, const Box& place, bool keys);
  void handle_keys(bool typing);

  ViewOptions options_;
  Renderer& renderer_;
  Theme theme_;
  bool still_;
  bool remember_;  // atlases that were opened
  State state_;
  RecentAtlases recent_;
  std::string start_message_;  // why the last atlas could not be opened
  std::exception_ptr error_;
  bool moving_ = true;
  bool opening_ = false;
  bool initial_left_ = true;
  std::string model_path_;    // of the open atlas; empty: not known
  bool model_given_ = false;  // options_.model is for the next atlas, whatever that says itself
  bool map_shown_ = false;
  bool pairs_there_ = false;  // the list of pairs is on the screen
  // Set on workers' threads.
  std::shared_ptr<std::atomic<bool>> woken_ = std::make_shared<std::atomic<bool>>(false);

  // Jobs refer to what is below them through shared ownership only; the queues go last in, first
  // out.
  std::unique_ptr<JobQueue> jobs_;
  std::unique_ptr<SaliencyDesk> saliency_;
  std::unique_ptr<PairJobs> pair_jobs_;
  std::unique_ptr<PictureStore> thumbnails_, photos_;
  std::shared_ptr<SheetFiles> sheets_;
  std::unique_ptr<Catalogue> catalogue_;
  std::unique_ptr<IconCache> icons_;

  TaxonPanel taxon_panel_;
  MapPanel map_panel_;
  ConceptPanel concept_panel_;
  InspectorPanel inspector_panel_;
  PhotoPanel photo_panel_;
  PairPanel pair_panel_;
  StartPanel start_panel_;
};

}  // namespace differentia::viewer
