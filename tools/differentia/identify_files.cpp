#include "tools/differentia/identify_files.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/image/photo_cutter.h"
#include "base/image/write_picture.h"
#include "tools/differentia/organism_picture.h"
#include "tools/differentia/output_places.h"
#include "tools/differentia/target_options.h"
#include "tools/differentia/taxon_label.h"

namespace differentia::cli {
namespace {

namespace fs = std::filesystem;

std::string canonical(const std::string& path) {
  std::error_code error;
  const fs::path result = fs::weakly_canonical(path, error);
  return error ? path : result.string();
}

}  // namespace

IdentifyFiles::IdentifyFiles(const IdentifyFolders& folders, const std::vector<std::string>& photos)
    : folders_(folders) {
  std::set<std::string> taken;
  for (const std::string& photo : photos) {
    photos_.insert(canonical(photo));
    const std::string name = fs::path(photo).stem().string();
    std::string stem = name;
    for (int i = 2; !taken.insert(stem).second; ++i) stem = fmt::format("{}-{}", name, i);
    stems_.push_back(stem);
  }
  for (const std::string& folder : {folders.crops, folders.masks, folders.overlays})
    make_folder(folder);
}

std::string IdentifyFiles::path_of(const std::string& folder, std::size_t index,
                                   const std::string& rest) const {
  return (fs::path(folder) / (stems_[index] + "." + rest)).string();
}

bool IdentifyFiles::write_file(const std::string& path, const std::vector<std::uint8_t>& bytes,
                               Identified& result) const {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::error_code error;
  if (fs::exists(path, error)) {
    if (photos_.count(canonical(path)) > 0)
      throw InputError(
          fmt::format("'{}' is a photo to identify; name another folder to write to.", path));
    if (fs::file_size(path, error) == bytes.size() && read_whole_file(path) == text) return true;
    if (!folders_.replace) {
      result.kept.push_back(path);
      return false;
    }
  }
  write_whole_file(path, text);
  return true;
}

void IdentifyFiles::write(std::size_t index, const Photo& photo, const ModelCard& card,
                          Identified& result) const {
  const bool crops = !folders_.crops.empty() && !result.found.organisms.empty();
  const bool several = taxa_of(result.found).size() > 1;
  if (crops || several) {
    const PhotoCutter cutter(result.photo, photo);
    if (several)
      result.split =
          subject_crops(result.found.organisms, CropBy::kTaxon, folders_.shape, cutter.frame());
    std::vector<SubjectCrop> wanted;
    if (crops)
      wanted = subject_crops(result.found.organisms, folders_.by, folders_.shape, cutter.frame());
    for (SubjectCrop& subject : wanted) {
      const std::string taxon = file_name_of(taxon_label(output_name(card, subject.output)).name);
      const CutPhoto cut = cutter.cut(subject.crop.box);
      CropFile file;
      file.path =
          path_of(folders_.crops, index,
                  fmt::format("{}.{}{}", subject.organisms.front() + 1, taxon, cutter.extension()));
      file.bytes = cut.bytes.size();
      file.coded_anew = cut.coded_anew;
      file.metadata = cut.metadata;
      file.subject = std::move(subject);
      if (write_file(file.path, cut.bytes, result)) result.crops.push_back(std::move(file));
    }
  }
  if (!folders_.masks.empty()) {
    const std::string path = path_of(folders_.masks, index, "estimated-mask.png");
    if (write_file(path, encode_png(result.found.mask.labels), result)) result.mask = path;
  }
  if (!folders_.overlays.empty()) {
    const std::string path = path_of(folders_.overlays, index, "organisms.png");
    const cv::Mat picture =
        organism_picture(photo, result.found, card, fs::path(result.photo).filename().string());
    if (write_file(path, encode_png(picture), result)) result.overlay = path;
  }
}

}  // namespace differentia::cli
