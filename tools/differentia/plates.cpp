#include "tools/differentia/plates.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "atlas/plate/html_pages.h"
#include "atlas/plate/page_names.h"
#include "atlas/plate/plate_book.h"
#include "atlas/plate/plate_site.h"
#include "atlas/plate/plate_surface.h"
#include "atlas/plate/plate_words.h"
#include "atlas/plate/species_page.h"
#include "base/error.h"
#include "base/sha256.h"
#include "explain/model_card.h"

namespace differentia::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// What decides what a pair's record is like.
ordered_json made_with(const PairRequest& request, const PlatesOrder& order) {
  ordered_json words = ordered_json::object();
  for (const auto& [number, text] : order.words) words[std::to_string(number)] = text;
  return {{"version", DIFFERENTIA_VERSION},
          {"atlas", request.atlas.hash()},
          {"card", sha256_of(card_json(request.model->card()))},
          {"tested", request.options.test},
          {"seed", request.options.seed},
          {"words", words}};
}

// Where the records of a file that is made of many pairs are until it is whole.
class Workplace {
 public:
  Workplace(const std::string& file, ordered_json made_with)
      : folder_(file + ".partial"), records_(folder_, std::move(made_with)) {
    if (fs::is_directory(file))
      throw FileError(file, fmt::format("'{}' is a folder; name a file.", file));
    std::error_code error;
    const bool there = fs::exists(folder_, error);
    fs::create_directory(folder_, error);
    if (error) throw_write_error(folder_, error.value());
    try {
      lock_ = std::make_unique<FolderLock>(folder_);
      write_whole_file(part(), "");  // whether it can be written is known before the work
    } catch (...) {
      if (!there) fs::remove(folder_, error);
      throw;
    }
  }
  // Goes where nothing in it would be of use.
  ~Workplace() {
    std::error_code ignored;
    fs::remove(part(), ignored);
    fs::remove(folder_, ignored);
  }

  const RecordFolder& records() const { return records_; }
  std::string part() const { return folder_ + "/whole.part"; }
  // The file is whole.
  void done() const {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder_, ignored))
      if (entry.path().extension() == ".json") fs::remove(entry.path(), ignored);
  }

 private:
  std::string folder_;
  RecordFolder records_;
  std::unique_ptr<FolderLock> lock_;
};

class Maker {
 public:
  Maker(PairRequest& request, const PlatesOrder& order, Console& console)
      : request_(request), order_(order), console_(console), key_(made_with(request, order)) {
    for (const std::string* file : {&order.book, &order.species})
      if (!file->empty()) workplaces_.push_back(std::make_unique<Workplace>(*file, key_));
    if (!order.html.empty()) site_ = std::make_unique<PlateSite>(order.html, key_);
  }

  void make_all() {
    try {
      for (std::size_t i = 0; i < order_.pairs.size(); ++i) {
        records_.push_back(made(order_.pairs[i], i));
        keep(records_.back());
      }
    } catch (...) {
      // What is done is to be found also where the rest could not be made.
      try {
        if (site_) site_->finish();
      } catch (const std::exception&) {
      }
      throw;
    }
    tell(order_.pairs.size(), "");
    console_.end_progress();
  }

  void bind() {
    if (site_) site_->finish();
    if (!order_.book.empty()) {
      BookOptions book;
      book.title = order_.title;
      book.photo_root = request_.options.photo_root;
      book.part = workplaces_.front()->part();
      write_book(records_, book, order_.book, console_.progress());
      console_.end_progress();
    }
    if (!order_.species.empty())
      draw_species(rivals_of_taxa(records_).at(order_.taxon), request_.options.photo_root,
                   order_.page, order_.species);
    for (const auto& workplace : workplaces_) workplace->done();
  }

  void print() const {
    const bool pictured = std::any_of(records_.begin(), records_.end(),
                                      [](const PlateRecord& one) { return !one.photos.empty(); });
    if (!pictured)
      console_.remark(
          fmt::format("None of the photos could be read in '{}', and so there are no "
                      "pictures; say where they are with --photos DIR.",
                      request_.options.photo_root));
    if (earlier_ > 0)
      console_.remark(fmt::format("{} of {} pairs were made earlier.", earlier_, records_.size()));
    if (site_) console_.print((fs::path(order_.html) / "index.html").string());
    for (const std::string* file : {&order_.book, &order_.species})
      if (!file->empty()) console_.print(*file);
    if (order_.remark) console_.print(remark_of(records_.front().pair));
    ordered_json pairs = ordered_json::array(), taxa = ordered_json::array();
    const auto or_null = [](const std::string& text) {
      return text.empty() ? ordered_json() : ordered_json(text);
    };
    for (const PlateRecord& record : records_) {
      const std::string &a = record.pair.taxa[0].record.name, &b = record.pair.taxa[1].record.name;
      pairs.push_back(
          {{"a", a},
           {"b", b},
           {"page", site_ ? ordered_json("pairs/" + page_name(a, b) + ".html") : ordered_json()},
           {"verdict", verdict_sentence(record.pair)},
           {"remark", remark_of(record.pair)}});
    }
    for (const auto& [name, rivals] : rivals_of_taxa(records_))
      taxa.push_back(
          {{"name", name},
           {"page", site_ ? ordered_json("taxa/" + page_name(name) + ".html") : ordered_json()}});
    console_.print_json({{"plate", or_null(order_.species)},
                         {"html", or_null(order_.html)},
                         {"book", or_null(order_.book)},
                         {"pairs", pairs},
                         {"taxa", taxa},
                         {"made_earlier", earlier_}});
  }

 private:
  bool tell(std::size_t done, const std::string& item) {
    return console_.progress()({"comparing", static_cast<std::int64_t>(done),
                                static_cast<std::int64_t>(order_.pairs.size()), "pairs", item});
  }

  // One without pictures is made again: its photos may be found by now.
  std::optional<PlateRecord> kept(const TaxonPair& pair) const {
    std::optional<PlateRecord> record;
    if (site_) record = site_->find(pair.a.name, pair.b.name);
    for (const auto& workplace : workplaces_)
      if (!record) record = workplace->records().find(pair.a.name, pair.b.name);
    return record && !record->photos.empty() ? std::move(record) : std::nullopt;
  }

  PlateRecord made(const TaxonPair& pair, std::size_t number) {
    const std::string item = pair.a.name + " and " + short_name(pair.b.name, pair.a.name);
    if (!tell(number, item)) throw Interrupted();
    if (auto record = kept(pair)) {
      ++earlier_;
      return std::move(*record);
    }
    request_.a = pair.a;
    request_.b = pair.b;
    // One pair says what it is at; of many, the whole is told.
    const ProgressCallback outer = [&](const Progress&) { return tell(number, item); };
    const PairMarks marks = order_.pairs.size() == 1 ? compared(request_, console_)
                                                     : compared(request_, console_, outer);
    for (const auto& [mark, text] : order_.words)
      if (mark > static_cast<int>(marks.marks.size()))
        throw InputError(fmt::format("There is no mark {} to describe as '{}': the pair has {}.",
                                     mark, text, marks.marks.size()));
    return plate_record(marks, plate_photos(request_.atlas, marks, request_.options.photo_root),
                        order_.words, request_.atlas.provenance().model_name);
  }

  void keep(const PlateRecord& record) const {
    const std::string &a = record.pair.taxa[0].record.name, &b = record.pair.taxa[1].record.name;
    for (const auto& workplace : workplaces_) workplace->records().keep(record);
    if (site_ && (record.photos.empty() || !site_->find(a, b)))
      site_->add(record, request_.options.photo_root);
  }

  PairRequest& request_;
  const PlatesOrder& order_;
  Console& console_;
  const ordered_json key_;
  std::vector<std::unique_ptr<Workplace>> workplaces_;  // of the book, of the taxon's page
  std::unique_ptr<PlateSite> site_;
  std::vector<PlateRecord> records_;
  std::size_t earlier_ = 0;  // pairs that were there
};

}  // namespace

void check_order(const PlatesOrder& order) {
  if (order.pairs.size() > 1 && !order.words.empty())
    throw InputError("--words are of the marks of one pair; name that pair: A B.");
  if (!order.book.empty() && (fs::path(order.book).extension() != ".pdf"))
    throw InputError(fmt::format("'{}' is to be a book: name it .pdf.", order.book));
  if (!order.species.empty()) plate_format(order.species);
}

int make_plates(PairRequest& request, const PlatesOrder& order, Console& console) {
  Maker maker(request, order, console);
  maker.make_all();
  maker.bind();
  maker.print();
  return 0;
}

}  // namespace differentia::cli
