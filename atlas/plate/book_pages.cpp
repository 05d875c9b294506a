#include "atlas/plate/book_pages.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "atlas/plate/plate_markup.h"
#include "atlas/plate/plate_words.h"

namespace differentia {
namespace {

constexpr int kPortraitPixels = 420;

std::string folded(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// A row whose end is a page's number; the whole of it leads there.
void numbered_row(PageFlow& flow, const std::string& markup, double indent, double size, int page) {
  const double number_width = 34;
  const Paragraph text = flow.set(markup, flow.inner() - indent - number_width, size);
  const Paragraph number = flow.set(std::to_string(page), number_width, size, Align::kRight);
  flow.need(text.height());
  flow.page().begin_link(page);
  flow.page().text(number, flow.left() + flow.inner() - number_width,
                   flow.y() + text.height() - number.height(), kLightInk);
  flow.page().text(text, flow.left() + indent, flow.y());
  flow.page().end_link();
  // A line of dots between the last row of the text and the number.
  const double from =
      flow.left() + indent + (text.rows() > 1 ? text.set_width() : text.width()) + 6;
  const double to = flow.left() + flow.inner() - number.width() - 6;
  const double base = flow.y() + text.height() - 0.28 * size;
  for (double x = to; x > from; x -= 5) flow.page().rule({x, base}, {x + 0.7, base}, 0.7);
  flow.skip(text.height() + size * 0.22);
}

struct IndexEntry {
  std::string sorted, markup;
  int first = 0;  // the taxon's own page
  std::set<int> plates;
};

std::vector<IndexEntry> entries(const BookPlan& plan, bool common) {
  std::map<std::string, std::set<int>> plates;
  for (const BookPlan::Taxon& taxon : plan.taxa)
    for (const BookPlan::Plate& plate : taxon.plates)
      for (const PairTaxon& one : plate.record->pair.taxa)
        plates[one.record.name].insert(plate.page);
  std::vector<IndexEntry> all;
  for (const BookPlan::Taxon& taxon : plan.taxa) {
    const std::string& name = common ? taxon.common_name : taxon.name;
    if (name.empty()) continue;
    all.push_back(
        {folded(name), common ? escaped(name) : name_markup(name), taxon.page, plates[taxon.name]});
    // Also by the last word, as people look for "thrush, guttate" and "guttata, Turdisca".
    const std::size_t space = name.rfind(' ');
    if (space == std::string::npos) continue;
    const std::string turned = name.substr(space + 1) + ", " + name.substr(0, space);
    const bool italics = !common && is_binomial(name);
    all.push_back({folded(turned), italics ? italic(escaped(turned)) : escaped(turned), taxon.page,
                   plates[taxon.name]});
  }
  std::sort(all.begin(), all.end(),
            [](const IndexEntry& one, const IndexEntry& two) { return one.sorted < two.sorted; });
  return all;
}

// Two columns, filled one after the other.
void index_columns(PageFlow& flow, const std::vector<IndexEntry>& all) {
  constexpr double kSize = 9.4, kGap = 22;
  const double width = (flow.inner() - kGap) / 2;
  struct Row {
    Paragraph name;
    std::vector<std::pair<int, Paragraph>> pages;
    double height = 0;
  };
  const auto row_of = [&](const IndexEntry& entry) {
    Row row;
    double left = width;
    std::vector<int> pages{entry.first};
    pages.insert(pages.end(), entry.plates.begin(), entry.plates.end());
    for (std::size_t i = 0; i < pages.size(); ++i) {
      std::string text = std::to_string(pages[i]);
      if (i == 0) text = "<b>" + text + "</b>";
      row.pages.emplace_back(pages[i],
                             flow.set(text + (i + 1 < pages.size() ? "," : ""), width, kSize));
      left -= row.pages.back().second.width() + 4;
    }
    row.name = flow.set(entry.markup, std::max(left, width * 0.45), kSize);
    // Numbers that do not fit beside the name stand in rows below.
    double x = row.name.width() + 8, height = row.name.height();
    const double line = row.pages.front().second.height();
    for (const auto& [page, number] : row.pages) {
      if (x + number.width() > width) {
        x = 12;
        height += line;
      }
      x += number.width() + 3;
    }
    row.height = height + 2;
    return row;
  };
  const auto draw = [&](const Row& row, double left, double y) {
    flow.page().text(row.name, left, y);
    const double line = row.pages.front().second.height();
    double x = row.name.width() + 8, top = y + row.name.height() - line;
    for (const auto& [page, number] : row.pages) {
      if (x + number.width() > width) {
        x = 12;
        top += line;
      }
      flow.page().begin_link(page);
      flow.page().text(number, left + x, top, kLightInk);
      flow.page().end_link();
      x += number.width() + 3;
    }
  };
  std::vector<Row> rows;
  for (const IndexEntry& entry : all) rows.push_back(row_of(entry));
  std::size_t next = 0;
  while (next < rows.size()) {
    flow.need(rows[next].height);
    // As many as the page takes in two columns, shared evenly.
    double room = 0;
    while (flow.fits(room + rows[next].height)) room += rows[next].height;
    std::size_t end = next;
    double sum = 0;
    while (end < rows.size() && sum + rows[end].height <= 2 * room) sum += rows[end++].height;
    const double top = flow.y();
    double lowest = top;
    std::size_t i = next;
    for (int column = 0; column < 2; ++column) {
      double y = top;
      while (i < end && (column == 1 ? flow.fits(y - top + rows[i].height)
                                     : y - top + rows[i].height / 2 < sum / 2)) {
        draw(rows[i], flow.left() + column * (width + kGap), y);
        y += rows[i++].height;
      }
      lowest = std::max(lowest, y);
    }
    next = i;
    flow.move_to(lowest);
    if (next < rows.size()) flow.new_page();
  }
}

}  // namespace

const BookPlan::Taxon& BookPlan::taxon(const std::string& name) const {
  return *std::find_if(taxa.begin(), taxa.end(),
                       [&](const Taxon& taxon) { return taxon.name == name; });
}

int BookPlan::page_of(const PlateRecord& record) const {
  for (const Plate& plate : taxon(record.pair.taxa[0].record.name).plates)
    if (plate.record == &record) return plate.page;
  return 0;
}

PageFlow title_page(const BookPlan& plan, const std::string& title, const std::string& model,
                    const PictureCutter& cut) {
  PageFlow flow({});
  std::size_t plates = 0;
  for (const BookPlan::Taxon& taxon : plan.taxa) plates += taxon.plates.size();
  const auto centred = [&](const std::string& markup, double size, Ink ink) {
    flow.put(flow.set(markup, flow.inner(), size, Align::kCentre), flow.left(), ink);
  };
  flow.skip(70);
  centred(small_caps("marks the model uses"), 15, kAccent);
  flow.skip(14);
  centred(title, 34, kInk);
  flow.skip(12);
  centred(fmt::format("{} tax{}, {} plate{}", plan.taxa.size(), plan.taxa.size() == 1 ? "on" : "a",
                      plates, plates == 1 ? "" : "s"),
          12, kLightInk);
  flow.skip(30);
  // Portraits, at most six.
  struct Face {
    const PlatePicture* picture;
    const std::string* name;
  };
  std::vector<Face> faces;
  for (const BookPlan::Taxon& taxon : plan.taxa) {
    const Rival* from = nullptr;
    const PlatePicture* picture = portrait(taxon.rivals, &from);
    if (picture != nullptr && faces.size() < 6) faces.push_back({picture, &taxon.name});
  }
  const std::size_t columns = faces.size() == 2 || faces.size() == 4 ? 2 : 3;
  constexpr double kSide = 158, kGap = 14;
  for (std::size_t i = 0; i < faces.size(); i += columns) {
    const std::size_t end = std::min(i + columns, faces.size());
    double x =
        flow.left() + (flow.inner() - static_cast<double>(end - i) * (kSide + kGap) + kGap) / 2;
    const auto height_of = [&](const Face& face) {
      return std::min(kSide * face.picture->box.height / face.picture->box.width, kSide);
    };
    double height = 0;
    for (std::size_t k = i; k < end; ++k) height = std::max(height, height_of(faces[k]));
    for (std::size_t k = i; k < end; ++k) {
      const Box& box = faces[k].picture->box;
      const double high = height_of(faces[k]), wide = high * box.width / box.height;
      const Box place{x + (kSide - wide) / 2, flow.y() + height - high, wide, high};
      const auto read = cut ? cut(*faces[k].picture, kPortraitPixels) : std::nullopt;
      if (read)
        flow.page().picture(*read, place);
      else
        flow.page().frame(place);
      flow.page().text(flow.set(name_markup(*faces[k].name), kSide, 9, Align::kCentre), x,
                       flow.y() + height + 2, kLightInk);
      x += kSide + kGap;
    }
    flow.skip(height + 26);
  }
  const double width = 400, left = flow.left() + (flow.inner() - width) / 2;
  flow.move_to(std::max(flow.y() + 16, 520.0));
  const char* const kSaid[] = {
      "Each taxon has a page with its rivals, the nearest first, and the first marks by which the "
      "model tells it from each. Each pair has a plate: lines lead to the marks; under the "
      "pictures "
      "each mark is shown from near, beside the same place in the other taxon, with a photo that "
      "speaks against it where there is one.",
      "Marks were found in one half of the photos; all counts are of the other half. Where no "
      "reason can be shown, the plate says that first.",
      "The book shows what this model goes by in these photos; it does not claim that the marks "
      "are "
      "diagnostic of the taxa, nor that the model is right. Whose the photos are is said on the "
      "pages of the taxa and on the plates."};
  for (const char* said : kSaid) {
    flow.put(flow.set(said, width, 10), left);
    flow.skip(6);
  }
  const Paragraph made = flow.set(
      fmt::format("Model: {}. Made with Differentia {}.", escaped(model), DIFFERENTIA_VERSION),
      flow.inner(), 8.6, Align::kCentre);
  flow.move_to(kA4Height - 46 - made.height());
  flow.put(made, flow.left(), kLightInk);
  return flow;
}

PageFlow contents_pages(const BookPlan& plan) {
  PageFlow flow({});
  flow.put(flow.set("Contents", flow.inner(), 21), flow.left());
  flow.skip(12);
  for (const BookPlan::Taxon& taxon : plan.taxa) {
    std::string markup = name_markup(taxon.name);
    if (!taxon.common_name.empty()) markup += grey("   " + escaped(taxon.common_name));
    flow.skip(4);
    flow.need(30);  // its first plate stays with it
    numbered_row(flow, markup, 0, 11.5, taxon.page);
    for (const BookPlan::Plate& plate : taxon.plates)
      numbered_row(flow, grey("and ") + taxon_markup(plate.record->pair, Side::kB, true), 18, 9.8,
                   plate.page);
  }
  flow.skip(6);
  numbered_row(flow, "Index", 0, 11.5, plan.index);
  return flow;
}

PageFlow index_pages(const BookPlan& plan) {
  PageFlow flow({});
  flow.put(flow.set("Index", flow.inner(), 21), flow.left());
  flow.skip(2);
  flow.put(flow.set("Bold: the taxon with its rivals. Others: plates.", flow.inner(), 8.6),
           flow.left(), kLightInk);
  for (const bool common : {false, true}) {
    const std::vector<IndexEntry> all = entries(plan, common);
    if (all.empty()) continue;
    flow.skip(14);
    flow.need(60);
    flow.put(flow.set(small_caps(common ? "common names" : "scientific names"), flow.inner(), 11),
             flow.left(), kAccent);
    flow.skip(4);
    index_columns(flow, all);
  }
  return flow;
}

}  // namespace differentia
