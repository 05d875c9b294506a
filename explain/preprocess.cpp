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

// Writes pixels of 0…255 into the planes of the input.
class Normaliser {
 public:
  Normaliser(const InputSpec& spec, gsl::span<float> input) {
    const std::size_t plane = static_cast<std::size_t>(spec.size.width) * spec.size.height;
    for (int c = 0; c < 3; ++c) {  // blue, green, red
      const int channel = spec.rgb ? 2 - c : c;
      planes_[c] = input.data() + channel * plane;
      gain_[c] = 1 / (255 * spec.std[channel]);
      shift_[c] = -spec.mean[channel] / spec.std[channel];
    }
  }
  void write(std::size_t pixel, float blue, float green, float red) {
    planes_[0][pixel] = blue * gain_[0] + shift_[0];
    planes_[1][pixel] = green * gain_[1] + shift_[1];
    planes_[2][pixel] = red * gain_[2] + shift_[2];
  }

 private:
  float* planes_[3];
  float gain_[3], shift_[3];
};

// Twice as many pixels at once where the processor can; without fused operations, so that the bits
// are the same everywhere.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
__attribute__((target_clones("avx2", "default")))
#endif
void add_weighted(const unsigned char* source, float weight, int count, float* sums) {
  for (int i = 0; i < count; ++i) sums[i] += weight * static_cast<float>(source[i]);
}

// Rows first, which runs along memory; only then columns. The order does not matter as nothing is
// rounded.
void resample(const cv::Mat& bgr, const Taps& rows, const Taps& columns, Size size,
              Normaliser& normaliser) {
  // Only the columns that the input shows.
  int first_column = bgr.cols, last_column = 0;
  for (int x = 0; x < size.width; ++x) {
    if (columns.length[x] == 0) continue;
    first_column = std::min(first_column, columns.first[x]);
    last_column = std::max(last_column, columns.first[x] + columns.length[x]);
  }
  const int span = 3 * std::max(0, last_column - first_column);
  // A pixel is summed as four values, which fill a register: its own three and the next one's blue,
  // which is thrown away.
  std::vector<float> line(static_cast<std::size_t>(span) + 1);
  for (int y = 0; y < size.height; ++y) {
    std::fill(line.begin(), line.end(), 0.0f);
    for (int j = 0; j < rows.length[y]; ++j) {
      const unsigned char* source = bgr.ptr(rows.first[y] + j) + 3 * first_column;
      const float weight = rows.weights[static_cast<std::size_t>(y) * rows.most + j];
      add_weighted(source, weight, span, line.data());
    }
    for (int x = 0; x < size.width; ++x) {
      float sums[4] = {0, 0, 0, 0};
      const float* weights = columns.weights.data() + static_cast<std::size_t>(x) * columns.most;
      for (int j = 0; j < columns.length[x]; ++j) {
        const float* source = line.data() + 3 * (columns.first[x] + j - first_column);
        for (int c = 0; c < 4; ++c) sums[c] += weights[j] * source[c];
      }
      normaliser.write(static_cast<std::size_t>(y) * size.width + x, sums[0], sums[1], sums[2]);
    }
  }
}

// Bicubic weights overshoot, and Pillow cuts what is beyond black and white after the columns and
// again after the rows.
void resample_clipped(const cv::Mat& bgr, const Taps& rows, const Taps& columns, Size size,
                      Normaliser& normaliser) {
  cv::Mat across = cv::Mat::zeros(bgr.rows, 3 * size.width, CV_32FC1);
  for (int y = 0; y < bgr.rows; ++y) {
    float* line = across.ptr<float>(y);
    for (int x = 0; x < size.width; ++x) {
      const float* weights = columns.weights.data() + static_cast<std::size_t>(x) * columns.most;
      for (int j = 0; j < columns.length[x]; ++j) {
        const unsigned char* source = bgr.ptr(y) + 3 * (columns.first[x] + j);
        for (int c = 0; c < 3; ++c) line[3 * x + c] += weights[j] * static_cast<float>(source[c]);
      }
    }
    for (int i = 0; i < 3 * size.width; ++i) line[i] = std::clamp(line[i], 0.0f, 255.0f);
  }
  std::vector<float> line(static_cast<std::size_t>(3) * size.width);
  for (int y = 0; y < size.height; ++y) {
    std::fill(line.begin(), line.end(), 0.0f);
    for (int j = 0; j < rows.length[y]; ++j) {
      const float weight = rows.weights[static_cast<std::size_t>(y) * rows.most + j];
      const float* source = across.ptr<float>(rows.first[y] + j);
      for (std::size_t i = 0; i < line.size(); ++i) line[i] += weight * source[i];
    }
    for (float& value : line) value = std::clamp(value, 0.0f, 255.0f);
    for (int x = 0; x < size.width; ++x) {
      normaliser.write(static_cast<std::size_t>(y) * size.width + x, line[3 * x], line[3 * x + 1],
                       line[3 * x + 2]);
    }
  }
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

  Normaliser normaliser(spec, input);
  if (spec.interpolation == Interpolation::kBicubic) {
    resample_clipped(photo.bgr, rows, columns, spec.size, normaliser);
  } else {
    resample(photo.bgr, rows, columns, spec.size, normaliser);
  }
  return input_geometry(spec, photo.full_size);
}

}  // namespace differentia
