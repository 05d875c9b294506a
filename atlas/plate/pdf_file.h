#pragma once

// A PDF of many pages, written as they are drawn, so that none of them stays in memory.

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include <cairo.h>

#include "base/file.h"

namespace differentia {

class PdfFile {
 public:
  struct PaperSize {
    double width, height;  // points
  };
  // `part`: where it is written until it is whole. Throws FileError, DiskFull.
  PdfFile(const std::string& part, PaperSize paper, const std::string& title);
  ~PdfFile();  // what is not finished is removed
  PdfFile(const PdfFile&) = delete;
  PdfFile& operator=(const PdfFile&) = delete;

  // Draws the next page.
  void page(const std::function<void(cairo_t*)>& draw);
  // A line of the outline that leads to the top of a page, 1 first; answers its number, to be the
  // parent of others; 0: at the top.
  int outline(int parent, const std::string& text, int page);
  // Whole under its name. The same drawing gives the same bytes.
  void finish(const std::string& path);

 private:
  static cairo_status_t write(void* self, const unsigned char* bytes, unsigned int count);
  void check() const;

  std::string part_;
  std::unique_ptr<File> file_;
  std::uint64_t written_ = 0;
  std::exception_ptr failure_;  // of writing, from within Cairo
  cairo_surface_t* surface_ = nullptr;
  cairo_t* context_ = nullptr;
};

}  // namespace differentia
