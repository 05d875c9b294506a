#include "tools/bench/command_output.h"

#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "base/error.h"

namespace differentia {

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) throw InputError(fmt::format("'{}' could not be started.", command));
  std::string text;
  char buffer[4096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe.get()))
    text.append(buffer, count);
  return text;
}

}  // namespace differentia
