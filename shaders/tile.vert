#version 330 core
// One instance is one tile of the map: a square of the window that shows one layer of a page of icons.
layout(location = 0) in vec4 place;  // left, top, side in window coordinates; alpha
layout(location = 1) in float layer; // in the page; negative: no icon yet
layout(location = 2) in vec4 tint;   // its alpha: share of tint over the icon
uniform vec2 window;                 // its size
uniform float icon_side;             // pixels
uniform float levels;                // of the mipmap
out vec2 uv;
out vec2 from_centre;                // pixels
flat out float half_side;
flat out float icon_layer;
flat out float lod;
flat out vec4 tint_colour;
flat out float alpha;

void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  vec2 position = place.xy + corner * place.z;
  uv = corner;
  from_centre = (corner - 0.5) * place.z;
  half_side = 0.5 * place.z;
  icon_layer = layer;
  // The nearest level: tiles are small, and a second lookup would double the cost on software renderers.
  lod = clamp(floor(log2(icon_side / place.z) + 0.5), 0.0, levels - 1.0);
  tint_colour = tint;
  alpha = place.w;
  gl_Position = vec4(position / window * vec2(2, -2) + vec2(-1, 1), 0, 1);
}
