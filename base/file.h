#pragma once

// Files that are written so that a kill, a crash or a full disk never leaves half of one under its
// final name.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace differentia {

// Throws DiskFull where `error` (an errno) says that space, a quota or a size limit ran out, else
// FileError.
[[noreturn]] void throw_write_error(const std::string& path, int error);

// The FileError of a failed read, with what to do about it. `error` is errno.
[[noreturn]] void throw_read_error(const std::string& path, int error);

// An open file; closed by the destructor. Not thread-safe.
class File {
 public:
  enum class Mode {
    kRead,
    kWrite,
    kCreate
  };  // kWrite: exists already; kCreate: empty from the start

  File(std::string path, Mode mode);  // throws FileError, DiskFull
  // The same; errors name the file `shown` (the name that it will get, say).
  File(const std::string& path, Mode mode, std::string shown);
  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;

  const std::string& path() const { return path_; }  // as errors name it
  std::uint64_t size() const;
  // Exactly `count` bytes; throws FileError where the file is shorter.
  void read_at(std::uint64_t offset, void* bytes, std::size_t count) const;
  void write_at(std::uint64_t offset, const void* bytes, std::size_t count);  // throws DiskFull
  void truncate(std::uint64_t size);
  void sync();  // down to the disk

 private:
  std::string path_;  // as errors name it
  int descriptor_ = -1;
};

// Writes a temporary file beside `path`, syncs it and renames it: `path` is whole or absent.
void write_whole_file(const std::string& path, std::string_view bytes);

std::string read_whole_file(const std::string& path);  // throws FileError

// Makes renames and new files in `folder` last.
void sync_folder(const std::string& folder);

// Renames, within one file system. Throws FileError.
void rename_path(const std::string& from, const std::string& to);

// Exchanges two folders in one step. False where the file system cannot.
bool exchange_paths(const std::string& a, const std::string& b);

// An exclusive lock on a folder, held while the object lives and let go when the process dies.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder);  // throws FileError when someone else holds it
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace differentia
