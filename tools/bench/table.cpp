#include "tools/bench/table.h"

#include <algorithm>

#include <fmt/format.h>

namespace differentia {
namespace {

// As many columns as a terminal uses: code points, not bytes.
std::size_t columns_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string padded(const std::string& text, std::size_t columns) {
  return text + std::string(columns - std::min(columns, columns_of(text)), ' ');
}

std::string figure(std::optional<double> value, const std::string& unit) {
  if (!value) return "–";
  return fmt::format("{:.4g}{}", *value, unit.empty() ? "" : " " + unit);
}

std::string verdict(const BenchRow& row) {
  if (!row.target) return "";
  return row.reached ? "reached" : "MISSED";
}

}  // namespace

std::string table_text(const std::vector<BenchRow>& rows) {
  std::size_t name = 4, value = 8, target = 8;
  for (const BenchRow& row : rows) {
    name = std::max(name, columns_of(row.name));
    value = std::max(value, columns_of(figure(row.value, row.unit)));
    target = std::max(target, columns_of(figure(row.target, row.unit)));
  }
  std::string text =
      fmt::format("{}  {}  {}  {}  {}\n", padded("what", name), padded("measured", value),
                  padded("to reach", target), padded("", 7), "n");
  for (const BenchRow& row : rows) {
    text += fmt::format(
        "{}  {}  {}  {}  {}\n", padded(row.name, name), padded(figure(row.value, row.unit), value),
        padded(figure(row.target, row.unit), target), padded(verdict(row), 7), row.n);
  }
  return text;
}

nlohmann::ordered_json table_json(const std::vector<BenchRow>& rows) {
  auto json = nlohmann::ordered_json::array();
  for (const BenchRow& row : rows) {
    json.push_back({{"name", row.name},
                    {"value", row.value},
                    {"unit", row.unit},
                    {"target", row.target ? nlohmann::ordered_json(*row.target) : nullptr},
                    {"reached", row.target ? nlohmann::ordered_json(row.reached) : nullptr},
                    {"n", row.n}});
  }
  return json;
}

}  // namespace differentia
