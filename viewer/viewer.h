#pragma once

// The desktop program: opens a window on an atlas, or renders one of its screens to a PNG without a
// person.
//
//   ViewOptions options;
//   options.atlas = "birds.atlas";
//   return run_viewer(options);
//
// Call on the main thread. Needs a display (Xvfb on a server). GLFW and ImGui keep global state:
// one viewer at a time.

#include <functional>
#include <string>

#include "base/photo_geometry.h"
#include "viewer/initial_view.h"
#include "viewer/pair_jobs.h"
#include "viewer/photo_explainer.h"

namespace differentia::viewer {

struct ViewOptions {
  std::string atlas;                   // NAME.atlas; empty: the start screen
  std::string photo_root;              // where the photos are now; empty: where the atlas says
  std::string model;                   // of the atlas; empty: the one the atlas names
  ExplainerFactory make_explainer;     // loads the model; empty: no saliency
  PairComparer compare_pair;           // compares two taxa; empty: in a terminal only
  std::string demo_atlas;              // what "Open the demo" opens; empty: it is not offered
  std::string demo_model;              // its model, where the demo names none itself; may be empty
  InitialView initial;                 // what is shown first
  Size window{1280, 800};              // of the window, or of the snapshot
  double ui_scale = 0;                 // of text and spacing; 0: the display's own
  std::string snapshot;                // PNG to write instead of showing a window
  double snapshot_seconds = 120;       // give up when the screen is not complete after that
  std::function<bool()> stop_asked{};  // asked a few times a second; empty: never
};

// Answers the exit status, also where `stop_asked` closed the window. Throws InputError (no
// display, unreadable atlas, a name that matches nothing, a snapshot that never completes),
// DiskFull, Interrupted (a snapshot that was stopped).
int run_viewer(const ViewOptions& options);

}  // namespace differentia::viewer
