#pragma once

// The viewer without a window: input is fed, nothing is drawn.

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include <imgui.h>

#include "base/sha256.h"
#include "tests/atlas/store/synthetic/synthetic_atlas.h"
#include "viewer/app.h"
#include "viewer/recording_renderer.h"

namespace differentia::test {

namespace fs = std::filesystem;

inline constexpr Size kScreen{1000, 700};

// Has a made atlas in a folder of its own.
class Hands {
 public:
  explicit Hands(viewer::ViewOptions options, bool photos = false) {
    fs::remove_all(folder);
    fs::create_directories(folder);
    store::SyntheticOptions synthetic;
    synthetic.photo_files = photos;
    std::ofstream(model) << "the atlas's";
    std::ofstream(other_model) << "another";
    synthetic.model_sha256 = sha256_of_file(model);
    store::make_synthetic_atlas(atlas, synthetic);
    if (options.atlas == "made") options.atlas = atlas;
    if (options.demo_atlas == "made") options.demo_atlas = atlas;
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    ImGuiIO& io = ImGui::GetIO();
    for (int key = 0; key < ImGuiKey_COUNT; ++key) io.KeyMap[key] = 300 + key;
    app = std::make_unique<viewer::App>(options, renderer, 1.0f, true);
  }
  ~Hands() {
    app.reset();
    ImGui::DestroyContext();
    fs::remove_all(folder);
  }

  void frame() {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {static_cast<float>(kScreen.width), static_cast<float>(kScreen.height)};
    io.DeltaTime = 1.0f / 60;
    time += 1.0 / 60;
    ImGui::NewFrame();
    app->frame(kScreen, time, 1.0 / 60);
    ImGui::Render();
  }
  void settle() {
    for (int calm = 0, frames = 0; calm < 4 && frames < 3000; ++frames) {
      frame();
      calm = app->complete() ? calm + 1 : 0;
      if (calm == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  void click(float x, float y) {
    ImGuiIO& io = ImGui::GetIO();
    io.MousePos = {x, y};
    frame();
    frame();
    io.MouseDown[0] = true;
    frame();
    io.MouseDown[0] = false;
    frame();
    frame();
  }
  void press(int key) {
    ImGui::GetIO().KeysDown[key] = true;
    frame();
    ImGui::GetIO().KeysDown[key] = false;
    frame();
  }
  void press_named(ImGuiKey key) { press(ImGui::GetIO().KeyMap[key]); }
  void type(const char* letters) {
    ImGui::GetIO().AddInputCharactersUTF8(letters);
    frame();
    frame();
  }

  fs::path folder =
      fs::temp_directory_path() / ("differentia_app_test-" + std::to_string(getpid()));
  std::string atlas = (folder / "made.atlas").string();
  std::string model = (folder / "right.pt").string();  // the atlas's
  std::string other_model = (folder / "other.pt").string();
  viewer::RecordingRenderer renderer{4096};
  std::unique_ptr<viewer::App> app;
  double time = 0;
};

}  // namespace differentia::test
