#pragma once

// Runs the real program, as a person does.

#include <sys/types.h>

#include <string>
#include <vector>

namespace differentia::test {

struct Outcome {
  int status = -1;  // exit status; 128 + signal where one ended it
  std::string output;
  std::string errors;
};

// Runs `differentia ARGUMENTS` to its end.
Outcome run(const std::vector<std::string>& arguments);

// Runs it and sends `signal` once `path` exists (or at the end, whichever comes first).
Outcome run_and_signal(const std::vector<std::string>& arguments, const std::string& path,
                       int signal, int milliseconds_after = 0);

// A folder of its own, empty; removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path(const std::string& name = {}) const;  // of something in it

 private:
  std::string folder_;
};

std::string read_text(const std::string& path);
void write_text(const std::string& path, const std::string& text);

// The shared real photos beside the checkout, or empty where they are not there.
std::string real_folder();

}  // namespace differentia::test
