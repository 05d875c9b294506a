#pragma once

// The screen without an atlas: the demo, a path to open, atlases opened before.

#include <string>
#include <vector>

#include "viewer/desk.h"

namespace differentia::viewer {

class StartPanel {
 public:
  // `message`: why the last one could not be opened; `opening`: one is being opened.
  void draw(Desk& desk, const Box& place, const std::string& demo,
            const std::vector<std::string>& recent, const std::string& message, bool opening);

 private:
  bool ask_path_ = false;
  bool focus_ = false;
  std::string path_;
};

}  // namespace differentia::viewer
