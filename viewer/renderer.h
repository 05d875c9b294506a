#pragma once

// What the viewer asks of the graphics: textures, and tiles drawn from pages of icons. With OpenGL
// behind it (gl_renderer.h), or a recorder in tests (recording_renderer.h). Main thread only.

#include <cstddef>
#include <cstdint>

#include <gsl/span>

#include "base/photo_geometry.h"

namespace differentia::viewer {

// Opaque; 0 is none. Interface code hands it to ImGui as ImTextureID.
using TextureId = std::uint64_t;

// A square of the map: an icon, tinted.
struct Tile {
  float x = 0, y = 0, side = 0;  // left, top, side in window coordinates
  std::int32_t slot = -1;  // of the icon in the pages; −1: not there yet, drawn as a plain square
  std::uint32_t tint = 0;  // 0xAABBGGRR; its alpha is the share of tint over the icon
  float alpha = 1;         // of the whole tile
};

// A corner of a ribbon along a line; a ribbon's corners lie on its one side and its other in turn.
struct RibbonCorner {
  float x = 0, y = 0;                      // in window coordinates
  float across = 0;                        // pixels from the line's middle; negative on one side
  float line_reach = 0, casing_reach = 0;  // where they have faded out, that far from the middle
  std::uint32_t line = 0, casing = 0;      // 0xAABBGGRR; a ribbon's corners have one of each
};

class Renderer {
 public:
  virtual ~Renderer() = default;

  // How many icons the pages can hold; slots count from 0.
  virtual std::int32_t icon_capacity() const = 0;
  // Drops all icons; from now on icons have `tile` pixels along a side.
  virtual void reset_icons(int tile) = 0;
  // Level 0 of an icon is tile * tile RGBA pixels, each further level half the side, down to
  // kSmallestIcon. `stride`: pixels from one row to the next in `rgba`.
  virtual void upload_icon(std::int32_t slot, int level, const std::uint8_t* rgba, int stride) = 0;

  // RGBA, with mipmap levels of halved sides (rounded down, at least 1); contents are undefined
  // until uploaded.
  virtual TextureId create_texture(Size size, int levels) = 0;
  // `count` whole rows of a level, from row `first`.
  virtual void upload_rows(TextureId texture, int level, int first, int count,
                           const std::uint8_t* rgba) = 0;
  virtual void destroy_texture(TextureId texture) = 0;

  // Fills a box of the window; what was drawn there before is gone.
  virtual void fill(const Box& box, std::uint32_t colour) = 0;
  // Draws tiles clipped to `clip`, both in window coordinates.
  virtual void draw_tiles(gsl::span<const Tile> tiles, const Box& clip) = 0;
  // Draws ribbons, of which `counts` tells the corners of each, over one another in that order.
  virtual void draw_ribbons(gsl::span<const RibbonCorner> corners,
                            gsl::span<const std::int32_t> counts, const Box& clip) = 0;
};

constexpr int kSmallestIcon = 8;  // pixels: the last mipmap level of icons

}  // namespace differentia::viewer
