#include "viewer/gl_renderer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>

#include <epoxy/gl.h>

#include "shaders/embedded.h"

namespace differentia::viewer {

namespace {

// What every OpenGL 3.3 has. A page is made within a frame, so that larger ones would be felt: at
// 1024 layers that took 20 ms with a software renderer.
constexpr int kPageLayers = 256;
constexpr int kPages = 64;

unsigned compile(unsigned kind, const char* source) {
  const unsigned shader = glCreateShader(kind);
  glShaderSource(shader, 1, &source, nullptr);
  glCompileShader(shader);
  int ok = 0;
  glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
  if (!ok) {
    std::string log(2000, '\0');
    int length = 0;
    glGetShaderInfoLog(shader, static_cast<int>(log.size()), &length, log.data());
    glDeleteShader(shader);
    throw std::runtime_error("a shader does not compile: " +
                             log.substr(0, static_cast<std::size_t>(length)));
  }
  return shader;
}

// The source with a macro defined; a shader's first line is its version.
std::string with_macro(const std::string& source, const std::string& macro) {
  const std::size_t second = source.find('\n') + 1;
  return source.substr(0, second) + "#define " + macro + "\n" + source.substr(second);
}

unsigned link(const char* vertex, const char* fragment) {
  const unsigned a = compile(GL_VERTEX_SHADER, vertex);
  const unsigned b = compile(GL_FRAGMENT_SHADER, fragment);
  const unsigned program = glCreateProgram();
  glAttachShader(program, a);
  glAttachShader(program, b);
  glLinkProgram(program);
  glDeleteShader(a);
  glDeleteShader(b);
  int ok = 0;
  glGetProgramiv(program, GL_LINK_STATUS, &ok);
  if (!ok) throw std::runtime_error("the shaders do not link");
  return program;
}

void set_clear_colour(std::uint32_t colour) {
  glClearColor(static_cast<float>(colour & 255) / 255.0f,
               static_cast<float>(colour >> 8 & 255) / 255.0f,
               static_cast<float>(colour >> 16 & 255) / 255.0f, 1);
}

int level_count(int tile) {
  int levels = 1;
  while (tile > kSmallestIcon) {
    tile /= 2;
    ++levels;
  }
  return levels;
}

}  // namespace

GlRenderer::GlRenderer() {
  plain_ = make_program(false);
  tinted_ = make_program(true);
  glGenVertexArrays(1, &vertex_array_);
  glGenBuffers(1, &instances_);
  glBindVertexArray(vertex_array_);
  glBindBuffer(GL_ARRAY_BUFFER, instances_);
  const auto attribute = [](unsigned index, int size, unsigned type, bool scaled,
                            std::size_t offset) {
    glEnableVertexAttribArray(index);
    glVertexAttribPointer(index, size, type, scaled ? GL_TRUE : GL_FALSE, sizeof(Instance),
                          reinterpret_cast<const void*>(offset));
    glVertexAttribDivisor(index, 1);
  };
  attribute(0, 4, GL_FLOAT, false, offsetof(Instance, x));
  attribute(1, 1, GL_FLOAT, false, offsetof(Instance, layer));
  attribute(2, 4, GL_UNSIGNED_BYTE, true, offsetof(Instance, tint));
  make_lines();
  pages_.assign(kPages, 0);
  batches_.resize(2 * kPages);
}

GlRenderer::Program GlRenderer::make_program(bool tinted) const {
  const std::string fragment =
      tinted ? with_macro(shaders::kTileFrag, "TINTED") : std::string(shaders::kTileFrag);
  Program program;
  program.name = link(shaders::kTileVert, fragment.c_str());
  program.window = glGetUniformLocation(program.name, "window");
  program.icon_side = glGetUniformLocation(program.name, "icon_side");
  program.levels = glGetUniformLocation(program.name, "levels");
  return program;
}

void GlRenderer::make_lines() {
  line_program_ = link(shaders::kLineVert, shaders::kLineFrag);
  line_window_ = glGetUniformLocation(line_program_, "window");
  glGenVertexArrays(1, &line_array_);
  glGenBuffers(1, &line_corners_);
  glBindVertexArray(line_array_);
  glBindBuffer(GL_ARRAY_BUFFER, line_corners_);
  const auto attribute = [](unsigned index, int size, unsigned type, bool scaled,
                            std::size_t offset) {
    glEnableVertexAttribArray(index);
    glVertexAttribPointer(index, size, type, scaled ? GL_TRUE : GL_FALSE, sizeof(RibbonCorner),
                          reinterpret_cast<const void*>(offset));
  };
  attribute(0, 2, GL_FLOAT, false, offsetof(RibbonCorner, x));
  attribute(1, 3, GL_FLOAT, false, offsetof(RibbonCorner, across));
  attribute(2, 4, GL_UNSIGNED_BYTE, true, offsetof(RibbonCorner, line));
  attribute(3, 4, GL_UNSIGNED_BYTE, true, offsetof(RibbonCorner, casing));
  glBindVertexArray(0);
}

GlRenderer::~GlRenderer() {
  GlRenderer::reset_icons(tile_);
  glDeleteBuffers(1, &line_corners_);
  glDeleteVertexArrays(1, &line_array_);
  glDeleteProgram(line_program_);
  glDeleteBuffers(1, &instances_);
  glDeleteVertexArrays(1, &vertex_array_);
  glDeleteProgram(plain_.name);
  glDeleteProgram(tinted_.name);
}

void GlRenderer::begin_frame(Size window, Size framebuffer, std::uint32_t background) {
  window_ = window;
  framebuffer_ = framebuffer;
  glViewport(0, 0, framebuffer.width, framebuffer.height);
  glDisable(GL_SCISSOR_TEST);
  set_clear_colour(background);
  glClear(GL_COLOR_BUFFER_BIT);
}

std::int32_t GlRenderer::icon_capacity() const {
  return kPageLayers * kPages;
}

void GlRenderer::reset_icons(int tile) {
  for (unsigned& texture : pages_) {
    if (texture != 0) glDeleteTextures(1, &texture);
    texture = 0;
  }
  tile_ = tile;
  icon_levels_ = level_count(tile);
}

unsigned GlRenderer::page(std::int32_t index) {
  unsigned& texture = pages_.at(static_cast<std::size_t>(index));
  if (texture != 0) return texture;
  glGenTextures(1, &texture);
  glBindTexture(GL_TEXTURE_2D_ARRAY, texture);
  // Parameters first: the driver then knows how many levels to make room for.
  glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_MAX_LEVEL, icon_levels_ - 1);
  glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_MIN_FILTER, GL_LINEAR_MIPMAP_NEAREST);
  glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  for (int level = 0; level < icon_levels_; ++level)
    glTexImage3D(GL_TEXTURE_2D_ARRAY, level, GL_RGBA8, std::max(1, tile_ >> level),
                 std::max(1, tile_ >> level), kPageLayers, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  return texture;
}

void GlRenderer::upload_icon(std::int32_t slot, int level, const std::uint8_t* rgba, int stride) {
  if (level >= icon_levels_) return;
  glBindTexture(GL_TEXTURE_2D_ARRAY, page(slot / kPageLayers));
  const int side = std::max(1, tile_ >> level);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, stride);
  glTexSubImage3D(GL_TEXTURE_2D_ARRAY, level, 0, 0, slot % kPageLayers, side, side, 1, GL_RGBA,
                  GL_UNSIGNED_BYTE, rgba);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
}

TextureId GlRenderer::create_texture(Size size, int levels) {
  unsigned texture = 0;
  glGenTextures(1, &texture);
  glBindTexture(GL_TEXTURE_2D, texture);
  for (int level = 0; level < levels; ++level)
    glTexImage2D(GL_TEXTURE_2D, level, GL_RGBA8, std::max(1, size.width >> level),
                 std::max(1, size.height >> level), 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, levels - 1);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER,
                  levels > 1 ? GL_LINEAR_MIPMAP_NEAREST : GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  return texture;
}

void GlRenderer::upload_rows(TextureId texture, int level, int first, int count,
                             const std::uint8_t* rgba) {
  glBindTexture(GL_TEXTURE_2D, static_cast<unsigned>(texture));
  int width = 0;
  glGetTexLevelParameteriv(GL_TEXTURE_2D, level, GL_TEXTURE_WIDTH, &width);
  glTexSubImage2D(GL_TEXTURE_2D, level, 0, first, width, count, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
}

void GlRenderer::destroy_texture(TextureId texture) {
  const auto name = static_cast<unsigned>(texture);
  glDeleteTextures(1, &name);
}

void GlRenderer::clip_to(const Box& box) {
  const double ratio_x = static_cast<double>(framebuffer_.width) / window_.width;
  const double ratio_y = static_cast<double>(framebuffer_.height) / window_.height;
  const auto left = static_cast<int>(std::lround(box.x * ratio_x));
  const auto top = static_cast<int>(std::lround(box.y * ratio_y));
  const auto right = static_cast<int>(std::lround((box.x + box.width) * ratio_x));
  const auto bottom = static_cast<int>(std::lround((box.y + box.height) * ratio_y));
  glEnable(GL_SCISSOR_TEST);
  glScissor(left, framebuffer_.height - bottom, std::max(0, right - left),
            std::max(0, bottom - top));
}

void GlRenderer::fill(const Box& box, std::uint32_t colour) {
  if (window_.width <= 0 || window_.height <= 0) return;
  clip_to(box);
  set_clear_colour(colour);
  glClear(GL_COLOR_BUFFER_BIT);
  glDisable(GL_SCISSOR_TEST);
}

void GlRenderer::draw_tiles(gsl::span<const Tile> tiles, const Box& clip) {
  if (tiles.empty() || window_.width <= 0 || window_.height <= 0) return;
  for (auto& batch : batches_) batch.clear();
  for (const Tile& tile : tiles) {
    const std::int32_t index = tile.slot < 0 ? 0 : tile.slot / kPageLayers;
    const float layer = tile.slot < 0 ? -1.0f : static_cast<float>(tile.slot % kPageLayers);
    const std::size_t first = tile.tint >> 24 == 0 ? 0 : kPages;
    batches_[first + static_cast<std::size_t>(index)].push_back(
        {tile.x, tile.y, tile.side, tile.alpha, layer, tile.tint});
  }
  clip_to(clip);
  glEnable(GL_BLEND);
  glBlendFunc(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA);
  glDisable(GL_DEPTH_TEST);
  glDisable(GL_CULL_FACE);
  glActiveTexture(GL_TEXTURE0);
  glBindVertexArray(vertex_array_);
  glBindBuffer(GL_ARRAY_BUFFER, instances_);
  for (const Program* program : {&plain_, &tinted_}) {
    glUseProgram(program->name);
    glUniform2f(program->window, static_cast<float>(window_.width),
                static_cast<float>(window_.height));
    glUniform1f(program->icon_side, static_cast<float>(tile_));
    glUniform1f(program->levels, static_cast<float>(icon_levels_));
    for (std::size_t i = 0; i < kPages; ++i) {
      const auto& batch = batches_[(program == &plain_ ? 0 : kPages) + i];
      if (batch.empty()) continue;
      glBindTexture(GL_TEXTURE_2D_ARRAY, page(static_cast<std::int32_t>(i)));
      glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(batch.size() * sizeof(Instance)),
                   batch.data(), GL_STREAM_DRAW);
      glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<int>(batch.size()));
    }
  }
  glBindVertexArray(0);
  glUseProgram(0);
  glDisable(GL_SCISSOR_TEST);
}

void GlRenderer::draw_ribbons(gsl::span<const RibbonCorner> corners,
                              gsl::span<const std::int32_t> counts, const Box& clip) {
  if (counts.empty() || window_.width <= 0 || window_.height <= 0) return;
  line_firsts_.clear();
  std::int32_t first = 0;
  for (const std::int32_t count : counts) {
    line_firsts_.push_back(first);
    first += count;
  }
  clip_to(clip);
  glEnable(GL_BLEND);
  glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  glDisable(GL_DEPTH_TEST);
  glDisable(GL_CULL_FACE);
  glUseProgram(line_program_);
  glUniform2f(line_window_, static_cast<float>(window_.width), static_cast<float>(window_.height));
  glBindVertexArray(line_array_);
  glBindBuffer(GL_ARRAY_BUFFER, line_corners_);
  glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(corners.size_bytes()), corners.data(),
               GL_STREAM_DRAW);
  glMultiDrawArrays(GL_TRIANGLE_STRIP, line_firsts_.data(), counts.data(),
                    static_cast<int>(counts.size()));
  glBindVertexArray(0);
  glUseProgram(0);
  glDisable(GL_SCISSOR_TEST);
}

}  // namespace differentia::viewer
