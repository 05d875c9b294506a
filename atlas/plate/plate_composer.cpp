#include "atlas/plate/plate_composer.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "atlas/plate/plate_credits.h"
#include "atlas/plate/plate_markup.h"
#include "atlas/plate/plate_words.h"

namespace differentia {
namespace {

// Measures of a layout, in its units.
struct Measures {
  double width, margin;
  double title = 0, name = 0, common_name = 0, lead = 0, verdict = 0;  // text sizes
  double number = 0, heading = 0, body = 0, caption = 0, fine = 0;     // the same
  double label_margin = 0;             // of an exemplar's side, where its labels stand
  double gutter = 0, picture_gap = 0;  // between columns, between exemplars
  double patch = 0, exception = 0;     // sides
  double arrow = 0;                    // weight
};

Measures page_measures() {
  Measures m{595, 30};
  m.title = 10.5, m.name = 21, m.common_name = 9.5, m.lead = 9.6, m.verdict = 15;
  m.number = 19, m.heading = 10.6, m.body = 8.4, m.caption = 7, m.fine = 6.6;
  m.label_margin = 74, m.gutter = 18, m.picture_gap = 7;
  m.patch = 84, m.exception = 54;
  m.arrow = 0.8;
  return m;
}

Measures phone_measures() {
  Measures m{390, 18};
  m.title = 12.5, m.name = 24, m.common_name = 12.5, m.lead = 14, m.verdict = 19;
  m.number = 26, m.heading = 15.5, m.body = 12.8, m.caption = 11, m.fine = 10.5;
  m.label_margin = 26, m.gutter = 14, m.picture_gap = 0;
  m.patch = 112, m.exception = 88;
  m.arrow = 1.15;
  return m;
}

constexpr double kPatchGap = 4;

class Composer {
 public:
  Composer(const PairMarks& pair, const PlateOptions& options, const PlatePictures& pictures)
      : pair_(pair),
        options_(options),
        pictures_(pictures),
        phone_(options.width == PlateWidth::kPhone),
        m_(phone_ ? phone_measures() : page_measures()),
        left_(m_.margin),
        inner_(m_.width - 2 * m_.margin) {}

  ComposedPlate compose() {
    y_ = m_.margin;
    heading();
    if (phone_) {
      for (const Side side : {Side::kA, Side::kB}) {
        name(side, left_, inner_);
        y_ += m_.body * 0.5;
        exemplars({side});
        y_ += m_.body * 0.7;
        if (side == Side::kB) scale_remark(false);
        const std::vector<const MarkPictures*> marks = marks_of(side);
        for (const MarkPictures* mark : marks) mark_cell(*mark, left_, inner_);
        if (marks.empty() && !pictures_.marks.empty()) none_of(side);
        out_.page.rule({left_, y_}, {left_ + inner_, y_});
        y_ += m_.body * 1.4;
      }
    } else {
      columns();
    }
    decided();
    context();
    foot();
    out_.width = m_.width;
    out_.height = y_ + m_.margin * 0.8;
    return std::move(out_);
  }

 private:
  Paragraph set(const std::string& markup, double width, double size, Align align = Align::kLeft,
                int most_rows = 0) const {
    TextStyle style;
    style.size = size;
    style.align = align;
    style.most_rows = most_rows;
    style.display = size > 16;
    return type_.set(markup, width, style);
  }
  void put(const Paragraph& paragraph, double x, double y, Ink ink = kInk) {
    if (paragraph.empty()) return;
    out_.page.text(paragraph, x, y, ink);
    out_.texts.push_back({x, y, paragraph.width(), paragraph.height()});
  }
  // A centred paragraph's rows lie in the middle of its width.
  void put_centred(const Paragraph& paragraph, double x, double width, double y, Ink ink = kInk) {
    if (paragraph.empty()) return;
    out_.page.text(paragraph, x, y, ink);
    out_.texts.push_back(
        {x + (width - paragraph.width()) / 2, y, paragraph.width(), paragraph.height()});
  }
  void put_picture(const PlatePicture& picture, const Box& box) {
    out_.page.picture(picture, box);
    out_.pictures.push_back(box);
  }

  // Centred, its rows of about one length.
  Paragraph set_balanced(const std::string& markup, double width, double size) const {
    const int rows = set(markup, width, size, Align::kCentre).rows();
    double low = width / 2, high = width;
    while (high - low > 1) {
      const double middle = (low + high) / 2;
      (set(markup, middle, size, Align::kCentre).rows() > rows ? low : high) = middle;
    }
    return set(markup, high, size, Align::kCentre);
  }
  void put_balanced(const std::string& markup, double size, Ink ink) {
    if (markup.empty()) return;
    const Paragraph balanced = set_balanced(markup, inner_, size);
    const double width = balanced.set_width();
    put_centred(balanced, left_ + (inner_ - width) / 2, width, y_, ink);
    y_ += balanced.height();
  }

  std::string taxon_markup(Side side, bool abbreviated) const {
    return differentia::taxon_markup(pair_, side, abbreviated);
  }
  std::string sentence(const std::string& text) const { return sentence_markup(pair_, text); }

  void heading() {
    const Paragraph title =
        set(small_caps("marks the model uses"), inner_, m_.title, Align::kCentre);
    put_centred(title, left_, inner_, y_, kAccent);
    y_ += title.height() + m_.title * 0.55;
    if (!phone_) {
      out_.page.rule({left_, y_}, {left_ + inner_, y_});
      y_ += m_.title * 0.8;
      const double top = y_, width = picture_width(2);
      name(Side::kA, picture_left(Side::kA), width);
      const double first = y_;
      y_ = top;
      name(Side::kB, picture_left(Side::kB), width);
      y_ = std::max(first, y_) + m_.lead * 0.5;
    } else {
      const Paragraph both =
          set(taxon_markup(Side::kA, false) + grey("  and  ") + taxon_markup(Side::kB, false),
              inner_, m_.lead * 1.15, Align::kCentre);
      put_centred(both, left_, inner_, y_);
      y_ += both.height() + m_.lead * 0.6;
    }
    const std::string verdict = verdict_sentence(pair_);
    if (!verdict.empty()) {
      put_balanced(sentence(verdict), m_.verdict, kAccent);
      y_ += m_.lead * 0.7;
    }
    put_balanced(sentence(told_sentence(pair_)), m_.lead, kLightInk);
    y_ += m_.lead * 1.1;
  }

  void name(Side side, double x, double width) {
    // A long name is set smaller before it takes a second row.
    double size = m_.name;
    Paragraph name = set(taxon_markup(side, false), width, size, Align::kCentre);
    while (name.rows() > 1 && size > 0.75 * m_.name) {
      size *= 0.95;
      name = set(taxon_markup(side, false), width, size, Align::kCentre);
    }
    put_centred(name, x, width, y_);
    y_ += name.height();
    const std::string& common = pair_.taxon(side).record.common_name;
    if (common.empty()) return;
    const Paragraph under = set(small_caps(escaped(common)), width, m_.common_name, Align::kCentre);
    put_centred(under, x, width, y_, kLightInk);
    y_ += under.height();
  }

  double picture_width(std::size_t beside) const {
    if (beside == 1) return inner_ - m_.label_margin;
    return (inner_ - 2 * m_.label_margin - m_.picture_gap) / 2;
  }
  double picture_left(Side side) const {
    const double first = left_ + m_.label_margin;
    return side == Side::kA || phone_ ? first : first + picture_width(2) + m_.picture_gap;
  }

  // Exemplars side by side, their labels in the outer margins.
  void exemplars(const std::vector<Side>& sides) {
    const double width = picture_width(sides.size());
    double bottom = y_;
    for (const Side side : sides) {
      const auto& exemplar = pictures_.exemplars[index(side)];
      if (!exemplar) continue;
      const bool left = side == Side::kA || phone_;
      const Box box{picture_left(side), y_, width,
                    width * exemplar->picture.bgr.rows / exemplar->picture.bgr.cols};
      put_picture(exemplar->picture, box);
      bottom = std::max(bottom, box.y + box.height);
      bottom = std::max(bottom, labels(*exemplar, box, left));
    }
    y_ = bottom + 3;
    double captions = y_;
    for (const Side side : sides) {
      const auto& exemplar = pictures_.exemplars[index(side)];
      if (!exemplar) continue;
      const Paragraph caption = set(exemplar_caption(*exemplar), width, m_.caption, Align::kCentre);
      put_centred(caption, picture_left(side), width, y_, kLightInk);
      captions = std::max(captions, y_ + caption.height());
    }
    y_ = captions;
  }

  std::string exemplar_caption(const PlateExemplar& exemplar) const {
    std::string text;
    const auto found = options_.photos.records.find(exemplar.picture.photo);
    if (found != options_.photos.records.end()) text = escaped(found->second.form);
    if (exemplar.picture.mirrored) text += text.empty() ? "mirrored" : ", mirrored";
    return text;
  }

  // Returns where the lowest ends.
  double labels(const PlateExemplar& exemplar, const Box& picture, bool left) {
    LabelMargin margin;
    margin.box = {left ? picture.x - m_.label_margin : picture.x + picture.width, picture.y,
                  m_.label_margin, picture.height};
    margin.picture_right = left;
    margin.tail = phone_ ? 2 : 4;
    margin.gap = m_.body * 0.8;
    std::vector<MarkHead> heads;
    std::vector<LabelSize> sizes;
    std::vector<Paragraph> texts;
    for (const ExemplarMark& mark : exemplar.marks) {
      heads.push_back(
          {{picture.x + mark.place.x * picture.width, picture.y + mark.place.y * picture.height,
            mark.place.width * picture.width, mark.place.height * picture.height}});
      std::string text = "<span foreground=\"#852b1c\" size=\"125%\">" +
                         std::to_string(mark.mark->number) + "</span>";
      const std::string brief =
          theirs(*mark.mark) != nullptr ? *theirs(*mark.mark) : mark_label(*mark.mark);
      if (!phone_ && !brief.empty()) text += "  " + escaped(brief);
      texts.push_back(set(text, m_.label_margin - margin.tail - 1, m_.body,
                          left ? Align::kRight : Align::kLeft, 4));
      sizes.push_back(
          {m_.label_margin - margin.tail - 1, texts.back().height(), texts.back().first_row()});
    }
    double bottom = picture.y;
    const std::vector<PlacedLabel> placed = place_labels(margin, heads, sizes);
    for (std::size_t i = 0; i < placed.size(); ++i) {
      out_.page.arrow(placed[i].leader, m_.arrow);
      put(texts[i], placed[i].text.x, placed[i].text.y);
      bottom = std::max(bottom, placed[i].text.y + placed[i].text.height);
    }
    return bottom;
  }

  void scale_remark(bool rule) {
    if (!pictures_.exemplars[0] && !pictures_.exemplars[1]) return;
    const Paragraph remark =
        set(italic("Not to scale: photos carry no size."), inner_, m_.caption, Align::kCentre);
    y_ += 2;
    put_centred(remark, left_, inner_, y_, kLightInk);
    y_ += remark.height() + m_.body * 0.9;
    if (!rule) return;
    out_.page.rule({left_, y_}, {left_ + inner_, y_});
    y_ += m_.body * 1.3;
  }

  void columns() {
    exemplars({Side::kA, Side::kB});
    scale_remark(true);
    const double half = (inner_ - m_.gutter) / 2, top = y_;
    std::array<std::vector<const MarkPictures*>, 2> marks{marks_of(Side::kA), marks_of(Side::kB)};
    // Where one taxon carries all marks they stand in both columns.
    const bool one_sided = marks[0].empty() != marks[1].empty();
    if (one_sided) {
      std::vector<const MarkPictures*> all;
      for (const auto& of : marks) all.insert(all.end(), of.begin(), of.end());
      marks = {};
      for (std::size_t i = 0; i < all.size(); ++i) marks[i % 2].push_back(all[i]);
    }
    double bottom = top;
    // A single one stands in the middle.
    const double first = left_ + (pictures_.marks.size() == 1 ? (inner_ - half) / 2 : 0);
    for (std::size_t column = 0; column < 2; ++column) {
      y_ = top;
      for (const MarkPictures* mark : marks[column])
        mark_cell(*mark, first + static_cast<double>(column) * (half + m_.gutter), half);
      bottom = std::max(bottom, y_);
    }
    y_ = bottom;
    if (one_sided) none_of(marks_of(Side::kA).empty() ? Side::kA : Side::kB);
  }

  std::vector<const MarkPictures*> marks_of(Side side) const {
    std::vector<const MarkPictures*> marks;
    for (const MarkPictures& mark : pictures_.marks)
      if (mark.mark->carrier == side) marks.push_back(&mark);
    return marks;
  }

  void none_of(Side side) {
    const Paragraph none = set("No mark of its own was found for " + taxon_markup(side, true) + ".",
                               inner_, m_.body, Align::kCentre);
    put_centred(none, left_, inner_, y_, kLightInk);
    y_ += none.height() + m_.body;
  }

  const std::string* theirs(const Mark& mark) const {
    const auto found = options_.words.find(mark.number);
    return mark.on_subject && found != options_.words.end() ? &found->second : nullptr;
  }

  // A mark from near: number, words, the two places, an exception, counts.
  void mark_cell(const MarkPictures& mark, double x, double width) {
    const double indent = m_.number * 0.95;
    const Paragraph number = set(std::to_string(mark.mark->number), indent, m_.number);
    const std::string* words = theirs(*mark.mark);
    const Paragraph heading =
        set(words != nullptr ? escaped(*words) : sentence(mark_title(*mark.mark, pair_)),
            width - indent, m_.heading);
    // On one base line.
    const double number_top = y_ + heading.first_row() - number.first_row();
    put(number, x, std::max(y_ - m_.number * 0.35, number_top), kAccent);
    put(heading, x + indent, y_);
    y_ += heading.height();
    if (words != nullptr) {
      const Paragraph whose = set(italic("in a person’s words"), width - indent, m_.caption);
      put(whose, x + indent, y_, kLightInk);
      y_ += whose.height();
    }
    y_ += m_.body * 0.4;
    y_ += pictures(mark, x + indent) + m_.body * 0.15;
    const Paragraph counts = set(sentence(mark_counts(*mark.mark, pair_)), width - indent, m_.body);
    put(counts, x + indent, y_, kLightInk);
    y_ += counts.height();
    for (const std::string& flag : mark.mark->flags) {
      const Paragraph said = set(italic(sentence(flag)), width - indent, m_.body);
      put(said, x + indent, y_, kLightInk);
      y_ += said.height();
    }
    y_ += m_.body * 1.7;
  }

  // The mark, the same place in the other, an exception; returns their height with captions.
  double pictures(const MarkPictures& mark, double x) {
    struct Shown {
      const std::optional<PlatePicture>* picture;
      double side;
      std::string caption;
    };
    const Side side = mark.mark->carrier;
    std::vector<Shown> all{{&mark.own, m_.patch, taxon_markup(side, true)},
                           {&mark.other, m_.patch, taxon_markup(other(side), true)}};
    if (mark.exception) {
      all.push_back({&mark.exception, m_.exception,
                     mark.exception_of_carrier
                         ? "but not seen in this " + taxon_markup(side, true)
                         : "but seen in this " + taxon_markup(other(side), true)});
    }
    double bottom = 0;
    for (const Shown& shown : all) {
      if (!*shown.picture) continue;
      const bool aside = shown.picture == &mark.exception;
      if (aside) x += 2.5 * kPatchGap;
      const Box box{x, y_ + (aside ? m_.patch - shown.side : 0), shown.side, shown.side};
      put_picture(**shown.picture, box);
      mirrored_ |= (**shown.picture).mirrored;
      const Paragraph caption = set(shown.caption, shown.side, m_.caption, Align::kCentre, 3);
      put_centred(caption, x, shown.side, y_ + m_.patch + 1.5, kLightInk);
      bottom = std::max(bottom, m_.patch + 1.5 + caption.height());
      x += shown.side + kPatchGap;
    }
    return bottom;
  }

  void decided() {
    std::string text = decided_sentence(pair_);
    if (pictures_.left_out > 0)
      text += fmt::format("{}{} of them found no room here.", text.empty() ? "" : " ",
                          pictures_.left_out);
    if (text.empty()) return;
    const Paragraph said = set(sentence(text), inner_, m_.lead * 1.1, Align::kCentre);
    put_centred(said, left_, inner_, y_);
    y_ += said.height() + m_.body * 1.4;
  }

  // What is not on the organism stands in a box apart; no arrow points at it.
  void context() {
    if (pictures_.context.empty()) return;
    const double top = y_, pad = m_.body;
    const Paragraph legend =
        set(small_caps("also used, not on the organism"), inner_, m_.common_name);
    y_ += legend.height() / 2 + pad;
    const double cell = phone_ ? inner_ - 2 * pad : (inner_ - 3 * pad) / 2;
    const double side = m_.exception;
    double row_bottom = y_;
    for (std::size_t i = 0; i < pictures_.context.size(); ++i) {
      const bool second = !phone_ && i % 2 == 1;
      if (!second) y_ = row_bottom + (i > 0 ? pad : 0);
      const double x = left_ + pad + (second ? cell + pad : 0);
      row_bottom = std::max(row_bottom, y_ + cue(pictures_.context[i], x, cell, side));
    }
    y_ = row_bottom + pad;
    const double middle = top + legend.height() / 2;
    const double text_left = left_ + pad, text_right = text_left + legend.width();
    out_.page.rule({left_, middle}, {text_left - 4, middle});
    out_.page.rule({text_right + 4, middle}, {left_ + inner_, middle});
    out_.page.rule({left_, middle}, {left_, y_});
    out_.page.rule({left_ + inner_, middle}, {left_ + inner_, y_});
    out_.page.rule({left_, y_}, {left_ + inner_, y_});
    put(legend, text_left, top, kAccent);
    y_ += m_.body * 1.2;
  }

  double cue(const MarkPictures& cue, double x, double width, double side) {
    double at = x;
    for (const auto* picture : {&cue.own, &cue.other}) {
      if (!*picture) continue;
      put_picture(**picture, {at, y_, side, side});
      mirrored_ |= (**picture).mirrored;
      at += side + kPatchGap;
    }
    at += kPatchGap;
    const Side carrier = cue.mark->carrier;
    const std::string title = cue.mark->words.text.empty()
                                  ? "In photos of " + taxon_markup(carrier, true)
                                  : sentence(mark_title(*cue.mark, pair_));
    const Paragraph heading = set(title, x + width - at, m_.body * 1.1);
    put(heading, at, y_);
    const Paragraph counts = set(sentence(mark_counts(*cue.mark, pair_)), x + width - at, m_.body);
    put(counts, at, y_ + heading.height(), kLightInk);
    return std::max(side, heading.height() + counts.height());
  }

  void foot() {
    std::vector<std::string> notes = pair_.notes;
    if (mirrored_)
      notes.push_back("Some of the small pictures are mirrored, so that all face one way.");
    notes.push_back(claim_sentence());
    for (const std::string& note : notes) {
      const Paragraph said = set(italic(sentence(note)), inner_, m_.body);
      put(said, left_, y_);
      y_ += said.height() + m_.body * 0.3;
    }
    y_ += m_.body * 0.3;
    const std::string credits = plate_credits(pair_, pictures_, options_.photos.records).sentence();
    const Paragraph said =
        set(credits.empty() ? "None of the photos could be read, and so there are no pictures."
                            : "Photos. " + sentence(credits),
            inner_, m_.fine);
    put(said, left_, y_, kLightInk);
    y_ += said.height();
  }

  const PairMarks& pair_;
  const PlateOptions& options_;
  const PlatePictures& pictures_;
  const bool phone_;
  const Measures m_;
  const double left_, inner_;
  Typesetter type_;
  double y_ = 0;
  bool mirrored_ = false;  // some small picture is
  ComposedPlate out_;
};

}  // namespace

ComposedPlate compose_plate(const PairMarks& pair, const PlateOptions& options,
                            const PlatePictures& pictures) {
  return Composer(pair, options, pictures).compose();
}

}  // namespace differentia
