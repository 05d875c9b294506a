#pragma once

// Comma-separated values as spreadsheets write them: RFC 4180 with either line ending, UTF-8 with
// or without a byte order mark.

#include <string>
#include <string_view>
#include <vector>

namespace differentia {

struct CsvRow {
  int line = 0;  // 1-based line of the file on which the row starts
  std::vector<std::string> fields;
};

// All rows, the header among them; blank lines are left out. `path` is for the errors' sentences.
// Throws FileError: a quote that is never closed, text after a closing quote, UTF-16.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& path);

}  // namespace differentia
