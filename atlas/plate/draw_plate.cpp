#include "atlas/plate/draw_plate.h"

#include <algorithm>

#include <fmt/format.h>

#include "atlas/plate/plate_composer.h"
#include "atlas/plate/plate_surface.h"
#include "base/file.h"

namespace differentia {
namespace {

constexpr double kPointsToAnInch = 72;
constexpr double kPhonePixels = 3;
constexpr Size kA4{595, 842};  // points

}  // namespace

void draw_plate(const PairMarks& pair, const PlateOptions& options, const std::string& path) {
  const PlateFormat format = plate_format(path);
  const bool page = options.width == PlateWidth::kPage;
  PictureOptions pictures;
  // What a printer shows of the largest picture; a phone shows fewer.
  pictures.exemplar_side = page ? 900 : 1000;
  const ComposedPlate plate =
      compose_plate(pair, options, plate_pictures(pair, options.photos, pictures));
  PlateSheet sheet;
  sheet.width = plate.width;
  sheet.height = plate.height;
  sheet.pixels = page ? options.dots_per_inch / kPointsToAnInch : kPhonePixels;
  if (page) {
    sheet.page_width = kA4.width;
    sheet.page_height = kA4.height;
  }
  sheet.title = fmt::format("Marks the model uses: {} and {}", pair.taxa[0].record.name,
                            pair.taxa[1].record.name);
  write_whole_file(path,
                   plate_bytes(format, sheet, [&](cairo_t* context) { plate.page.draw(context); }));
}

}  // namespace differentia
