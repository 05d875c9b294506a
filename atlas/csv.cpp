#include "atlas/csv.h"

#include <fmt/format.h>

#include "base/error.h"

namespace differentia {

std::vector<CsvRow> parse_csv(std::string_view text, const std::string& path) {
  if (text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF") {
    throw FileError(path, fmt::format("'{}' is UTF-16: save it as \"CSV UTF-8\".", path));
  }
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);

  std::vector<CsvRow> rows;
  int line = 1;
  std::size_t at = 0;
  while (at < text.size()) {
    CsvRow row;
    row.line = line;
    bool quoted_any = false;
    for (bool row_goes_on = true; row_goes_on;) {
      std::string field;
      if (at < text.size() && text[at] == '"') {
        quoted_any = true;
        const int opened = line;
        for (++at;; ++at) {
          if (at >= text.size()) {
            throw FileError(path, fmt::format("'{}', line {}: a quote is opened and never closed.",
                                              path, opened));
          }
          if (text[at] == '"') {
            if (at + 1 < text.size() && text[at + 1] == '"') {
              ++at;  // a doubled quote stands for one
            } else {
              ++at;
              break;
            }
          }
          if (text[at] == '\n') ++line;
          field += text[at];
        }
        if (at < text.size() && text[at] != ',' && text[at] != '\r' && text[at] != '\n') {
          throw FileError(path, fmt::format("'{}', line {}: there is text after a closing quote; a "
                                            "quote within a field is written twice.",
                                            path, line));
        }
      } else {
        const std::size_t end = std::min(text.find_first_of(",\r\n", at), text.size());
        field = std::string(text.substr(at, end - at));
        at = end;
      }
      row.fields.push_back(std::move(field));
      if (at < text.size() && text[at] == ',') {
        ++at;
      } else {
        row_goes_on = false;
      }
    }
    if (at < text.size() && text[at] == '\r') ++at;
    if (at < text.size() && text[at] == '\n') {
      ++at;
    }
    ++line;
    const bool blank = row.fields.size() == 1 && row.fields[0].empty() && !quoted_any;
    if (!blank) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace differentia
