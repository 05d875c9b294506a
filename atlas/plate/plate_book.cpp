#include "atlas/plate/plate_book.h"

#include <algorithm>

#include <fmt/format.h>

#include "atlas/plate/book_pages.h"
#include "atlas/plate/pdf_file.h"
#include "atlas/plate/photo_shelf.h"
#include "atlas/plate/plate_composer.h"
#include "atlas/plate/plate_words.h"

namespace differentia {
namespace {

constexpr double kFootRoom = 30;  // of a page, that a plate leaves to the page's number
constexpr int kExemplarPixels = 800, kPatchPixels = 280;

// Without tags of markup, for the outline.
std::string plain(const std::string& markup) {
  std::string out;
  bool tag = false;
  for (const char c : markup) {
    if (c == '<') tag = true;
    if (!tag) out += c;
    if (c == '>') tag = false;
  }
  return out;
}

class Book {
 public:
  Book(const std::vector<PlateRecord>& records, const BookOptions& options)
      : options_(options), photos_(photos_of(records, options.photo_root)), shelf_(photos_) {
    for (auto& [name, rivals] : rivals_of_taxa(records)) {
      BookPlan::Taxon taxon;
      taxon.name = name;
      taxon.common_name = rivals.front().own().record.common_name;
      for (const Rival& rival : rivals)
        if (rival.side == Side::kA) taxon.plates.push_back({rival.record, 0});
      std::sort(taxon.plates.begin(), taxon.plates.end(), [](const auto& one, const auto& two) {
        return one.record->pair.taxa[1].record.name < two.record->pair.taxa[1].record.name;
      });
      taxon.rivals = std::move(rivals);
      plan_.taxa.push_back(std::move(taxon));
    }
    model_ = records.front().model;
    // The numbers of pages may move the contents' rows, and so the numbers.
    std::size_t contents = 0;
    do {
      contents = std::max<std::size_t>(1, contents_pages(plan_).pages().size());
      number(1 + static_cast<int>(contents));
    } while (contents_pages(plan_).pages().size() > contents);
  }

  void write(const std::string& path, const ProgressCallback& progress) {
    PdfFile file(options_.part, {kA4Width, kA4Height},
                 "Marks the model uses: " + plain(options_.title));
    const auto told = [&](const std::string& item) {
      report(progress, {"binding", page_, plan_.index, "pages", item});
    };
    told("");
    const PictureCutter cut = [&](const PlatePicture& picture, int side) {
      return shelf_.cut(picture.photo, picture.box, side, picture.mirrored);
    };
    draw(file, title_page(plan_, options_.title, model_, cut), false);
    draw(file, contents_pages(plan_), true);
    file.outline(0, "Contents", plan_.contents);
    for (const BookPlan::Taxon& taxon : plan_.taxa) {
      told(taxon.name);
      draw(file, compose_species(taxon.rivals, species_options(cut)), true);
      const int above = file.outline(0, taxon.name, taxon.page);
      for (const BookPlan::Plate& plate : taxon.plates) {
        told(taxon.name);
        draw_plate(file, *plate.record);
        const PairMarks& pair = plate.record->pair;
        file.outline(
            above,
            fmt::format("and {}", short_name(pair.taxa[1].record.name, pair.taxa[0].record.name)),
            plate.page);
      }
    }
    draw(file, index_pages(plan_), true);
    file.outline(0, "Index", plan_.index);
    told("");
    file.finish(path);
  }

 private:
  SpeciesPageOptions species_options(const PictureCutter& cut) const {
    SpeciesPageOptions species;
    species.cut = cut;
    species.plate_page = [this](const PlateRecord& record) { return plan_.page_of(record); };
    species.taxon_page = [this](const std::string& name) { return plan_.taxon(name).page; };
    return species;
  }

  // Gives every page its number; `front` pages come before the first taxon.
  void number(int front) {
    int next = front + 1;
    for (BookPlan::Taxon& taxon : plan_.taxa) {
      taxon.page = next;
      next += static_cast<int>(compose_species(taxon.rivals, species_options({})).pages().size());
      for (BookPlan::Plate& plate : taxon.plates) plate.page = next++;
    }
    plan_.index = next;
  }

  void page(PdfFile& file, bool numbered, const std::function<void(cairo_t*)>& draw) {
    ++page_;
    file.page([&](cairo_t* context) {
      cairo_save(context);
      draw(context);
      cairo_restore(context);
      if (!numbered) return;
      PageFlow foot({});
      foot.move_to(kA4Height - 26);
      foot.put(foot.set(std::to_string(page_), foot.inner(), 8.6, Align::kCentre), foot.left(),
               kLightInk);
      foot.pages().front().draw(context);
    });
  }

  void draw(PdfFile& file, const PageFlow& flow, bool numbered) {
    for (const PlatePage& one : flow.pages())
      page(file, numbered, [&](cairo_t* context) { one.draw(context); });
  }

  void draw_plate(PdfFile& file, const PlateRecord& record) {
    PictureOptions sides;
    sides.exemplar_side = kExemplarPixels;
    sides.patch_side = kPatchPixels;
    PlateOptions options;
    options.photos = {options_.photo_root, record.photos};
    options.words = record.words;
    const PlatePictures pictures = cut_pictures(record, options_.photo_root, sides);
    const ComposedPlate plate = compose_plate(record.pair, options, pictures);
    // Shrunk where it is higher than the page.
    const double scale = std::min(1.0, (kA4Height - kFootRoom) / plate.height);
    page(file, true, [&](cairo_t* context) {
      cairo_translate(context, (kA4Width - plate.width * scale) / 2, 0);
      cairo_scale(context, scale, scale);
      plate.page.draw(context);
    });
  }

  const BookOptions& options_;
  const PlatePhotos photos_;
  PhotoShelf shelf_;
  BookPlan plan_;
  std::string model_;
  int page_ = 0;
};

}  // namespace

void write_book(const std::vector<PlateRecord>& records, const BookOptions& options,
                const std::string& path, const ProgressCallback& progress) {
  Book(records, options).write(path, progress);
}

}  // namespace differentia
