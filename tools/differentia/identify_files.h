#pragma once

// The files of `differentia identify`: crops, estimated subject masks, overlays.

#include <set>
#include <string>
#include <vector>

#include "base/image/photo.h"
#include "explain/model_card.h"
#include "explain/regions/identify.h"
#include "tools/differentia/identified.h"

namespace differentia::cli {

struct IdentifyFolders {
  std::string crops, masks, overlays;  // empty: not asked for
  CropShape shape;
  CropBy by = CropBy::kOrganism;
  bool replace = false;  // files that are there already and differ
};

// Names are the photo's, the organism's number and its taxon: meadow.1.Granella_rufa.jpg,
// meadow.estimated-mask.png, meadow.organisms.png. Photos of two folders that bear one name get a
// number behind it, in the order given. A file that is there already and differs is left alone and
// told of; a photo that is to be identified is never written over.
//
// Safe to use from any thread, each photo by one of them.
class IdentifyFiles {
 public:
  // Makes the folders. Throws FileError where one cannot be made or written to.
  IdentifyFiles(const IdentifyFolders& folders, const std::vector<std::string>& photos);

  // Writes what was asked for of that photo, and tells of it in `result`. Throws DiskFull,
  // FileError, InputError.
  void write(std::size_t index, const Photo& photo, const ModelCard& card,
             Identified& result) const;

 private:
  std::string path_of(const std::string& folder, std::size_t index, const std::string& rest) const;
  // False where it is there already and differs.
  bool write_file(const std::string& path, const std::vector<std::uint8_t>& bytes,
                  Identified& result) const;

  IdentifyFolders folders_;
  std::vector<std::string> stems_;
  std::set<std::string> photos_;  // canonical paths
};

}  // namespace differentia::cli
