#pragma once

// The pages of a book that are of text: title, contents, index. Numbers of pages are known before
// they are set.

#include <map>
#include <string>
#include <vector>

#include "atlas/plate/page_flow.h"
#include "atlas/plate/species_page.h"

namespace differentia {

// Where everything is; the first page is 1.
struct BookPlan {
  struct Plate {
    const PlateRecord* record = nullptr;
    int page = 0;
  };
  struct Taxon {
    std::string name, common_name;
    std::vector<Rival> rivals;
    int page = 0;               // of its rivals
    std::vector<Plate> plates;  // those that follow it: of pairs that it is named first in
  };
  std::vector<Taxon> taxa;  // by name
  int contents = 2;         // page
  int index = 0;            // page

  const Taxon& taxon(const std::string& name) const;
  int page_of(const PlateRecord& record) const;
};

using PictureCutter = std::function<std::optional<PlatePicture>(const PlatePicture&, int side)>;

// `cut`: as of SpeciesPageOptions.
PageFlow title_page(const BookPlan& plan, const std::string& title, const std::string& model,
                    const PictureCutter& cut);
PageFlow contents_pages(const BookPlan& plan);
PageFlow index_pages(const BookPlan& plan);

}  // namespace differentia
