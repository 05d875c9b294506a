#pragma once

// The window with its OpenGL 3.3 core context and ImGui in it, as one owner. Main thread only.

#include <functional>
#include <string>
#include <vector>

#include "base/photo_geometry.h"

struct GLFWwindow;

namespace differentia::viewer {

struct WindowOptions {
  Size size{1280, 800};
  std::string title = "Differentia";
  bool hidden =
      false;  // for snapshots and measurements; frames then go to a framebuffer of exactly `size`
  bool still = false;  // no cursor blinks, no vertical synchronisation
};

class Window {
 public:
  explicit Window(const WindowOptions&
                      options);  // throws InputError where there is no display or no OpenGL 3.3
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  bool closing() const;
  // Handles events; waits for one, at most that long (0: not at all).
  void poll(double wait_seconds);
  static void wake();  // any thread: ends a wait
  double content_scale() const;
  Size size() const;         // in window coordinates
  Size framebuffer() const;  // in pixels

  // Between these a frame is drawn. `adjust` is called before ImGui begins, for scripted input.
  void begin_frame(const std::function<void()>& adjust = {});
  void
  end_frame();  // draws ImGui's part; shows the frame, or keeps it in the framebuffer when hidden

  // The last frame of a hidden window: RGB, top row first.
  std::vector<unsigned char> read_pixels() const;

  void set_title(const std::string& title);
  void copy_text(const std::string& text);
  // Files dropped onto the window since the last call.
  std::vector<std::string> take_dropped();
  // Whether anything came in since the last call: keys, mouse, size, damage.
  bool take_activity();

 private:
  void make_framebuffer();

  WindowOptions options_;
  GLFWwindow* window_ = nullptr;
  unsigned framebuffer_ = 0, colour_ = 0;
  std::vector<std::string> dropped_;
  bool activity_ = true;
};

}  // namespace differentia::viewer
