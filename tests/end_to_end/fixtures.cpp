#include "tests/end_to_end/fixtures.h"

#include <filesystem>
#include <map>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "tests/end_to_end/program.h"

namespace differentia::test {
namespace {

// Lives as long as the test program.
const TemporaryFolder& shared_folder() {
  static const TemporaryFolder folder;
  return folder;
}

void require_done(const Outcome& outcome) {
  if (outcome.status != 0) throw std::runtime_error(outcome.errors);
}

// What tests compare in the atlas that ships is not kept beside it, unless a person had kept some.
struct NothingKept {
  static constexpr const char* kFile = "data/demo/demo.derived.sqlite";
  bool kept = std::filesystem::exists(kFile);
  ~NothingKept() {
    std::error_code ignored;
    if (!kept) std::filesystem::remove(kFile, ignored);
  }
} nothing_kept;

// The demo world with a few photos of every species.
const std::string& world() {
  static const std::string folder = [] {
    const std::string made = shared_folder().path("world");
    require_done(run({"world", made, "--train", "6", "--test", "2", "--several", "0", "--side",
                      "192", "--quiet"}));
    return made;
  }();
  return folder;
}

// Photos of several birds. Of these seeds' photos number 1 and 3 hold two species that look unlike.
const std::string& group_world() {
  static const std::string folder = [] {
    const std::string made = shared_folder().path("groups");
    require_done(run({"world", made, "--train", "0", "--test", "1", "--several", "4", "--side",
                      "480", "--seed", "77", "--quiet"}));
    return made;
  }();
  return folder;
}

}  // namespace

std::string demo_pair(int number) {
  return fmt::format("{}/several/0000{}.jpg", group_world(), 2 * number + 1);
}

std::string demo_pairs_table() {
  return group_world() + "/several.csv";
}

std::string demo_model() {
  return std::filesystem::absolute("data/world/clean/model.pt").string();
}

std::string demo_photos(int taxa, int photos) {
  const std::string path = fmt::format("{}/{}-taxa-{}-photos.csv", world(), taxa, photos);
  if (std::filesystem::exists(path)) return path;
  std::istringstream table(read_text(world() + "/photos.csv"));
  std::string line, chosen;
  std::getline(table, line);
  chosen = line + "\n";
  std::map<std::string, int> taken;
  while (std::getline(table, line)) {
    const std::size_t first = line.find(',') + 1;
    const std::string taxon = line.substr(first, line.find(',', first) - first);
    if (!taken.count(taxon) && static_cast<int>(taken.size()) == taxa) continue;
    if (taken[taxon]++ < photos) chosen += line + "\n";
  }
  write_text(path, chosen);
  return path;
}

std::string demo_atlas() {
  const std::string path = shared_folder().path("demo.atlas");
  if (!std::filesystem::exists(path)) {
    require_done(
        run({"build", path, "--photos", demo_photos(), "--model", demo_model(), "--quiet"}));
  }
  return path;
}

}  // namespace differentia::test
