#pragma once

// A renderer that draws nothing and remembers what it was asked: tests and dry runs need no OpenGL.

#include <map>
#include <vector>

#include "viewer/renderer.h"

namespace differentia::viewer {

class RecordingRenderer : public Renderer {
 public:
  explicit RecordingRenderer(std::int32_t capacity = 64) : capacity_(capacity) {}

  std::int32_t icon_capacity() const override { return capacity_; }
  void reset_icons(int tile) override {
    tile_side = tile;
    icon_levels.clear();
  }
  void upload_icon(std::int32_t slot, int, const std::uint8_t* rgba, int) override {
    ++icon_levels[slot];
    first_byte[slot] = rgba[0];
  }
  TextureId create_texture(Size size, int levels) override {
    textures[++last_] = {size, levels, 0};
    return last_;
  }
  void upload_rows(TextureId texture, int, int, int count, const std::uint8_t*) override {
    textures.at(texture).rows += count;
    rows_uploaded += count;
  }
  void destroy_texture(TextureId texture) override { textures.erase(texture); }
  void fill(const Box&, std::uint32_t) override { ++fills; }
  void draw_tiles(gsl::span<const Tile> drawn, const Box& clipped_to) override {
    tiles.assign(drawn.begin(), drawn.end());
    clip = clipped_to;
  }

  void draw_ribbons(gsl::span<const RibbonCorner> drawn, gsl::span<const std::int32_t> counts,
                    const Box&) override {
    ribbon_corners += drawn.size();
    ribbons += counts.size();
  }

  struct Texture {
    Size size;
    int levels;
    int rows;
  };
  int tile_side = 0;
  std::map<std::int32_t, int> icon_levels;          // by slot
  std::map<std::int32_t, std::uint8_t> first_byte;  // of the level uploaded last, by slot
  std::map<TextureId, Texture> textures;
  int rows_uploaded = 0;
  int fills = 0;
  std::vector<Tile> tiles;  // of the last draw
  Box clip;
  std::size_t ribbon_corners = 0, ribbons = 0;

 private:
  std::int32_t capacity_;
  TextureId last_ = 0;
};

}  // namespace differentia::viewer
