#include "atlas/plate/plate_surface.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <fmt/format.h>

#include "base/error.h"

namespace differentia {
namespace {

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Context = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

cairo_status_t append(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

void check(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS)
    throw std::runtime_error(
        fmt::format("the plate could not be drawn: {}", cairo_status_to_string(status)));
}

// Cairo numbers an SVG's surfaces through the whole life of the process. Here they count from 0 in
// the order in which they stand.
std::string renumbered(const std::string& svg) {
  std::map<std::string, std::string> names;
  std::map<std::string, int> counts;
  std::string out;
  out.reserve(svg.size());
  std::size_t at = 0;
  while (at < svg.size()) {
    // id="NAME", "#NAME" and url(#NAME); pictures in base 64 hold neither.
    std::size_t name = std::string::npos;
    if (svg.compare(at, 5, " id=\"") == 0)
      name = at + 5;
    else if (svg[at] == '#')
      name = at + 1;
    if (name == std::string::npos) {
      out += svg[at++];
      continue;
    }
    std::size_t letters = name;
    while (letters < svg.size() && std::isalpha(static_cast<unsigned char>(svg[letters])))
      ++letters;
    std::size_t end = letters;
    while (end < svg.size() &&
           (std::isdigit(static_cast<unsigned char>(svg[end])) || svg[end] == '-'))
      ++end;
    out.append(svg, at, name - at);
    const std::string old = svg.substr(name, end - name);
    if (letters == name || letters == end || svg.find_first_of(")\"", end) != end) {
      out += old;  // a colour, or no number
    } else {
      const auto [found, fresh] = names.try_emplace(old);
      if (fresh) {
        const std::string kind = svg.substr(name, letters - name);
        found->second = kind + std::to_string(counts[kind]++);
      }
      out += found->second;
    }
    at = end;
  }
  return out;
}

void paint(cairo_surface_t* surface, const std::function<void(cairo_t*)>& draw, double scale,
           double shift) {
  const Context context(cairo_create(surface), cairo_destroy);
  cairo_set_source_rgb(context.get(), 1, 1, 1);
  cairo_paint(context.get());
  cairo_translate(context.get(), shift, 0);
  cairo_scale(context.get(), scale, scale);
  draw(context.get());
  check(cairo_status(context.get()));
}

std::string png(const PlateSheet& sheet, const std::function<void(cairo_t*)>& draw) {
  const Surface surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                 static_cast<int>(std::lround(sheet.width * sheet.pixels)),
                                 static_cast<int>(std::lround(sheet.height * sheet.pixels))),
      cairo_surface_destroy);
  check(cairo_surface_status(surface.get()));
  paint(surface.get(), draw, sheet.pixels, 0);
  std::string bytes;
  check(cairo_surface_write_to_png_stream(surface.get(), append, &bytes));
  return bytes;
}

std::string svg(const PlateSheet& sheet, const std::function<void(cairo_t*)>& draw) {
  std::string bytes;
  const Surface surface(
      cairo_svg_surface_create_for_stream(append, &bytes, sheet.width, sheet.height),
      cairo_surface_destroy);
  paint(surface.get(), draw, 1, 0);
  cairo_surface_finish(surface.get());
  check(cairo_surface_status(surface.get()));
  return renumbered(bytes);
}

std::string pdf(const PlateSheet& sheet, const std::function<void(cairo_t*)>& draw) {
  const double width = sheet.page_width > 0 ? sheet.page_width : sheet.width,
               height = sheet.page_height > 0 ? sheet.page_height : sheet.height;
  const double scale = std::min({1.0, width / sheet.width, height / sheet.height});
  std::string bytes;
  const Surface surface(cairo_pdf_surface_create_for_stream(append, &bytes, width, height),
                        cairo_surface_destroy);
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, sheet.title.c_str());
  // When it was made is no part of it.
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE,
                                 "2000-01-01T00:00:00Z");
  paint(surface.get(), draw, scale, (width - sheet.width * scale) / 2);
  cairo_surface_finish(surface.get());
  check(cairo_surface_status(surface.get()));
  return bytes;
}

}  // namespace

PlateFormat plate_format(const std::string& path) {
  std::string ending = std::filesystem::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (ending == ".png") return PlateFormat::kPng;
  if (ending == ".svg") return PlateFormat::kSvg;
  if (ending == ".pdf") return PlateFormat::kPdf;
  throw InputError(fmt::format("'{}' is to be a picture: name it .png, .svg or .pdf.", path));
}

std::string plate_bytes(PlateFormat format, const PlateSheet& sheet,
                        const std::function<void(cairo_t*)>& draw) {
  switch (format) {
    case PlateFormat::kPng:
      return png(sheet, draw);
    case PlateFormat::kSvg:
      return svg(sheet, draw);
    case PlateFormat::kPdf:
      break;
  }
  return pdf(sheet, draw);
}

}  // namespace differentia
