#include "tools/differentia/organism_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <opencv2/freetype.hpp>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "tools/differentia/identified.h"
#include "tools/differentia/target_options.h"
#include "tools/differentia/taxon_label.h"

namespace differentia::cli {
namespace {

constexpr double kLeastSide = 960, kMostSide = 1600;
constexpr int kTextHeight = 17;
constexpr int kShift = 4;  // bits of a pixel's fraction in OpenCV's drawing

// Told apart by colour-blind eyes, too, and bright enough for dark type (Okabe & Ito 2008, its
// darker colours lightened). BGR.
const std::array<cv::Scalar, 7> kColours = {cv::Scalar(80, 200, 255), cv::Scalar(240, 190, 90),
                                            cv::Scalar(170, 210, 60), cv::Scalar(190, 150, 235),
                                            cv::Scalar(80, 140, 250), cv::Scalar(90, 235, 245),
                                            cv::Scalar(235, 170, 150)};
const cv::Scalar kDark(28, 26, 24), kFooter(38, 35, 33), kFooterType(225, 222, 220);

enum class Face { kRegular, kItalic };

class Type {
 public:
  Type() : regular_(font(Face::kRegular)), italic_(font(Face::kItalic)) {}

  int width(const std::string& text, Face face) const {
    return text.empty() ? 0 : of(face).getTextSize(text, kTextHeight, -1, nullptr).width;
  }
  // `x`, `y`: left end of the base line.
  void write(cv::Mat& picture, const std::string& text, int x, int y, Face face,
             const cv::Scalar& colour) const {
    if (!text.empty())
      of(face).putText(picture, text, {x, y}, kTextHeight, colour, -1, cv::LINE_AA, true);
  }

 private:
  static cv::Ptr<cv::freetype::FreeType2> font(Face face) {
    constexpr std::array<std::array<const char*, 3>, 2> kFiles{{
        {"/usr/share/fonts/opentype/inter/Inter-Medium.otf",
         "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
         "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"},
        {"/usr/share/fonts/opentype/inter/Inter-MediumItalic.otf",
         "/usr/share/fonts/truetype/noto/NotoSans-Italic.ttf",
         "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"},
    }};
    for (const char* file : kFiles[static_cast<std::size_t>(face)]) {
      if (!std::filesystem::exists(file)) continue;
      const auto font = cv::freetype::createFreeType2();
      font->loadFontData(file, 0);
      return font;
    }
    throw InputError(
        "No font is installed to write names with: install Debian's fonts-inter or "
        "fonts-dejavu-core, or leave --overlay out.");
  }
  cv::freetype::FreeType2& of(Face face) const {
    return face == Face::kItalic ? *italic_ : *regular_;
  }

  cv::Ptr<cv::freetype::FreeType2> regular_, italic_;
};

struct Run {
  std::string text;
  Face face = Face::kRegular;
};

std::vector<Run> label_of(const Organism& organism, int number, const ModelCard& card) {
  const TaxonLabel label = taxon_label(output_name(card, organism.output));
  std::vector<Run> runs = {{fmt::format("{}   ", number)}};
  runs.push_back({label.name, is_scientific(label.name) ? Face::kItalic : Face::kRegular});
  if (!label.common_name.empty()) runs.push_back({"   " + label.common_name});
  runs.push_back({fmt::format("   {:.0f} %", 100 * organism.probability)});
  return runs;
}

// Spaces at a run's ends count for nothing in the font's measure.
int advance(const Type& type, const Run& run) {
  const auto spaces = std::count(run.text.begin(), run.text.end(), ' ');
  std::string without = run.text;
  without.erase(std::remove(without.begin(), without.end(), ' '), without.end());
  return type.width(without, run.face) + static_cast<int>(spaces) * kTextHeight / 4;
}

void rounded(cv::Mat& picture, const cv::Rect& box, int radius, const cv::Scalar& colour) {
  const int r = std::min({radius, box.width / 2, box.height / 2});
  cv::rectangle(picture, {box.x + r, box.y}, {box.br().x - 1 - r, box.br().y - 1}, colour, -1);
  cv::rectangle(picture, {box.x, box.y + r}, {box.br().x - 1, box.br().y - 1 - r}, colour, -1);
  for (const cv::Point& centre :
       {cv::Point(box.x + r, box.y + r), cv::Point(box.br().x - 1 - r, box.y + r),
        cv::Point(box.x + r, box.br().y - 1 - r),
        cv::Point(box.br().x - 1 - r, box.br().y - 1 - r)})
    cv::circle(picture, centre, r, colour, -1, cv::LINE_AA);
}

// The organism's pixels of the picture, 8UC1, 0 or 255: its outline, made at the size at which
// regions are found, without the steps of that size.
cv::Mat silhouette(const Organism& organism, cv::Size size, double scale) {
  cv::Mat mask(size, CV_8UC1, cv::Scalar(0));
  std::vector<cv::Point> points;
  for (const Point& point : organism.contour)
    points.emplace_back(cvRound(point.x * scale), cvRound(point.y * scale));
  if (points.size() < 3) return mask;
  cv::fillPoly(mask, std::vector<std::vector<cv::Point>>{points}, cv::Scalar(255));
  cv::GaussianBlur(mask, mask, {}, std::max(size.width, size.height) / 320.0 * 1.3);
  cv::threshold(mask, mask, 127, 255, cv::THRESH_BINARY);
  return mask;
}

void draw_outline(cv::Mat& picture, const cv::Mat& mask, const cv::Scalar& colour) {
  std::vector<std::vector<cv::Point>> lines;
  cv::findContours(mask, lines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
  cv::polylines(picture, lines, true, kDark, 4, cv::LINE_AA);
  cv::polylines(picture, lines, true, colour, 2, cv::LINE_AA);
}

// A thin frame with strong corners.
void draw_box(cv::Mat& picture, const cv::Rect2d& box, const cv::Scalar& colour) {
  const auto at = [](double x, double y) {
    return cv::Point(cvRound(x * (1 << kShift)), cvRound(y * (1 << kShift)));
  };
  const double left = box.x, top = box.y, right = box.x + box.width, low = box.y + box.height;
  const double corner = std::min({26.0, box.width / 3, box.height / 3});
  for (const auto& [ink, extra] : {std::pair(kDark, 2), std::pair(colour, 0)}) {
    cv::rectangle(picture, at(left, top), at(right, low), ink, 1 + extra / 2 * 2, cv::LINE_AA,
                  kShift);
    for (const double x : {left, right}) {
      for (const double y : {top, low}) {
        const double in_x = x == left ? corner : -corner, in_y = y == top ? corner : -corner;
        const std::vector<cv::Point> angle = {at(x + in_x, y), at(x, y), at(x, y + in_y)};
        cv::polylines(picture, angle, false, ink, 4 + extra, cv::LINE_AA, kShift);
      }
    }
  }
}

// Names above their boxes, inside where there is no room; none over another.
class Labels {
 public:
  Labels(cv::Mat& picture, const Type& type, int height)
      : picture_(picture), type_(type), height_(height) {}

  void draw(const std::vector<Run>& runs, const cv::Rect2d& box, const cv::Scalar& colour) {
    constexpr int kPadding = 10, kLabelHeight = 30;
    int width = 2 * kPadding;
    for (const Run& run : runs) width += advance(type_, run);
    cv::Rect place(cvRound(box.x) - 2, cvRound(box.y) - kLabelHeight - 7, width, kLabelHeight);
    if (place.y < 4) place.y = cvRound(box.y) + 7;
    const auto fit = [&] {
      place.x = std::max(4, std::min(place.x, picture_.cols - width - 4));
      place.y = std::max(4, std::min(place.y, height_ - kLabelHeight - 4));
    };
    fit();
    for (int tries = 0; tries < 40; ++tries) {
      const auto covered = std::find_if(taken_.begin(), taken_.end(), [&](const cv::Rect& other) {
        return (other & place).area() > 0;
      });
      if (covered == taken_.end()) break;
      place.y = covered->br().y + 3;
      fit();
    }
    taken_.push_back(place);
    rounded(picture_, {place.x - 1, place.y - 1, place.width + 2, place.height + 2}, 8, kDark);
    rounded(picture_, place, 7, colour);
    int x = place.x + kPadding;
    for (const Run& run : runs) {
      std::string text = run.text;
      const std::size_t lead = text.find_first_not_of(' ');
      type_.write(picture_, text.substr(lead), x + static_cast<int>(lead) * kTextHeight / 4,
                  place.y + 21, run.face, kDark);
      x += advance(type_, run);
    }
  }

 private:
  cv::Mat& picture_;
  const Type& type_;
  int height_;
  std::vector<cv::Rect> taken_;
};

std::string footer_of(const IdentifyResult& found) {
  if (found.organisms.empty()) return "no organism found, none that the model knows";
  return fmt::format("outlines and boxes: estimated subject mask, confidence {:.2f}",
                     found.mask.confidence);
}

constexpr int kFooterPadding = 14, kFooterLine = 30;

// Beside each other where there is room, else below each other.
int footer_lines(const Type& type, int width, const std::string& title, const std::string& what) {
  const int both = type.width(title, Face::kRegular) + type.width(what, Face::kRegular);
  return both + 4 * kFooterPadding <= width ? 1 : 2;
}

void draw_footer(cv::Mat footer, const Type& type, const std::string& title,
                 const std::string& what, int lines) {
  constexpr int kBase = 26;
  type.write(footer, title, kFooterPadding, kBase, Face::kRegular, kFooterType);
  const int x =
      lines > 1 ? kFooterPadding : footer.cols - kFooterPadding - type.width(what, Face::kRegular);
  type.write(footer, what, x, kBase + (lines - 1) * kFooterLine, Face::kRegular, kFooterType);
}

}  // namespace

cv::Mat organism_picture(const Photo& photo, const IdentifyResult& found, const ModelCard& card,
                         const std::string& title) {
  const Type type;
  const double longer = std::max(photo.full_size.width, photo.full_size.height);
  const double scale = std::clamp(longer, kLeastSide, kMostSide) / longer;
  const cv::Size size(std::max(1, cvRound(photo.full_size.width * scale)),
                      std::max(1, cvRound(photo.full_size.height * scale)));
  const std::string what = footer_of(found);
  const int lines = footer_lines(type, size.width, title, what);
  cv::Mat picture(size.height + 10 + lines * kFooterLine, size.width, CV_8UC3, kFooter);
  cv::Mat whole = picture.rowRange(0, size.height);
  cv::resize(photo.bgr, whole, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);

  const std::vector<TaxonCount> taxa = taxa_of(found);
  const auto colour_of = [&](const Organism& organism) {
    std::size_t i = 0;
    while (taxa[i].output != organism.output) ++i;
    return kColours[i % kColours.size()];
  };
  std::vector<cv::Mat> masks;
  cv::Mat outside(size, CV_8UC1, cv::Scalar(255));
  for (const Organism& organism : found.organisms) {
    masks.push_back(silhouette(organism, size, scale));
    outside.setTo(0, masks.back());
  }
  // What is no organism steps back.
  if (!masks.empty()) cv::Mat(whole * 0.72).copyTo(whole, outside);
  for (std::size_t i = 0; i < masks.size(); ++i)
    draw_outline(whole, masks[i], colour_of(found.organisms[i]));
  const auto box_of = [&](const Organism& organism) {
    const Box& box = organism.box;
    constexpr double kRim = 3;  // a box at the photo's rim is seen whole
    const double left = std::max(kRim, box.x * scale), top = std::max(kRim, box.y * scale);
    return cv::Rect2d(left, top, std::min(size.width - kRim, (box.x + box.width) * scale) - left,
                      std::min(size.height - kRim, (box.y + box.height) * scale) - top);
  };
  for (const Organism& organism : found.organisms)
    draw_box(whole, box_of(organism), colour_of(organism));
  Labels labels(whole, type, size.height);
  int number = 0;
  for (const Organism& organism : found.organisms)
    labels.draw(label_of(organism, ++number, card), box_of(organism), colour_of(organism));
  draw_footer(picture.rowRange(size.height, picture.rows), type, title, what, lines);
  return picture;
}

}  // namespace differentia::cli
