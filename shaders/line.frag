#version 330 core
// A line over its casing, both fading over one pixel at their edges. The colour is multiplied by its alpha.
in float from_middle;
flat in vec2 reach;
flat in vec4 line_colour;
flat in vec4 casing_colour;
out vec4 colour;

void main() {
  vec2 share = clamp(reach - abs(from_middle), 0.0, 1.0) * vec2(line_colour.a, casing_colour.a);
  float under = share.y * (1.0 - share.x);
  colour = vec4(line_colour.rgb * share.x + casing_colour.rgb * under, share.x + under);
}
