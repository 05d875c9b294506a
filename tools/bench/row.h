#pragma once

#include <string>

namespace differentia {

// One line of the benchmark's table and of its JSON.
struct BenchRow {
  std::string name;
  double value = 0;
  std::string unit;
  double target = 0;     // what design.md asks for
  bool reached = false;
  std::string n;         // what was counted, with the interval: "412 concepts, 95 % interval 0.71–0.80"
};

}  // namespace differentia
