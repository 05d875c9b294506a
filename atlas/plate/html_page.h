#pragma once

// The frame of a page of plates in HTML: complete in itself, no script, light or dark as its reader
// has it, for a phone, a desk and paper.

#include <string>

#include "atlas/plate/plate_pictures.h"

namespace differentia {

struct HtmlPage {
  std::string title;        // text
  std::string description;  // text
  std::string up;           // from the page to the folder of all: "" or "../"
  std::string body;         // HTML
  std::string made_by;      // HTML, the last line
};

std::string html_page(const HtmlPage& page);

// An <img> of that file, as wide and high as the piece of the photo; `alternative`: text.
std::string html_picture(const std::string& file, const PlatePicture& picture,
                         const std::string& alternative);

// What a page's last line says: whose marks these are. `model`: its name, text.
std::string html_origin(const std::string& model);

// <p class="KIND">MARKUP</p>; nothing where the markup is empty.
std::string html_paragraph(const std::string& kind, const std::string& markup);

}  // namespace differentia
