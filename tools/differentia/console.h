#pragma once

// What a verb says: results on standard output (text, or one JSON object with --json and nothing
// else), progress and remarks on standard error (nothing with --quiet). Ctrl-C asks the running
// stage to stop; a second one ends at once.

#include <chrono>
#include <string>

#include <nlohmann/json.hpp>

#include "base/progress.h"

namespace differentia::cli {

class Console {
 public:
  Console(bool json, bool quiet);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  bool json() const { return json_; }
  void print(const std::string& text);  // a result for people; not with --json
  void print_json(
      const nlohmann::ordered_json& result);  // the result for programs; only with --json
  void remark(const std::string& sentence);   // by the way; not with --quiet

  // Draws the bar (on a terminal), or writes a line every few seconds; answers whether to go on.
  ProgressCallback progress();

  // Somebody has asked to stop (Ctrl-C); for what has no progress to report.
  static bool stop_asked();

  // Ends the bar's line.
  void end_progress();

 private:
  bool draw(const Progress& progress);

  using Clock = std::chrono::steady_clock;
  bool json_, quiet_, terminal_;
  std::string stage_;
  Clock::time_point stage_start_, last_drawn_;
  std::int64_t stage_first_done_ = 0;
  bool finish_told_ = false;  // of this stage
  bool line_open_ = false;
};

}  // namespace differentia::cli
