#pragma once

// The folder NAME.atlas.partial that a build works in: found, judged, started, locked, and at last
// renamed. Internal to the store.

#include <memory>
#include <string>

#include "atlas/store/writer.h"
#include "base/file.h"

namespace differentia::store {

// Whether an atlas may be written at `atlas` at all; throws FileError saying what stands in the
// way.
void check_destination(const std::string& atlas, bool replace);

class PartialFolder {
 public:
  // Creates the folder with work/work.sqlite holding the tables and the head, or takes over one
  // that has the same head. Throws as Writer's constructor says.
  PartialFolder(const std::string& atlas, const AtlasHead& head, bool replace);

  const std::string& folder() const { return folder_; }
  bool resumed() const { return resumed_; }
  bool whole() const { return whole_; }  // it is an atlas already and only lacks its name

  // The folder becomes the atlas; an atlas there before is exchanged in one step and then removed.
  void give_name(bool replace);

  void remove();  // the folder and all that is in it

 private:
  void start(const AtlasHead& head);

  std::string atlas_;
  std::string folder_;
  std::unique_ptr<FolderLock> lock_;
  bool resumed_ = false;
  bool whole_ = false;
};

}  // namespace differentia::store
