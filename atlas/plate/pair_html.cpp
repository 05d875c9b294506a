#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "atlas/plate/html_page.h"
#include "atlas/plate/html_pages.h"
#include "atlas/plate/page_names.h"
#include "atlas/plate/plate_credits.h"
#include "atlas/plate/plate_layout.h"
#include "atlas/plate/plate_markup.h"
#include "atlas/plate/plate_words.h"

namespace differentia {
namespace {

// An exemplar's drawing: the picture is so wide, the margin that its numbers stand in a tenth of
// that.
constexpr double kPictureWidth = 1000, kMarginWidth = 100;

class PairPage {
 public:
  explicit PairPage(const PlateRecord& record) : record_(record), pair_(record.pair) {}

  std::string body() const {
    std::string out = heading();
    out += "<section class=\"pair\">\n" + exemplar(Side::kA) + exemplar(Side::kB) + "</section>\n";
    if (record_.pictures.exemplars[0] || record_.pictures.exemplars[1])
      out +=
          html_paragraph("small light not-to-scale", italic("Not to scale: photos carry no size."));
    return out + marks() + context();
  }

  std::string foot() const {
    std::string out;
    for (const std::string& note : pair_.notes) out += html_paragraph("", sentence(note));
    bool mirrored = false;
    for_each_file(record_, [&](const std::string&, const PlatePicture& picture) {
      mirrored |= picture.mirrored;
    });
    if (mirrored)
      out += html_paragraph("", "Some pictures are mirrored, so that all face one way.");
    out += html_paragraph("", claim_sentence());
    const CreditList credits = plate_credits(pair_, record_.pictures, record_.photos);
    if (credits.credits().empty())
      return out +
             html_paragraph("", "None of the photos could be read, and so there are no pictures.");
    out += "<p>Photos:</p>\n<ul>\n";
    for (const PhotoCredit& credit : credits.credits()) {
      std::string where;
      for (const std::string& one : credit.where)
        where += (where.empty() ? "" : ", ") + sentence(one == "box" ? "beside it" : one);
      const std::string text =
          credit.url.rfind("http", 0) == 0
              ? fmt::format("<a href=\"{}\">{}</a>", escaped(credit.url), escaped(credit.text))
              : escaped(credit.text);
      out += fmt::format("<li>{}: {}</li>\n", where, text);
    }
    return out + "</ul>\n";
  }

 private:
  std::string sentence(const std::string& text) const { return sentence_markup(pair_, text); }
  std::string brief(Side side) const { return taxon_markup(pair_, side, true); }
  std::string brief_text(Side side) const {
    return short_name(pair_.taxon(side).record.name, pair_.taxon(other(side)).record.name);
  }
  const std::string* theirs(const Mark& mark) const { return words_for(record_, mark); }
  std::string label(const Mark& mark) const {
    return theirs(mark) != nullptr ? *theirs(mark) : mark_label(mark);
  }

  std::string heading() const {
    std::string out = "<header class=\"of-pair\">\n<p class=\"kicker\">marks the model uses</p>\n";
    std::string names, common;
    for (const Side side : {Side::kA, Side::kB}) {
      const store::TaxonRecord& taxon = pair_.taxon(side).record;
      names += fmt::format("{}<a href=\"../taxa/{}.html\">{}</a>",
                           side == Side::kA ? "" : " <span class=\"and\">and</span> ",
                           page_name(taxon.name), name_markup(taxon.name));
      if (!taxon.common_name.empty())
        common += (common.empty() ? "" : " · ") + escaped(taxon.common_name);
    }
    out += "<h1>" + names + "</h1>\n" + html_paragraph("common", common);
    out += html_paragraph("verdict", sentence(verdict_sentence(pair_)));
    out += html_paragraph("", sentence(told_sentence(pair_)));
    return out + html_paragraph("", sentence(decided_sentence(pair_))) + "</header>\n";
  }

  std::string exemplar(Side side) const {
    const auto& exemplar = record_.pictures.exemplars[index(side)];
    if (!exemplar) return "";
    const PlatePicture& picture = exemplar->picture;
    std::string alternative = brief_text(side), pointed;
    for (const ExemplarMark& one : exemplar->marks) {
      const std::string words = label(*one.mark);
      pointed += fmt::format("{}{}{}", pointed.empty() ? "" : ", ", one.mark->number,
                             words.empty() ? "" : " (" + words + ")");
    }
    if (!pointed.empty()) alternative += ", with lines to its marks: " + pointed;
    std::string caption = brief(side);
    const auto found = record_.photos.find(picture.photo);
    if (found != record_.photos.end() && !found->second.form.empty())
      caption += ", " + escaped(found->second.form);
    if (picture.mirrored) caption += ", mirrored";
    return fmt::format(
        "<figure>\n<div class=\"exemplar "
        "{}{}\">{}{}</div>\n<figcaption>{}</figcaption>\n</figure>\n",
        side == Side::kA ? "left" : "right", exemplar->marks.empty() ? " bare" : "",
        html_picture("../" + exemplar_file(pair_, side), picture, alternative),
        lines(*exemplar, side), caption);
  }

  // Lines from the numbers in the margin to the marks.
  std::string lines(const PlateExemplar& exemplar, Side side) const {
    const Box& box = exemplar.picture.box;
    const double height = kPictureWidth * box.height / box.width;
    const bool left = side == Side::kA;
    const double from = left ? kMarginWidth : 0;
    LabelMargin margin;
    margin.box = {left ? 0 : kPictureWidth, 0, kMarginWidth, height};
    margin.picture_right = left;
    margin.tail = 10;
    margin.gap = 12;
    std::vector<MarkHead> heads;
    for (const ExemplarMark& one : exemplar.marks)
      heads.push_back({{from + one.place.x * kPictureWidth, one.place.y * height,
                        one.place.width * kPictureWidth, one.place.height * height}});
    const std::vector<LabelSize> sizes(heads.size(), LabelSize{60, 60, 30});
    std::string out = fmt::format("<svg viewBox=\"0 0 {:.0f} {:.1f}\" aria-hidden=\"true\">",
                                  kPictureWidth + kMarginWidth, height);
    const std::vector<PlacedLabel> placed = place_labels(margin, heads, sizes);
    for (std::size_t i = 0; i < placed.size(); ++i) {
      const Segment& line = placed[i].leader;
      for (const char* stroke : {"stroke=\"#fff\" stroke-width=\"9\" stroke-linecap=\"round\"",
                                 "stroke=\"#211f1c\" stroke-width=\"3.4\""})
        out += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>",
                           line.from.x, line.from.y, line.to.x, line.to.y, stroke);
      out += fmt::format(
          "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"8\" fill=\"#211f1c\" stroke=\"#fff\" "
          "stroke-width=\"3\"/>",
          line.to.x, line.to.y);
      out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>",
                         left ? kMarginWidth - margin.tail - 4 : kPictureWidth + margin.tail + 4,
                         line.from.y, left ? "end" : "start", exemplar.marks[i].mark->number);
    }
    return out + "</svg>";
  }

  std::string patch(const Mark& mark, const std::optional<PlatePicture>& picture,
                    const std::string& what, const std::string& alternative,
                    const std::string& caption) const {
    if (!picture) return "";
    return fmt::format("<figure{}>{}<figcaption>{}</figcaption></figure>\n",
                       what == "against" ? " class=\"against\"" : "",
                       html_picture("../" + patch_file(pair_, mark, what), *picture, alternative),
                       caption);
  }

  std::string patches(const MarkPictures& pictures) const {
    const Mark& mark = *pictures.mark;
    const Side side = mark.carrier;
    const std::string words = label(mark).empty() ? "the mark" : label(mark);
    std::string out = patch(mark, pictures.own, "own",
                            fmt::format("{}: {}, from near", brief_text(side), words), brief(side));
    out += patch(mark, pictures.other, "other",
                 fmt::format("The same place in {}", brief_text(other(side))), brief(other(side)));
    const Side against = pictures.exception_of_carrier ? side : other(side);
    return out +
           patch(mark, pictures.exception, "against",
                 fmt::format("A photo of {} that speaks against it", brief_text(against)),
                 (pictures.exception_of_carrier ? "but not seen in this " : "but seen in this ") +
                     brief(against));
  }

  std::string mark_article(const MarkPictures& pictures) const {
    const Mark& mark = *pictures.mark;
    const std::string* words = theirs(mark);
    std::string out = fmt::format(
        "<article class=\"mark\" id=\"mark-{0}\">\n<div class=\"number\">{0}</div>\n<div>\n"
        "<h3>{1}</h3>\n",
        mark.number, words != nullptr ? escaped(*words) : sentence(mark_title(mark, pair_)));
    if (words != nullptr) out += html_paragraph("small light", italic("in a person’s words"));
    out += "<div class=\"patches\">\n" + patches(pictures) + "</div>\n";
    out += html_paragraph("small light", sentence(mark_counts(mark, pair_)));
    for (const std::string& flag : mark.flags)
      out += html_paragraph("small light", italic(sentence(flag)));
    return out + "</div>\n</article>\n";
  }

  std::string marks() const {
    std::array<std::string, 2> columns;
    std::array<int, 2> of{};
    for (const MarkPictures& mark : record_.pictures.marks) ++of[index(mark.mark->carrier)];
    const int all = of[0] + of[1];
    if (all == 0) return "";
    // Where one taxon carries all they stand in both columns.
    const bool one_sided = of[0] == 0 || of[1] == 0;
    int placed = 0;
    for (const MarkPictures& mark : record_.pictures.marks) {
      const std::size_t column =
          one_sided ? static_cast<std::size_t>(placed++ % 2) : index(mark.mark->carrier);
      columns[column] += mark_article(mark);
    }
    std::string out =
        all == 1 ? "<section class=\"columns single\">\n" : "<section class=\"columns\">\n";
    for (const std::string& column : columns)
      if (!column.empty()) out += "<div>\n" + column + "</div>\n";
    out += "</section>\n";
    if (one_sided)
      out += html_paragraph("light", "No mark of its own was found for " +
                                         brief(of[0] == 0 ? Side::kA : Side::kB) + ".");
    return out;
  }

  std::string context() const {
    if (record_.pictures.context.empty()) return "";
    std::string out = "<aside class=\"context\">\n<h2>also used, not on the organism</h2>\n";
    for (const MarkPictures& cue : record_.pictures.context) {
      const Mark& mark = *cue.mark;
      const Side side = mark.carrier;
      out += "<div class=\"cue\">\n" +
             patch(mark, cue.own, "own", "What is beside " + brief_text(side), brief(side)) +
             patch(mark, cue.other, "other", "What is beside " + brief_text(other(side)),
                   brief(other(side)));
      out += fmt::format("<div><h3>{}</h3>{}</div>\n</div>\n",
                         mark.words.text.empty() ? "In photos of " + brief(side)
                                                 : sentence(mark_title(mark, pair_)),
                         html_paragraph("small light", sentence(mark_counts(mark, pair_))));
    }
    return out + "</aside>\n";
  }

  const PlateRecord& record_;
  const PairMarks& pair_;
};

}  // namespace

std::string pair_html(const PlateRecord& record) {
  const std::string &a = record.pair.taxa[0].record.name, &b = record.pair.taxa[1].record.name;
  const PairPage content(record);
  HtmlPage page;
  page.title = fmt::format("{} and {}: marks the model uses", a, b);
  page.description = fmt::format(
      "What a species classifier goes by to tell {} from {}, with photos and counts.", a, b);
  page.up = "../";
  page.body = content.body();
  page.made_by = content.foot() + html_origin(record.model);
  return html_page(page);
}

}  // namespace differentia
