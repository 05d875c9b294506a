#include "atlas/plate/pdf_file.h"

#include <filesystem>
#include <stdexcept>

#include <cairo-pdf.h>
#include <fmt/format.h>

namespace differentia {

PdfFile::PdfFile(const std::string& part, PaperSize paper, const std::string& title)
    : part_(part), file_(std::make_unique<File>(part, File::Mode::kCreate)) {
  surface_ = cairo_pdf_surface_create_for_stream(write, this, paper.width, paper.height);
  cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_TITLE, title.c_str());
  // When it was made is no part of it.
  cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
  context_ = cairo_create(surface_);
}

PdfFile::~PdfFile() {
  if (context_ != nullptr) cairo_destroy(context_);
  if (surface_ != nullptr) cairo_surface_destroy(surface_);
  if (!file_) return;
  file_.reset();
  std::error_code ignored;
  std::filesystem::remove(part_, ignored);
}

cairo_status_t PdfFile::write(void* self, const unsigned char* bytes, unsigned int count) {
  auto& file = *static_cast<PdfFile*>(self);
  if (file.failure_) return CAIRO_STATUS_WRITE_ERROR;
  try {
    file.file_->write_at(file.written_, bytes, count);
    file.written_ += count;
    return CAIRO_STATUS_SUCCESS;
  } catch (...) {
    file.failure_ = std::current_exception();
    return CAIRO_STATUS_WRITE_ERROR;
  }
}

void PdfFile::check() const {
  if (failure_) std::rethrow_exception(failure_);
  for (const cairo_status_t status : {cairo_status(context_), cairo_surface_status(surface_)})
    if (status != CAIRO_STATUS_SUCCESS)
      throw std::runtime_error(
          fmt::format("the pages could not be drawn: {}", cairo_status_to_string(status)));
}

void PdfFile::page(const std::function<void(cairo_t*)>& draw) {
  cairo_save(context_);
  draw(context_);
  cairo_restore(context_);
  cairo_show_page(context_);
  check();
}

int PdfFile::outline(int parent, const std::string& text, int page) {
  return cairo_pdf_surface_add_outline(surface_, parent, text.c_str(),
                                       fmt::format("page={} pos=[0 0]", page).c_str(),
                                       CAIRO_PDF_OUTLINE_FLAG_OPEN);
}

void PdfFile::finish(const std::string& path) {
  cairo_surface_finish(surface_);
  check();
  file_->sync();
  rename_path(part_, path);
  file_.reset();
}

}  // namespace differentia
