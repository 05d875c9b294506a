#include "base/file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

namespace differentia {
namespace {

int open_file(const std::string& path, File::Mode mode, const std::string& shown) {
  int flags = O_CLOEXEC;
  if (mode == File::Mode::kRead) flags |= O_RDONLY;
  if (mode == File::Mode::kWrite) flags |= O_RDWR;
  if (mode == File::Mode::kCreate) flags |= O_RDWR | O_CREAT | O_TRUNC;
  int descriptor = -1;
  do {
    descriptor = ::open(path.c_str(), flags, 0666);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0 && mode == File::Mode::kRead) throw_read_error(shown, errno);
  if (descriptor < 0) throw_write_error(shown, errno);
  return descriptor;
}

}  // namespace

void throw_write_error(const std::string& path, int error) {
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) throw DiskFull(path);
  throw FileError(path, fmt::format("'{}' cannot be written ({}); see that its folder is there and "
                                    "may be written to, or choose another place.",
                                    path, std::strerror(error)));
}

void throw_read_error(const std::string& path, int error) {
  const char* advice = "see that the disk it lies on is well";
  if (error == ENOENT || error == ENOTDIR) advice = "see that its name and folder are right";
  if (error == EACCES || error == EPERM) advice = "change its permissions";
  if (error == EISDIR) advice = "give a file";
  throw FileError(path,
                  fmt::format("'{}' cannot be read ({}); {}.", path, std::strerror(error), advice));
}

File::File(std::string path, Mode mode)
    : path_(std::move(path)), descriptor_(open_file(path_, mode, path_)) {}

File::File(const std::string& path, Mode mode, std::string shown)
    : path_(std::move(shown)), descriptor_(open_file(path, mode, path_)) {}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

File::File(File&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

std::uint64_t File::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) throw_read_error(path_, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

void File::read_at(std::uint64_t offset, void* bytes, std::size_t count) const {
  auto* next = static_cast<char*>(bytes);
  while (count > 0) {
    const auto got = ::pread(descriptor_, next, count, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_read_error(path_, errno);
    if (got == 0) throw FileError(path_, fmt::format("'{}' is shorter than it should be.", path_));
    next += got;
    offset += static_cast<std::uint64_t>(got);
    count -= static_cast<std::size_t>(got);
  }
}

void File::write_at(std::uint64_t offset, const void* bytes, std::size_t count) {
  const auto* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const auto put = ::pwrite(descriptor_, next, count, static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw_write_error(path_, errno);
    if (put == 0) throw_write_error(path_, ENOSPC);
    next += put;
    offset += static_cast<std::uint64_t>(put);
    count -= static_cast<std::size_t>(put);
  }
}

void File::truncate(std::uint64_t size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) throw_write_error(path_, errno);
}

void File::sync() {
  if (::fsync(descriptor_) != 0) throw_write_error(path_, errno);
}

void write_whole_file(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  File file(temporary, File::Mode::kCreate, path);
  try {
    file.write_at(0, bytes.data(), bytes.size());
    file.sync();
    rename_path(temporary, path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

std::string read_whole_file(const std::string& path) {
  const File file(path, File::Mode::kRead);
  std::string bytes(file.size(), '\0');
  file.read_at(0, bytes.data(), bytes.size());
  return bytes;
}

void sync_folder(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw_write_error(folder, errno);
  // Some file systems cannot sync a folder (EINVAL): there is nothing to wait for then.
  const int failed = ::fsync(descriptor) != 0 && errno != EINVAL ? errno : 0;
  ::close(descriptor);
  if (failed != 0) throw_write_error(folder, failed);
}

void rename_path(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw_write_error(to, errno);
}

bool exchange_paths(const std::string& a, const std::string& b) {
  return ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0;
}

FolderLock::FolderLock(const std::string& folder) {
  descriptor_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor_ < 0) throw_write_error(folder, errno);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(descriptor_);
    throw FileError(
        folder, fmt::format("Another build is working in '{}'; wait for it or stop it.", folder));
  }
}

FolderLock::~FolderLock() {
  ::close(descriptor_);
}

}  // namespace differentia
