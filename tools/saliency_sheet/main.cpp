// differentia_saliency_sheet OUT.png PHOTO…: a picture with a row for each photo and a column for
// each saliency method, all of the model's first answer or of one target.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "base/image/colour_map.h"
#include "base/image/photo.h"
#include "base/image/write_picture.h"
#include "explain/saliency/session.h"

using namespace differentia;

namespace {

struct Options {
  std::string output, model;
  std::vector<std::string> photos, methods;
  int target = -1;
  int cell = 200;
  double smooth = 1.2;
};

constexpr int kGap = 6, kTitle = 22, kCaption = 34;

// OpenCV's own letters are those of ASCII.
std::string ascii(std::string text) {
  const std::vector<std::pair<std::string, std::string>> replaced{
      {"×", "x"}, {"–", "-"}, {"−", "-"}};
  for (const auto& [from, to] : replaced) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos;)
      text.replace(at, from.size(), to);
  }
  return text;
}

// One line, cut where it would be wider than `width` pixels.
void write(cv::Mat& sheet, const std::string& text, int x, int y, int width, double scale = 0.45) {
  const auto width_of = [scale](const std::string& line) {
    return cv::getTextSize(line, cv::FONT_HERSHEY_SIMPLEX, scale, 1, nullptr).width;
  };
  std::string line = ascii(text);
  if (width_of(line) > width) {
    while (!line.empty() && width_of(line + "...") > width) line.pop_back();
    line += "...";
  }
  cv::putText(sheet, line, {x, y}, cv::FONT_HERSHEY_SIMPLEX, scale, cv::Scalar::all(30), 1,
              cv::LINE_AA);
}

// The mean of each pixel's neighbourhood, so that single pixels for and against, which no eye can
// add up, show what they come to. NaN stays where it is and counts for nothing.
cv::Mat smoothed(const cv::Mat& map, double sigma) {
  cv::Mat values = map.clone(), known(map.size(), CV_32FC1, cv::Scalar(1));
  for (int y = 0; y < map.rows; ++y) {
    for (int x = 0; x < map.cols; ++x) {
      if (std::isnan(map.at<float>(y, x))) values.at<float>(y, x) = known.at<float>(y, x) = 0;
    }
  }
  cv::GaussianBlur(values, values, {}, sigma, sigma, cv::BORDER_REFLECT);
  cv::GaussianBlur(known, known, {}, sigma, sigma, cv::BORDER_REFLECT);
  for (int y = 0; y < map.rows; ++y) {
    for (int x = 0; x < map.cols; ++x) {
      float& value = values.at<float>(y, x);
      value = std::isnan(map.at<float>(y, x)) ? map.at<float>(y, x) : value / known.at<float>(y, x);
    }
  }
  return values;
}

// `map` over the photo in grey: blue and red around zero where there is evidence against, viridis
// elsewhere; the stronger a value, the less of the photo. A few extreme pixels do not make the rest
// alike. Where there is no evidence the photo is dark.
cv::Mat coloured(const cv::Mat& photo, const Saliency& saliency, const Method& method) {
  std::vector<float> values;
  for (int y = 0; y < saliency.map.rows; ++y) {
    for (int x = 0; x < saliency.map.cols; ++x) {
      const float value = saliency.map.at<float>(y, x);
      if (!std::isnan(value)) values.push_back(value);
    }
  }
  const bool negative = std::any_of(values.begin(), values.end(), [](float v) { return v < 0; });
  const MapKind kind = !negative          ? MapKind::kAmount
                       : method.is_signed ? MapKind::kSigned
                                          : MapKind::kRelative;
  const ColourRange range = colour_range(values, kind, 99);
  const ColourMap colours = kind == MapKind::kSigned ? ColourMap::kBlueRed : ColourMap::kViridis;
  cv::Mat grey, result;
  cv::cvtColor(photo, grey, cv::COLOR_BGR2GRAY);
  cv::cvtColor(grey, result, cv::COLOR_GRAY2BGR);
  for (int y = 0; y < result.rows; ++y) {
    for (int x = 0; x < result.cols; ++x) {
      const float value = saliency.map.at<float>(y, x);
      cv::Vec3b& pixel = result.at<cv::Vec3b>(y, x);
      if (std::isnan(value)) {
        pixel *= 0.4;
        continue;
      }
      const double place = std::clamp((value - range.low) / (range.high - range.low), 0.0, 1.0);
      const double strength = kind == MapKind::kSigned ? std::abs(2 * place - 1) : place;
      const double opacity = 0.25 + 0.55 * strength;
      const Rgb colour = colour_of(colours, place);
      for (int c = 0; c < 3; ++c) {
        pixel[c] = cv::saturate_cast<unsigned char>(
            (1 - opacity) * pixel[c] + opacity * colour[static_cast<std::size_t>(2 - c)]);
      }
    }
  }
  return result;
}

std::vector<const Method*> methods_of(const Options& options) {
  if (options.methods.empty()) return saliency_methods();
  std::vector<const Method*> methods;
  for (const std::string& name : options.methods) methods.push_back(&saliency_method(name));
  return methods;
}

cv::Mat fitted(const cv::Mat& photo, int cell) {
  const double scale = static_cast<double>(cell) / std::max(photo.cols, photo.rows);
  cv::Mat small;
  cv::resize(photo, small, {}, scale, scale, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return small;
}

void make_sheet(const Options& options) {
  const auto model = Model::load(options.model);
  const auto methods = methods_of(options);
  const int cell = options.cell, step = cell + kGap;
  const int columns = static_cast<int>(methods.size()) + 1;
  std::vector<Photo> photos;
  int height = kTitle + kGap;
  for (const std::string& path : options.photos) {
    photos.push_back(decode_photo(path));
    height += fitted(photos.back().bgr, cell).rows + kCaption;
  }
  cv::Mat sheet(height, kGap + columns * step, CV_8UC3, cv::Scalar::all(255));
  write(sheet, "photo", kGap, kTitle - 7, cell);
  for (std::size_t m = 0; m < methods.size(); ++m)
    write(sheet, methods[m]->title, kGap + (static_cast<int>(m) + 1) * step, kTitle - 7, cell);

  SaliencySession session(model);
  int top = kTitle;
  for (std::size_t p = 0; p < photos.size(); ++p) {
    const Photo& photo = photos[p];
    const cv::Mat small = fitted(photo.bgr, cell);
    const auto place = [&](const cv::Mat& picture, int column) {
      picture.copyTo(sheet(cv::Rect(kGap + column * step + (cell - picture.cols) / 2, top,
                                    picture.cols, picture.rows)));
    };
    place(small, 0);
    const std::vector<float> outputs = session.outputs(photo);
    const int target =
        options.target >= 0
            ? options.target
            : static_cast<int>(std::max_element(outputs.begin(), outputs.end()) - outputs.begin());
    const auto& labels = model->card().labels;
    const std::string name = labels.empty() ? "output " + std::to_string(target)
                                            : labels.at(static_cast<std::size_t>(target));
    const int caption = top + small.rows + 14;
    write(sheet, name, kGap, caption, cell);
    for (std::size_t m = 0; m < methods.size(); ++m) {
      const int column = static_cast<int>(m) + 1, x = kGap + column * step;
      std::fprintf(stderr, "\r\033[K%s of %s", methods[m]->name.c_str(), options.photos[p].c_str());
      SaliencyOptions way;
      way.method = methods[m]->name;
      try {
        Saliency saliency =
            session.run(photo, Target::output(target), way, {small.cols, small.rows});
        if (methods[m]->needs_model && !methods[m]->needs_layer && options.smooth > 0)
          saliency.map = smoothed(saliency.map, options.smooth / 100 * cell);
        place(coloured(small, saliency, *methods[m]), column);
        write(sheet, fmt::format("{:.2g} s", saliency.seconds), x, caption, cell, 0.4);
        for (const std::string& warning : saliency.warnings) {
          write(sheet, warning, x, caption + 13, cell, 0.35);
          std::fprintf(stderr, ": %s\n", warning.c_str());
        }
      } catch (const InputError& error) {
        write(sheet, error.what(), x, caption, cell, 0.35);
        std::fprintf(stderr, ": %s\n", error.what());
      }
    }
    top += small.rows + kCaption;
  }
  std::fputs("\r\033[K", stderr);
  write_picture(options.output, sheet);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "One picture with a row for each photo and a column for each saliency method. Blue and red: "
      "against and for the target; blue to yellow: an amount.");
  Options options;
  app.add_option("output", options.output, "Picture to write")->required();
  app.add_option("photos", options.photos, "Photos")->required();
  app.add_option("--model", options.model, "TorchScript model, its card beside it")->required();
  app.add_option("--methods", options.methods, "Methods (default: all)")->delimiter(',');
  app.add_option("--target", options.target,
                 "Number of the output to explain (default: the highest of each photo)");
  app.add_option("--cell", options.cell, "Pixels of a photo's longer side")
      ->check(CLI::Range(32, 2000))
      ->capture_default_str();
  app.add_option("--smooth", options.smooth,
                 "Average maps made at the pixels over this percentage of the longer side (0: not)")
      ->check(CLI::Range(0.0, 20.0))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    make_sheet(options);
    return 0;
  } catch (const InputError& error) {
    std::fprintf(stderr, "\ndifferentia_saliency_sheet: %s\n", error.what());
    return 2;
  }
}
