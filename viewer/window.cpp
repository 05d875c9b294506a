#include "viewer/window.h"

#include <epoxy/gl.h>
// epoxy comes before GLFW, which else brings the system's own OpenGL header.
#include <GLFW/glfw3.h>
#include <imgui.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/error.h"

namespace differentia::viewer {

namespace {

Window* owner(GLFWwindow* window) {
  return static_cast<Window*>(glfwGetWindowUserPointer(window));
}

}  // namespace

Window::Window(const WindowOptions& options) : options_(options) {
  if (glfwInit() == GLFW_FALSE)
    throw InputError(
        "There is no display to open a window on; set DISPLAY, or use --snapshot under xvfb-run.");
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_VISIBLE, options.hidden ? GLFW_FALSE : GLFW_TRUE);
  glfwWindowHint(GLFW_DEPTH_BITS, 0);
  glfwWindowHint(GLFW_STENCIL_BITS, 0);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, options.hidden ? GLFW_FALSE : GLFW_TRUE);
  const Size made = options.hidden ? Size{64, 64} : options.size;
  window_ = glfwCreateWindow(made.width, made.height, options.title.c_str(), nullptr, nullptr);
  if (window_ == nullptr) {
    glfwTerminate();
    throw InputError(
        "OpenGL 3.3 is not available here; install the graphics driver, or set "
        "LIBGL_ALWAYS_SOFTWARE=1.");
  }
  glfwMakeContextCurrent(window_);
  glfwSwapInterval(options.hidden || options.still ? 0 : 1);
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.ConfigInputTextCursorBlink = !options.hidden && !options.still;
  io.ConfigFlags |= ImGuiConfigFlags_NoMouseCursorChange * (options.hidden ? 1 : 0);
  // Own callbacks first: ImGui's backend chains to them.
  glfwSetWindowUserPointer(window_, this);
  glfwSetCursorPosCallback(window_,
                           [](GLFWwindow* w, double, double) { owner(w)->activity_ = true; });
  glfwSetMouseButtonCallback(window_,
                             [](GLFWwindow* w, int, int, int) { owner(w)->activity_ = true; });
  glfwSetScrollCallback(window_, [](GLFWwindow* w, double, double) { owner(w)->activity_ = true; });
  glfwSetKeyCallback(window_,
                     [](GLFWwindow* w, int, int, int, int) { owner(w)->activity_ = true; });
  glfwSetCharCallback(window_, [](GLFWwindow* w, unsigned) { owner(w)->activity_ = true; });
  glfwSetCursorEnterCallback(window_, [](GLFWwindow* w, int) { owner(w)->activity_ = true; });
  glfwSetWindowFocusCallback(window_, [](GLFWwindow* w, int) { owner(w)->activity_ = true; });
  glfwSetWindowRefreshCallback(window_, [](GLFWwindow* w) { owner(w)->activity_ = true; });
  glfwSetFramebufferSizeCallback(window_,
                                 [](GLFWwindow* w, int, int) { owner(w)->activity_ = true; });
  glfwSetDropCallback(window_, [](GLFWwindow* w, int count, const char** paths) {
    owner(w)->dropped_.insert(owner(w)->dropped_.end(), paths, paths + count);
    owner(w)->activity_ = true;
  });
  ImGui_ImplGlfw_InitForOpenGL(window_, true);
  ImGui_ImplOpenGL3_Init("#version 330 core");
  if (options.hidden) make_framebuffer();
}

Window::~Window() {
  if (framebuffer_ != 0) glDeleteFramebuffers(1, &framebuffer_);
  if (colour_ != 0) glDeleteRenderbuffers(1, &colour_);
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplGlfw_Shutdown();
  ImGui::DestroyContext();
  glfwDestroyWindow(window_);
  glfwTerminate();
}

void Window::make_framebuffer() {
  glGenFramebuffers(1, &framebuffer_);
  glGenRenderbuffers(1, &colour_);
  glBindRenderbuffer(GL_RENDERBUFFER, colour_);
  glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, options_.size.width, options_.size.height);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, colour_);
  if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE)
    throw InputError("A picture of that size cannot be drawn here; give a smaller --size.");
}

bool Window::closing() const {
  return glfwWindowShouldClose(window_) != 0;
}

void Window::poll(double wait_seconds) {
  if (wait_seconds > 0)
    glfwWaitEventsTimeout(wait_seconds);
  else
    glfwPollEvents();
}

void Window::wake() {
  glfwPostEmptyEvent();
}

double Window::content_scale() const {
  float x = 1, y = 1;
  glfwGetWindowContentScale(window_, &x, &y);
  return std::max(1.0, static_cast<double>(std::max(x, y)));
}

Size Window::size() const {
  if (options_.hidden) return options_.size;
  Size size;
  glfwGetWindowSize(window_, &size.width, &size.height);
  return size;
}

Size Window::framebuffer() const {
  if (options_.hidden) return options_.size;
  Size size;
  glfwGetFramebufferSize(window_, &size.width, &size.height);
  return size;
}

void Window::begin_frame(const std::function<void()>& adjust) {
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  if (options_.hidden) {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {static_cast<float>(options_.size.width),
                      static_cast<float>(options_.size.height)};
    io.DisplayFramebufferScale = {1, 1};
    io.DeltaTime = 1.0f / 60;
    io.MousePos = {-1e6f, -1e6f};
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  }
  if (adjust) adjust();
  ImGui::NewFrame();
}

void Window::end_frame() {
  ImGui::Render();
  // Type is set on whole pixels: the nearest texel is the right one, and costs software renderers
  // half.
  glBindTexture(GL_TEXTURE_2D, static_cast<unsigned>(
                                   reinterpret_cast<std::uintptr_t>(ImGui::GetIO().Fonts->TexID)));
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  if (options_.hidden)
    glFinish();
  else
    glfwSwapBuffers(window_);
}

std::vector<unsigned char> Window::read_pixels() const {
  const auto width = static_cast<std::size_t>(options_.size.width);
  const auto height = static_cast<std::size_t>(options_.size.height);
  std::vector<unsigned char> upward(3 * width * height), pixels(upward.size());
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, options_.size.width, options_.size.height, GL_RGB, GL_UNSIGNED_BYTE,
               upward.data());
  for (std::size_t y = 0; y < height; ++y)
    std::copy_n(upward.begin() + static_cast<std::ptrdiff_t>(3 * width * (height - 1 - y)),
                3 * width, pixels.begin() + static_cast<std::ptrdiff_t>(3 * width * y));
  return pixels;
}

void Window::set_title(const std::string& title) {
  glfwSetWindowTitle(window_, title.c_str());
}

void Window::copy_text(const std::string& text) {
  glfwSetClipboardString(window_, text.c_str());
}

std::vector<std::string> Window::take_dropped() {
  return std::exchange(dropped_, {});
}

bool Window::take_activity() {
  return std::exchange(activity_, false);
}

}  // namespace differentia::viewer
