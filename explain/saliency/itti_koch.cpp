#include <algorithm>
#include <array>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "explain/saliency/photo_scale.h"
#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

constexpr int kLevels = 9;
constexpr int kMapLevel = 4;  // where maps are added up: a sixteenth of the photo's side
constexpr std::array<double, 4> kDirections{0, 45, 90, 135};

using Pyramid = std::vector<cv::Mat>;

Pyramid gaussian_pyramid(const cv::Mat& finest) {
  Pyramid pyramid{finest};
  while (pyramid.size() < kLevels) {
    cv::Mat next;
    cv::pyrDown(pyramid.back(), next);
    pyramid.push_back(next);
  }
  return pyramid;
}

// The strength of lines and edges in one direction: the modulus of a complex Gabor filter without a
// mean, so that plain areas give zero.
cv::Mat gabor_strength(const cv::Mat& picture, double degrees) {
  constexpr int kSide = 9;
  constexpr double kSigma = 7.0 / 3.0, kWavelength = 7.0, kAspect = 1.0;
  cv::Mat squares = cv::Mat::zeros(picture.size(), CV_32FC1);
  for (const double phase : {0.0, CV_PI / 2}) {
    cv::Mat kernel = cv::getGaborKernel({kSide, kSide}, kSigma, degrees * CV_PI / 180, kWavelength,
                                        kAspect, phase, CV_32F);
    kernel -= cv::mean(kernel);
    kernel /= cv::norm(kernel, cv::NORM_L1);
    cv::Mat answer;
    cv::filter2D(picture, answer, CV_32F, kernel, {-1, -1}, 0, cv::BORDER_REFLECT_101);
    squares += answer.mul(answer);
  }
  cv::Mat strength;
  cv::sqrt(squares, strength);
  return strength;
}

cv::Mat resized(const cv::Mat& map, cv::Size size) {
  cv::Mat result;
  cv::resize(map, result, size, 0, 0, map.cols > size.width ? cv::INTER_AREA : cv::INTER_LINEAR);
  return result;
}

// N(·): to 0 … 1 by `range` (its own, if not given), then times the square of what the highest peak
// has over the mean of all other local peaks. Many peaks alike are nearly erased, a lone one stays.
cv::Mat promote_lone_peaks(const cv::Mat& map, double range = 0) {
  double low = 0, high = 0;
  cv::Point highest;
  cv::minMaxLoc(map, &low, &high, nullptr, &highest);
  if (range == 0) range = high - low;
  // Differences that are only rounding are none.
  if (!(range > 1e-6)) return cv::Mat::zeros(map.size(), CV_32FC1);
  const cv::Mat scaled = (map - low) / range;
  cv::Mat around;
  cv::dilate(scaled, around, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  double sum = 0;
  int peaks = 0;
  for (int y = 0; y < scaled.rows; ++y) {
    for (int x = 0; x < scaled.cols; ++x) {
      const float value = scaled.at<float>(y, x);
      if (value < around.at<float>(y, x) || value <= 0.05f || cv::Point(x, y) == highest) continue;
      sum += value;
      ++peaks;
    }
  }
  const double lead = scaled.at<float>(highest) - (peaks > 0 ? sum / peaks : 0);
  return scaled * (lead * lead);
}

// Of centre − surround: what is more and what is less than around it, alike.
cv::Mat either_way(const cv::Mat& difference) {
  return promote_lone_peaks(cv::abs(difference));
}

// The two apart, at one scale, so that one thing redder than around it is alone among many greener
// ones. (The paper takes the modulus of (R − G)(centre) − (G − R)(surround), in which a red bar
// among green ones is one of many.)
cv::Mat each_way(const cv::Mat& difference) {
  const double range = cv::norm(difference, cv::NORM_INF);
  const cv::Mat more = cv::max(difference, 0), less = cv::max(-difference, 0);
  return promote_lone_peaks(more, range) + promote_lone_peaks(less, range);
}

// Adds up N(centre − surround) over the six pairs of levels, at the level of the map.
cv::Mat centre_surround(const Pyramid& pyramid, cv::Mat (*normalised)(const cv::Mat&)) {
  const cv::Size size = pyramid[kMapLevel].size();
  cv::Mat sum = cv::Mat::zeros(size, CV_32FC1);
  for (const std::size_t centre : {2, 3, 4}) {
    for (const std::size_t further : {3, 4}) {
      const cv::Mat& fine = pyramid[centre];
      sum += resized(normalised(fine - resized(pyramid[centre + further], fine.size())), size);
    }
  }
  return sum;
}

// Intensity and the two opponent colours, each by level. Colours are by share of the intensity
// where there is light enough to see them.
struct Features {
  Pyramid intensity, red_green, blue_yellow;
};

Features features_of(const cv::Mat& bgr) {
  cv::Mat picture;
  bgr.convertTo(picture, CV_32FC3, 1 / 255.0);
  std::array<cv::Mat, 3> channels;
  cv::split(picture, channels.data());
  const cv::Mat intensity = (channels[0] + channels[1] + channels[2]) / 3;
  double brightest = 0;
  cv::minMaxLoc(intensity, nullptr, &brightest);
  cv::Mat red_green = cv::Mat::zeros(bgr.size(), CV_32FC1), blue_yellow = red_green.clone();
  for (int row = 0; row < bgr.rows; ++row) {
    for (int column = 0; column < bgr.cols; ++column) {
      const float light = intensity.at<float>(row, column);
      if (light <= brightest / 10) continue;
      const cv::Vec3f colour = picture.at<cv::Vec3f>(row, column) / light;
      const float b = colour[0], g = colour[1], r = colour[2];
      const float red = std::max(0.0f, r - (g + b) / 2), green = std::max(0.0f, g - (r + b) / 2);
      const float blue = std::max(0.0f, b - (r + g) / 2);
      const float yellow = std::max(0.0f, (r + g) / 2 - std::abs(r - g) / 2 - b);
      red_green.at<float>(row, column) = red - green;
      blue_yellow.at<float>(row, column) = blue - yellow;
    }
  }
  return {gaussian_pyramid(intensity), gaussian_pyramid(red_green), gaussian_pyramid(blue_yellow)};
}

cv::Mat itti_koch(const cv::Mat& bgr) {
  const Features features = features_of(bgr);
  const cv::Mat intensity = centre_surround(features.intensity, either_way);
  const cv::Mat colour = centre_surround(features.red_green, each_way) +
                         centre_surround(features.blue_yellow, each_way);
  cv::Mat orientation = cv::Mat::zeros(intensity.size(), CV_32FC1);
  for (const double degrees : kDirections) {
    Pyramid strengths;
    for (const cv::Mat& level : features.intensity)
      strengths.push_back(gabor_strength(level, degrees));
    orientation += promote_lone_peaks(centre_surround(strengths, either_way));
  }
  return (promote_lone_peaks(intensity) + promote_lone_peaks(colour) +
          promote_lone_peaks(orientation)) /
         3;
}

std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  // The photos of the paper were 640 wide: nine halvings leave a few pixels.
  return control_maps(call, itti_koch(scaled_to(passes.photo().bgr, 640)));
}

}  // namespace

MethodEntry itti_koch_method() {
  Method method = control_method();
  method.name = "itti-koch";
  method.title = "Itti–Koch";
  method.source = "Itti, Koch & Niebur 1998";
  method.help =
      "Where the photo itself catches the eye by brightness, colour or direction, without any "
      "model: a control";
  return {method, run};
}

}  // namespace differentia
