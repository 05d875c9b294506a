#pragma once

// One photo between two taxa, as a picture: the photo with the marks that it shows lit, ticked and
// named, and under it the axis on which it stands among the two taxa's photos.

#include <string>

#include <opencv2/core.hpp>

#include "atlas/marks/photo_on_pair.h"
#include "atlas/plate/plate_page.h"

namespace differentia {

struct ComposedReport {
  PlatePage page;
  double width = 0, height = 0;  // points
};

// `bgr`: the photo, 8UC3, oriented, at any scale.
ComposedReport compose_photo_report(const PhotoOnPair& photo, const PairMarks& pair,
                                    const PairAxis& axis, const cv::Mat& bgr);

// Writes it in the format of the file's ending: .png, .svg or .pdf. The same input gives the same
// bytes. Throws InputError for another ending, FileError or DiskFull where the file cannot be
// written; nothing is left behind then.
void draw_photo_report(const PhotoOnPair& photo, const PairMarks& pair, const PairAxis& axis,
                       const cv::Mat& bgr, const std::string& path, double dots_per_inch = 220);

}  // namespace differentia
