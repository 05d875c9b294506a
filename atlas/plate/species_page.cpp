#include "atlas/plate/species_page.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "atlas/plate/pdf_file.h"
#include "atlas/plate/photo_shelf.h"
#include "atlas/plate/plate_credits.h"
#include "atlas/plate/plate_markup.h"
#include "atlas/plate/plate_surface.h"
#include "atlas/plate/plate_words.h"
#include "base/file.h"

namespace differentia {
namespace {

constexpr int kPortraitPixels = 640, kPatchPixels = 280;
constexpr double kPhonePixels = 3, kPointsToAnInch = 72;

struct Sizes {  // text, and sides
  double kicker = 10.5, name = 25, common = 10, body = 8.6, heading = 13.5, words = 9.4,
         number = 14, caption = 7, fine = 6.6, verdict = 11.5;
  double portrait = 190, patch = 76, gutter = 15;
  std::size_t columns = 3;
};

Sizes phone_sizes() {
  Sizes s;
  s.kicker = 12.5, s.name = 27, s.common = 13, s.body = 13, s.heading = 19, s.words = 15;
  s.number = 22, s.caption = 11, s.fine = 10.5, s.verdict = 16;
  s.portrait = 354, s.patch = 150, s.columns = 1;
  return s;
}

class Species {
 public:
  Species(const std::vector<Rival>& rivals, const SpeciesPageOptions& options)
      : rivals_(rivals),
        options_(options),
        s_(options.phone ? phone_sizes() : Sizes()),
        flow_(options.measures) {}

  PageFlow compose() {
    heading();
    for (const Rival& rival : rivals_) this->rival(rival);
    foot();
    return std::move(flow_);
  }

 private:
  void picture(const PlatePicture& picture, const Box& box, int pixels) {
    if (options_.cut) {
      const auto cut = options_.cut(picture, pixels);
      if (cut) return flow_.page().picture(*cut, box);
    }
    flow_.page().frame(box);
  }

  void heading() {
    const PairTaxon& taxon = rivals_.front().own();
    const double top = flow_.y();
    const Rival* from = nullptr;
    const PlatePicture* face = portrait(rivals_, &from);
    const bool beside = face != nullptr && !options_.phone;
    const double width = flow_.inner() - (beside ? s_.portrait + s_.gutter : 0);
    double below = top;
    if (beside) {
      const double height = s_.portrait * face->box.height / face->box.width;
      picture(*face, {flow_.left() + flow_.inner() - s_.portrait, top, s_.portrait, height},
              kPortraitPixels);
      below = top + height;
    }
    flow_.put(flow_.set(small_caps("marks the model uses"), width, s_.kicker), flow_.left(),
              kAccent);
    flow_.skip(s_.body * 0.5);
    flow_.put(flow_.set(name_markup(taxon.record.name), width, s_.name), flow_.left());
    if (!taxon.record.common_name.empty())
      flow_.put(flow_.set(small_caps(escaped(taxon.record.common_name)), width, s_.common),
                flow_.left(), kLightInk);
    flow_.skip(s_.body * 0.8);
    if (face != nullptr && !beside) {
      const double height = s_.portrait * face->box.height / face->box.width;
      picture(*face, {flow_.left(), flow_.y(), s_.portrait, height}, kPortraitPixels);
      flow_.skip(height + s_.body);
    }
    if (face != nullptr) credits_.add(*face, from->record->photos, "portrait");
    std::string said = taxon_sentence(taxon);
    said += rivals_.size() == 1
                ? " Below is what the model tells it apart by."
                : " Below is what the model tells it apart by, its nearest rival first: how "
                  "many photos show each mark, of those that no mark was found in.";
    flow_.put(flow_.set(escaped(said), width, s_.body * 1.06), flow_.left(), kLightInk);
    flow_.move_to(std::max(flow_.y(), below) + s_.body * 1.4);
  }

  struct Cell {
    const MarkPictures* pictures = nullptr;
    Paragraph number, words, counts;
    std::array<Paragraph, 2> captions;
    double words_height = 0;
  };

  std::string counts_of(const Rival& rival, const Mark& mark) const {
    const PairMarks& pair = rival.record->pair;
    const bool own = mark.carrier == rival.side;
    const Count &mine = own ? mark.seen : mark.seen_other,
                &theirs = own ? mark.seen_other : mark.seen;
    return fmt::format("seen in {} of {} {}, {} of {} {}", mine.with, mine.of,
                       taxon_markup(pair, rival.side, true), theirs.with, theirs.of,
                       taxon_markup(pair, other(rival.side), true));
  }

  Cell cell_of(const Rival& rival, const MarkPictures& pictures, double width) const {
    const PairMarks& pair = rival.record->pair;
    const Mark& mark = *pictures.mark;
    Cell cell;
    cell.pictures = &pictures;
    const double indent = s_.number * 0.85;
    cell.number = flow_.set(std::to_string(mark.number), indent, s_.number);
    cell.words = flow_.set(mark_of_rival(rival, mark), width - indent, s_.words);
    cell.words_height = std::max(cell.words.height(), cell.number.height());
    cell.counts = flow_.set(counts_of(rival, mark), width, s_.body);
    for (std::size_t i = 0; i < 2; ++i)
      cell.captions[i] =
          flow_.set(taxon_markup(pair, i == 0 ? rival.side : other(rival.side), true), s_.patch,
                    s_.caption, Align::kCentre);
    return cell;
  }

  void rival(const Rival& rival) {
    const PlateRecord& record = *rival.record;
    const PairMarks& pair = record.pair;
    const store::TaxonRecord& taxon = rival.taxon().record;
    const double inner = flow_.inner(), gap = s_.body * 0.45;
    std::string title = grey("from ") + name_markup(taxon.name);
    if (!taxon.common_name.empty()) title += grey("   " + small_caps(escaped(taxon.common_name)));
    const int page = options_.plate_page ? options_.plate_page(record) : 0;
    const Paragraph heading = flow_.set(title, inner - (page > 0 ? 70 : 0), s_.heading);
    const Paragraph told = flow_.set(sentence_markup(pair, told_sentence(pair)), inner, s_.body);
    const std::string why = verdict_sentence(pair);
    const Paragraph verdict = flow_.set(sentence_markup(pair, why), inner, s_.verdict);
    const double width =
        (inner - s_.gutter * static_cast<double>(s_.columns - 1)) / static_cast<double>(s_.columns);
    std::vector<Cell> cells;
    for (const MarkPictures* mark : first_marks(rival))
      cells.push_back(cell_of(rival, *mark, width));
    // Rows of cells; the heading stays with the first.
    std::vector<double> row_heights;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i % s_.columns == 0) row_heights.push_back(0);
      const Cell& cell = cells[i];
      row_heights.back() =
          std::max(row_heights.back(), words_height(cells, i) + gap + s_.patch +
                                           cell.captions[0].height() + gap + cell.counts.height());
    }
    flow_.need(s_.body + heading.height() + told.height() + gap +
               (verdict.empty() ? 0 : verdict.height() + gap) +
               (row_heights.empty() ? 0 : row_heights.front()));
    flow_.page().rule({flow_.left(), flow_.y()}, {flow_.left() + inner, flow_.y()});
    flow_.skip(s_.body * 0.7);
    title_row(rival, heading, page);
    flow_.skip(gap * 0.5);
    if (!verdict.empty()) {
      flow_.put(verdict, flow_.left(), kAccent);
      flow_.skip(gap);
    }
    flow_.put(told, flow_.left(), kLightInk);
    flow_.skip(gap * 1.6);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::size_t column = i % s_.columns;
      const double height = row_heights[i / s_.columns];
      if (column == 0 && i > 0) flow_.need(height);
      cell(rival, cells[i], flow_.left() + static_cast<double>(column) * (width + s_.gutter),
           words_height(cells, i));
      if (column + 1 == s_.columns || i + 1 == cells.size()) flow_.skip(height + s_.body);
    }
    flow_.skip(s_.body * 0.4);
  }

  // Of the row that the cell is in, so that its pictures stand side by side.
  double words_height(const std::vector<Cell>& cells, std::size_t i) const {
    const std::size_t first = i / s_.columns * s_.columns;
    double height = 0;
    for (std::size_t k = first; k < std::min(first + s_.columns, cells.size()); ++k)
      height = std::max(height, cells[k].words_height);
    return height;
  }

  void title_row(const Rival& rival, const Paragraph& heading, int page) {
    if (page > 0) {
      const Paragraph where =
          flow_.set(fmt::format("plate on page {}", page), flow_.inner(), s_.body, Align::kRight);
      flow_.page().begin_link(page);
      flow_.page().text(where, flow_.left(), flow_.y() + heading.first_row() - where.first_row(),
                        kAccent);
      flow_.page().end_link();
    }
    const int of_rival = options_.taxon_page ? options_.taxon_page(rival.taxon().record.name) : 0;
    if (of_rival > 0) flow_.page().begin_link(of_rival);
    flow_.put(heading, flow_.left());
    if (of_rival > 0) flow_.page().end_link();
  }

  void cell(const Rival& rival, const Cell& cell, double x, double words_height) {
    const Mark& mark = *cell.pictures->mark;
    const PlateRecord& record = *rival.record;
    const double gap = s_.body * 0.45;
    double y = flow_.y();
    flow_.page().text(cell.number, x, y + cell.words.first_row() - cell.number.first_row(),
                      kAccent);
    flow_.page().text(cell.words, x + s_.number * 0.85, y);
    y += words_height + gap;
    for (std::size_t i = 0; i < 2; ++i) {
      const Side side = i == 0 ? rival.side : other(rival.side);
      const auto& piece = side == mark.carrier ? cell.pictures->own : cell.pictures->other;
      if (!piece) continue;
      const double left = x + static_cast<double>(i) * (s_.patch + 4);
      picture(*piece, {left, y, s_.patch, s_.patch}, kPatchPixels);
      flow_.page().text(cell.captions[i], left, y + s_.patch + 1, kLightInk);
      credits_.add(
          *piece, record.photos,
          fmt::format("{} {}", short_name(rival.taxon().record.name, rival.own().record.name),
                      mark.number));
    }
    y += s_.patch + cell.captions[0].height() + gap;
    flow_.page().text(cell.counts, x, y, kLightInk);
  }

  void foot() {
    const Paragraph claim =
        flow_.set(italic(escaped(claim_sentence("page"))), flow_.inner(), s_.body);
    const std::string photos = credits_.sentence();
    const Paragraph said =
        flow_.set(photos.empty() ? "" : "Photos. " + escaped(photos), flow_.inner(), s_.fine);
    flow_.need(claim.height() + said.height() + s_.body * 1.5);
    flow_.page().rule({flow_.left(), flow_.y()}, {flow_.left() + flow_.inner(), flow_.y()});
    flow_.skip(s_.body * 0.7);
    flow_.put(claim, flow_.left());
    flow_.skip(s_.body * 0.4);
    if (!said.empty()) flow_.put(said, flow_.left(), kLightInk);
  }

  const std::vector<Rival>& rivals_;
  const SpeciesPageOptions& options_;
  const Sizes s_;
  PageFlow flow_;
  CreditList credits_;
};

}  // namespace

PageFlow compose_species(const std::vector<Rival>& rivals, const SpeciesPageOptions& options) {
  return Species(rivals, options).compose();
}

void draw_species(const std::vector<Rival>& rivals, const std::string& photo_root,
                  const PlateOptions& options, const std::string& path) {
  const PlateFormat format = plate_format(path);
  PlatePhotos photos{photo_root, {}};
  for (const Rival& rival : rivals)
    photos.records.insert(rival.record->photos.begin(), rival.record->photos.end());
  PhotoShelf shelf(photos);
  SpeciesPageOptions page;
  page.phone = options.width == PlateWidth::kPhone;
  page.cut = [&](const PlatePicture& picture, int side) {
    return shelf.cut(picture.photo, picture.box, side, picture.mirrored);
  };
  if (page.phone) page.measures = {390, 0, 18, 18, 24};
  // Paper has pages; a screen has one, as high as it takes.
  if (page.phone || format != PlateFormat::kPdf)
    page.measures.height = std::numeric_limits<double>::infinity();
  const PageFlow flow = compose_species(rivals, page);
  const std::string title = "Marks the model uses: " + rivals.front().own().record.name;
  if (format == PlateFormat::kPdf && !page.phone) {
    PdfFile file(path + ".part", {kA4Width, kA4Height}, title);
    for (const PlatePage& one : flow.pages())
      file.page([&](cairo_t* context) { one.draw(context); });
    file.finish(path);
    return;
  }
  PlateSheet sheet;
  sheet.width = flow.width();
  sheet.height = flow.reached();
  sheet.pixels = page.phone ? kPhonePixels : options.dots_per_inch / kPointsToAnInch;
  sheet.title = title;
  write_whole_file(path, plate_bytes(format, sheet, [&](cairo_t* context) {
                     flow.pages().front().draw(context);
                   }));
}

PlatePhotos photos_of(const std::vector<PlateRecord>& records, const std::string& photo_root) {
  PlatePhotos photos{photo_root, {}};
  for (const PlateRecord& record : records)
    photos.records.insert(record.photos.begin(), record.photos.end());
  return photos;
}

}  // namespace differentia
