#include "atlas/plate/photo_shelf.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <limits>

#include <opencv2/imgproc.hpp>

#include "base/image/mask.h"

namespace differentia {
namespace {

constexpr std::size_t kKept = 6;
constexpr int kSharpnessSide = 256;

}  // namespace

Facing facing_of(const store::PhotoRecord& record) {
  const auto found = record.extra.find("facing");
  if (found == record.extra.end() || found->second.empty()) return Facing::kUnknown;
  std::string text = found->second;
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (text == "left" || text == "l") return Facing::kLeft;
  if (text == "right" || text == "r") return Facing::kRight;
  return Facing::kUnknown;
}

Box subject_of(const store::PhotoRecord& record) {
  if (record.subject.width > 0 && record.subject.height > 0)
    return clip(record.subject, record.size);
  return {0, 0, static_cast<double>(record.size.width), static_cast<double>(record.size.height)};
}

Box square_about(Point place, double side, Size photo) {
  side = std::min({side, static_cast<double>(photo.width), static_cast<double>(photo.height)});
  return {std::clamp(place.x - side / 2, 0.0, photo.width - side),
          std::clamp(place.y - side / 2, 0.0, photo.height - side), side, side};
}

const store::PhotoRecord* PhotoShelf::record(std::int32_t photo) const {
  const auto found = photos_.records.find(photo);
  return found == photos_.records.end() ? nullptr : &found->second;
}

const Photo* PhotoShelf::decoded(std::int32_t photo, int shorter_side) {
  const auto kept = kept_.find(photo);
  if (kept != kept_.end() && kept->second.shorter_side >= shorter_side) {
    kept->second.used = ++clock_;
    return &kept->second.photo;
  }
  const store::PhotoRecord* known = record(photo);
  if (known == nullptr) return nullptr;
  DecodeOptions options;
  options.shorter_side = shorter_side;
  try {
    Photo read =
        decode_photo((std::filesystem::path(photos_.root) / known->path).string(), options);
    // A photo exchanged since the atlas was made: nothing in it is where it was.
    if (read.full_size != known->size) return nullptr;
    while (kept_.size() >= kKept) {
      kept_.erase(std::min_element(kept_.begin(), kept_.end(), [](const auto& a, const auto& b) {
        return a.second.used < b.second.used;
      }));
    }
    return &kept_.insert_or_assign(photo, Kept{shorter_side, std::move(read), ++clock_})
                .first->second.photo;
  } catch (const PhotoError&) {
    return nullptr;
  }
}

std::optional<PlatePicture> PhotoShelf::cut(std::int32_t photo, const Box& box, int side,
                                            bool mirrored) {
  const store::PhotoRecord* known = record(photo);
  if (known == nullptr) return std::nullopt;
  const double longer = std::max(box.width, box.height);
  if (longer < 1) return std::nullopt;
  const int shorter_side = static_cast<int>(
      std::ceil(std::min(known->size.width, known->size.height) * std::min(1.0, side / longer)));
  const Photo* read = decoded(photo, shorter_side);
  if (read == nullptr) return std::nullopt;

  const double scale = static_cast<double>(read->bgr.cols) / read->full_size.width;
  const cv::Rect frame(0, 0, read->bgr.cols, read->bgr.rows);
  const cv::Rect piece =
      frame & cv::Rect(static_cast<int>(std::lround(box.x * scale)),
                       static_cast<int>(std::lround(box.y * scale)),
                       std::max(1, static_cast<int>(std::lround(box.width * scale))),
                       std::max(1, static_cast<int>(std::lround(box.height * scale))));
  if (piece.empty()) return std::nullopt;
  PlatePicture out;
  const double shrink =
      std::min(1.0, static_cast<double>(side) / std::max(piece.width, piece.height));
  const cv::Size size(std::max(1, static_cast<int>(std::lround(piece.width * shrink))),
                      std::max(1, static_cast<int>(std::lround(piece.height * shrink))));
  cv::resize(read->bgr(piece), out.bgr, size, 0, 0, cv::INTER_AREA);
  if (mirrored) cv::flip(out.bgr, out.bgr, 1);
  out.photo = photo;
  out.box = {piece.x / scale, piece.y / scale, piece.width / scale, piece.height / scale};
  out.mirrored = mirrored;
  return out;
}

std::optional<double> PhotoShelf::sharpness(std::int32_t photo, const Box& box) {
  const std::optional<PlatePicture> piece = cut(photo, box, kSharpnessSide, false);
  if (!piece) return std::nullopt;
  cv::Mat grey, edges;
  cv::cvtColor(piece->bgr, grey, cv::COLOR_BGR2GRAY);
  const double enlarge = static_cast<double>(kSharpnessSide) / std::max(grey.cols, grey.rows);
  if (enlarge > 1) cv::resize(grey, grey, {}, enlarge, enlarge, cv::INTER_LINEAR);
  cv::Laplacian(grey, edges, CV_32F);
  cv::Scalar average, deviation;
  cv::meanStdDev(edges, average, deviation);
  return std::log(1 + deviation[0] * deviation[0]);
}

double PhotoShelf::on_subject(std::int32_t photo, const Box& box) const {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  const store::PhotoRecord* known = record(photo);
  if (known == nullptr || known->mask.empty()) return kUnknown;
  try {
    const auto path = std::filesystem::path(photos_.root) / known->mask;
    return SubjectMask::read(path.string(), known->size).share(box);
  } catch (const MaskError&) {
    return kUnknown;
  }
}

}  // namespace differentia
