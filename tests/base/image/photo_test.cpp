#include "base/image/photo.h"

#include <chrono>
#include <filesystem>
#include <fstream>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/image/photo_header.h"
#include "tests/catch.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using FileBytes = std::vector<std::uint8_t>;

struct TemporaryFile {
  std::string path;
  TemporaryFile(const std::string& name, const FileBytes& bytes)
      : path((fs::temp_directory_path() / ("differentia_photo_" + name)).string()) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
  }
  ~TemporaryFile() { fs::remove(path); }
};

FileBytes encoded(const std::string& extension, const cv::Mat& picture,
                  const std::vector<int>& parameters = {}) {
  FileBytes bytes;
  cv::imencode(extension, picture, bytes, parameters);
  return bytes;
}

// A smooth picture, different in its four corners: 96 × 64 by default.
cv::Mat corners(int width = 96, int height = 64) {
  cv::Mat picture(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      picture.at<cv::Vec3b>(y, x) = {static_cast<std::uint8_t>(20 + 200 * x / width),
                                     static_cast<std::uint8_t>(20 + 200 * y / height), 60};
    }
  }
  return picture;
}

// A big-endian EXIF block that holds nothing but the orientation.
FileBytes exif(int orientation) {
  return {'M',  'M',  0, 42, 0, 0, 0, 8, 0, 1,
          0x01, 0x12, 0, 3,  0, 0, 0, 1, 0, static_cast<std::uint8_t>(orientation),
          0,    0,    0, 0,  0, 0};
}

FileBytes jpeg_with_orientation(const cv::Mat& picture, int orientation) {
  FileBytes jpeg = encoded(".jpg", picture, {cv::IMWRITE_JPEG_QUALITY, 95});
  const FileBytes block = exif(orientation);
  FileBytes segment = {0xFF, 0xE1, 0, static_cast<std::uint8_t>(block.size() + 8), 'E', 'x', 'i',
                       'f',  0,    0};
  segment.insert(segment.end(), block.begin(), block.end());
  jpeg.insert(jpeg.begin() + 2, segment.begin(), segment.end());
  return jpeg;
}

// `upright` as a camera that was held so stores it: the inverse of the turn that EXIF asks for.
cv::Mat stored_for(const cv::Mat& upright, int orientation) {
  cv::Mat stored;
  switch (orientation) {
    case 2:
      cv::flip(upright, stored, 1);
      break;
    case 3:
      cv::flip(upright, stored, -1);
      break;
    case 4:
      cv::flip(upright, stored, 0);
      break;
    case 5:
      cv::transpose(upright, stored);
      break;
    case 6:
      cv::rotate(upright, stored, cv::ROTATE_90_COUNTERCLOCKWISE);
      break;
    case 7:
      cv::flip(upright, stored, -1);
      cv::transpose(stored, stored);
      break;
    case 8:
      cv::rotate(upright, stored, cv::ROTATE_90_CLOCKWISE);
      break;
    default:
      stored = upright.clone();
      break;
  }
  return stored;
}

double largest_difference(const cv::Mat& a, const cv::Mat& b) {
  REQUIRE(a.size() == b.size());
  return cv::norm(a, b, cv::NORM_INF);
}

std::string reason_of(const FileBytes& bytes, const std::string& name = "bad.jpg") {
  const TemporaryFile file(name, bytes);
  try {
    decode_photo(file.path);
  } catch (const PhotoError& error) {
    CHECK_THAT(error.what(), Contains(file.path) && Contains(error.reason));
    return error.reason;
  }
  return "no error";
}

}  // namespace

TEST_CASE("all EXIF orientations of a JPEG come out upright", "[photo]") {
  const cv::Mat upright = corners();
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    const TemporaryFile file("o.jpg",
                             jpeg_with_orientation(stored_for(upright, orientation), orientation));
    const Photo photo = decode_photo(file.path);
    CHECK(largest_difference(photo.bgr, upright) <= 6);
    CHECK(photo.full_size == Size{96, 64});
    CHECK(photo_size(file.path) == Size{96, 64});
    CHECK(photo.repair.empty());
  }
}

TEST_CASE("orientation is read from PNG, WebP and TIFF as well", "[photo]") {
  const cv::Mat upright = corners();
  const cv::Mat stored = stored_for(upright, 6);
  const FileBytes block = exif(6);

  FileBytes png = encoded(".png", stored);
  FileBytes chunk = {0, 0, 0, static_cast<std::uint8_t>(block.size()), 'e', 'X', 'I', 'f'};
  chunk.insert(chunk.end(), block.begin(), block.end());
  chunk.insert(chunk.end(), {0, 0, 0, 0});  // its checksum is not looked at
  png.insert(png.begin() + 33, chunk.begin(), chunk.end());
  const TemporaryFile png_file("o.png", png);
  CHECK(photo_size(png_file.path) == Size{96, 64});
  CHECK(largest_difference(decode_photo(png_file.path).bgr, upright) == 0);

  FileBytes webp = encoded(".webp", stored, {cv::IMWRITE_WEBP_QUALITY, 101});  // lossless
  const TemporaryFile plain_webp("p.webp", webp);
  CHECK(photo_size(plain_webp.path) == Size{64, 96});
  webp.insert(webp.end(), {'E', 'X', 'I', 'F', static_cast<std::uint8_t>(block.size()), 0, 0, 0});
  webp.insert(webp.end(), block.begin(), block.end());
  const auto riff = static_cast<std::uint32_t>(webp.size() - 8);
  for (int i = 0; i < 4; ++i) webp[4 + static_cast<std::size_t>(i)] = (riff >> (8 * i)) & 0xFF;
  const TemporaryFile webp_file("o.webp", webp);
  CHECK(largest_difference(decode_photo(webp_file.path).bgr, upright) == 0);

  // An uncompressed little-endian TIFF by hand: OpenCV writes no orientation.
  for (const int orientation : {1, 3, 6, 8}) {
    CAPTURE(orientation);
    const cv::Mat turned = stored_for(upright, orientation);
    FileBytes tiff = {'I', 'I', 42, 0, 8, 0, 0, 0};
    const auto put = [&](std::uint32_t value, int bytes) {
      for (int i = 0; i < bytes; ++i) tiff.push_back((value >> (8 * i)) & 0xFF);
    };
    const std::uint32_t entries = 10, bits_at = 8 + 2 + entries * 12 + 4, pixels_at = bits_at + 6;
    const auto entry = [&](std::uint32_t tag, std::uint32_t type, std::uint32_t count,
                           std::uint32_t value) {
      put(tag, 2), put(type, 2), put(count, 4), put(value, 4);
    };
    put(entries, 2);
    entry(256, 3, 1, static_cast<std::uint32_t>(turned.cols));
    entry(257, 3, 1, static_cast<std::uint32_t>(turned.rows));
    entry(258, 3, 3, bits_at);
    entry(259, 3, 1, 1);  // no compression
    entry(262, 3, 1, 2);  // RGB
    entry(273, 4, 1, pixels_at);
    entry(274, 3, 1, static_cast<std::uint32_t>(orientation));
    entry(277, 3, 1, 3);
    entry(278, 3, 1, static_cast<std::uint32_t>(turned.rows));
    entry(279, 4, 1, static_cast<std::uint32_t>(turned.total() * 3));
    put(0, 4);
    for (int i = 0; i < 3; ++i) put(8, 2);
    cv::Mat rgb;
    cv::cvtColor(turned, rgb, cv::COLOR_BGR2RGB);
    tiff.insert(tiff.end(), rgb.data, rgb.data + rgb.total() * 3);
    const TemporaryFile file("o.tif", tiff);
    CHECK(photo_size(file.path) == Size{96, 64});
    CHECK(largest_difference(decode_photo(file.path).bgr, upright) == 0);
  }
}

TEST_CASE("depth, grey and alpha become 8-bit BGR", "[photo]") {
  const cv::Mat picture = corners();
  cv::Mat deep;
  picture.convertTo(deep, CV_16U, 257);
  for (const char* extension : {".png", ".tif"}) {
    const TemporaryFile file(std::string("deep") + extension, encoded(extension, deep));
    CHECK(largest_difference(decode_photo(file.path).bgr, picture) == 0);
  }
  cv::Mat grey;
  cv::cvtColor(picture, grey, cv::COLOR_BGR2GRAY);
  const TemporaryFile grey_file("grey.jpg", encoded(".jpg", grey));
  const Photo photo = decode_photo(grey_file.path);
  CHECK(photo.bgr.type() == CV_8UC3);
  CHECK(photo.bgr.at<cv::Vec3b>(60, 90)[0] == photo.bgr.at<cv::Vec3b>(60, 90)[2]);

  cv::Mat transparent;
  cv::cvtColor(picture, transparent, cv::COLOR_BGR2BGRA);
  transparent.at<cv::Vec4b>(0, 0)[3] = 0;
  transparent.at<cv::Vec4b>(0, 1) = {100, 0, 200, 51};  // a fifth of it over white
  const TemporaryFile alpha("alpha.png", encoded(".png", transparent));
  const cv::Mat bgr = decode_photo(alpha.path).bgr;
  CHECK(bgr.at<cv::Vec3b>(0, 0) == cv::Vec3b(255, 255, 255));
  CHECK(bgr.at<cv::Vec3b>(0, 1) == cv::Vec3b(224, 204, 244));
  CHECK(bgr.at<cv::Vec3b>(9, 9) == picture.at<cv::Vec3b>(9, 9));
}

TEST_CASE("a PNG named .jpg is read for what it is", "[photo]") {
  const TemporaryFile file("really.jpg", encoded(".png", corners()));
  CHECK(largest_difference(decode_photo(file.path).bgr, corners()) == 0);
}

TEST_CASE("large JPEGs are decoded at a fraction", "[photo]") {
  const cv::Mat large = corners(6000, 4000);  // 24 megapixels
  const TemporaryFile file("large.jpg", jpeg_with_orientation(large, 6));
  const auto start = std::chrono::steady_clock::now();
  const Photo photo = decode_photo(file.path, {448});
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  CHECK(photo.full_size == Size{4000, 6000});
  CHECK(photo.bgr.cols == 500);  // an eighth; a sixteenth would be too small, were there one
  CHECK(photo.bgr.rows == 750);
  CHECK(seconds < 2);
  CHECK(decode_photo(file.path, {501}).bgr.cols == 1000);
  CHECK(decode_photo(file.path, {5000}).bgr.cols == 4000);
  cv::Mat expected;
  cv::resize(large, expected, {750, 500}, 0, 0, cv::INTER_AREA);
  cv::rotate(expected, expected, cv::ROTATE_90_CLOCKWISE);
  CHECK(largest_difference(photo.bgr, expected) <= 6);
}

TEST_CASE("a truncated JPEG is decoded and its repair is told", "[photo]") {
  cv::Mat picture = corners(320, 240);
  for (const bool progressive : {false, true}) {
    CAPTURE(progressive);
    FileBytes whole = encoded(".jpg", picture, {cv::IMWRITE_JPEG_PROGRESSIVE, progressive ? 1 : 0});
    FileBytes cut(whole.begin(), whole.begin() + static_cast<long>(whole.size() * 6 / 10));
    const TemporaryFile file("cut.jpg", cut);
    const Photo photo = decode_photo(file.path);
    CHECK_THAT(photo.repair, Contains("truncated"));
    CHECK(photo.bgr.size() == picture.size());
    CHECK(cv::norm(photo.bgr.at<cv::Vec3b>(10, 10), picture.at<cv::Vec3b>(10, 10)) < 20);
    FileBytes no_end(whole.begin(), whole.end() - 2);
    const TemporaryFile unmarked("no_end.jpg", no_end);
    CHECK_THAT(decode_photo(unmarked.path).repair, Contains("truncated"));
    FileBytes appended = whole;  // what phones append after the end is no damage
    appended.insert(appended.end(), 1000, 7);
    const TemporaryFile longer("appended.jpg", appended);
    CHECK(decode_photo(longer.path).repair.empty());
  }
}

TEST_CASE("damage within a JPEG is told in the decoder's words", "[photo]") {
  FileBytes bytes = encoded(".jpg", corners(320, 240), {cv::IMWRITE_JPEG_RST_INTERVAL, 2});
  const std::size_t middle = bytes.size() / 2;
  for (std::size_t i = 0; i < 40; ++i) bytes[middle + i] = 0x5A;
  const TemporaryFile file("damaged.jpg", bytes);
  CHECK_THAT(decode_photo(file.path).repair, Contains("damaged"));
}

TEST_CASE("what is no photo is named", "[photo]") {
  const auto text = [](const std::string& letters) {
    return FileBytes(letters.begin(), letters.end());
  };
  CHECK_THAT(reason_of(text("GIF89a\x10\x00\x10")), Contains("it is a GIF, which is not read: "));
  CHECK(reason_of({}) == "the file is empty");
  CHECK_THAT(reason_of(text("photo,taxon\n")), Contains("it is text"));
  CHECK_THAT(reason_of(text("<!DOCTYPE html><html>")), Contains("a web page"));
  CHECK_THAT(reason_of(text(std::string("\0\0\0\x18"
                                        "ftypheic",
                                        12))),
             Contains("a HEIC"));
  CHECK_THAT(reason_of({0, 1, 2, 3}), Contains("unknown format"));
  CHECK_THAT(reason_of({0xFF, 0xD8, 0xFF}), Contains("ends before the picture begins"));
  // Cut among the segments before the picture, as where a phone's large preview comes first.
  const FileBytes whole = encoded(".jpg", corners(320, 240), {});
  for (std::size_t bytes = 20; bytes < 600; bytes += 50)
    CHECK_THAT(reason_of(FileBytes(whole.begin(), whole.begin() + static_cast<long>(bytes))),
               Contains("ends before the picture begins"));
  FileBytes png = encoded(".png", corners());
  png.resize(png.size() / 2);
  CHECK_THAT(reason_of(png, "cut.png"), Contains("cut off"));
  try {
    decode_photo("/nowhere/at/all.jpg");
    FAIL("no error");
  } catch (const PhotoError& error) {
    CHECK(error.reason == "there is no such file");
  }
  CHECK_THROWS_AS(decode_photo(fs::temp_directory_path().string()), PhotoError);
}

TEST_CASE("absurd dimensions are refused before memory is asked for", "[photo]") {
  FileBytes jpeg = encoded(".jpg", corners());
  for (std::size_t i = 0; i + 9 < jpeg.size(); ++i) {
    if (jpeg[i] == 0xFF && jpeg[i + 1] == 0xC0) {
      jpeg[i + 5] = jpeg[i + 6] = jpeg[i + 7] = jpeg[i + 8] = 0xFF;
      break;
    }
  }
  CHECK_THAT(reason_of(jpeg), Contains("65535 × 65535"));
  FileBytes png = encoded(".png", corners());
  png[17] = 0x40;  // width + 2^22
  png[21] = 0x40;
  CHECK_THAT(reason_of(png, "absurd.png"), Contains("more than are read"));
}

TEST_CASE("headers are read safely from any prefix of a file", "[photo]") {
  for (const char* extension : {".jpg", ".png", ".tif", ".webp", ".bmp"}) {
    FileBytes bytes = std::string(extension) == ".jpg" ? jpeg_with_orientation(corners(), 6)
                                                       : encoded(extension, corners());
    for (std::size_t length = 0; length < std::min<std::size_t>(bytes.size(), 1500); ++length) {
      const FileBytes prefix(bytes.begin(), bytes.begin() + static_cast<long>(length));
      const PhotoHeader header = read_photo_header(prefix);  // must stay within `prefix`
      CHECK((header.orientation >= 1 && header.orientation <= 8));
    }
  }
}

}  // namespace differentia
