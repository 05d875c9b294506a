#pragma once

// Photos of a plate, decoded as finely as what is cut from them needs.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <opencv2/core.hpp>

#include "atlas/plate/plate_pictures.h"
#include "base/image/photo.h"

namespace differentia {

enum class Facing { kUnknown, kLeft, kRight };

// Of a photo's column `facing`: "left" or "right", or their first letters, in any case.
Facing facing_of(const store::PhotoRecord& record);

// Where the subject is: its mask's box, or the whole photo.
Box subject_of(const store::PhotoRecord& record);

// The square about a place, moved into the photo; its side at most the photo's shorter one.
Box square_about(Point place, double side, Size photo);

class PhotoShelf {
 public:
  explicit PhotoShelf(const PlatePhotos& photos) : photos_(photos) {}

  const store::PhotoRecord* record(std::int32_t photo) const;  // null: unknown
  // What lies in the box (inside the photo), its longer side `side` pixels, or fewer where the
  // photo has no more. None where the photo is gone or unreadable.
  std::optional<PlatePicture> cut(std::int32_t photo, const Box& box, int side, bool mirrored);
  // Of what lies in the box, shown 256 pixels long: log of the variance of its Laplacian. None
  // where the photo cannot be read. A photo enlarged is a photo blurred.
  std::optional<double> sharpness(std::int32_t photo, const Box& box);

  // Share of the box on the photo's subject; NaN where there is no mask, or it cannot be read.
  double on_subject(std::int32_t photo, const Box& box) const;

 private:
  const Photo* decoded(std::int32_t photo, int shorter_side);

  const PlatePhotos& photos_;
  // The last few, because the same photo often shows several marks.
  struct Kept {
    int shorter_side;
    Photo photo;
    std::uint64_t used;
  };
  std::map<std::int32_t, Kept> kept_;
  std::uint64_t clock_ = 0;
};

}  // namespace differentia
