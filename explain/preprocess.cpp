#include "explain/preprocess.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"

namespace differentia {

namespace {

// Where the resized photo comes to lie in the input: input pixel (x, y) shows pixel (x − left, y −
// top) of it.
struct Placement {
  Size resized;
  int left = 0, top = 0;
};

// Python's round, as torchvision's centre crop uses it: halves to even.
int round_half_even(double value) {
  return static_cast<int>(std::nearbyint(value));
}

Placement place(const InputSpec& spec, Size photo) {
  if (photo.width < 1 || photo.height < 1)
    throw InputError("A photo without pixels cannot be preprocessed.");
  Placement placement;
  if (spec.fit == Fit::kStretch) {
    placement.resized = spec.size;
    return placement;
  }
  if (spec.fit == Fit::kCrop) {
    // torchvision's Resize(n): the shorter side to n, the longer truncated to whole pixels.
    const bool wide = photo.width >= photo.height;
    const int shorter = wide ? photo.height : photo.width,
              longer = wide ? photo.width : photo.height;
    const int other = static_cast<int>(static_cast<std::int64_t>(spec.resize) * longer / shorter);
    placement.resized = wide ? Size{other, spec.resize} : Size{spec.resize, other};
  } else {
    const double scale = std::min(static_cast<double>(spec.size.width) / photo.width,
                                  static_cast<double>(spec.size.height) / photo.height);
    placement.resized = {std::max(1, static_cast<int>(std::lround(photo.width * scale))),
                         std::max(1, static_cast<int>(std::lround(photo.height * scale)))};
  }
  placement.left = round_half_even((spec.size.width - placement.resized.width) / 2.0);
  placement.top = round_half_even((spec.size.height - placement.resized.height) / 2.0);
  return placement;
}

double triangle(double x) {
  return std::max(0.0, 1 - std::abs(x));
}

double cubic(double x) {  // Keys 1981 with a = −1/2, Pillow's
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

// Weights of the source pixels for each of `count` target pixels from `begin` on; target pixels
// outside 0…target−1 get none and stay empty.
struct Taps {
  std::vector<int> first;
  std::vector<int> length;
  std::vector<float> weights;  // size count * most
  int most = 0;
};

Taps taps(int source, int target, int begin, int count, Interpolation interpolation,
          bool antialias) {
  const double scale = static_cast<double>(source) / target;
  const bool nearest = interpolation == Interpolation::kNearest;
  const double radius = interpolation == Interpolation::kBicubic ? 2 : 1;
  const double stretch = antialias ? std::max(scale, 1.0) : 1.0;
  Taps result;
  result.most = nearest ? 1 : static_cast<int>(std::ceil(radius * stretch)) * 2 + 1;
  result.first.assign(count, 0);
  result.length.assign(count, 0);
  result.weights.assign(static_cast<std::size_t>(count) * result.most, 0.0f);
  for (int i = 0; i < count; ++i) {
    if (begin + i < 0 || begin + i >= target) continue;
    const double centre = (begin + i + 0.5) * scale;
    float* weights = result.weights.data() + static_cast<std::size_t>(i) * result.most;
    if (nearest) {
      result.first[i] = std::min(static_cast<int>(centre), source - 1);
      result.length[i] = 1;
      weights[0] = 1;
      continue;
    }
    const int low = std::max(0, static_cast<int>(centre - radius * stretch + 0.5));
    const int high = std::min(source, static_cast<int>(centre + radius * stretch + 0.5));
    double sum = 0;
    std::vector<double> exact(high - low);
    for (int j = low; j < high; ++j) {
      const double x = (j + 0.5 - centre) / stretch;
      exact[j - low] = radius == 2 ? cubic(x) : triangle(x);
      sum += exact[j - low];
    }
    for (int j = 0; j < high - low; ++j) weights[j] = static_cast<float>(exact[j] / sum);
    result.first[i] = low;
    result.length[i] = high - low;
  }
  return result;
}

}  // namespace

InputGeometry input_geometry(const InputSpec& spec, Size photo) {
  const Placement placement = place(spec, photo);
  InputGeometry geometry;
  geometry.photo = photo;
  geometry.input = spec.size;
  geometry.scale_x = static_cast<double>(placement.resized.width) / photo.width;
  geometry.scale_y = static_cast<double>(placement.resized.height) / photo.height;
  geometry.offset_x = placement.left;
  geometry.offset_y = placement.top;
  return geometry;
}

int decode_side(const InputSpec& spec) {
  return 2 * (spec.fit == Fit::kCrop ? spec.resize : std::max(spec.size.width, spec.size.height));
}

InputGeometry preprocess(const Photo& photo, const InputSpec& spec, gsl::span<float> input) {
  const int width = spec.size.width, height = spec.size.height;
  const std::size_t plane = static_cast<std::size_t>(width) * height;
  if (input.size() != 3 * plane)
    throw InputError("The buffer does not have the size of the model's input.");
  if (photo.bgr.type() != CV_8UC3) throw InputError("A photo must be decoded to 8-bit BGR.");
  const Placement placement = place(spec, photo.full_size);
  const int source_width = photo.bgr.cols, source_height = photo.bgr.rows;
  const Taps columns = taps(source_width, placement.resized.width, -placement.left, width,
                            spec.interpolation, spec.antialias);
  const Taps rows = taps(source_height, placement.resized.height, -placement.top, height,
                         spec.interpolation, spec.antialias);

  // Only the columns that the input shows.
  int first_column = source_width, last_column = 0;
  for (int x = 0; x < width; ++x) {
    if (columns.length[x] == 0) continue;
    first_column = std::min(first_column, columns.first[x]);
    last_column = std::max(last_column, columns.first[x] + columns.length[x]);
  }
  const int span = 3 * std::max(0, last_column - first_column);
  std::vector<float> line(span);
  float* planes[3];  // of blue, green, red
  float gain[3], shift[3];
  for (int c = 0; c < 3; ++c) {
    const int channel = spec.rgb ? 2 - c : c;
    planes[c] = input.data() + channel * plane;
    gain[c] = 1 / (255 * spec.std[channel]);
    shift[c] = -spec.mean[channel] / spec.std[channel];
  }
  const bool overshoots = spec.interpolation == Interpolation::kBicubic;
  for (int y = 0; y < height; ++y) {
    // Rows first: that runs along memory; only then columns.
    std::fill(line.begin(), line.end(), 0.0f);
    for (int j = 0; j < rows.length[y]; ++j) {
      const unsigned char* source = photo.bgr.ptr(rows.first[y] + j) + 3 * first_column;
      const float weight = rows.weights[static_cast<std::size_t>(y) * rows.most + j];
      float* sum = line.data();
      for (int i = 0; i < span; ++i) sum[i] += weight * static_cast<float>(source[i]);
    }
    const std::size_t row = static_cast<std::size_t>(y) * width;
    for (int x = 0; x < width; ++x) {
      float blue = 0, green = 0, red = 0;
      const float* weights = columns.weights.data() + static_cast<std::size_t>(x) * columns.most;
      const float* source = line.data() + 3 * (columns.first[x] - first_column);
      for (int j = 0; j < columns.length[x]; ++j, source += 3) {
        blue += weights[j] * source[0];
        green += weights[j] * source[1];
        red += weights[j] * source[2];
      }
      if (overshoots) {
        blue = std::clamp(blue, 0.0f, 255.0f);
        green = std::clamp(green, 0.0f, 255.0f);
        red = std::clamp(red, 0.0f, 255.0f);
      }
      planes[0][row + x] = blue * gain[0] + shift[0];
      planes[1][row + x] = green * gain[1] + shift[1];
      planes[2][row + x] = red * gain[2] + shift[2];
    }
  }
  return input_geometry(spec, photo.full_size);
}

}  // namespace differentia
