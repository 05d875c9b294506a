#pragma once

// What becomes of the margin where a person's region is covered, and where it is given the look of
// other photos.

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "atlas/marks/book_mark.h"
#include "atlas/marks/region_exchange.h"

namespace differentia {

// Of one photo; falls of its margin, logits.
struct BookFall {
  bool read = false;
  double margin = 0, fall = 0;
  std::optional<double> elsewhere;
  std::optional<double> exchanged, exchanged_own;  // given the other's look, another of its own
};

// The region in the testing photos of a side; empty pictures where it is not found or not readable.
std::vector<RegionPicture> region_pictures(const PairEvidence& pair,
                                           const std::shared_ptr<const Model>& model, Side side,
                                           const std::vector<RegionThere>& there,
                                           const BookMarkOptions& options);

// falls[j]: of photos[j], indexes into the side's; `pictures` of both sides. On the subject or off
// it, as the region is, is also where else is covered.
std::vector<BookFall> falls_of(const PairEvidence& pair, const std::shared_ptr<const Model>& model,
                               Side own, const RegionInPhotos& regions, bool on_subject,
                               const std::array<std::vector<RegionPicture>, 2>& pictures,
                               const std::vector<std::size_t>& photos,
                               const BookMarkOptions& options, const ProgressCallback& progress);

}  // namespace differentia
