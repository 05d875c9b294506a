#include "tools/world/plumage.h"

namespace differentia::world {

namespace {

const PartLook& look(const Looks& looks, Part part) {
  return looks[static_cast<std::size_t>(part)];
}

}  // namespace

Part body_part(const Looks& looks, float t, float v) {
  const auto size = [&](Part part) { return static_cast<float>(look(looks, part).size); };
  const float rump_end = 0.235f * (0.6f + 0.4f * size(Part::rump)) + 0.03f * v;
  if (t < rump_end && v > -0.12f) return Part::rump;
  const bool bib = look(looks, Part::throat).shape == "bib";
  const float throat_start = (bib ? 0.70f : 0.81f) + 0.06f * (1 - size(Part::throat));
  if (t > throat_start + 0.05f * v && v < 0.12f) return Part::throat;
  if (t > 0.73f && v >= 0.12f) return Part::nape;
  const float side = 0.30f - 0.35f * (t - 0.4f);  // where the back ends
  if (v > side) return Part::back;
  const bool band = look(looks, Part::breast).shape == "band";
  const float breast = size(Part::breast);
  const float low = band ? 0.60f - 0.05f * (breast - 1) : 0.46f - 0.06f * (breast - 1);
  const float high = band ? 0.69f + 0.05f * (breast - 1) : 1.f;
  const float tilted = t - 0.05f * v;
  if (tilted > low && tilted < high) return Part::breast;
  return Part::belly;
}

Part head_part(const Looks& looks, float x, float y) {
  const PartLook& eyebrow = look(looks, Part::eyebrow);
  const float crown = static_cast<float>(look(looks, Part::crown).size);
  // The line from above the lores over the eye to the nape.
  const float line = 0.47f - 0.05f * (x - 0.3f) * (x - 0.3f) - 0.55f * std::max(0.f, x - 0.55f);
  if (eyebrow.shape != "none") {
    const float back = eyebrow.shape == "long" ? -0.80f : -0.05f;
    const float half = 0.125f * static_cast<float>(eyebrow.size) *
                       smoothstep(back - 0.05f, back + 0.35f, x) * smoothstep(1.0f, 0.70f, x);
    if (x > back && std::abs(y - line) < half) return Part::eyebrow;
  }
  if (y > line - 0.22f * (crown - 1) && x > -0.97f) return Part::crown;
  if (x < -0.62f && y > -0.30f) return Part::nape;
  if (y < -0.30f - 0.20f * (0.9f - x) && x > -0.45f) return Part::throat;
  if (x < -0.35f && y < -0.42f) return Part::none;
  return Part::face;
}

PatternField::PatternField(std::uint64_t bird_key, double scale)
    : fibres_(Random(bird_key, stream_id("plumage"))),
      marks_(Random(bird_key, stream_id("spots"))),
      scale_(static_cast<float>(scale)) {}

float PatternField::operator()(Pattern pattern, float along, float across, float fineness) const {
  const float a = along / scale_, b = across / scale_, soft = 0.6f * fineness / scale_ + 0.002f;
  if (pattern == Pattern::barred) {
    constexpr float kPeriod = 0.062f;
    const float wavy = a + 0.010f * marks_(b * 22, a * 9);
    const float place = wavy / kPeriod - std::floor(wavy / kPeriod);
    const float distance = (std::abs(place - 0.5f) - 0.24f) * kPeriod;
    return smoothstep(soft, -soft, distance);
  }
  if (pattern == Pattern::spotted || pattern == Pattern::streaked) {
    const bool streaked = pattern == Pattern::streaked;
    const float cell_a = streaked ? 0.120f : 0.082f, cell_b = streaked ? 0.056f : 0.074f;
    // Staggered rows; a mark may reach into its neighbours' cells.
    float best = 1;
    const float column = std::floor(b / cell_b);
    for (int dc = -1; dc <= 1; ++dc) {
      const float c = column + static_cast<float>(dc);
      const float shift = std::fmod(std::abs(c), 2.f) * 0.5f;
      const float row = std::floor(a / cell_a - shift);
      for (int dr = -1; dr <= 1; ++dr) {
        const float r = row + static_cast<float>(dr);
        // Lattice points of the tile give each mark its own place and size.
        const float ja = marks_(r, c + 17), jb = marks_(r + 31, c), js = marks_(r + 7, c + 40);
        const float da = a - (r + 0.5f + shift + 0.18f * ja) * cell_a;
        const float db = b - (c + 0.5f + 0.20f * jb) * cell_b;
        float distance;
        if (streaked) {
          const float length = 0.052f * (1 + 0.25f * js);
          const float place = da / length;  // broad end towards the tail
          const float half =
              0.0135f * std::sqrt(std::max(0.f, 1 - place * place)) * (1 - 0.45f * place);
          distance = std::abs(place) < 1 ? std::abs(db) - half : 1;
        } else {
          const float radius = 0.021f * (1 + 0.25f * js);
          distance = std::sqrt(da * da * 0.7f + db * db) - radius;
        }
        best = std::min(best, distance);
      }
    }
    return smoothstep(soft, -soft, best);
  }
  return 0;
}

float PatternField::feathers(float along, float across) const {
  constexpr float kLength = 0.060f, kWidth = 0.050f;
  const float column = across / kWidth;
  const float whole = std::floor(column);
  const float side = 2 * (column - whole) - 1;
  const float row = along / kLength + 0.5f * std::fmod(std::abs(whole), 2.f) - 0.32f * side * side +
                    0.25f * fibres_(along * 8, across * 8);
  const float q = row - std::floor(row);  // 0 at the feather's tip … 1 where the next one covers it
  const float scale = smoothstep(0.f, 0.16f, q) * (1 - 0.75f * q) * 2 - 0.85f;
  const float fibre =
      fibres_(along * 20, across * 95) + 0.6f * fibres_(along * 45, across * 190 + 9);
  return 0.45f * scale + 0.60f * fibre;
}

}  // namespace differentia::world
