#include "explain/regions/foreground.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "base/random.h"

namespace differentia {

namespace {

constexpr int kSide = 144;      // the longer side at which colours are learned
constexpr int kFeatures = 120;  // random Fourier features
constexpr double kColour = 30;  // width of the kernel, Lab units
constexpr double kBlur = 2.5;   // pixels at kSide
constexpr double kRidge = 0.1;  // relative to the mean of the Gram matrix' diagonal
constexpr double kTwig =
    0.06;  // radius of what is thin, of the square root of the largest piece's area
constexpr int kRounds = 3;
constexpr int kRim = 3;  // pixels of border that are taken for background where evidence is weak

double percentile(const cv::Mat& values, double share) {
  std::vector<float> sorted(values.begin<float>(), values.end<float>());
  const auto at =
      sorted.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(sorted.size() - 1));
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

double otsu(const cv::Mat& evidence) {
  const double low = percentile(evidence, 0.005), high = percentile(evidence, 0.995);
  if (!(high > low)) return high;
  cv::Mat bytes, unused;
  evidence.convertTo(bytes, CV_8U, 255 / (high - low), -255 * low / (high - low));
  return low + cv::threshold(bytes, unused, 0, 255, cv::THRESH_OTSU | cv::THRESH_BINARY) / 255 *
                   (high - low);
}

// pixels × (kFeatures + 1), the last column 1.
cv::Mat colour_features(const cv::Mat& bgr) {
  cv::Mat lab, blurred;
  bgr.convertTo(lab, CV_32F, 1.0 / 255);
  cv::cvtColor(lab, lab, cv::COLOR_BGR2Lab);
  cv::GaussianBlur(lab, blurred, {}, kBlur);
  cv::Mat colours(static_cast<int>(lab.total()), 6, CV_32FC1);
  lab.reshape(1, static_cast<int>(lab.total())).copyTo(colours.colRange(0, 3));
  blurred.reshape(1, static_cast<int>(lab.total())).copyTo(colours.colRange(3, 6));
  Random random(1, stream_id("random Fourier features"));
  cv::Mat directions(6, kFeatures, CV_32FC1), features;
  for (float& value : cv::Mat_<float>(directions))
    value = static_cast<float>(random.normal() / kColour);
  cv::Mat phases(1, kFeatures, CV_32FC1);
  for (float& value : cv::Mat_<float>(phases))
    value = static_cast<float>(random.uniform(0, 2 * CV_PI));
  features.create(colours.rows, kFeatures + 1, CV_32FC1);
  const cv::Mat projected = colours * directions;
  for (int i = 0; i < features.rows; ++i) {
    float* row = features.ptr<float>(i);
    for (int j = 0; j < kFeatures; ++j)
      row[j] = std::cos(projected.at<float>(i, j) + phases.at<float>(0, j));
    row[kFeatures] = 1;
  }
  return features;
}

// Weighted ridge regression of `wanted` on the features, and its values there.
cv::Mat ridge(const cv::Mat& features, const cv::Mat& wanted, const cv::Mat& weights) {
  cv::Mat scaled = features.clone();
  const double total = cv::sum(weights)[0];
  for (int i = 0; i < scaled.rows; ++i) scaled.row(i) *= weights.at<float>(i) / total;
  cv::Mat gram, right, solution;
  cv::gemm(scaled, features, 1, {}, 0, gram, cv::GEMM_1_T);
  cv::gemm(scaled, wanted, 1, {}, 0, right, cv::GEMM_1_T);
  gram += cv::Mat::eye(gram.size(), CV_32F) * (kRidge * cv::trace(gram)[0] / gram.rows);
  cv::solve(gram, right, solution, cv::DECOMP_CHOLESKY);
  return features * solution;
}

double ramp(double value, double zero, double one) {
  return one == zero ? (value >= one) : std::clamp((value - zero) / (one - zero), 0.0, 1.0);
}

double log_odds(double probability) {
  return std::log((probability + 1e-6) / (1 - probability + 1e-6));
}

// Learns colours from the evidence; 32FC1 0…1 of the evidence's size.
cv::Mat likeness_of(const cv::Mat& bgr, const cv::Mat& evidence, double threshold, double peak) {
  const int pixels = static_cast<int>(evidence.total());
  const double span = std::max(1e-6, peak - threshold);
  const double floor = std::min(threshold - 0.1 * span, 0.9 * threshold);
  const cv::Mat features = colour_features(bgr);
  cv::Mat subject(pixels, 1, CV_32F), background(pixels, 1, CV_32F), rim(pixels, 1, CV_32F);
  const auto value = [&](int i) {
    return evidence.at<float>(i / evidence.cols, i % evidence.cols);
  };
  for (int i = 0; i < pixels; ++i) {
    const int y = i / evidence.cols, x = i % evidence.cols;
    const bool border =
        y < kRim || x < kRim || y >= evidence.rows - kRim || x >= evidence.cols - kRim;
    rim.at<float>(i) = border && value(i) < threshold + 0.3 * span;
    subject.at<float>(i) = static_cast<float>((1 - rim.at<float>(i)) *
                                              ramp(value(i), threshold, threshold + 0.5 * span));
    background.at<float>(i) = std::max(
        rim.at<float>(i), static_cast<float>(ramp(value(i), floor, floor - 0.6 * std::abs(floor))));
  }
  cv::Mat likeness(evidence.size(), CV_32FC1, cv::Scalar(0));
  for (int round = 0; round < kRounds; ++round) {
    const double subjects = cv::sum(subject)[0], backgrounds = cv::sum(background)[0];
    if (subjects <= 0 || backgrounds <= 0) break;
    // As often as they occur, in bounds; the subject twice, because evidence shows parts of it.
    const double prior = std::clamp(2 * subjects / backgrounds, 0.15, 1.5);
    const cv::Mat for_it = subject * (prior / subjects), against = background * (1 / backgrounds);
    const cv::Mat weights = for_it + against;
    cv::Mat wanted;
    cv::divide(for_it - against, cv::max(weights, 1e-12), wanted);
    const cv::Mat answer = ridge(features, wanted, weights);
    for (int i = 0; i < pixels; ++i) {
      const double colour = std::clamp((answer.at<float>(i) + 1) / 2.0, 0.02, 0.98);
      const double place = (value(i) - threshold - 0.05 * span) / (0.25 * span);
      likeness.at<float>(i / evidence.cols, i % evidence.cols) =
          static_cast<float>(1 / (1 + std::exp(-log_odds(colour) - 0.5 * place)));
    }
    cv::Mat smooth;
    cv::bilateralFilter(likeness, smooth, 5, 0.3, 2);
    likeness = smooth;
    for (int i = 0; i < pixels; ++i) {
      const float sure = 2 * likeness.at<float>(i / evidence.cols, i % evidence.cols) - 1;
      subject.at<float>(i) = std::max(0.0F, sure) * (1 - rim.at<float>(i));
      background.at<float>(i) = std::max(std::max(0.0F, -sure), rim.at<float>(i));
    }
  }
  return likeness;
}

// Without what is much thinner than the largest piece and reaches far from it: perches, stems.
cv::Mat without_twigs(const cv::Mat& mask) {
  cv::Mat labels, statistics, centres;
  const int count = cv::connectedComponentsWithStats(mask, labels, statistics, centres);
  int largest = 0;
  for (int i = 1; i < count; ++i)
    largest = std::max(largest, statistics.at<int>(i, cv::CC_STAT_AREA));
  const double radius = kTwig * std::sqrt(largest);
  const auto disc = [](double r) {
    const int side = 2 * cvRound(r) + 1;
    return cv::getStructuringElement(cv::MORPH_ELLIPSE, {side, side});
  };
  cv::Mat thick, near;
  cv::morphologyEx(mask, thick, cv::MORPH_OPEN, disc(radius));
  cv::dilate(thick, near, disc(1.5 * radius));
  return mask & near;
}

cv::Mat cut_out(const cv::Mat& bgr, const cv::Mat& likeness) {
  cv::Mat labels(likeness.size(), CV_8UC1, cv::Scalar(cv::GC_PR_BGD));
  labels.setTo(cv::GC_PR_FGD, likeness >= 0.5);
  labels.setTo(cv::GC_FGD, likeness >= 0.95);
  labels.setTo(cv::GC_BGD, likeness < 0.05);
  const cv::Mat likely = (labels == cv::GC_PR_FGD) | (labels == cv::GC_FGD);
  // GrabCut fits five colours to each side.
  if (cv::countNonZero(likely) < 50 || cv::countNonZero(~likely) < 50) return likely;
  cv::Mat background_colours, subject_colours;
  cv::theRNG().state = 1;
  cv::grabCut(bgr, labels, {}, background_colours, subject_colours, 5, cv::GC_INIT_WITH_MASK);
  return without_twigs((labels == cv::GC_FGD) | (labels == cv::GC_PR_FGD));
}

}  // namespace

Foreground find_foreground(const cv::Mat& bgr, const cv::Mat& evidence) {
  const double scale = std::min(1.0, static_cast<double>(kSide) / std::max(bgr.cols, bgr.rows));
  const cv::Size small(std::max(8, cvRound(bgr.cols * scale)),
                       std::max(8, cvRound(bgr.rows * scale)));
  cv::Mat small_bgr, small_evidence;
  cv::resize(bgr, small_bgr, small, 0, 0, cv::INTER_AREA);
  cv::resize(evidence, small_evidence, small, 0, 0, cv::INTER_LINEAR);
  Foreground result;
  result.threshold = otsu(small_evidence);
  result.peak = percentile(small_evidence, 0.99);
  const cv::Mat likeness = likeness_of(small_bgr, small_evidence, result.threshold, result.peak);
  cv::resize(likeness, result.likeness, bgr.size(), 0, 0, cv::INTER_LINEAR);
  result.mask = cut_out(bgr, result.likeness);
  return result;
}

}  // namespace differentia
