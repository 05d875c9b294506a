// differentia_saliency_sheet OUT.png PHOTO…: a picture with a row for each photo and a column for
// each saliency method, all of the model's first answer or of one target.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <sstream>
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
  int columns = 8;
  double smooth = 1.2;
};

constexpr int kGap = 6, kTitle = 20, kCaption = 18, kLine = 16;
// Single pixels for and against cancel out: they are averaged over that much more than amounts are.
constexpr double kSignedSmooth = 3;

const char kLegend[] =
    "Red speaks for the model's answer, blue against it. Of amounts: yellow most, dark blue least. "
    "Darkened: not seen by the network. Controls know no model. A map shows where the model looks, "
    "not that it is right to look there.";

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

int width_of(const std::string& line, double scale) {
  return cv::getTextSize(line, cv::FONT_HERSHEY_SIMPLEX, scale, 1, nullptr).width;
}

// One line, cut where it would be wider than `width` pixels.
void write(cv::Mat& sheet, const std::string& text, int x, int y, int width, double scale = 0.45) {
  std::string line = ascii(text);
  if (width_of(line, scale) > width) {
    while (!line.empty() && width_of(line + "...", scale) > width) line.pop_back();
    line += "...";
  }
  cv::putText(sheet, line, {x, y}, cv::FONT_HERSHEY_SIMPLEX, scale, cv::Scalar::all(30), 1,
              cv::LINE_AA);
}

// The text in lines of at most `width` pixels, broken between words.
std::vector<std::string> broken(const std::string& text, int width, double scale) {
  std::vector<std::string> lines(1);
  std::istringstream words(ascii(text));
  for (std::string word; words >> word;) {
    const std::string longer = lines.back().empty() ? word : lines.back() + " " + word;
    if (lines.back().empty() || width_of(longer, scale) <= width)
      lines.back() = longer;
    else
      lines.push_back(word);
  }
  return lines;
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

std::vector<float> known_values(const cv::Mat& map) {
  std::vector<float> values;
  for (int y = 0; y < map.rows; ++y) {
    for (int x = 0; x < map.cols; ++x) {
      if (!std::isnan(map.at<float>(y, x))) values.push_back(map.at<float>(y, x));
    }
  }
  return values;
}

// The map over the photo in grey: blue and red around zero where there is evidence against, viridis
// elsewhere; the stronger a value, the less of the photo. A few extreme pixels do not make the rest
// alike. Where there is no evidence the photo is dark.
cv::Mat coloured(const cv::Mat& photo, const cv::Mat& map, MapKind kind) {
  const ColourRange range = colour_range(known_values(map), kind, 99);
  const ColourMap colours = kind == MapKind::kSigned ? ColourMap::kBlueRed : ColourMap::kViridis;
  cv::Mat grey, result;
  cv::cvtColor(photo, grey, cv::COLOR_BGR2GRAY);
  cv::cvtColor(grey, result, cv::COLOR_GRAY2BGR);
  for (int y = 0; y < result.rows; ++y) {
    for (int x = 0; x < result.cols; ++x) {
      const float value = map.at<float>(y, x);
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

// What one method makes of one photo.
struct Cell {
  cv::Mat map;  // empty: refused
  std::string caption;
  std::vector<int> notes;  // numbers, from 1
};

struct Row {
  Photo photo;
  cv::Mat small;
  std::vector<std::string> says;  // the model's first answers, or the target that was asked for
  std::vector<Cell> cells;        // by method
};

// The sentences below the sheet, each once.
class Notes {
 public:
  int number_of(const std::string& sentence) {
    const auto found = std::find(all_.begin(), all_.end(), sentence);
    if (found == all_.end()) all_.push_back(sentence);
    return static_cast<int>(std::find(all_.begin(), all_.end(), sentence) - all_.begin()) + 1;
  }
  const std::vector<std::string>& all() const { return all_; }

 private:
  std::vector<std::string> all_;
};

std::string percent(double share) {
  return share < 0.005 ? "<1 %" : fmt::format("{:.0f} %", 100 * share);
}

// The output that is explained, then the others of the model's first three.
std::vector<std::string> answers(const Model& model, const std::vector<float>& outputs,
                                 int target) {
  const auto name = [&](std::size_t output) {
    const auto& labels = model.card().labels;
    return labels.empty() ? "output " + std::to_string(output) : labels.at(output);
  };
  if (model.card().head == Head::kRegression)
    return {fmt::format("{} {:.3g}", name(static_cast<std::size_t>(target)),
                        outputs.at(static_cast<std::size_t>(target)))};
  const float highest = *std::max_element(outputs.begin(), outputs.end());
  double sum = 0;
  for (const float output : outputs) sum += std::exp(static_cast<double>(output - highest));
  std::vector<std::size_t> order(outputs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return outputs[a] > outputs[b]; });
  order.resize(std::min<std::size_t>(order.size(), 3));
  const auto explained = static_cast<std::size_t>(target);
  order.erase(std::remove(order.begin(), order.end(), explained), order.end());
  order.insert(order.begin(), explained);
  std::vector<std::string> lines;
  for (const std::size_t output : order) {
    lines.push_back(name(output) + " " +
                    percent(std::exp(static_cast<double>(outputs.at(output) - highest)) / sum));
  }
  return lines;
}

Row make_row(SaliencySession& session, const Model& model, const std::string& path,
             const std::vector<const Method*>& methods, const Options& options, Notes& notes) {
  Row row;
  row.photo = decode_photo(path);
  row.small = fitted(row.photo.bgr, options.cell);
  const std::vector<float> outputs = session.outputs(row.photo);
  const int target =
      options.target >= 0
          ? options.target
          : static_cast<int>(std::max_element(outputs.begin(), outputs.end()) - outputs.begin());
  for (const Method* method : methods) {
    std::fprintf(stderr, "\r\033[K%s of %s", method->name.c_str(), path.c_str());
    SaliencyOptions way;
    way.method = method->name;
    Cell cell;
    try {
      const Saliency saliency =
          session.run(row.photo, Target::output(target), way, {row.small.cols, row.small.rows});
      cell.map = saliency.map;
      cell.caption = fmt::format(saliency.seconds < 10 ? "{:.2g} s" : "{:.0f} s", saliency.seconds);
      for (const std::string& warning : saliency.warnings)
        cell.notes.push_back(notes.number_of(method->title + ": " + warning));
    } catch (const InputError& error) {
      cell.caption = "left out";
      cell.notes.push_back(notes.number_of(error.what()));
    }
    row.cells.push_back(std::move(cell));
  }
  row.says = answers(model, outputs, target);
  return row;
}

// Averages what was made at single pixels, and answers how the maps of one method are to be
// coloured: all alike, so that a column can be compared.
MapKind prepare_column(std::vector<Row>& rows, std::size_t column, const Method& method,
                       const Options& options) {
  bool negative = false;
  for (const Row& row : rows) {
    const auto values = known_values(row.cells[column].map);
    negative = negative || std::any_of(values.begin(), values.end(), [](float v) { return v < 0; });
  }
  const bool single_pixels = method.needs_model && method.needs_gradients && !method.needs_layer;
  if (single_pixels && options.smooth > 0) {
    const double sigma = options.smooth / 100 * options.cell * (negative ? kSignedSmooth : 1);
    for (Row& row : rows) {
      cv::Mat& map = row.cells[column].map;
      if (!map.empty()) map = smoothed(map, sigma);
    }
  }
  return !negative ? MapKind::kAmount : method.is_signed ? MapKind::kSigned : MapKind::kRelative;
}

void make_sheet(const Options& options) {
  const auto model = Model::load(options.model);
  const auto methods = methods_of(options);
  if (options.target >= model->outputs()) {
    throw InputError(
        fmt::format("There is no output {}: the model has {}.", options.target, model->outputs()));
  }
  SaliencySession session(model);
  Notes notes;
  std::vector<Row> rows;
  for (const std::string& path : options.photos)
    rows.push_back(make_row(session, *model, path, methods, options, notes));
  std::fputs("\r\033[K", stderr);
  std::vector<MapKind> kinds;
  for (std::size_t m = 0; m < methods.size(); ++m)
    kinds.push_back(prepare_column(rows, m, *methods[m], options));

  const auto per_band = static_cast<std::size_t>(options.columns);
  const std::size_t bands = (methods.size() + per_band - 1) / per_band;
  const int step = options.cell + kGap;
  const int width = kGap + (static_cast<int>(std::min(per_band, methods.size())) + 1) * step;
  std::vector<std::string> small_print = broken(kLegend, width - 2 * kGap, 0.4);
  for (std::size_t n = 0; n < notes.all().size(); ++n) {
    for (const std::string& line :
         broken(fmt::format("{}) {}.", n + 1, notes.all()[n]), width - 2 * kGap, 0.4))
      small_print.push_back(line);
  }
  int height = kGap + kLine * (static_cast<int>(small_print.size()) + 1);
  for (const Row& row : rows)
    height += static_cast<int>(bands) * (kTitle + row.small.rows + kCaption) + kGap;
  cv::Mat sheet(height, width, CV_8UC3, cv::Scalar::all(255));

  int top = kGap;
  for (const Row& row : rows) {
    for (std::size_t band = 0; band < bands; ++band) {
      const int picture_top = top + kTitle, caption = picture_top + row.small.rows + 13;
      const auto place = [&](const cv::Mat& picture, int column) {
        picture.copyTo(
            sheet(cv::Rect(kGap + column * step, picture_top, picture.cols, picture.rows)));
      };
      if (band == 0) {
        place(row.small, 0);
        write(sheet, row.says.front(), kGap, top + kTitle - 6, options.cell);
        for (std::size_t i = 1; i < row.says.size() && i < 2; ++i)
          write(sheet, "then " + row.says[i], kGap, caption, options.cell, 0.4);
      }
      for (std::size_t m = band * per_band; m < std::min(methods.size(), (band + 1) * per_band);
           ++m) {
        const int column = static_cast<int>(m - band * per_band) + 1, x = kGap + column * step;
        const Cell& cell = row.cells[m];
        write(sheet, methods[m]->title + (methods[m]->needs_model ? "" : " (control)"), x,
              top + kTitle - 6, options.cell);
        if (!cell.map.empty()) place(coloured(row.small, cell.map, kinds[m]), column);
        std::string text = cell.caption;
        for (const int note : cell.notes) text += fmt::format("  {})", note);
        write(sheet, text, x, caption, options.cell, 0.4);
      }
      top = picture_top + row.small.rows + kCaption;
    }
    top += kGap;
  }
  for (const std::string& line : small_print) {
    top += kLine;
    write(sheet, line, kGap, top, width - 2 * kGap, 0.4);
  }
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
  app.add_option("--columns", options.columns, "Methods side by side; the rest below them")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option(
         "--smooth", options.smooth,
         "Average maps made at single pixels over this percentage of the longer side, three "
         "times as far where they are for and against (0: not)")
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
