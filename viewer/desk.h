#pragma once

// What every panel works with: the state it reads and changes, where data and pictures come from,
// and how things look. Lives for one frame.

#include <functional>
#include <memory>
#include <string>

#include "viewer/catalogue.h"
#include "viewer/icon_cache.h"
#include "viewer/pair_jobs.h"
#include "viewer/picture_files.h"
#include "viewer/picture_store.h"
#include "viewer/saliency_desk.h"
#include "viewer/state.h"
#include "viewer/theme.h"

namespace differentia::viewer {

struct Desk {
  State& state;
  const Theme& theme;
  Renderer& renderer;
  PictureStore& thumbnails;  // small ones
  PictureStore& photos;      // whole photos, few
  SaliencyDesk& saliency;
  Catalogue* catalogue = nullptr;  // null on the start screen
  IconCache* icons = nullptr;
  std::shared_ptr<SheetFiles> sheets{};  // jobs that read from it hold it
  std::string photo_root{};
  std::string model_path{};                // of the atlas; empty: not known
  PairJobs* pair_jobs = nullptr;           // null: nothing can be compared here
  bool still = false;                      // a snapshot: nothing moves
  double time = 0, step = 0;               // seconds since the start; of this frame
  std::int32_t next_hovered_concept = -1;  // set by the panel over whose concept the mouse is
  bool moving = false;                     // set by a panel that wants another frame at once
  std::function<void(const std::string&)> open_atlas{};    // asks for another atlas
  std::function<void(const std::string&)> choose_model{};  // for saliency
  std::function<void(const std::string&)> copy_text{};
  std::function<void(std::int32_t, std::int32_t)> compare_pair{};  // in the background

  // The file of a photo of the atlas.
  std::string photo_path(const store::PhotoRecord& photo) const;
};

}  // namespace differentia::viewer
