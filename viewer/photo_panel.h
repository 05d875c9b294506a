#pragma once

// One photo, large, with the saliency map over it, where it came from, and what the model says of
// it.

#include <cstdint>
#include <memory>
#include <string>

#include "viewer/camera.h"
#include "viewer/desk.h"
#include "viewer/method_options.h"
#include "viewer/pointer.h"

namespace differentia::viewer {

class PhotoPanel {
 public:
  // `canvas`: for the photo; `side`: for the controls.
  void draw(Desk& desk, const Box& canvas, const Box& side, bool keys);
  // Photo and overlay are there, or it is known that they never will be.
  bool complete() const { return complete_; }
  // Why the model could not explain the photo; empty while all is well.
  const std::string& failure() const { return failure_; }

 private:
  struct Shown {  // of this frame
    const Place* place = nullptr;
    std::string path, photo_error, saliency_error;
    const Picture* photo = nullptr;
    std::shared_ptr<const SaliencyPicture> saliency;
    const Picture* overlay = nullptr;
    SaliencyRequest request;  // its output also where there is no photo or no model
    std::shared_ptr<const ExplainerInfo> info;  // null until the model is loaded
    const MethodInfo* method = nullptr;         // within it; null also for a name it does not know
    std::int32_t own = -1;                      // the output of the photo's taxon
    Size full;                                  // the photo's
  };

  Shown gather(Desk& desk);
  void draw_canvas(Desk& desk, const Box& place, const Shown& shown, bool keys);
  void draw_side(Desk& desk, const Box& place, const Shown& shown);
  // Into the request; answers why not, or nothing.
  std::string ask_for_concept(Desk& desk, SaliencyRequest& request);
  void draw_saliency_controls(Desk& desk, const Shown& shown);
  void draw_method(Desk& desk, const Shown& shown);
  void draw_targets(Desk& desk, const Shown& shown);
  void draw_options(Desk& desk, const Shown& shown);
  void draw_layer(Desk& desk, const Shown& shown);
  void draw_progress(Desk& desk, const Shown& shown);
  void draw_model_choice(Desk& desk);
  void draw_target(Desk& desk, const Shown& shown, const char* id, bool minus);
  void draw_outputs(Desk& desk, const Shown& shown);
  void handle_keys(Desk& desk);

  MovingCamera camera_;
  MethodOptionRows option_rows_;
  Pointer pointer_;
  std::string fitted_;  // path of the photo that the camera was fitted to
  bool complete_ = false;
  std::shared_ptr<const store::ConceptDirection> direction_;  // of the concept asked for last
  std::string direction_of_;                                  // its name
  std::string target_search_;
  std::string failure_;
  std::string model_path_;       // as it is typed
  bool choosing_model_ = false;  // although there is one
};

}  // namespace differentia::viewer
