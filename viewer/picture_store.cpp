#include "viewer/picture_store.h"

#include <algorithm>

namespace differentia::viewer {

namespace {

constexpr std::size_t kDecoded = 24;  // pictures waiting to be sent up

}  // namespace

PictureStore::PictureStore(JobQueue& jobs, Renderer& renderer, std::size_t capacity)
    : renderer_(renderer), loaded_(jobs, std::max(capacity, kDecoded)), pictures_(capacity) {}

PictureStore::~PictureStore() {
  for (auto& [key, picture] : pictures_) renderer_.destroy_texture(picture.texture);
  for (Upload& upload : uploads_) renderer_.destroy_texture(upload.picture.texture);
}

const Picture* PictureStore::get(const std::string& key, const std::string& name,
                                 std::function<LoadedPicture()> load) {
  if (const Picture* held = pictures_.find(key)) return held;
  const bool on_its_way = std::any_of(uploads_.begin(), uploads_.end(),
                                      [&](const Upload& upload) { return upload.key == key; });
  if (on_its_way) return nullptr;
  const auto source = loaded_.get(key, name, std::move(load));
  if (!source) return nullptr;
  Upload upload;
  upload.key = key;
  upload.source = source;
  upload.picture.size = source->pixels.size;
  upload.picture.full_size = source->full_size;
  upload.picture.texture =
      renderer_.create_texture(source->pixels.size, static_cast<int>(source->pixels.levels.size()));
  uploads_.push_back(std::move(upload));
  return nullptr;
}

std::string PictureStore::error(const std::string& key) const {
  return loaded_.error(key);
}

bool PictureStore::upload(std::size_t bytes) {
  std::size_t sent = 0;
  while (!uploads_.empty() && sent < bytes) {
    Upload& upload = uploads_.front();
    const MipChain& pixels = upload.source->pixels;
    const auto level = static_cast<std::size_t>(upload.level);
    const int width = std::max(1, pixels.size.width >> upload.level);
    const int height = std::max(1, pixels.size.height >> upload.level);
    const std::size_t row_bytes = 4 * static_cast<std::size_t>(width);
    const int affordable = static_cast<int>(std::max<std::size_t>(1, (bytes - sent) / row_bytes));
    const int rows = std::min(affordable, height - upload.row);
    renderer_.upload_rows(
        upload.picture.texture, upload.level, upload.row, rows,
        pixels.levels[level].data() + static_cast<std::size_t>(upload.row) * row_bytes);
    sent += static_cast<std::size_t>(rows) * row_bytes;
    upload.row += rows;
    if (upload.row < height) continue;
    upload.row = 0;
    if (++upload.level < static_cast<int>(pixels.levels.size())) continue;
    loaded_.forget(upload.key);
    const auto dropped = pictures_.insert(upload.key, upload.picture);
    if (dropped) renderer_.destroy_texture(dropped->second.texture);
    uploads_.pop_front();
  }
  return sent > 0 || !uploads_.empty();
}

}  // namespace differentia::viewer
