#include "atlas/store/database.h"

#include <cerrno>
#include <cmath>
#include <filesystem>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "atlas/store/reader.h"
#include "base/error.h"
#include "base/file.h"

namespace differentia::store {
namespace {

constexpr int kPatience = 10000;  // milliseconds, for another program that writes

// A path as SQLite's URI wants it.
std::string uri_of(const std::string& path) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string()) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '/' || c == '-' || c == '_' || c == '.';
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

}  // namespace

Statement::Statement(Database& database, const std::string& sql) : database_(&database) {
  const int code = sqlite3_prepare_v3(database.handle(), sql.c_str(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  if (code != SQLITE_OK) database.fail(code);
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3_reset(statement_);
  database_->fail(code);
}

void Statement::run() {
  step();
  reset();
}

void Statement::reset() {
  sqlite3_reset(statement_);
}

void Statement::bind_one(int index, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_, index, value);
  if (code != SQLITE_OK) database_->fail(code);
}

void Statement::bind_one(int index, double value) {
  const int code = std::isnan(value) ? sqlite3_bind_null(statement_, index)
                                     : sqlite3_bind_double(statement_, index, value);
  if (code != SQLITE_OK) database_->fail(code);
}

void Statement::bind_one(int index, gsl::span<const std::byte> value) {
  const int code = value.empty() ? sqlite3_bind_null(statement_, index)
                                 : sqlite3_bind_blob64(statement_, index, value.data(),
                                                       value.size(), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) database_->fail(code);
}

void Statement::bind_one(int index, const std::string& value) {
  const int code = sqlite3_bind_text(statement_, index, value.data(),
                                     static_cast<int>(value.size()), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) database_->fail(code);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::int32_t Statement::int32(int column) const {
  const auto value = integer(column);
  if (value < std::numeric_limits<std::int32_t>::min() ||
      value > std::numeric_limits<std::int32_t>::max())
    database_->fail(SQLITE_CORRUPT);
  return static_cast<std::int32_t>(value);
}

double Statement::real(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL)
    return std::numeric_limits<double>::quiet_NaN();
  return sqlite3_column_double(statement_, column);
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

gsl::span<const std::byte> Statement::blob(int column) const {
  const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
  return {bytes, bytes == nullptr
                     ? std::size_t{0}
                     : static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Database::Database(const std::string& path, Mode mode) : path_(path), mode_(mode) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
  // A shared file is opened for writing also by who reads it, as far as it may be written to: where
  // a writer was stopped in the middle, the next to come puts back what was there.
  flags |= mode == Mode::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (mode == Mode::kCreate || mode == Mode::kWriteShared) flags |= SQLITE_OPEN_CREATE;
  const std::string uri = uri_of(path) + (mode == Mode::kRead ? "?immutable=1" : "");
  const int code = sqlite3_open_v2(uri.c_str(), &handle_, flags, nullptr);
  if (code != SQLITE_OK) {
    try {
      fail(code);
    } catch (...) {
      sqlite3_close(handle_);
      throw;
    }
  }
  sqlite3_extended_result_codes(handle_, 1);
  if (shared()) sqlite3_busy_timeout(handle_, kPatience);
}

Database::~Database() {
  sqlite3_close_v2(handle_);
}

void Database::run(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::int64_t Database::number(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

int Database::system_error() const {
  if (handle_ == nullptr) return 0;
  int error = 0;
  if (sqlite3_file_control(handle_, "main", SQLITE_FCNTL_LAST_ERRNO, &error) != SQLITE_OK)
    error = 0;
  return error != 0 ? error : sqlite3_system_errno(handle_);
}

void Database::fail(int code) const {
  const int primary = code & 0xff;
  const std::string what = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  if (mode_ == Mode::kRead) throw DamagedAtlas(path_, what);
  if (primary == SQLITE_FULL) throw DiskFull(path_);
  if (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) {
    // SQLite speaks of SQLITE_FULL for ENOSPC alone: a quota or a size limit is an I/O error to it.
    const int error = system_error();
    if (error == 0 && code == SQLITE_IOERR_WRITE) throw DiskFull(path_);
    if (error != 0 && reads()) throw_read_error(path_, error);
    if (error != 0) throw_write_error(path_, error);
  }
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
    throw FileError(path_, fmt::format("'{}' is being written by another program; run the same "
                                       "command again.",
                                       path_));
  const bool damaged =
      primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_SCHEMA || reads();
  if (damaged && shared())
    throw DamagedFile(path_, what + "; delete it, all that it holds can be made again");
  if (damaged)
    throw FileError(path_,
                    fmt::format("'{}' is damaged ({}); build again with --replace.", path_, what));
  throw FileError(path_, fmt::format("'{}' cannot be written ({}); see that its folder may be "
                                     "written to and run the same command again.",
                                     path_, what));
}

}  // namespace differentia::store
