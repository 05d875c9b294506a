#pragma once

// SQLite behind values: a connection, a statement with typed columns, and its errors as ours.
// Internal to the store.

#include <cstddef>
#include <cstdint>
#include <string>

#include <sqlite3.h>
#include <gsl/span>

namespace differentia::store {

class Database;

// A prepared statement. Columns count from 0, parameters from 1; NaN is stored as NULL and read
// back as NaN.
class Statement {
 public:
  Statement(Database& database, const std::string& sql);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Binds the arguments in order and rewinds.
  template <typename... Values>
  Statement& bind(const Values&... values) {
    reset();
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }
  bool step();  // true: there is a row
  void run();   // steps once, expecting no row, and rewinds
  void reset();

  std::int64_t integer(int column) const;
  std::int32_t int32(int column) const;  // throws where the value does not fit: the file is damaged
  double real(int column) const;
  std::string text(int column) const;
  gsl::span<const std::byte> blob(int column) const;  // valid until the next step; empty for NULL

 private:
  void bind_one(int index, std::int64_t value);
  void bind_one(int index, std::int32_t value) { bind_one(index, std::int64_t{value}); }
  void bind_one(int index, std::uint64_t value) {
    bind_one(index, static_cast<std::int64_t>(value));
  }
  void bind_one(int index, bool value) { bind_one(index, std::int64_t{value}); }
  void bind_one(int index, double value);
  void bind_one(int index, const std::string& value);
  void bind_one(int index, gsl::span<const std::byte> value);  // empty: NULL

  Database* database_;
  sqlite3_stmt* statement_ = nullptr;
};

// A connection; not thread-safe.
class Database {
 public:
  enum class Mode {
    kRead,  // as immutable: no lock, no journal, nothing written
    kCreate,
    kWrite,
    kReadShared,  // of a file that others may write to meanwhile: waits some seconds for them
    kWriteShared  // the same; made where it is not there
  };
  Database(const std::string& path, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const std::string& sql);             // any number of statements
  std::int64_t number(const std::string& sql);  // first column of the first row

  const std::string& path() const { return path_; }
  sqlite3* handle() { return handle_; }
  // Throws for SQLite's status `code`: DiskFull when writing, DamagedAtlas when reading,
  // DamagedFile of a shared file, FileError.
  [[noreturn]] void fail(int code) const;

 private:
  bool shared() const { return mode_ == Mode::kReadShared || mode_ == Mode::kWriteShared; }
  bool reads() const { return mode_ == Mode::kRead || mode_ == Mode::kReadShared; }
  int system_error() const;

  std::string path_;
  Mode mode_;
  sqlite3* handle_ = nullptr;
};

}  // namespace differentia::store
