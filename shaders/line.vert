#version 330 core
// A corner of a ribbon along a line.
layout(location = 0) in vec2 place;   // in window coordinates
layout(location = 1) in vec3 across;  // pixels: from the line's middle, and how far the line and its casing reach
layout(location = 2) in vec4 line;
layout(location = 3) in vec4 casing;
uniform vec2 window;                  // its size
out float from_middle;
flat out vec2 reach;
flat out vec4 line_colour;
flat out vec4 casing_colour;

void main() {
  from_middle = across.x;
  reach = across.yz;
  line_colour = line;
  casing_colour = casing;
  gl_Position = vec4(place / window * vec2(2, -2) + vec2(-1, 1), 0, 1);
}
