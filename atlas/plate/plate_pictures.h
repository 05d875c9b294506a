#pragma once

// The pictures of a plate: which photos show a pair best, and what is cut out of them. Reads
// photos; draws nothing.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "atlas/marks/pair_marks.h"
#include "atlas/store/reader.h"
#include "base/photo_geometry.h"

namespace differentia {

// Where the photos of a plate are, and what is known of them.
struct PlatePhotos {
  std::string root;                                    // folder that the photos' paths start from
  std::map<std::int32_t, store::PhotoRecord> records;  // by id
};

// All used photos of the pair's taxa.
PlatePhotos plate_photos(const store::Reader& atlas, const PairMarks& pair, std::string root);

// A piece of a photo.
struct PlatePicture {
  cv::Mat bgr;             // 8UC3; mirrored already where `mirrored`
  std::int32_t photo = 0;  // id
  Box box;                 // of the photo, photo coordinates
  bool mirrored = false;

  // A box in photo coordinates as it lies in the picture: 0…1 across and down; may reach beyond.
  Box place(const Box& in_photo) const;
};

// A mark where it lies in its carrier's exemplar.
struct ExemplarMark {
  const Mark* mark = nullptr;
  Box place;  // 0…1 across and down in the picture, inside it
};

struct PlateExemplar {
  PlatePicture picture;
  std::vector<ExemplarMark> marks;  // those of the plate's marks that are seen in it
};

struct MarkPictures {
  const Mark* mark = nullptr;              // the comparison's
  std::optional<PlatePicture> own, other;  // the mark, and the same place in the other taxon
  // A photo in which the mark says the wrong thing: of the carrier, without it, or of the other,
  // with it. None where there is no such photo.
  std::optional<PlatePicture> exception;
  bool exception_of_carrier = true;
};

struct PlatePictures {
  std::array<std::optional<PlateExemplar>, 2> exemplars;  // by side
  std::vector<MarkPictures> marks;    // strongest first; at most PictureOptions::marks of a side
  std::vector<MarkPictures> context;  // at most PictureOptions::context
  int left_out = 0;                   // field marks that found no room
};

struct PictureOptions {
  int marks = 3;            // of each taxon
  int context = 4;          // cues
  double aspect = 0;        // of exemplars, width over height; 0: that of their subjects
  int exemplar_side = 900;  // pixels of an exemplar's longer side, where its photo has as many
  int patch_side = 320;
  int candidates = 10;  // photos of each taxon that are decoded in search of an exemplar
};

// The marks that a plate shows: of a tested pair those that the test shows or that could not be
// tested, else all; strongest first.
std::vector<const Mark*> shown_marks(const std::vector<Mark>& marks, bool tested);

// Exemplars are sharp, large, whole and typical, show the marks, and are of one form, one facing
// (the photo set's column `facing`; mirrored where they face each other) and about one scale.
// Photos that are gone or cannot be read are passed over. `pair` must outlive the result.
PlatePictures plate_pictures(const PairMarks& pair, const PlatePhotos& photos,
                             const PictureOptions& options = {});

}  // namespace differentia
