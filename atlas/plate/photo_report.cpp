#include "atlas/plate/photo_report.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <opencv2/imgproc.hpp>

#include "atlas/plate/axis_drawing.h"
#include "atlas/plate/photo_words.h"
#include "atlas/plate/plate_layout.h"
#include "atlas/plate/plate_markup.h"
#include "atlas/plate/plate_surface.h"
#include "atlas/plate/plate_words.h"
#include "base/file.h"

namespace differentia {
namespace {

constexpr double kWidth = 595, kMargin = 30;  // points
constexpr double kLabels = 84;                // beside the photo, where its labels stand
constexpr double kHighest = 400;              // photo
constexpr int kPictureSide = 1200;            // pixels of the longer side
constexpr double kAround = 0.3;  // of the subject's longer side, that is left around it
constexpr double kNearly = 0.6;  // share of the photo from which on it is shown whole
constexpr double kRing = 0.62;   // of a mark's box: it is a window of the grid, wider than the mark
constexpr double kDim = 0.5;     // of what is not lit
constexpr double kPointsToAnInch = 72;

const cv::Scalar kLight(255, 255, 255), kDark(28, 30, 33);

Box shown_part(const PhotoOnPair& photo) {
  const Size size = photo.size;
  const Box whole{0, 0, static_cast<double>(size.width), static_cast<double>(size.height)};
  if (!photo.masked) return whole;
  const double more = kAround * std::max(photo.subject.width, photo.subject.height);
  Box box = clip({photo.subject.x - more, photo.subject.y - more, photo.subject.width + 2 * more,
                  photo.subject.height + 2 * more},
                 size);
  return box.width * box.height > kNearly * whole.width * whole.height ? whole : box;
}

// A mark of the photo that is drawn on it.
struct Lit {
  const Mark* mark;
  const TickedMark* ticked;
};

// The part of the photo that is shown, dim but for the marks that are seen, with a ring around
// each place; a broken one where the mark is absent.
cv::Mat lit_picture(const cv::Mat& bgr, const PhotoOnPair& photo, const Box& part,
                    const std::vector<Lit>& lit) {
  const double scale = static_cast<double>(bgr.cols) / photo.size.width;
  const cv::Rect rect = cv::Rect(static_cast<int>(std::lround(part.x * scale)),
                                 static_cast<int>(std::lround(part.y * scale)),
                                 std::max(1, static_cast<int>(std::lround(part.width * scale))),
                                 std::max(1, static_cast<int>(std::lround(part.height * scale)))) &
                        cv::Rect(0, 0, bgr.cols, bgr.rows);
  cv::Mat picture = bgr(rect).clone();
  const double factor = static_cast<double>(kPictureSide) / std::max(rect.width, rect.height);
  cv::resize(picture, picture, {}, factor, factor, factor < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  const double to_x = picture.cols / part.width, to_y = picture.rows / part.height;
  struct Ring {
    cv::Point2d middle;
    cv::Size2d radii;
    bool seen;
  };
  std::vector<Ring> rings;
  cv::Mat light(picture.size(), CV_32F, cv::Scalar(0));
  const double least = 0.022 * kPictureSide;
  for (const Lit& one : lit) {
    const TickedMark& mark = *one.ticked;
    if (mark.presence == MarkPresence::kHidden) continue;
    const Ring ring{{(mark.place.x - part.x) * to_x, (mark.place.y - part.y) * to_y},
                    {std::max(least, 0.5 * kRing * mark.box.width * to_x),
                     std::max(least, 0.5 * kRing * mark.box.height * to_y)},
                    mark.presence == MarkPresence::kSeen};
    rings.push_back(ring);
    if (ring.seen)
      cv::ellipse(light, cv::Point(ring.middle), cv::Size(ring.radii), 0, 0, 360, cv::Scalar(1),
                  cv::FILLED);
  }
  if (cv::countNonZero(light) > 0) {
    cv::GaussianBlur(light, light, {0, 0}, 0.008 * kPictureSide);
    for (int y = 0; y < picture.rows; ++y) {
      for (int x = 0; x < picture.cols; ++x) {
        const float w = static_cast<float>(kDim + (1 - kDim) * light.at<float>(y, x));
        auto& pixel = picture.at<cv::Vec3b>(y, x);
        for (int c = 0; c < 3; ++c)
          pixel[c] =
              cv::saturate_cast<unsigned char>(w * static_cast<float>(pixel[c]) + (1 - w) * 70.0f);
      }
    }
  }
  const int thick = std::max(2, kPictureSide / 260);
  for (const Ring& ring : rings) {
    const int pieces = ring.seen ? 1 : 12;
    for (int i = 0; i < pieces; ++i) {
      const double from = 360.0 * i / pieces, to = from + (ring.seen ? 360.0 : 18.0);
      for (const bool under : {true, false})
        cv::ellipse(picture, cv::Point(ring.middle), cv::Size(ring.radii), 0, from, to,
                    under ? kDark : kLight, under ? 2 * thick : thick, cv::LINE_AA);
    }
  }
  return picture;
}

class Composer {
 public:
  Composer(const PhotoOnPair& photo, const PairMarks& pair, const PairAxis& axis,
           const cv::Mat& bgr)
      : photo_(photo), pair_(pair), axis_(axis), bgr_(bgr) {
    for (std::size_t m = 0; m < pair.marks.size(); ++m)
      if (is_ticked(pair.marks[m])) lit_.push_back({&pair.marks[m], &photo.marks[m]});
    for (std::size_t m = 0; m < pair.context.size(); ++m)
      if (is_ticked(pair.context[m])) cues_.push_back({&pair.context[m], &photo.context[m]});
  }

  ComposedReport compose() {
    heading();
    picture();
    lists();
    cues();
    rule();
    y_ += draw_axis(out_.page, type_, axis_, photo_.margin,
                    {taxon_markup(pair_, Side::kA, false), taxon_markup(pair_, Side::kB, false)},
                    {kMargin, y_}, kInner, 8.4) +
          8;
    paragraph(sentence_markup(pair_, axis_sentence(photo_, pair_)), 8.4, kLightInk);
    foot();
    out_.width = kWidth;
    out_.height = y_ + 0.7 * kMargin;
    return std::move(out_);
  }

 private:
  static constexpr double kInner = kWidth - 2 * kMargin;

  Paragraph set(const std::string& markup, double width, double size, Align align = Align::kLeft,
                int rows = 0) const {
    TextStyle style;
    style.size = size;
    style.align = align;
    style.most_rows = rows;
    style.display = size > 14;
    return type_.set(markup, width, style);
  }
  void paragraph(const std::string& markup, double size, Ink ink, Align align = Align::kLeft) {
    if (markup.empty()) return;
    const Paragraph text = set(markup, kInner, size, align);
    out_.page.text(text, kMargin, y_, ink);
    y_ += text.height() + 0.35 * size;
  }
  void rule() {
    y_ += 4;
    out_.page.rule({kMargin, y_}, {kMargin + kInner, y_});
    y_ += 9;
  }

  void heading() {
    y_ = 0.8 * kMargin;
    paragraph(small_caps("one photo between two taxa"), 10.5, kAccent, Align::kCentre);
    paragraph(taxon_markup(pair_, Side::kA, false) + grey("  or  ") +
                  taxon_markup(pair_, Side::kB, false),
              15, kInk, Align::kCentre);
    y_ += 2;
    const bool plain = photo_.placed == PlacedOnAxis::kA || photo_.placed == PlacedOnAxis::kB;
    paragraph(sentence_markup(pair_, placed_sentence(photo_, pair_)), 13.5, plain ? kInk : kAccent,
              Align::kCentre);
    y_ += 5;
  }

  static std::string ticked_label(const Lit& one) {
    const std::string brief = mark_label(*one.mark);
    return fmt::format("<span foreground=\"#852b1c\" size=\"120%\">{} {}</span>{}",
                       tick_sign(*one.ticked), one.mark->number,
                       brief.empty() ? "" : "  " + escaped(brief));
  }

  void picture() {
    const Box part = shown_part(photo_);
    PlatePicture shown;
    shown.bgr = lit_picture(bgr_, photo_, part, lit_);
    shown.box = part;
    const double most = kInner - 2 * kLabels;
    double width = most, height = width * shown.bgr.rows / shown.bgr.cols;
    if (height > kHighest) {
      width *= kHighest / height;
      height = kHighest;
    }
    const Box box{kMargin + (kInner - width) / 2, y_, width, height};
    out_.page.picture(shown, box);
    out_.page.frame(box);
    double bottom = box.y + box.height;
    for (const bool left : {true, false}) bottom = std::max(bottom, labels(shown, box, left));
    y_ = bottom + 10;
  }

  // Of the marks that lie in that half of the picture; answers where the lowest ends.
  double labels(const PlatePicture& shown, const Box& picture, bool left) {
    LabelMargin margin;
    margin.box = {left ? picture.x - kLabels : picture.x + picture.width, picture.y, kLabels,
                  picture.height};
    margin.picture_right = left;
    margin.tail = 4;
    margin.gap = 7;
    std::vector<MarkHead> heads;
    std::vector<LabelSize> sizes;
    std::vector<Paragraph> texts;
    for (const Lit& one : lit_) {
      if (one.ticked->presence == MarkPresence::kHidden || heads.size() >= kMostLabels) continue;
      Box place = shown.place(one.ticked->box);
      place.width *= kRing;
      place.height *= kRing;
      const Point middle{(one.ticked->place.x - shown.box.x) / shown.box.width,
                         (one.ticked->place.y - shown.box.y) / shown.box.height};
      if ((middle.x < 0.5) != left) continue;
      heads.push_back({{picture.x + (middle.x - place.width / 2) * picture.width,
                        picture.y + (middle.y - place.height / 2) * picture.height,
                        place.width * picture.width, place.height * picture.height}});
      texts.push_back(set(ticked_label(one), kLabels - margin.tail - 1, 8.4,
                          left ? Align::kRight : Align::kLeft, 4));
      sizes.push_back({kLabels - margin.tail - 1, texts.back().height(), texts.back().first_row()});
    }
    double bottom = picture.y;
    const std::vector<PlacedLabel> placed = place_labels(margin, heads, sizes);
    for (std::size_t i = 0; i < placed.size(); ++i) {
      out_.page.arrow(placed[i].leader, 0.8);
      out_.page.text(texts[i], placed[i].text.x, placed[i].text.y);
      bottom = std::max(bottom, placed[i].text.y + placed[i].text.height);
    }
    return bottom;
  }

  // One mark in words; answers its height.
  double row(const Lit& one, double x, double y, double width) {
    const double indent = 26;
    const Paragraph sign =
        set(fmt::format("{} {}", tick_sign(*one.ticked), one.mark->number), indent, 10.5);
    out_.page.text(sign, x, y, kAccent);
    const Paragraph title =
        set(sentence_markup(pair_, mark_title(*one.mark, pair_)), width - indent, 9.4);
    out_.page.text(title, x + indent, y);
    const Paragraph says = set(escaped(presence_words(*one.ticked)), width - indent, 8.2);
    out_.page.text(says, x + indent, y + title.height(), kLightInk);
    return title.height() + says.height() + 5;
  }

  void lists() {
    const double gutter = 18, half = (kInner - gutter) / 2, top = y_;
    double bottom = top;
    for (const Side side : {Side::kA, Side::kB}) {
      const double x = kMargin + (side == Side::kA ? 0 : half + gutter);
      double y = top;
      const Paragraph of = set("Marks of " + taxon_markup(pair_, side, false), half, 9.4);
      out_.page.text(of, x, y, kLightInk);
      y += of.height() + 4;
      bool any = false;
      for (const Lit& one : lit_) {
        if (one.mark->carrier != side) continue;
        y += row(one, x, y, half);
        any = true;
      }
      if (!any) {
        const Paragraph none = set("none that is shown", half, 8.4);
        out_.page.text(none, x, y, kLightInk);
        y += none.height() + 4;
      }
      bottom = std::max(bottom, y);
    }
    y_ = bottom;
  }

  void cues() {
    if (cues_.empty()) return;
    y_ += 3;
    paragraph("Also used, not on the organism", 9.4, kLightInk);
    for (const Lit& one : cues_) y_ += row(one, kMargin, y_, kInner);
  }

  void foot() {
    paragraph(escaped(photo_remark(photo_)), 7.4, kLightInk);
    paragraph(
        "What this model goes by, not what is diagnostic: that a mark is seen here does not "
        "make the name right.",
        7.4, kLightInk);
    paragraph(escaped(std::filesystem::path(photo_.path).filename().string()), 7.4, kLightInk);
  }

  const PhotoOnPair& photo_;
  const PairMarks& pair_;
  const PairAxis& axis_;
  const cv::Mat& bgr_;
  std::vector<Lit> lit_, cues_;
  Typesetter type_;
  ComposedReport out_;
  double y_ = 0;
};

}  // namespace

ComposedReport compose_photo_report(const PhotoOnPair& photo, const PairMarks& pair,
                                    const PairAxis& axis, const cv::Mat& bgr) {
  return Composer(photo, pair, axis, bgr).compose();
}

void draw_photo_report(const PhotoOnPair& photo, const PairMarks& pair, const PairAxis& axis,
                       const cv::Mat& bgr, const std::string& path, double dots_per_inch) {
  const PlateFormat format = plate_format(path);
  const ComposedReport report = compose_photo_report(photo, pair, axis, bgr);
  PlateSheet sheet;
  sheet.width = report.width;
  sheet.height = report.height;
  sheet.pixels = dots_per_inch / kPointsToAnInch;
  sheet.title = fmt::format("One photo between {} and {}", pair.taxa[0].record.name,
                            pair.taxa[1].record.name);
  write_whole_file(
      path, plate_bytes(format, sheet, [&](cairo_t* context) { report.page.draw(context); }));
}

}  // namespace differentia
