#pragma once

#include <optional>
#include <string>

namespace differentia {

// One line of the benchmark's table and of its JSON.
struct BenchRow {
  std::string name;
  double value = 0;
  std::string unit;
  std::optional<double> target;  // what design.md asks for; none: told for comparison
  bool reached = false;
  std::string n;  // what was counted, with the interval: "412 concepts, 95 % interval 0.71–0.80"
};

}  // namespace differentia
