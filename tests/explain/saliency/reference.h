#pragma once

// Maps that a script of this repository computes in Python, the plain way, for the tests to compare
// with.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "base/error.h"
#include "base/image/photo.h"
#include "base/sha256.h"
#include "tools/bench/taps.h"

namespace differentia {

// What `script MODELS FOLDER` writes into FOLDER, of the networks of test_models_folder(): a folder
// under build/, made anew where the script or the networks have changed. Throws InputError where
// Python fails.
inline std::string reference_folder(const std::string& script) {
  namespace fs = std::filesystem;
  const std::string models = test_models_folder();
  const std::string folder = "build/" + fs::path(script).stem().string() + "-" +
                             models.substr(models.rfind('-') + 1, 6) +
                             sha256_of_file(script).substr(0, 6);
  if (fs::exists(folder)) return folder;
  const std::string partial = folder + ".partial", log = folder + ".log";
  fs::remove_all(partial);
  const std::string command =
      "/usr/bin/python3 " + script + " " + models + " " + partial + " >" + log + " 2>&1";
  if (std::system(command.c_str()) != 0) {
    throw InputError("The reference maps could not be made (see " + log +
                     "): Debian's python3-torchvision is needed for that.");
  }
  fs::rename(partial, folder);
  fs::remove(log);
  return folder;
}

// A photo of rows × columns × RGB of 0…255.
inline Photo photo_of(const std::vector<double>& rgb, Size size) {
  Photo photo;
  photo.full_size = size;
  photo.bgr = cv::Mat(size.height, size.width, CV_8UC3);
  std::size_t next = 0;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int channel = 2; channel >= 0; --channel)
        photo.bgr.at<cv::Vec3b>(y, x)[channel] = static_cast<unsigned char>(rgb.at(next++));
    }
  }
  return photo;
}

// The largest difference, as a share of the largest value of `truth`; NaN where a value is.
inline double relative_error(const cv::Mat& map, const std::vector<double>& truth) {
  if (map.total() != truth.size()) throw std::logic_error("maps of different sizes are compared");
  double largest = 0, error = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    largest = std::max(largest, std::abs(truth[i]));
    const double difference = std::abs(
        map.at<float>(static_cast<int>(i) / map.cols, static_cast<int>(i) % map.cols) - truth[i]);
    if (!(difference <= error)) error = difference;
  }
  return error / largest;
}

inline double relative_error(const cv::Mat& map, const cv::Mat& truth) {
  std::vector<double> values;
  for (int y = 0; y < truth.rows; ++y)
    values.insert(values.end(), truth.ptr<float>(y), truth.ptr<float>(y) + truth.cols);
  return relative_error(map, values);
}

}  // namespace differentia
