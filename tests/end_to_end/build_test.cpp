// The whole way: photos and a model in, an atlas out, however often it is stopped.

#include <csignal>
#include <filesystem>
#include <map>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/end_to_end/fixtures.h"
#include "tests/end_to_end/program.h"

using namespace differentia::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> build_arguments(const std::string& atlas) {
  return {"build", atlas, "--photos", demo_photos(), "--model", demo_model(), "--quiet"};
}

}  // namespace

TEST_CASE("the same bytes for one thread and for two", "[build]") {
  const TemporaryFolder folder;
  for (const std::string threads : {"1", "2"}) {
    auto arguments = build_arguments(folder.path(threads + ".atlas"));
    arguments.insert(arguments.end(), {"--threads", threads});
    const Outcome outcome = run(arguments);
    CAPTURE(outcome.errors);
    REQUIRE(outcome.status == 0);
  }
  REQUIRE_FALSE(read_text(folder.path("1.atlas/SHA256SUMS")).empty());
  REQUIRE(read_text(folder.path("1.atlas/SHA256SUMS")) ==
          read_text(folder.path("2.atlas/SHA256SUMS")));
}

TEST_CASE("killed in the middle and started again, the build ends in the same bytes", "[build]") {
  const TemporaryFolder folder;
  const std::string atlas = folder.path("killed.atlas");
  for (const int milliseconds : {0, 300, 900, 1500}) {
    const Outcome killed =
        run_and_signal(build_arguments(atlas), atlas + ".partial", SIGKILL, milliseconds);
    CAPTURE(milliseconds, killed.errors);
    if (killed.status == 0) break;  // it was faster than the signal
    REQUIRE(killed.status == 128 + SIGKILL);
    REQUIRE_FALSE(fs::exists(atlas));
  }
  if (!fs::exists(atlas)) {
    const Outcome outcome = run(build_arguments(atlas));
    CAPTURE(outcome.errors);
    REQUIRE(outcome.status == 0);
  }
  REQUIRE(read_text(atlas + "/SHA256SUMS") == read_text(demo_atlas() + "/SHA256SUMS"));
  REQUIRE_FALSE(fs::exists(atlas + ".partial"));
}

TEST_CASE("Ctrl-C stops with status 3 and keeps what is done", "[build]") {
  const TemporaryFolder folder;
  const std::string atlas = folder.path("stopped.atlas");
  const Outcome stopped = run_and_signal(build_arguments(atlas), atlas + ".partial", SIGINT, 100);
  CAPTURE(stopped.errors);
  REQUIRE(stopped.status == 3);
  REQUIRE_THAT(stopped.errors, Contains("for the rest"));
  REQUIRE(fs::exists(atlas + ".partial"));
  REQUIRE_FALSE(fs::exists(atlas));
}

TEST_CASE("info tells what an atlas holds, and finds damage", "[info]") {
  const Outcome outcome = run({"info", demo_atlas(), "--json"});
  CAPTURE(outcome.errors);
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.output);
  REQUIRE(json["taxa"] == 3);
  REQUIRE(json["photos"]["used"] == 24);
  REQUIRE(json["concepts"].get<int>() > 3);

  const TemporaryFolder folder;
  const std::string damaged = folder.path("damaged.atlas");
  fs::copy(demo_atlas(), damaged, fs::copy_options::recursive);
  REQUIRE(run({"info", damaged, "--verify", "--quiet"}).status == 0);
  for (const auto& entry : fs::directory_iterator(damaged + "/pictures")) {
    std::string bytes = read_text(entry.path());
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
    write_text(entry.path(), bytes);
    const Outcome found = run({"info", damaged, "--verify", "--quiet"});
    REQUIRE(found.status == 2);
    REQUIRE_THAT(found.errors, Contains(entry.path().filename().string()));
    break;
  }
}

TEST_CASE("every verb's help names its options and their defaults", "[help]") {
  REQUIRE(run({"--help"}).status == 0);
  for (const std::string verb : {"world", "model", "build", "info", "explain", "view"}) {
    const Outcome help = run({verb, "--help"});
    CAPTURE(verb);
    REQUIRE(help.status == 0);
    REQUIRE_THAT(help.output, Contains("--json"));
    REQUIRE_THAT(run({"--help"}).output, Contains(verb));
  }
  REQUIRE_THAT(run({"build", "--help"}).output, Contains("--grids-per-taxon INT=64"));
}

TEST_CASE("--json prints one object and nothing else", "[json]") {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"model", demo_model(), "--json"},
        {"info", demo_atlas(), "--json"}}) {
    const Outcome outcome = run(arguments);
    REQUIRE(outcome.status == 0);
    REQUIRE_NOTHROW(nlohmann::json::parse(outcome.output));
  }
}

TEST_CASE("real photos: cats and dogs, a PNG and a GIF that call themselves JPEG", "[real]") {
  const std::string real = real_folder();
  if (real.empty()) {
    WARN("skipped: the shared real photos are not here");
    return;
  }
  // Ten photos of each breed and the two that are not what their names say.
  const TemporaryFolder folder;
  const std::string table = read_text(real + "/pets/photos.csv");
  std::string chosen = table.substr(0, table.find('\n') + 1);
  std::map<std::string, int> taken;
  for (std::size_t start = chosen.size(); start < table.size();) {
    const std::size_t end = std::min(table.find('\n', start), table.size());
    std::string line = table.substr(start, end - start);
    start = end + 1;
    const std::string path = line.substr(0, line.find(','));
    const std::string taxon =
        line.substr(line.find(',') + 1, line.find(',', line.find(',') + 1) - line.find(',') - 1);
    const std::string magic = read_text(real + "/pets/" + path).substr(0, 3);
    if (magic != "\xFF\xD8\xFF" || ++taken[taxon] <= 10) {
      const std::size_t mask = line.rfind(',') + 1;
      line.insert(mask, mask < line.size() ? real + "/pets/" : "");
      chosen += real + "/pets/" + line + "\n";
    }
  }
  write_text(folder.path("photos.csv"), chosen);
  const Outcome outcome =
      run({"build", folder.path("pets.atlas"), "--photos", folder.path("photos.csv"), "--model",
           real + "/pets/model.pt", "--json", "--quiet"});
  CAPTURE(outcome.errors);
  REQUIRE(outcome.status == 0);
  const auto report = nlohmann::json::parse(outcome.output);
  REQUIRE(report["photos"]["used"].get<int>() == 31);
  REQUIRE(report["photos"]["unreadable"].size() == 1);
  REQUIRE_THAT(report["photos"]["unreadable"][0]["reason"].get<std::string>(), Contains("GIF"));
}
