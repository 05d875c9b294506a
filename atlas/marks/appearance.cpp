#include "atlas/marks/appearance.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "base/statistics.h"

namespace differentia {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kFinest = 40;  // a disc's radius in pixels of its patch at most
constexpr double kLeastPixels = 12;

// A histogram over Lab: bins of 5 units, L* 0…100, a* and b* −80…80.
constexpr double kBin = 5;
constexpr int kL = 21, kAb = 33;
constexpr double kReach = 80;
constexpr int kBins = kL * kAb * kAb;
constexpr double kSmooth = 1.3;  // bins: light differs from photo to photo
constexpr double kNear = 16;     // Lab units: of one colour with the mode
constexpr double kLit = 0.5;
constexpr double kGain = 1.15;
constexpr double kDiffers = 0.04;  // share of pixels: less is how photos differ

using Histogram = std::vector<float>;

int bin_of(const cv::Vec3f& lab) {
  const auto at = [](double value, int bins) {
    return std::clamp(static_cast<int>(std::lround(value / kBin)), 0, bins - 1);
  };
  return (at(lab[0], kL) * kAb + at(lab[1] + kReach, kAb)) * kAb + at(lab[2] + kReach, kAb);
}

Lab centre_of(int bin) {
  return {bin / (kAb * kAb) * kBin, bin / kAb % kAb * kBin - kReach, bin % kAb * kBin - kReach};
}

void smooth(Histogram& histogram, int length, int stride) {
  constexpr int kWide = 4;
  std::array<float, 2 * kWide + 1> kernel{};
  float sum = 0;
  for (int i = -kWide; i <= kWide; ++i)
    sum += kernel[static_cast<std::size_t>(i + kWide)] =
        static_cast<float>(std::exp(-0.5 * i * i / (kSmooth * kSmooth)));
  for (float& value : kernel) value /= sum;
  const Histogram before = histogram;
  std::fill(histogram.begin(), histogram.end(), 0.0f);
  for (int bin = 0; bin < kBins; ++bin) {
    const float value = before[static_cast<std::size_t>(bin)];
    if (value == 0) continue;
    const int place = bin / stride % length;
    for (int i = -kWide; i <= kWide; ++i) {
      const int to = std::clamp(place + i, 0, length - 1);
      histogram[static_cast<std::size_t>(bin + (to - place) * stride)] +=
          value * kernel[static_cast<std::size_t>(i + kWide)];
    }
  }
}

// Shares of the patch's weight; they sum to 1.
Histogram histogram_of(const Patch& patch) {
  Histogram histogram(kBins, 0);
  double sum = 0;
  for (int y = 0; y < patch.lab.rows; ++y) {
    for (int x = 0; x < patch.lab.cols; ++x) {
      const float weight = patch.weight.at<float>(y, x);
      if (weight <= 0) continue;
      histogram[static_cast<std::size_t>(bin_of(patch.lab.at<cv::Vec3f>(y, x)))] += weight;
      sum += weight;
    }
  }
  for (float& value : histogram) value = static_cast<float>(value / sum);
  smooth(histogram, kL, kAb * kAb);
  smooth(histogram, kAb, kAb);
  smooth(histogram, kAb, 1);
  return histogram;
}

struct Moments {
  Histogram mean, variance;  // of the mean
};

Moments moments_of(gsl::span<const Patch> patches) {
  Moments moments{Histogram(kBins, 0), Histogram(kBins, 0)};
  for (const Patch& patch : patches) {
    const Histogram one = histogram_of(patch);
    for (std::size_t i = 0; i < one.size(); ++i) {
      moments.mean[i] += one[i];
      moments.variance[i] += one[i] * one[i];
    }
  }
  const auto n = static_cast<float>(patches.size());
  for (std::size_t i = 0; i < moments.mean.size(); ++i) {
    moments.mean[i] /= n;
    moments.variance[i] =
        std::max(0.0f, moments.variance[i] / n - moments.mean[i] * moments.mean[i]) / n;
  }
  return moments;
}

// How much more one set has of each colour, where it has more, by how sure that is.
Histogram excess(const Moments& own, const Moments& others) {
  Histogram result(kBins, 0);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const float more = own.mean[i] - others.mean[i];
    if (more <= 0) continue;
    const float deviation = std::sqrt(own.variance[i] + others.variance[i]) + 2e-4f;
    result[i] = more * std::min(1.0f, std::max(0.0f, more / deviation - 1) / 2);
  }
  return result;
}

// The colour that most of the excess is of: the richest surroundings, then their mean.
Lab mode_of(const Histogram& excess) {
  const auto mean_near = [&](const Lab& centre, double reach, double& mass) {
    Lab sum;
    mass = 0;
    for (int bin = 0; bin < kBins; ++bin) {
      const double value = excess[static_cast<std::size_t>(bin)];
      if (value <= 0) continue;
      const Lab at = centre_of(bin);
      if (lab_distance(at, centre) > reach) continue;
      sum.l += value * at.l, sum.a += value * at.a, sum.b += value * at.b;
      mass += value;
    }
    if (mass > 0) sum = {sum.l / mass, sum.a / mass, sum.b / mass};
    return sum;
  };
  std::vector<int> ranked;
  for (int bin = 0; bin < kBins; ++bin)
    if (excess[static_cast<std::size_t>(bin)] > 0) ranked.push_back(bin);
  constexpr std::size_t kTried = 64;
  const std::size_t tried = std::min(kTried, ranked.size());
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(tried),
                    ranked.end(), [&](int one, int two) {
                      const float a = excess[static_cast<std::size_t>(one)],
                                  b = excess[static_cast<std::size_t>(two)];
                      return a != b ? a > b : one < two;
                    });
  Lab best;
  double most = -1;
  for (std::size_t i = 0; i < tried; ++i) {
    double mass = 0;
    const Lab mean = mean_near(centre_of(ranked[i]), kNear, mass);
    if (mass > most) {
      most = mass;
      best = mean;
    }
  }
  for (int i = 0; i < 3; ++i) {
    double mass = 0;
    const Lab mean = mean_near(best, kNear, mass);
    if (mass > 0) best = mean;
  }
  return best;
}

double share_near(const Histogram& histogram, const Lab& colour) {
  double share = 0;
  for (int bin = 0; bin < kBins; ++bin) {
    const float value = histogram[static_cast<std::size_t>(bin)];
    if (value > 0 && lab_distance(centre_of(bin), colour) <= kNear) share += value;
  }
  return share;
}

// A person discounts shade: of the pixels near `colour` in all patches, the mean of those at least
// as light as the kLit quantile.
Lab lit(gsl::span<const Patch> patches, const Lab& colour) {
  std::vector<cv::Vec3f> near;
  for (const Patch& patch : patches) {
    for (int y = 0; y < patch.lab.rows; ++y) {
      for (int x = 0; x < patch.lab.cols; ++x) {
        const cv::Vec3f& lab = patch.lab.at<cv::Vec3f>(y, x);
        if (patch.weight.at<float>(y, x) > 0 &&
            lab_distance({lab[0], lab[1], lab[2]}, colour) <= kNear)
          near.push_back(lab);
      }
    }
  }
  if (near.empty()) return colour;
  std::vector<double> lightness;
  lightness.reserve(near.size());
  for (const cv::Vec3f& lab : near) lightness.push_back(lab[0]);
  const double least = quantile(std::move(lightness), kLit);
  cv::Vec3d sum;
  double n = 0;
  for (const cv::Vec3f& lab : near) {
    if (lab[0] < least) continue;
    sum += cv::Vec3d(lab);
    n += 1;
  }
  return {sum[0] / n, sum[1] / n, sum[2] / n};
}

double total(const Histogram& histogram) {
  double sum = 0;
  for (const float value : histogram) sum += value;
  return sum;
}

double median(std::vector<double> values) {
  return values.empty() ? 0 : quantile(std::move(values), 0.5);
}

// Blots darker (or, with −1, lighter) than what is around them: their number, and how long they are
// for their width.
int count_blots(const cv::Mat& fine, const cv::Mat& counts, double threshold, int sign,
                double& elongation) {
  cv::Mat blots = (sign * fine > threshold) & counts;
  cv::Mat labels, stats, centres;
  const int n = cv::connectedComponentsWithStats(blots, labels, stats, centres, 8, CV_32S);
  std::vector<double> lengths;
  for (int i = 1; i < n; ++i) {
    if (stats.at<int>(i, cv::CC_STAT_AREA) < 4) continue;
    const cv::Moments m = cv::moments(labels == i, true);
    const double xx = m.mu20 / m.m00 + 1.0 / 12, yy = m.mu02 / m.m00 + 1.0 / 12,
                 xy = m.mu11 / m.m00;
    const double half = std::hypot(0.5 * (xx - yy), xy), middle = 0.5 * (xx + yy);
    lengths.push_back(std::sqrt((middle + half) / std::max(1e-6, middle - half)));
  }
  elongation = median(lengths);
  return static_cast<int>(lengths.size());
}

// What brings a photo's lightest pixels (98th percentile of the largest of red, green and blue)
// near white, as an eye adapts; at most by kGain.
double exposure(const cv::Mat& bgr) {
  std::array<int, 256> counts{};
  int sum = 0;
  for (int y = 0; y < bgr.rows; y += 2) {
    const auto* row = bgr.ptr<cv::Vec3b>(y);
    for (int x = 0; x < bgr.cols; x += 2) {
      ++counts[std::max({row[x][0], row[x][1], row[x][2]})];
      ++sum;
    }
  }
  int lightest = 255;
  for (int above = 0; lightest > 1; --lightest) {
    above += counts[static_cast<std::size_t>(lightest)];
    if (above >= 0.02 * sum) break;
  }
  return std::clamp(250.0 / lightest, 1.0, kGain);
}

}  // namespace

std::optional<double> long_axis(const cv::Mat& mask) {
  const cv::Moments m = cv::moments(mask, true);
  if (m.m00 < kLeastPixels) return std::nullopt;
  const double half = std::hypot(0.5 * (m.mu20 - m.mu02), m.mu11), middle = 0.5 * (m.mu20 + m.mu02);
  // Less than 1.2 times as long as wide: no length to speak of.
  if (middle + half < 1.44 * (middle - half)) return std::nullopt;
  return 0.5 * std::atan2(2 * m.mu11, m.mu20 - m.mu02);
}

std::optional<Patch> cut_patch(const Photo& photo, const cv::Mat& mask, Point place,
                               double radius) {
  if (radius <= 0) return std::nullopt;
  const double decoded = static_cast<double>(photo.bgr.cols) / photo.full_size.width;
  const double scale = std::min(decoded, kFinest / radius);
  const Box box =
      clip({place.x - radius, place.y - radius, 2 * radius, 2 * radius}, photo.full_size);
  const cv::Rect rect =
      cv::Rect(cv::Point(static_cast<int>(box.x * decoded), static_cast<int>(box.y * decoded)),
               cv::Point(static_cast<int>(std::ceil((box.x + box.width) * decoded)),
                         static_cast<int>(std::ceil((box.y + box.height) * decoded)))) &
      cv::Rect(0, 0, photo.bgr.cols, photo.bgr.rows);
  if (rect.empty()) return std::nullopt;
  Patch patch;
  patch.scale = scale;
  patch.left = rect.x / decoded;
  patch.top = rect.y / decoded;
  const cv::Size size(std::max(1, static_cast<int>(std::lround(rect.width * scale / decoded))),
                      std::max(1, static_cast<int>(std::lround(rect.height * scale / decoded))));
  cv::Mat bgr;
  cv::resize(photo.bgr(rect), bgr, size, 0, 0, cv::INTER_AREA);
  bgr.convertTo(bgr, CV_32F, exposure(photo.bgr) / 255.0);
  bgr = cv::min(bgr, 1.0f);
  cv::cvtColor(bgr, patch.lab, cv::COLOR_BGR2Lab);
  patch.weight = cv::Mat(size, CV_32F, cv::Scalar(0));
  double counted = 0;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double px = patch.left + (x + 0.5) / scale, py = patch.top + (y + 0.5) / scale;
      const double away = std::hypot(px - place.x, py - place.y) / radius;
      if (away > 1) continue;
      if (!mask.empty()) {
        const int mx =
            std::clamp(static_cast<int>(px * mask.cols / photo.full_size.width), 0, mask.cols - 1);
        const int my =
            std::clamp(static_cast<int>(py * mask.rows / photo.full_size.height), 0, mask.rows - 1);
        if (mask.at<std::uint8_t>(my, mx) == 0) continue;
      }
      patch.weight.at<float>(y, x) = static_cast<float>(std::exp(-1.5 * away * away));
      counted += 1;
    }
  }
  if (counted < kLeastPixels) return std::nullopt;
  if (!mask.empty()) patch.axis = long_axis(mask);
  return patch;
}

std::optional<ColourDifference> differing_colour(gsl::span<const Patch> own,
                                                 gsl::span<const Patch> others) {
  if (own.empty() || others.empty()) return std::nullopt;
  const Moments mine = moments_of(own), theirs = moments_of(others);
  const Histogram more = excess(mine, theirs), less = excess(theirs, mine);
  ColourDifference result;
  result.apart = total(more);
  // Where nothing surely differs, the colours that there is most of.
  const bool differs = result.apart >= kDiffers;
  result.own = mode_of(differs ? more : mine.mean);
  result.other = mode_of(differs && total(less) >= kDiffers ? less : theirs.mean);
  result.own_share = share_near(mine.mean, result.own);
  result.other_share = share_near(theirs.mean, result.own);
  const Lab seen = result.own;
  result.own = lit(own, seen);
  result.other = lit(others, result.other);
  for (const Patch& patch : own) {
    cv::Mat where(patch.lab.size(), CV_32F, cv::Scalar(0));
    for (int y = 0; y < where.rows; ++y) {
      for (int x = 0; x < where.cols; ++x) {
        const cv::Vec3f& lab = patch.lab.at<cv::Vec3f>(y, x);
        if (lab_distance({lab[0], lab[1], lab[2]}, seen) <= kNear)
          where.at<float>(y, x) = patch.weight.at<float>(y, x);
      }
    }
    result.where.push_back(std::move(where));
  }
  return result;
}

PatternMeasure measure_pattern(const Patch& patch) {
  PatternMeasure measure;
  const cv::Mat counts = patch.weight > 0;
  measure.pixels = cv::countNonZero(counts);
  cv::Mat lightness, inside;
  cv::extractChannel(patch.lab, lightness, 0);
  counts.convertTo(inside, CV_32F, 1 / 255.0);
  // What is finer than half the disc, off the mask's edges: a mean over counting pixels alone.
  const double radius = 0.5 * std::max(patch.lab.cols, patch.lab.rows);
  const double sigma = std::max(1.5, 0.2 * radius);
  cv::Mat sum, weight;
  cv::GaussianBlur(lightness.mul(inside), sum, {}, sigma);
  cv::GaussianBlur(inside, weight, {}, sigma);
  const cv::Mat coarse = sum / cv::max(weight, 1e-3);
  const cv::Mat fine = (lightness - coarse).mul(inside);
  cv::Mat inner;
  cv::erode(counts, inner, cv::Mat::ones(3, 3, CV_8U), {-1, -1}, 1, cv::BORDER_CONSTANT, 0);
  if (cv::countNonZero(inner) < kLeastPixels) return measure;
  const double squares = cv::mean(fine.mul(fine), inner)[0];
  measure.contrast = std::sqrt(squares);
  cv::Mat dx, dy;
  cv::Scharr(fine, dx, CV_32F, 1, 0);
  cv::Scharr(fine, dy, CV_32F, 0, 1);
  const double xx = cv::mean(dx.mul(dx), inner)[0], yy = cv::mean(dy.mul(dy), inner)[0],
               xy = cv::mean(dx.mul(dy), inner)[0];
  measure.coherence = std::hypot(xx - yy, 2 * xy) / std::max(1e-6, xx + yy);
  // Lines run across the gradient.
  const double lines = 0.5 * std::atan2(2 * xy, xx - yy) + kPi / 2;
  if (patch.axis) {
    const double turned = std::fmod(std::abs(lines - *patch.axis), kPi);
    measure.across = std::min(turned, kPi - turned);
  }
  double dark = 1, light = 1;
  const int dark_blots = count_blots(fine, inner, measure.contrast, -1, dark);
  const int light_blots = count_blots(fine, inner, measure.contrast, 1, light);
  // Blots are the fewer pixels: of the side with the longer tail.
  const double third = cv::mean(fine.mul(fine).mul(fine), inner)[0];
  measure.blots = third < 0 ? dark_blots : light_blots;
  measure.elongation = third < 0 ? dark : light;
  return measure;
}

MarkPattern pattern_of(gsl::span<const PatternMeasure> patches) {
  constexpr double kEnoughPixels = 150;                // less shows no pattern
  constexpr double kPatterned = 6, kSmoothEnough = 5;  // L*
  std::vector<double> contrast, coherence, across, blots, elongation;
  for (const PatternMeasure& patch : patches) {
    if (patch.pixels < kEnoughPixels) continue;
    contrast.push_back(patch.contrast);
    coherence.push_back(patch.coherence);
    across.push_back(patch.across);
    blots.push_back(patch.blots);
    elongation.push_back(patch.elongation);
  }
  if (contrast.size() < 3 || 2 * contrast.size() < patches.size()) return MarkPattern::kUnsure;
  if (median(contrast) < kSmoothEnough) return MarkPattern::kPlain;
  if (median(contrast) < kPatterned || median(blots) < 3) return MarkPattern::kUnsure;
  if (median(coherence) >= 0.5 && median(elongation) >= 2)
    return median(across) > kPi / 4 ? MarkPattern::kBarred : MarkPattern::kStreaked;
  if (median(coherence) < 0.4 && median(elongation) <= 2.4 && median(blots) >= 6)
    return MarkPattern::kSpotted;
  return MarkPattern::kUnsure;
}

const char* pattern_name(MarkPattern pattern) {
  switch (pattern) {
    case MarkPattern::kPlain:
      return "plain";
    case MarkPattern::kBarred:
      return "barred";
    case MarkPattern::kStreaked:
      return "streaked";
    case MarkPattern::kSpotted:
      return "spotted";
    case MarkPattern::kUnsure:
      break;
  }
  return "";
}

}  // namespace differentia
