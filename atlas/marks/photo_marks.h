#pragma once

// The marks of a pair looked for in one photo that need not be in the atlas, and its place on the
// axis between the two taxa. Nothing is learnt from it.

#include <memory>
#include <string>

#include <opencv2/core.hpp>

#include "atlas/marks/compare.h"
#include "atlas/marks/photo_on_pair.h"
#include "base/image/photo.h"

namespace differentia {

// The subject of the photo.
struct PhotoSubject {
  cv::Mat labels;          // as a subject mask (base/image/mask.h); empty: not known
  bool estimated = false;  // not given
};

// One per pair (not thread-safe).
class PhotoMarker {
 public:
  // `marks` with its `workings`; both, and the atlas, must outlive it. `photo_root`: of the atlas's
  // photos, whose masks tell where on a subject marks lie; what cannot be read is left out.
  PhotoMarker(const PairMarks& marks, const PairWorkings& workings,
              std::shared_ptr<const Model> model, std::string photo_root);
  ~PhotoMarker();

  const PairAxis& axis() const;
  // Whether a subject mask of the photo is of use: the taxa's photos have some.
  bool needs_subject() const;

  // `photo` as decode_photo() gives it, at the model's scale or finer; `path` where it lies. The
  // same photo gives the same result. Throws MaskError for labels of another shape.
  PhotoOnPair run(const Photo& photo, const std::string& path, const PhotoSubject& subject);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace differentia
