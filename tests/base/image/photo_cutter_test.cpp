#include "base/image/photo_cutter.h"

#include <cmath>
#include <filesystem>
#include <string>

#include <turbojpeg.h>
#include <opencv2/core.hpp>

#include "base/file.h"
#include "base/image/crop_metadata.h"
#include "base/image/write_picture.h"
#include "base/random.h"
#include "tests/catch.h"

namespace differentia {
namespace {

using Buffer = std::vector<std::uint8_t>;

// EXIF data as a camera writes them: byte order, directories, values further on, a maker note, a
// thumbnail at the end.
class ExifWriter {
 public:
  explicit ExifWriter(bool little) : little_(little) {
    bytes_ = little ? Buffer{'I', 'I'} : Buffer{'M', 'M'};
    put(42, 2);
    put(8, 4);
  }
  void put(std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i)
      bytes_.push_back(static_cast<std::uint8_t>(value >> 8 * (little_ ? i : count - 1 - i)));
  }
  void entry(std::uint32_t tag, int type, std::uint32_t count, std::uint32_t value) {
    put(tag, 2);
    put(static_cast<std::uint32_t>(type), 2);
    put(count, 4);
    put(value, type == 3 ? 2 : 4);
    if (type == 3) put(0, 2);
  }
  void text(const std::string& value) {
    for (const char c : value) bytes_.push_back(static_cast<std::uint8_t>(c));
    bytes_.push_back(0);
  }
  Buffer bytes_;

 private:
  bool little_;
};

constexpr const char* kDate = "2024:05:17 06:41:09";
constexpr const char* kThumbnail = "thumbnail of the whole photo";
constexpr const char* kNote = "maker's own";

Buffer camera_exif(bool little, int orientation, Size size) {
  ExifWriter exif(little);
  const std::uint32_t camera = 8 + 2 + 12 * 2 + 4, date = camera + 2 + 12 * 4 + 4, note = date + 20,
                      thumbnail = note + 12, picture = thumbnail + 2 + 24 + 4;
  exif.put(2, 2);
  exif.entry(0x112, 3, 1, static_cast<std::uint32_t>(orientation));
  exif.entry(0x8769, 4, 1, camera);
  exif.put(thumbnail, 4);
  exif.put(4, 2);
  exif.entry(0x9003, 2, 20, date);
  exif.entry(0x927C, 7, 12, note);
  exif.entry(0xA002, 4, 1, static_cast<std::uint32_t>(size.width));
  exif.entry(0xA003, 3, 1, static_cast<std::uint32_t>(size.height));
  exif.put(0, 4);
  exif.text(kDate);
  exif.text(kNote);
  exif.put(2, 2);
  exif.entry(0x201, 4, 1, picture);
  exif.entry(0x202, 4, 1, 29);
  exif.put(0, 4);
  exif.text(kThumbnail);
  return exif.bytes_;
}

bool contains(const Buffer& bytes, const std::string& text) {
  return std::string(bytes.begin(), bytes.end()).find(text) != std::string::npos;
}

std::size_t position(const Buffer& bytes, const std::string& text) {
  return std::string(bytes.begin(), bytes.end()).find(text);
}

// Soft shapes and a little noise.
cv::Mat scene(int width, int height) {
  cv::Mat picture(height, width, CV_8UC3);
  Random random(3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto value = [&](double fx, double fy) {
        return cv::saturate_cast<std::uint8_t>(128 + 90 * std::sin(x * fx + y * fy) +
                                               random.uniform(-6, 6));
      };
      picture.at<cv::Vec3b>(y, x) = {value(0.05, 0.02), value(0.03, -0.04), value(-0.02, 0.06)};
    }
  }
  return picture;
}

class PhotoFile {
 public:
  PhotoFile(const std::string& name, const Buffer& bytes)
      : path_((std::filesystem::temp_directory_path() / ("differentia-cutter-" + name)).string()) {
    write_whole_file(path_, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  ~PhotoFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Buffer jpeg_of(const cv::Mat& picture, int subsampling) {
  void* const encoder = tjInitCompress();
  unsigned char* made = nullptr;
  unsigned long length = 0;
  REQUIRE(tjCompress2(encoder, picture.data, picture.cols, static_cast<int>(picture.step),
                      picture.rows, TJPF_BGR, &made, &length, subsampling, 88, 0) == 0);
  Buffer bytes(made, made + length);
  tjFree(made);
  tjDestroy(encoder);
  return bytes;
}

Photo decoded(const Buffer& bytes) {
  return decode_photo(PhotoFile("result", bytes).path());
}

// Largest difference away from the rim, where colours are filled in from what is not there.
double interior_difference(const cv::Mat& a, const cv::Mat& b) {
  REQUIRE(a.size() == b.size());
  const cv::Rect inside(2, 2, a.cols - 4, a.rows - 4);
  return cv::norm(a(inside), b(inside), cv::NORM_INF);
}

TEST_CASE("a JPEG is cut without coding it anew, whatever its orientation and blocks") {
  for (const int subsampling : {TJSAMP_420, TJSAMP_422, TJSAMP_444}) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
      CropMetadata metadata;
      metadata.exif = camera_exif(orientation % 2 == 0, orientation, {231, 173});
      const PhotoFile file("source.jpg",
                           with_metadata(jpeg_of(scene(231, 173), subsampling), metadata));
      const Photo photo = decode_photo(file.path());
      const PhotoCutter cutter(file.path(), photo);
      CHECK(cutter.frame().step_x >= 8);
      for (const Box& subject :
           {Box{70, 60, 40, 50}, Box{20, 20, 30, 30},
            Box{photo.full_size.width - 60.0, photo.full_size.height - 50.0, 60, 50}}) {
        const Crop crop = crop_box(subject, {0.1, 0, 0}, cutter.frame());
        CAPTURE(subsampling, orientation, crop.box.x, crop.box.y, crop.box.width, crop.box.height);
        CHECK(crop.whole);
        const CutPhoto cut = cutter.cut(crop.box);
        CHECK_FALSE(cut.coded_anew);
        CHECK(cut.metadata == Carried::kKept);
        const Photo result = decoded(cut.bytes);
        const cv::Mat expected = photo.bgr(
            cv::Rect(static_cast<int>(crop.box.x), static_cast<int>(crop.box.y),
                     static_cast<int>(crop.box.width), static_cast<int>(crop.box.height)));
        // Turned data round differently by a step.
        CHECK(interior_difference(result.bgr, expected) <= (orientation == 1 ? 0 : 4));
      }
    }
  }
}

TEST_CASE("a crop keeps date and maker note, is upright, and shows no thumbnail of the whole") {
  for (const bool little : {false, true}) {
    CropMetadata metadata;
    metadata.exif = camera_exif(little, 6, {231, 173});
    metadata.xmp = "<x:xmpmeta><rdf:Description tiff:Orientation=\"6\" dc:creator=\"A. Nyman\"/>";
    metadata.others = {{0xFF, 0xFE, 0x00, 0x07, 'n', 'o', 't', 'e', 's'}};
    const PhotoFile file("camera.jpg",
                         with_metadata(jpeg_of(scene(231, 173), TJSAMP_420), metadata));
    const Photo photo = decode_photo(file.path());
    CHECK(photo.full_size == Size{173, 231});
    const PhotoCutter cutter(file.path(), photo);
    const Crop crop = crop_box({50, 50, 60, 80}, {0.1, 0, 0}, cutter.frame());
    const Buffer bytes = cutter.cut(crop.box).bytes;
    CHECK(bytes.size() < cutter.source_bytes());
    const PhotoHeader header = read_photo_header(bytes);
    CHECK(header.orientation == 1);
    CHECK(header.stored.width == crop.box.width);
    CHECK(header.stored.height == crop.box.height);
    CHECK(contains(bytes, kDate));
    CHECK(contains(bytes, "tiff:Orientation=\"1\" dc:creator=\"A. Nyman\""));
    CHECK(contains(bytes, "notes"));
    CHECK_FALSE(contains(bytes, "thumbnail"));
    // Offsets in the maker note count from the start of the EXIF data.
    const Buffer before = camera_exif(little, 6, {231, 173});
    CHECK(position(bytes, kNote) - position(bytes, little ? "II*" : "MM") ==
          position(before, kNote));
    // A crop of the crop: its pixel size was written into the EXIF data.
    const Buffer again = crop_metadata(bytes, {7, 9}).exif;
    Buffer wanted = camera_exif(little, 1, {7, 9});
    wanted.resize(again.size());                                     // without the thumbnail
    for (std::size_t i = 0; i < 4; ++i) wanted[8 + 2 + 24 + i] = 0;  // nor its directory's place
    CHECK(again == wanted);
  }
}

TEST_CASE("a PNG's crop has its very pixels, its date and its profile") {
  CropMetadata metadata;
  metadata.exif = camera_exif(true, 3, {120, 90});
  metadata.xmp = "<x:xmpmeta tiff:Orientation=\"3\"/>";
  const cv::Mat picture = scene(120, 90);
  const PhotoFile file("source.png", with_metadata(encode_png(picture), metadata));
  const Photo photo = decode_photo(file.path());
  const PhotoCutter cutter(file.path(), photo);
  CHECK(std::string(cutter.extension()) == ".png");
  const CutPhoto cut = cutter.cut({11, 7, 50, 40});
  CHECK_FALSE(cut.coded_anew);
  CHECK(cut.metadata == Carried::kKept);
  CHECK(read_photo_header(cut.bytes).orientation == 1);
  CHECK(contains(cut.bytes, kDate));
  CHECK(contains(cut.bytes, "tiff:Orientation=\"1\""));
  CHECK(cv::norm(decoded(cut.bytes).bgr, photo.bgr(cv::Rect(11, 7, 50, 40)), cv::NORM_INF) == 0);
}

TEST_CASE("a JPEG that breaks off is coded anew, at high quality") {
  Buffer bytes = jpeg_of(scene(231, 173), TJSAMP_420);
  bytes.resize(bytes.size() / 2);
  const PhotoFile file("torn.jpg", bytes);
  const Photo photo = decode_photo(file.path());
  REQUIRE_FALSE(photo.repair.empty());
  const PhotoCutter cutter(file.path(), photo);
  CHECK(cutter.frame().step_x == 1);
  const CutPhoto cut = cutter.cut({21, 13, 60, 50});
  CHECK(cut.coded_anew);
  CHECK(cut.metadata == Carried::kNone);
  const cv::Mat crop = decoded(cut.bytes).bgr;
  CHECK(crop.size() == cv::Size(60, 50));
  CHECK(cv::norm(crop, photo.bgr(cv::Rect(21, 13, 60, 50)), cv::NORM_L1) / (60 * 50 * 3) < 3);
}

TEST_CASE("damaged metadata are read within their bytes") {
  CropMetadata metadata;
  metadata.exif = camera_exif(true, 6, {231, 173});
  metadata.xmp = "<x:xmpmeta tiff:Orientation=\"6\"/>";
  const Buffer jpeg = with_metadata(jpeg_of(scene(40, 30), TJSAMP_420), metadata);
  const Buffer png = with_metadata(encode_png(scene(40, 30)), metadata);
  Random random(11);
  for (const Buffer& whole : {jpeg, png}) {
    for (int i = 0; i < 3000; ++i) {
      Buffer bytes = whole;
      bytes.resize(1 + random.below(static_cast<std::uint32_t>(whole.size())));
      for (int k = 0; k < 4; ++k)
        bytes[random.below(static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(), 330)))] =
            static_cast<std::uint8_t>(random.below(256));
      const Buffer copied(bytes);  // its own allocation, for the address sanitizer
      const CropMetadata read = crop_metadata(copied, {10, 10});
      REQUIRE(read.exif.size() <= whole.size());
    }
  }
}

}  // namespace
}  // namespace differentia
