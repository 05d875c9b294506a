#include "tests/end_to_end/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace differentia::test {
namespace {

namespace fs = std::filesystem;

pid_t start(const std::vector<std::string>& arguments, const std::string& output,
            const std::string& errors) {
  const std::string program = fs::read_symlink("/proc/self/exe").parent_path() / "differentia";
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    dup2(open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    dup2(open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  return child;
}

int decoded(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Outcome run(const std::vector<std::string>& arguments) {
  return run_and_signal(arguments, {}, 0);
}

Outcome run_and_signal(const std::vector<std::string>& arguments, const std::string& path,
                       int signal, int milliseconds_after) {
  const TemporaryFolder folder;
  const pid_t child = start(arguments, folder.path("out"), folder.path("err"));
  int status = 0;
  bool ended = false;
  if (!path.empty()) {
    while (!fs::exists(path) && !ended) {
      ended = waitpid(child, &status, WNOHANG) == child;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds_after));
    if (!ended) kill(child, signal);
  }
  if (!ended) waitpid(child, &status, 0);
  return {decoded(status), read_text(folder.path("out")), read_text(folder.path("err"))};
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = fs::temp_directory_path() / "differentia-test-XXXXXX";
  if (!mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder could be made");
  folder_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string TemporaryFolder::path(const std::string& name) const {
  return name.empty() ? folder_ : folder_ + "/" + name;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string real_folder() {
  const fs::path folder = "../shared/real";
  return fs::exists(folder / "pets/photos.csv") ? fs::absolute(folder).lexically_normal().string()
                                                : std::string();
}

}  // namespace differentia::test
