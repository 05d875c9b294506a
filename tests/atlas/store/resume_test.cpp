#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <thread>

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/atlas/store/small_atlas.h"
#include "tests/atlas/store/test_folder.h"
#include "tests/catch.h"

namespace differentia::store {
namespace {

namespace fs = std::filesystem;

std::string hash_of(const std::string& atlas) {
  const Reader reader(atlas);
  CHECK(reader.verify().empty());
  return reader.hash();
}

// The steps of an atlas in order; a test stops before any of them.
int write_steps(const std::string& path, const SyntheticOptions& options, int stop_before,
                bool commit_last) {
  Writer writer(path, synthetic_head(options));
  int step = 0;
  const auto go_on = [&] { return step++ < stop_before; };
  for (int t = writer.taxa(); t < options.taxa; ++t) {
    if (!go_on()) return step;
    add_synthetic_taxon(writer, options, t);
    if (step < stop_before || commit_last) writer.commit();
  }
  for (int layer = 0; layer < 2; ++layer) {
    if (writer.has_normalisation(layer)) continue;
    if (!go_on()) return step;
    const std::vector<float> centre(static_cast<std::size_t>(options.channels * (layer + 1)), 0.5F);
    writer.set_normalisation(layer, centre, std::vector<float>(centre.size(), 1.0F));
    if (step < stop_before || commit_last) writer.commit();
  }
  for (int t = 0; t <= options.taxa; ++t) {
    const int taxon = t < options.taxa ? t : -1;
    if (writer.has_map(taxon)) continue;
    if (!go_on()) return step;
    add_synthetic_map(writer, options, taxon);
    if (step < stop_before || commit_last) writer.commit();
  }
  if (!go_on()) return step;
  writer.finish();
  return step;
}

// Runs `work` in a process of its own; its exit status, or −signal.
int in_child(const std::function<int()>& work, int kill_after_us = 0) {
  const auto child = ::fork();
  if (child == 0) ::_exit(work());
  if (kill_after_us > 0) {
    std::this_thread::sleep_for(std::chrono::microseconds(kill_after_us));
    ::kill(child, SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST_CASE("the same input gives the same bytes, however often it was interrupted") {
  const TestFolder folder("resume");
  const auto options = small_options();
  make_synthetic_atlas(folder / "whole.atlas", options);
  const auto expected = hash_of(folder / "whole.atlas");
  make_synthetic_atlas(folder / "again.atlas", options);
  CHECK(hash_of(folder / "again.atlas") == expected);

  const auto other = folder / "other.atlas";
  auto changed = options;
  changed.seed = 2;
  make_synthetic_atlas(other, changed);
  CHECK(hash_of(other) != expected);

  for (const bool commit_last : {false, true})
    for (int stop = 0; stop < 11; ++stop) {
      CAPTURE(stop);
      CAPTURE(commit_last);
      const auto path =
          folder / ("stop" + std::to_string(stop) + (commit_last ? "c" : "") + ".atlas");
      write_steps(path, options, stop, commit_last);
      if (stop < 10) CHECK(!fs::exists(path));
      if (!fs::exists(path)) write_steps(path, options, 1000, true);
      CHECK(hash_of(path) == expected);
      CHECK(!fs::exists(path + ".partial"));
    }
}

TEST_CASE("icons go on in the middle of a sheet") {
  const TestFolder folder("icons");
  auto options = small_options();
  options.points_per_taxon = 3000;
  options.level_bins = {8, 32, 64};  // more than one sheet
  make_synthetic_atlas(folder / "whole.atlas", options);
  CHECK(Reader(folder / "whole.atlas").icons().icons > 1024);
  for (const int stop : {6, 7, 8, 9}) {
    const auto path = folder / ("a" + std::to_string(stop) + ".atlas");
    write_steps(path, options, stop, stop % 2 == 0);
    write_steps(path, options, 1000, true);
    CHECK(hash_of(path) == hash_of(folder / "whole.atlas"));
  }
}

TEST_CASE("killed at any moment, a build goes on and ends in the same bytes") {
  const TestFolder folder("kill");
  auto options = small_options();
  options.taxa = 12;
  const auto start = std::chrono::steady_clock::now();
  make_synthetic_atlas(folder / "whole.atlas", options);
  const auto whole_us = static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(
                                             std::chrono::steady_clock::now() - start)
                                             .count());
  const auto expected = hash_of(folder / "whole.atlas");
  int killed = 0;
  for (int round = 0; round < 6; ++round) {
    const auto path = folder / ("a" + std::to_string(round) + ".atlas");
    for (int attempt = 0; attempt < 2; ++attempt) {
      const auto status = in_child(
          [&] {
            make_synthetic_atlas(path, options);
            return 0;
          },
          1000 + whole_us * (round + 1) * (attempt + 1) / 10);
      CHECK((status == 0 || status == -SIGKILL));
      killed += status == 0 ? 0 : 1;
      if (fs::exists(path)) CHECK(Reader(path).verify().empty());
    }
    make_synthetic_atlas(path, options);
    CHECK(hash_of(path) == expected);
    CHECK(!fs::exists(path + ".partial"));
  }
  CHECK(killed > 2);
}

TEST_CASE("a full disk leaves a partial atlas that goes on when there is space") {
  const TestFolder folder("full");
  const auto options = small_options();
  make_synthetic_atlas(folder / "whole.atlas", options);
  for (const rlim_t limit : {2000, 20000, 60000, 100000}) {
    CAPTURE(limit);
    const auto path = folder / ("a" + std::to_string(limit) + ".atlas");
    const auto status = in_child([&] {
      const rlimit limits{limit, limit};
      ::signal(SIGXFSZ, SIG_IGN);
      ::setrlimit(RLIMIT_FSIZE, &limits);
      try {
        make_synthetic_atlas(path, options);
      } catch (const DiskFull&) {
        return 7;
      } catch (const std::exception& error) {
        std::cerr << error.what() << std::endl;
        return 8;
      }
      return 0;
    });
    CHECK(status == 7);
    CHECK(!fs::exists(path));
    make_synthetic_atlas(path, options);
    CHECK(hash_of(path) == hash_of(folder / "whole.atlas"));
  }
}

TEST_CASE("a full file system is told as such") {
  const TestFolder folder("tmpfs");
  const auto disk = folder / "disk";
  fs::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=200k") != 0) {
    WARN("skipped: no file system can be mounted here");
    return;
  }
  bool full = false;
  try {
    make_synthetic_atlas(disk + "/a.atlas", small_options());
  } catch (const DiskFull& error) {
    full = true;
    CHECK(std::string(error.what()).find("disk is full") != std::string::npos);
  }
  const bool left = fs::exists(disk + "/a.atlas.partial"), broken = fs::exists(disk + "/a.atlas");
  ::umount(disk.c_str());
  CHECK(full);
  CHECK(left);
  CHECK(!broken);
}

TEST_CASE("a build of other inputs is not gone on with") {
  const TestFolder folder("other");
  const auto options = small_options();
  const auto path = folder / "a.atlas";
  write_steps(path, options, 3, true);
  const auto begun = [&](const std::function<void(AtlasHead&)>& change) {
    auto head = synthetic_head(options);
    change(head);
    try {
      const Writer writer(path, head);
    } catch (const FileError& error) {
      return std::string(error.what());
    }
    return std::string("went on");
  };
  CHECK(begun([](AtlasHead&) {}) == "went on");
  CHECK(begun([](AtlasHead& head) { head.provenance.model_sha256 = "x"; }).find("another model") !=
        std::string::npos);
  CHECK(begun([](AtlasHead& head) { head.provenance.photos_sha256 = "x"; }).find("other photos") !=
        std::string::npos);
  CHECK(begun([](AtlasHead& head) { head.provenance.options = "x"; }).find("other options") !=
        std::string::npos);
  CHECK(begun([](AtlasHead& head) { head.provenance.seed = 9; }).find("seed 1") !=
        std::string::npos);
  CHECK(begun([](AtlasHead& head) { head.provenance.program_version = "9"; }).find("--replace") !=
        std::string::npos);
  CHECK(begun([](AtlasHead& head) { head.provenance.photo_root_hint = "elsewhere"; }) == "went on");
  WriterOptions replace;
  replace.replace = true;
  auto head = synthetic_head(options);
  head.provenance.seed = 9;
  const Writer writer(path, head, replace);
  CHECK(!writer.resumed());
  CHECK(writer.taxa() == 0);
}

TEST_CASE("two builds do not work in one folder") {
  const TestFolder folder("lock");
  const Writer writer(folder / "a.atlas", synthetic_head(small_options()));
  CHECK_THROWS_AS(Writer(folder / "a.atlas", synthetic_head(small_options())), FileError);
}

TEST_CASE("an existing atlas gives way only when asked, and only to a whole one") {
  const TestFolder folder("replace");
  auto options = small_options();
  const auto path = folder / "a.atlas";
  make_synthetic_atlas(path, options);
  const auto old = hash_of(path);
  options.seed = 3;
  CHECK_THROWS_AS(Writer(path, synthetic_head(options)), FileError);
  CHECK_THROWS_AS(Writer::check_path(path, false), FileError);
  WriterOptions replace;
  replace.replace = true;
  {
    Writer writer(path, synthetic_head(options), replace);
    add_synthetic_taxon(writer, options, 0);
    writer.commit();
    CHECK(hash_of(path) == old);
  }
  CHECK(hash_of(path) == old);
  make_synthetic_atlas(path, options);
  CHECK(hash_of(path) != old);
  CHECK(!fs::exists(path + ".partial"));
  CHECK(!fs::exists(path + ".old"));

  fs::create_directory(folder / "mine");
  std::ofstream(folder / "mine/letter.txt") << "dear";
  CHECK_THROWS_AS(Writer(folder / "mine", synthetic_head(options), replace), FileError);
  CHECK(fs::exists(folder / "mine/letter.txt"));
  CHECK_THROWS_AS(Writer::check_path(folder / "none/a.atlas", false), FileError);
}

}  // namespace
}  // namespace differentia::store
