#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "atlas/plate/html_page.h"
#include "atlas/plate/html_pages.h"
#include "atlas/plate/page_names.h"
#include "atlas/plate/plate_credits.h"
#include "atlas/plate/plate_markup.h"
#include "atlas/plate/plate_words.h"

namespace differentia {
namespace {

std::string pair_file(const PairMarks& pair) {
  return "pairs/" + page_name(pair.taxa[0].record.name, pair.taxa[1].record.name) + ".html";
}

// Credits as a line under the pictures.
std::string credit_list(const CreditList& credits) {
  if (credits.credits().empty()) return "";
  std::string out = "<p>Photos:</p>\n<ul>\n";
  for (const PhotoCredit& credit : credits.credits())
    out += fmt::format("<li>{}</li>\n", credit.url.rfind("http", 0) == 0
                                            ? fmt::format("<a href=\"{}\">{}</a>",
                                                          escaped(credit.url), escaped(credit.text))
                                            : escaped(credit.text));
  return out + "</ul>\n";
}

std::string mark_cell(const Rival& rival, const MarkPictures& pictures, CreditList& credits) {
  const PlateRecord& record = *rival.record;
  const PairMarks& pair = record.pair;
  const Mark& mark = *pictures.mark;
  const std::string* words = words_for(record, mark);
  std::string out = fmt::format("<div><span class=\"number\">{}</span>{}<div class=\"two\">",
                                mark.number, mark_of_rival(rival, mark));
  // The taxon's own side is on the left, whoever carries the mark.
  const bool own = mark.carrier == rival.side;
  for (const Side side : {rival.side, other(rival.side)}) {
    const bool carrier = side == mark.carrier;
    const auto& picture = carrier ? pictures.own : pictures.other;
    if (!picture) continue;
    credits.add(*picture, record.photos, "");
    const std::string name =
        short_name(pair.taxon(side).record.name, pair.taxon(other(side)).record.name);
    out += fmt::format(
        "<figure>{}<figcaption class=\"small\">{}</figcaption></figure>",
        html_picture("../" + patch_file(pair, mark, carrier ? "own" : "other"), *picture,
                     carrier ? fmt::format("{}: {}", name, words ? *words : mark_label(mark))
                             : "The same place in " + name),
        taxon_markup(pair, side, true));
  }
  out += "</div>";
  return out +
         html_paragraph("small light", fmt::format("Seen in {} of {} {}, {} of {} {}.",
                                                   own ? mark.seen.with : mark.seen_other.with,
                                                   own ? mark.seen.of : mark.seen_other.of,
                                                   taxon_markup(pair, rival.side, true),
                                                   own ? mark.seen_other.with : mark.seen.with,
                                                   own ? mark.seen_other.of : mark.seen.of,
                                                   taxon_markup(pair, other(rival.side), true))) +
         "</div>\n";
}

std::string rival_section(const Rival& rival, CreditList& credits) {
  const PairMarks& pair = rival.record->pair;
  const store::TaxonRecord& taxon = rival.taxon().record;
  std::string out =
      fmt::format("<section class=\"rival\">\n<h2>from <a href=\"{}.html\">{}</a></h2>\n",
                  page_name(taxon.name), name_markup(taxon.name));
  out += html_paragraph("common", escaped(taxon.common_name));
  out += html_paragraph("verdict", sentence_markup(pair, verdict_sentence(pair)));
  out += html_paragraph("small light", sentence_markup(pair, told_sentence(pair)));
  std::string marks;
  for (const MarkPictures* mark : first_marks(rival)) marks += mark_cell(rival, *mark, credits);
  if (!marks.empty()) out += "<div class=\"three\">\n" + marks + "</div>\n";
  return out + fmt::format("<p><a href=\"../{}\">The plate of this pair</a></p>\n</section>\n",
                           pair_file(pair));
}

// "Turdisca" of "Turdisca guttata"; empty of a name that is no binomial.
std::string genus_of(const std::string& name) {
  return is_binomial(name) ? name.substr(0, name.find(' ')) : "";
}

std::string taxon_card(const std::string& name, const std::vector<Rival>& rivals,
                       CreditList& credits) {
  const Rival* from = nullptr;
  const PlatePicture* picture = portrait(rivals, &from);
  const store::TaxonRecord& taxon = rivals.front().own().record;
  std::string out = fmt::format("<li><a href=\"taxa/{}.html\">", page_name(name));
  if (picture != nullptr) {
    out += html_picture(exemplar_file(from->record->pair, from->side), *picture, "");
    credits.add(*picture, from->record->photos, "");
  }
  return out + name_markup(name) + "</a>" +
         (taxon.common_name.empty()
              ? ""
              : "<br><span class=\"common\">" + escaped(taxon.common_name) + "</span>") +
         "</li>\n";
}

// What a list says of a pair beside its names.
std::string pair_line(const PlateRecord& record) {
  const PairMarks& pair = record.pair;
  const std::string verdict = verdict_sentence(pair);
  if (!verdict.empty()) return sentence_markup(pair, verdict);
  std::string out;
  for (const MarkPictures& one : record.pictures.marks) {
    const std::string* words = words_for(record, *one.mark);
    const std::string label = words != nullptr ? *words : mark_label(*one.mark);
    if (label.empty() || out.find(label) != std::string::npos) continue;
    out += (out.empty() ? "" : ", ") + label;
  }
  return escaped(out);
}

}  // namespace

std::string taxon_html(const std::vector<Rival>& rivals) {
  const store::TaxonRecord& taxon = rivals.front().own().record;
  CreditList credits;
  const Rival* from = nullptr;
  const PlatePicture* picture = portrait(rivals, &from);
  std::string body =
      "<div class=\"taxon\">\n<header>\n<p class=\"kicker\">marks the model uses</p>\n";
  body += "<h1>" + name_markup(taxon.name) + "</h1>\n";
  body += html_paragraph("common", escaped(taxon.common_name));
  body += html_paragraph("light", escaped(taxon_sentence(rivals.front().own())));
  body += html_paragraph("light", rivals.size() == 1
                                      ? "What the model tells it apart by:"
                                      : "What the model tells it apart by, its nearest rival "
                                        "first:");
  body += "</header>\n";
  if (picture != nullptr) {
    credits.add(*picture, from->record->photos, "");
    body += "<figure>" +
            html_picture("../" + exemplar_file(from->record->pair, from->side), *picture,
                         taxon.name + ", a photo that shows its marks well") +
            "</figure>\n";
  }
  body += "</div>\n";
  std::set<std::string> models;
  for (const Rival& rival : rivals) {
    body += rival_section(rival, credits);
    models.insert(rival.record->model);
  }
  HtmlPage page;
  page.title = taxon.name + ": marks the model uses";
  page.description = fmt::format(
      "What a species classifier goes by to tell {} from its nearest rivals, with photos.",
      taxon.name);
  page.up = "../";
  page.body = body;
  page.made_by = html_paragraph("", claim_sentence("page")) + credit_list(credits);
  for (const std::string& model : models) page.made_by += html_origin(model);
  return html_page(page);
}

std::string index_html(const std::map<std::string, std::vector<Rival>>& taxa,
                       const std::vector<PlateRecord>& records) {
  CreditList credits;
  std::set<std::string> models;
  std::string body = "<p class=\"kicker\">marks the model uses</p>\n<h1>Plates</h1>\n";
  body += html_paragraph(
      "",
      fmt::format("{} tax{}, {} pair{}. Each plate shows what the model goes by to tell two taxa "
                  "apart, with photos and counts.",
                  taxa.size(), taxa.size() == 1 ? "on" : "a", records.size(),
                  records.size() == 1 ? "" : "s"));
  body += "<h2 class=\"genus\">Taxa</h2>\n";
  std::string genus;
  bool open = false;
  for (const auto& [name, rivals] : taxa) {
    const std::string of = genus_of(name);
    if (!open || of != genus) {
      body += fmt::format("{}{}<ul class=\"taxa\">\n", open ? "</ul>\n" : "",
                          of.empty() ? "" : "<h3>" + italic(escaped(of)) + "</h3>\n");
      genus = of;
      open = true;
    }
    body += taxon_card(name, rivals, credits);
  }
  if (open) body += "</ul>\n";
  body += "<h2>Pairs</h2>\n<ul class=\"pairs\">\n";
  for (const PlateRecord& record : records) {
    const PairMarks& pair = record.pair;
    body += fmt::format(
        "<li><a href=\"{}\">{} and {}</a><br><span class=\"small light\">{}</span></li>\n",
        pair_file(pair), taxon_markup(pair, Side::kA, false), taxon_markup(pair, Side::kB, true),
        pair_line(record));
    models.insert(record.model);
  }
  body += "</ul>\n";
  HtmlPage page;
  page.title = "Plates: marks the model uses";
  page.description = "What a species classifier goes by to tell taxa apart, pair by pair.";
  page.body = body;
  page.made_by = html_paragraph("", claim_sentence()) + credit_list(credits);
  for (const std::string& model : models) page.made_by += html_origin(model);
  return html_page(page);
}

}  // namespace differentia
