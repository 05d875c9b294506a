#pragma once

// The renderer over OpenGL 3.3 core. Lives and dies on the main thread, within a current context.

#include <vector>

#include "viewer/renderer.h"

namespace differentia::viewer {

class GlRenderer : public Renderer {
 public:
  GlRenderer();  // throws std::runtime_error with the driver's log where a shader does not compile
  ~GlRenderer() override;
  GlRenderer(const GlRenderer&) = delete;
  GlRenderer& operator=(const GlRenderer&) = delete;

  // The window's size in its own coordinates, and in pixels of the framebuffer that is bound.
  void begin_frame(Size window, Size framebuffer, std::uint32_t background);

  std::int32_t icon_capacity() const override;
  void reset_icons(int tile) override;
  void upload_icon(std::int32_t slot, int level, const std::uint8_t* rgba, int stride) override;
  TextureId create_texture(Size size, int levels) override;
  void upload_rows(TextureId texture, int level, int first, int count,
                   const std::uint8_t* rgba) override;
  void destroy_texture(TextureId texture) override;
  void fill(const Box& box, std::uint32_t colour) override;
  void draw_tiles(gsl::span<const Tile> tiles, const Box& clip) override;
  void draw_ribbons(gsl::span<const RibbonCorner> corners, gsl::span<const std::int32_t> counts,
                    const Box& clip) override;

 private:
  struct Instance {
    float x, y, side, alpha;
    float layer;
    std::uint32_t tint;
  };

  unsigned page(std::int32_t index);
  void clip_to(const Box& box);

  // A software renderer pays for every operation of a shader, those that a condition leaves out
  // included: tiles without a tint have a program that knows none.
  struct Program {
    unsigned name = 0;
    int window = -1, icon_side = -1, levels = -1;  // places of its uniforms
  };

  Program make_program(bool tinted) const;
  void make_lines();

  Program plain_, tinted_;
  unsigned vertex_array_ = 0, instances_ = 0;
  unsigned line_program_ = 0, line_array_ = 0, line_corners_ = 0;
  int line_window_ = -1;
  std::vector<int> line_firsts_;  // of the ribbons drawn
  int tile_ = 64, icon_levels_ = 4;
  std::vector<unsigned> pages_;                 // textures, made when first needed; 0: not yet
  std::vector<std::vector<Instance>> batches_;  // by page, those of tinted tiles last
  Size window_, framebuffer_;
};

}  // namespace differentia::viewer
