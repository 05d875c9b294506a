#version 330 core
// An icon with rounded corners. Where TINTED is defined, a tint colours the icon by its lightness, and frames it more
// strongly.
in vec2 uv;
in vec2 from_centre;
flat in float half_side;
flat in float icon_layer;
flat in float lod;
#ifdef TINTED
flat in vec4 tint_colour;
#endif
flat in float alpha;
uniform sampler2DArray icons;
out vec4 colour;

void main() {
  vec3 rgb = vec3(0.145, 0.157, 0.176);
  if (icon_layer >= 0.0) rgb = textureLod(icons, vec3(uv, icon_layer), lod).rgb;
  float radius = min(4.0, 0.12 * half_side);
  vec2 q = abs(from_centre) - (half_side - radius);
  float outside = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - radius;
#ifdef TINTED
  float light = dot(rgb, vec3(0.299, 0.587, 0.114));
  vec3 tinted = tint_colour.rgb * (0.28 + 0.92 * light);
  float frame = clamp(half_side * 0.10, 1.5, 3.0);
  float edge = smoothstep(-frame - 0.5, -frame + 0.5, outside);
  float share = mix(tint_colour.a, min(1.0, 1.6 * tint_colour.a), edge);
  rgb = mix(rgb, mix(tinted, tint_colour.rgb, edge), share);
#endif
  colour = vec4(rgb, alpha * clamp(0.5 - outside, 0.0, 1.0));
}
