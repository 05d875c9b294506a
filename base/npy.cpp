#include "base/npy.h"

#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

namespace differentia {
namespace {

constexpr char kMagic[] = "\x93NUMPY";
constexpr std::size_t kMagicBytes = 6;

struct TypeName {
  NpyType type;
  const char* name;
  std::size_t bytes;
};

constexpr std::array<TypeName, 7> kTypes{{{NpyType::kFloat32, "<f4", 4},
                                          {NpyType::kFloat16, "<f2", 2},
                                          {NpyType::kInt64, "<i8", 8},
                                          {NpyType::kInt32, "<i4", 4},
                                          {NpyType::kInt16, "<i2", 2},
                                          {NpyType::kUint16, "<u2", 2},
                                          {NpyType::kUint8, "|u1", 1}}};

const TypeName& type_name(NpyType type) {
  for (const auto& entry : kTypes)
    if (entry.type == type) return entry;
  throw std::logic_error("unknown NpyType");
}

[[noreturn]] void damaged(const std::string& path, const std::string& what) {
  throw DamagedFile(path, what);
}

// The text after `'key':`, without leading blanks; empty where the key is missing.
std::string after_key(const std::string& header, const std::string& key) {
  const auto at = header.find("'" + key + "'");
  if (at == std::string::npos) return {};
  const auto colon = header.find(':', at);
  if (colon == std::string::npos) return {};
  const auto begin = header.find_first_not_of(' ', colon + 1);
  return begin == std::string::npos ? std::string() : header.substr(begin);
}

std::vector<std::size_t> parse_shape(const std::string& path, const std::string& text) {
  if (text.empty() || text[0] != '(') damaged(path, "its header has no shape");
  std::vector<std::size_t> shape;
  std::size_t i = 1;
  while (i < text.size() && text[i] != ')') {
    if (text[i] == ' ' || text[i] == ',') {
      ++i;
      continue;
    }
    std::size_t length = 0;
    const auto first = i;
    while (i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) != 0) {
      if (i - first > 17) damaged(path, "its shape is too large");
      length = length * 10 + static_cast<std::size_t>(text[i++] - '0');
    }
    if (i == first) damaged(path, "its shape cannot be read");
    shape.push_back(length);
  }
  if (i >= text.size()) damaged(path, "its shape cannot be read");
  return shape;
}

void check_product(const std::string& path, const NpyHeader& header) {
  std::size_t bytes = size_of(header.type);
  for (const auto length : header.shape) {
    if (length != 0 && bytes > std::numeric_limits<std::size_t>::max() / 2 / length)
      damaged(path, "its shape is too large");
    bytes *= length;
  }
}

}  // namespace

std::size_t size_of(NpyType type) {
  return type_name(type).bytes;
}
std::string name_of(NpyType type) {
  return type_name(type).name;
}

NpyType npy_type(const std::string& name) {
  for (const auto& entry : kTypes)
    if (name == entry.name) return entry.type;
  throw InputError(fmt::format("'{}' is no array type that Differentia reads.", name));
}

std::size_t NpyHeader::values() const {
  std::size_t product = 1;
  for (const auto length : shape) product *= length;
  return product;
}

std::string npy_header(NpyType type, const std::vector<std::size_t>& shape) {
  std::string lengths;
  for (const auto length : shape)
    lengths += fmt::format("{}{}", lengths.empty() ? "" : ", ", length);
  if (shape.size() == 1) lengths += ",";
  const auto dictionary = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                                      name_of(type), lengths);
  constexpr std::size_t kDictionaryBytes = kNpyHeaderBytes - kMagicBytes - 4;
  if (dictionary.size() + 1 > kDictionaryBytes) throw std::logic_error("array shape too long");
  std::string header(kMagic, kMagicBytes);
  header += '\x01';
  header += '\x00';
  header += static_cast<char>(kDictionaryBytes);
  header += '\x00';
  header += dictionary;
  header.resize(kNpyHeaderBytes - 1, ' ');
  header += '\n';
  return header;
}

NpyHeader read_npy_header(const std::string& path) {
  const File file(path, File::Mode::kRead);
  const auto size = file.size();
  std::array<unsigned char, 12> start{};
  if (size < start.size()) damaged(path, "it is too short for an array");
  file.read_at(0, start.data(), start.size());
  if (std::memcmp(start.data(), kMagic, kMagicBytes) != 0) damaged(path, "it is no .npy array");
  const bool short_length = start[6] == 1;
  if (start[6] < 1 || start[6] > 3) damaged(path, "its .npy version is unknown");
  std::size_t length = start[8] | (start[9] << 8);
  if (!short_length)
    length |=
        (static_cast<std::size_t>(start[10]) << 16) | (static_cast<std::size_t>(start[11]) << 24);
  const std::size_t begin = short_length ? 10 : 12;
  if (length > (1U << 16) || begin + length > size) damaged(path, "its header is cut off");
  std::string text(length, '\0');
  file.read_at(begin, text.data(), length);

  NpyHeader header;
  header.data_offset = begin + length;
  const auto descr = after_key(text, "descr");
  const auto quote = descr.find('\'', 1);
  if (descr.empty() || descr[0] != '\'' || quote == std::string::npos)
    damaged(path, "its header has no type");
  try {
    header.type = npy_type(descr.substr(1, quote - 1));
  } catch (const InputError&) {
    damaged(path, "its type is not one that Differentia reads");
  }
  if (after_key(text, "fortran_order").rfind("False", 0) != 0)
    damaged(path, "it is not in row-major order");
  if (header.data_offset % size_of(header.type) != 0) damaged(path, "its values are not aligned");
  header.shape = parse_shape(path, after_key(text, "shape"));
  check_product(path, header);
  const auto expected = header.data_offset + header.bytes();
  if (size != expected)
    damaged(path, fmt::format("it has {} bytes where its header says {}", size, expected));
  return header;
}

NpyAppender::NpyAppender(const std::string& path, NpyType type, std::vector<std::size_t> row_shape,
                         std::size_t rows)
    : row_shape_(std::move(row_shape)),
      type_(type),
      rows_(rows),
      file_(path, rows > 0 ? File::Mode::kWrite : File::Mode::kCreate) {
  row_bytes_ = size_of(type_);
  for (const auto length : row_shape_) row_bytes_ *= length;
  if (rows > 0) {
    if (file_.size() < file_bytes())
      damaged(path,
              fmt::format("it has {} bytes where {} were written", file_.size(), file_bytes()));
    file_.truncate(file_bytes());
  } else {
    const std::string empty(kNpyHeaderBytes, ' ');
    file_.write_at(0, empty.data(), empty.size());
  }
}

void NpyAppender::append(gsl::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  if (row_bytes_ == 0 || bytes.size() % row_bytes_ != 0)
    throw std::logic_error(fmt::format("{} bytes are no whole rows of {} for '{}'", bytes.size(),
                                       row_bytes_, file_.path()));
  file_.write_at(file_bytes(), bytes.data(), bytes.size());
  rows_ += bytes.size() / row_bytes_;
}

void NpyAppender::read(std::size_t first_row, gsl::span<std::byte> bytes) const {
  file_.read_at(kNpyHeaderBytes + first_row * row_bytes_, bytes.data(), bytes.size());
}

void NpyAppender::commit() {
  std::vector<std::size_t> shape{rows_};
  shape.insert(shape.end(), row_shape_.begin(), row_shape_.end());
  const auto header = npy_header(type_, shape);
  file_.write_at(0, header.data(), header.size());
  file_.sync();
}

NpyMap::NpyMap(const std::string& path) : path_(path), header_(read_npy_header(path)) {
  mapped_ = header_.data_offset + header_.bytes();
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  void* address =
      descriptor < 0 ? MAP_FAILED : ::mmap(nullptr, mapped_, PROT_READ, MAP_SHARED, descriptor, 0);
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (address == MAP_FAILED) throw_read_error(path, error);
  data_ = static_cast<const std::byte*>(address);
}

NpyMap::~NpyMap() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), mapped_);
}

NpyMap::NpyMap(NpyMap&& other) noexcept
    : path_(std::move(other.path_)),
      header_(std::move(other.header_)),
      data_(std::exchange(other.data_, nullptr)),
      mapped_(other.mapped_) {}

NpyMap& NpyMap::operator=(NpyMap&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(header_, other.header_);
  std::swap(data_, other.data_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

void NpyMap::check_type(NpyType wanted) const {
  if (wanted != header_.type)
    damaged(path_, fmt::format("it holds {} where {} is expected", name_of(header_.type),
                               name_of(wanted)));
}

void write_npy(const std::string& path, NpyType type, const std::vector<std::size_t>& shape,
               gsl::span<const std::byte> bytes) {
  std::string file = npy_header(type, shape);
  file.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  write_whole_file(path, file);
}

}  // namespace differentia
