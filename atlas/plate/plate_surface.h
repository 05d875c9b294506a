#pragma once

// The files that a plate is written to: one way of drawing, three kinds of surface.

#include <functional>
#include <string>

#include <cairo.h>

#include "base/photo_geometry.h"

namespace differentia {

struct PlateSheet {
  double width = 0, height = 0;  // of what is drawn, in its own units
  double pixels = 3;             // of a PNG to a unit
  // A PDF's page, points: the drawing is shrunk to it where it is higher and stands at its top; 0:
  // as large as the drawing.
  double page_width = 0, page_height = 0;
  std::string title;
};

enum class PlateFormat { kPng, kSvg, kPdf };

// By the file's ending, in any case. Throws InputError for another.
PlateFormat plate_format(const std::string& path);

// What `draw` draws, on white. The same drawing gives the same bytes. Throws std::runtime_error
// where Cairo fails.
std::string plate_bytes(PlateFormat format, const PlateSheet& sheet,
                        const std::function<void(cairo_t*)>& draw);

}  // namespace differentia
