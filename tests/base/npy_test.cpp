#include "base/npy.h"

#include <filesystem>
#include <numeric>

#include "base/error.h"
#include "tests/catch.h"

namespace differentia {
namespace {

std::string temporary(const std::string& name) {
  const auto folder = std::filesystem::temp_directory_path() / "differentia_npy_test";
  std::filesystem::create_directories(folder);
  return (folder / name).string();
}

template <typename T>
gsl::span<const std::byte> bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const std::byte*>(values.data()), values.size() * sizeof(T)};
}

template <typename T>
void round_trip(const std::string& name) {
  const auto path = temporary(name);
  std::vector<T> values;
  for (int i = 0; i < 24; ++i) values.push_back(static_cast<T>(i));
  write_npy<T>(path, {2, 3, 4}, values);
  const NpyMap map(path);
  CHECK(map.header().shape == std::vector<std::size_t>{2, 3, 4});
  const auto back = map.values<T>();
  CHECK(std::vector<T>(back.begin(), back.end()) == values);
}

TEST_CASE("arrays of every type come back as written") {
  round_trip<float>("f4.npy");
  round_trip<Imath::half>("f2.npy");
  round_trip<std::int64_t>("i8.npy");
  round_trip<std::int32_t>("i4.npy");
  round_trip<std::int16_t>("i2.npy");
  round_trip<std::uint16_t>("u2.npy");
  round_trip<std::uint8_t>("u1.npy");
}

TEST_CASE("a header has its fixed length whatever the shape") {
  CHECK(npy_header(NpyType::kFloat16, {0}).size() == kNpyHeaderBytes);
  CHECK(npy_header(NpyType::kFloat16, {123456789012, 1024, 1024, 2048}).size() == kNpyHeaderBytes);
  CHECK(npy_header(NpyType::kInt32, {5}).find("'shape': (5,), }") != std::string::npos);
}

TEST_CASE("an array grows by rows, and goes on after the rows that count") {
  const auto path = temporary("grown.npy");
  const std::vector<float> first{1, 2, 3, 4}, lost{9, 9}, second{5, 6};
  {
    NpyAppender array(path, NpyType::kFloat32, {2});
    array.append(bytes_of(first));
    array.commit();
    array.append(bytes_of(lost));  // never committed
  }
  {
    NpyAppender array(path, NpyType::kFloat32, {2}, 2);
    array.append(bytes_of(second));
    std::vector<float> back(2);
    array.read(1, {reinterpret_cast<std::byte*>(back.data()), 8});
    CHECK(back == std::vector<float>{3, 4});
    array.commit();
  }
  const NpyMap map(path);
  const auto values = map.values<float>();
  CHECK(map.header().shape == std::vector<std::size_t>{3, 2});
  CHECK(std::vector<float>(values.begin(), values.end()) == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK_THROWS_AS(NpyAppender(path, NpyType::kFloat32, {2}, 4), FileError);
}

TEST_CASE("an array of the wrong type is refused") {
  const auto path = temporary("type.npy");
  write_npy<float>(path, {1}, std::vector<float>{1});
  const NpyMap map(path);
  CHECK_THROWS_AS(map.values<std::int32_t>(), FileError);
}

TEST_CASE("a damaged array is an error with its file's name, whatever the damage") {
  const auto path = temporary("damaged.npy");
  write_npy<float>(path, {2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
  const auto whole = read_whole_file(path);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_whole_file(path, whole.substr(0, length));
    try {
      read_npy_header(path);
      FAIL("a file cut to " << length << " bytes was read");
    } catch (const FileError& error) {
      CHECK(error.path == path);
      CHECK(std::string(error.what()).find("damaged.npy") != std::string::npos);
    }
  }
  int refused = 0;
  for (std::size_t i = 0; i < kNpyHeaderBytes; ++i)
    for (const unsigned char flip : {0x01, 0x08, 0x80}) {
      auto bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ flip);
      write_whole_file(path, bytes);
      try {
        const NpyMap map(path);
        CHECK(map.header().bytes() <= 24);  // a flip in the padding does no harm
      } catch (const FileError&) {
        ++refused;
      }
    }
  CHECK(refused > 100);
}

}  // namespace
}  // namespace differentia
