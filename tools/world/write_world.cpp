#include "tools/world/write_world.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

#include "base/error.h"
#include "tools/world/invent.h"
#include "tools/world/jpeg.h"
#include "tools/world/render.h"

namespace differentia::world {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

[[noreturn]] void cannot_write(const fs::path& path, int error) {
  if (error == ENOSPC || error == EDQUOT) throw DiskFull(path.string());
  throw FileError(path.string(),
                  fmt::format("{}: cannot be written ({}); choose another folder or free it",
                              path.string(), std::generic_category().message(error)));
}

// Whole or not at all: what stands under `path` is never half a file.
void write_bytes(const fs::path& path, const void* bytes, std::size_t size) {
  const fs::path temporary = path.string() + ".tmp";
  errno = 0;
  std::FILE* file = std::fopen(temporary.c_str(), "wb");
  if (!file) cannot_write(path, errno);
  bool good = std::fwrite(bytes, 1, size, file) == size;
  int error = errno;
  if (std::fclose(file) != 0 && good) {
    good = false;
    error = errno;
  }
  std::error_code ignored;
  if (!good) {
    fs::remove(temporary, ignored);
    cannot_write(path, error);
  }
  std::error_code failed;
  fs::rename(temporary, path, failed);
  if (failed) cannot_write(path, failed.value());
}

void write_text(const fs::path& path, const std::string& text) {
  write_bytes(path, text.data(), text.size());
}

void write_mask(const fs::path& path, const cv::Mat& mask) {
  std::vector<std::uint8_t> bytes;
  cv::imencode(".png", mask, bytes, {cv::IMWRITE_PNG_COMPRESSION, 6});
  write_bytes(path, bytes.data(), bytes.size());
}

void make_folder(const fs::path& path) {
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed) cannot_write(path, failed.value());
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

// Time of this thread's own work, whatever else the machine does.
double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::string slug(std::string name) {
  for (char& c : name) c = c == ' ' ? '_' : static_cast<char>(std::tolower(c));
  return name;
}

// One photo to be made.
struct Job {
  bool several = false;
  int species = 0;
  int number = 0;
  std::string name;             // "silvaria_annulata/0007"
  std::vector<cv::Rect> boxes;  // filled in where several
};

json options_json(const WorldOptions& options) {
  return {{"format", 1},
          {"variant", variant_name(options.variant)},
          {"seed", options.seed},
          {"train_photos", options.train_photos},
          {"test_photos", options.test_photos},
          {"several_photos", options.several_photos},
          {"long_side", options.long_side}};
}

class Writer {
 public:
  Writer(const WorldOptions& options, const ProgressCallback& progress)
      : options_(options),
        progress_(progress),
        description_(description_of(options.description, options.invent)),
        target_(options.output),
        folder_(options.output + ".partial") {}

  WorldSummary write() {
    check();
    prepare();
    plan();
    render_all();
    write_tables();
    finish();
    WorldSummary summary;
    summary.species = static_cast<int>(description_.species.size());
    for (const Job& job : jobs_) ++(job.several ? summary.several : summary.photos);
    summary.seconds_per_photo = rendered_ > 0 ? render_seconds_ / rendered_ : 0;
    return summary;
  }

 private:
  void check() const {
    if (options_.output.empty()) throw InputError("output: name the folder to write to");
    if (options_.train_photos < 0 || options_.test_photos < 0 || options_.several_photos < 0)
      throw InputError("the numbers of photos must not be negative");
    if (options_.train_photos + options_.test_photos + options_.several_photos == 0)
      throw InputError("all numbers of photos are zero; ask for at least one photo");
    if (options_.long_side < 64 || options_.long_side > 2048)
      throw InputError(fmt::format("a photo's longer side of {} is out of range; use 64 to 2048",
                                   options_.long_side));
    if (options_.threads < 1) throw InputError("threads must be at least 1");
    if (!fs::exists(target_)) return;
    if (!options_.replace)
      throw FileError(target_.string(),
                      fmt::format("{}: exists already; choose another folder or give --replace",
                                  target_.string()));
    if (!fs::exists(target_ / "world.json"))
      throw FileError(target_.string(), fmt::format("{}: is not a world that this program wrote, "
                                                    "so it is not replaced; choose another folder",
                                                    target_.string()));
  }

  void prepare() {
    const std::string mine = options_json(options_).dump(1) + "\n";
    const std::string described = description_text();
    const auto same = [&](const char* name, const std::string& wanted) {
      std::ifstream file(folder_ / name, std::ios::binary);
      std::stringstream found;
      found << file.rdbuf();
      return file && found.str() == wanted;
    };
    // What is left of a run with other options is of no use.
    if (fs::exists(folder_) && !(same("world.json", mine) && same("description.json", described))) {
      if (!fs::exists(folder_ / "world.json") && !fs::is_empty(folder_))
        throw FileError(
            folder_.string(),
            fmt::format("{}: is in the way and not a world; remove it", folder_.string()));
      std::error_code failed;
      fs::remove_all(folder_, failed);
      if (failed) cannot_write(folder_, failed.value());
    }
    make_folder(folder_);
    write_text(folder_ / "world.json", mine);
    write_text(folder_ / "description.json", described);
  }

  std::string description_text() const {
    if (options_.invent != 0) return to_json(description_).dump(1) + "\n";
    std::ifstream file(options_.description, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  void plan() {
    for (std::size_t s = 0; s < description_.species.size(); ++s) {
      const std::string name = slug(description_.species[s].name);
      for (const char* kind : {"photos", "masks", "parts"}) make_folder(folder_ / kind / name);
      for (int i = 0; i < options_.train_photos; ++i)
        jobs_.push_back({false, static_cast<int>(s), i, fmt::format("{}/{:04}", name, i), {}});
      for (int i = 0; i < options_.test_photos; ++i)
        jobs_.push_back({false,
                         static_cast<int>(s),
                         kFirstTestPhoto + i,
                         fmt::format("{}/t{:04}", name, i),
                         {}});
    }
    if (options_.several_photos > 0) {
      for (const char* kind : {"several", "several_masks", "several_parts"})
        make_folder(folder_ / kind);
    }
    for (int i = 0; i < options_.several_photos; ++i)
      jobs_.push_back({true, 0, i, fmt::format("{:05}", i), {}});
  }

  Scene scene_of(const Job& job) const {
    return job.several ? written_group_scene(description_, options_, job.number)
                       : make_scene(description_, options_.seed, job.species, job.number,
                                    options_.variant, options_.long_side);
  }
  fs::path file(const Job& job, const std::string& kind, const char* extension) const {
    const std::string folder = !job.several       ? kind
                               : kind == "photos" ? "several"
                                                  : "several_" + kind;
    return fs::path(folder) / (job.name + extension);
  }

  void make(Job& job) {
    const fs::path photo = folder_ / file(job, "photos", ".jpg");
    const fs::path mask = folder_ / file(job, "masks", ".png"),
                   parts = folder_ / file(job, "parts", ".png");
    // The photo is written last: where it is, the masks are.
    if (fs::exists(photo) && fs::exists(mask) && fs::exists(parts)) {
      if (job.several) {
        const cv::Mat subjects = cv::imread(mask.string(), cv::IMREAD_GRAYSCALE);
        job.boxes = subject_boxes(subjects, static_cast<int>(scene_of(job).birds.size()));
      }
      return;
    }
    const Scene scene = scene_of(job);
    const double start = thread_seconds();
    const Rendered rendered = render(scene);
    const double took = thread_seconds() - start;
    write_mask(mask, rendered.subjects);
    write_mask(parts, rendered.parts);
    const auto bytes =
        encode_jpeg(rendered.image, scene.camera.jpeg_quality, scene.camera.orientation);
    write_bytes(photo, bytes.data(), bytes.size());
    if (job.several) job.boxes = rendered.boxes;
    const std::lock_guard<std::mutex> lock(mutex_);
    render_seconds_ += took;
    ++rendered_;
  }

  void work() {
    while (!stop_) {
      const std::size_t i = next_++;
      if (i >= jobs_.size()) break;
      try {
        make(jobs_[i]);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!error_) error_ = std::current_exception();
        stop_ = true;
      }
      ++done_;
      changed_.notify_one();
    }
    ++finished_;
    changed_.notify_one();
  }

  void render_all() {
    std::vector<std::thread> workers;
    for (int i = 0; i < options_.threads; ++i) workers.emplace_back([this] { work(); });
    std::exception_ptr stopped;
    while (finished_ < options_.threads) {
      {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait_for(lock, std::chrono::milliseconds(100));
      }
      try {
        if (!stopped) report_progress();
      } catch (...) {
        stopped = std::current_exception();
        stop_ = true;
      }
    }
    for (std::thread& worker : workers) worker.join();
    if (error_) std::rethrow_exception(error_);
    if (stopped) std::rethrow_exception(stopped);
    report_progress();
  }

  void report_progress() const {
    report(progress_, {"rendering",
                       static_cast<std::int64_t>(done_),
                       static_cast<std::int64_t>(jobs_.size()),
                       "photos",
                       {}});
  }

  void write_tables() const {
    std::string photos =
        "photo,taxon,split,mask,form,observation,observer,date,latitude,longitude,licence,credit,"
        "parts,number,"
        "habitat,flower,caption,blur,scale,facing\n";
    std::string several =
        "photo,taxon,mask,bird,left,top,width,height,observation,observer,date,licence,credit,"
        "parts,number,habitat\n";
    for (const Job& job : jobs_) {
      const Scene scene = scene_of(job);
      const std::string photo = file(job, "photos", ".jpg").generic_string();
      const std::string mask = file(job, "masks", ".png").generic_string();
      const std::string parts = file(job, "parts", ".png").generic_string();
      const std::string credit = scene.observer + " (imaginary), Differentia demo world";
      if (job.several) {
        for (std::size_t b = 0; b < job.boxes.size(); ++b) {
          const cv::Rect box = job.boxes[b];
          if (box.empty()) continue;
          const Bird& bird = scene.birds[b];
          several += fmt::format(
              "{},{},{},{},{},{},{},{},{},{},{},CC0-1.0,{},{},{},{}\n", photo,
              csv_field(description_.species[static_cast<std::size_t>(bird.species)].name), mask,
              b + 1, box.x, box.y, box.width, box.height, scene.observation, scene.observer,
              scene.date, csv_field(credit), parts, scene.number, csv_field(scene.habitat.name));
        }
        continue;
      }
      const Bird& bird = scene.birds[0];
      const Species& species = description_.species[static_cast<std::size_t>(bird.species)];
      photos += fmt::format(
          "{},{},{},{},{},{},{},{},{:.4f},{:.4f},CC0-1.0,{},{},{},{},{},{},{},{:.3f},{}\n", photo,
          csv_field(species.name), job.number >= kFirstTestPhoto ? "test" : "train", mask,
          csv_field(species.forms[static_cast<std::size_t>(bird.form)].name), scene.observation,
          scene.observer, scene.date, scene.latitude, scene.longitude, csv_field(credit), parts,
          scene.number, csv_field(scene.habitat.name), scene.has_flower ? 1 : 0,
          csv_field(scene.caption), scene.blurred ? 1 : 0, bird.scale,
          bird.facing_left ? "left" : "right");
    }
    write_text(folder_ / "photos.csv", photos);
    if (options_.several_photos > 0) write_text(folder_ / "several.csv", several);
    std::string taxa = "taxon,common_name,genus,forms\n";
    for (const Species& species : description_.species) {
      std::string forms;
      for (const Form& form : species.forms) forms += (forms.empty() ? "" : " ") + form.name;
      taxa +=
          fmt::format("{},{},{},{}\n", csv_field(species.name), csv_field(species.common_name),
                      csv_field(description_.genera[static_cast<std::size_t>(species.genus)].name),
                      csv_field(forms));
    }
    write_text(folder_ / "taxa.csv", taxa);
    std::string parts = "number,name\n";
    for (const Part part : all_parts())
      parts += fmt::format("{},{}\n", static_cast<int>(part), part_name(part));
    write_text(folder_ / "parts.csv", parts);
  }

  void finish() const {
    std::error_code failed;
    if (fs::exists(target_)) fs::remove_all(target_, failed);
    if (!failed) fs::rename(folder_, target_, failed);
    if (failed) cannot_write(target_, failed.value());
  }

  const WorldOptions options_;
  const ProgressCallback& progress_;
  const Description description_;
  const fs::path target_, folder_;
  std::vector<Job> jobs_;
  std::atomic<std::size_t> next_{0}, done_{0};
  std::atomic<int> finished_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::exception_ptr error_;
  double render_seconds_ = 0;
  int rendered_ = 0;
};

}  // namespace

WorldSummary write_world(const WorldOptions& options, const ProgressCallback& progress) {
  return Writer(options, progress).write();
}

Scene written_scene(const Description& description, const WorldOptions& options,
                    const std::string& taxon, int number) {
  return make_scene(description, options.seed, description.species_index(taxon), number,
                    options.variant, options.long_side);
}

Scene written_group_scene(const Description& description, const WorldOptions& options, int number) {
  return make_group_scene(description, options.seed, number, options.variant, options.long_side);
}

}  // namespace differentia::world
