#include "tools/differentia/console.h"

#include <sys/ioctl.h>
#include <unistd.h>
#include <csignal>

#include <algorithm>
#include <atomic>
#include <cstdio>

#include <fmt/format.h>

namespace differentia::cli {
namespace {

volatile std::sig_atomic_t stop_signalled = 0;

void ask_to_stop(int signal_number) {
  if (stop_signalled) _exit(128 + signal_number);
  stop_signalled = 1;
}

int terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string duration(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
  if (whole >= 60) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} s", whole);
}

std::string rate(double per_second, const std::string& unit) {
  if (per_second >= 10) return fmt::format("{:.0f} {}/s", per_second, unit);
  if (per_second >= 0.5) return fmt::format("{:.1f} {}/s", per_second, unit);
  return fmt::format("{:.1f} {}/min", 60 * per_second, unit);
}

}  // namespace

Console::Console(bool json, bool quiet)
    : json_(json), quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0) {
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
}

Console::~Console() {
  end_progress();
}

void Console::print(const std::string& text) {
  if (isatty(STDOUT_FILENO) != 0) end_progress();  // elsewhere it does not run into the bar
  if (!json_) std::fputs((text + "\n").c_str(), stdout);
}

void Console::print_json(const nlohmann::ordered_json& result) {
  end_progress();
  if (json_) std::fputs((result.dump(2) + "\n").c_str(), stdout);
}

void Console::remark(const std::string& sentence) {
  end_progress();
  if (!quiet_) std::fputs((sentence + "\n").c_str(), stderr);
}

ProgressCallback Console::progress() {
  return [this](const Progress& progress) { return draw(progress); };
}

bool Console::stop_asked() {
  return stop_signalled != 0;
}

void Console::end_progress() {
  if (!line_open_) return;
  std::fputs("\n", stderr);
  line_open_ = false;
}

bool Console::draw(const Progress& progress) {
  const bool go_on = !stop_asked();
  if (quiet_) return go_on;
  const auto now = Clock::now();
  const bool new_stage = progress.stage != stage_;
  if (new_stage) {
    end_progress();
    stage_ = progress.stage;
    stage_start_ = now;
    stage_first_done_ = progress.done;  // a resumed stage does not start at 0
  }
  const bool finished = progress.total > 0 && progress.done >= progress.total;
  if (finished && finish_told_ && !new_stage) return go_on;
  finish_told_ = finished;
  const auto pause = std::chrono::milliseconds(terminal_ ? 100 : 5000);
  if (!new_stage && !finished && now - last_drawn_ < pause) return go_on;
  if (!terminal_ && new_stage && !finished) {  // the first line comes when there is a rate to tell
    last_drawn_ = now;
    return go_on;
  }
  last_drawn_ = now;

  const double seconds = std::chrono::duration<double>(now - stage_start_).count();
  const double per_second =
      seconds > 0.5 ? static_cast<double>(progress.done - stage_first_done_) / seconds : 0;
  std::string figures;
  if (progress.total > 0) {
    figures = fmt::format("{}/{} {}", progress.done, progress.total, progress.unit);
  } else if (progress.done > 0) {
    figures = fmt::format("{} {}", progress.done, progress.unit);
  }
  if (per_second > 0) figures += fmt::format("  {}", rate(per_second, progress.unit));
  if (!terminal_ && per_second <= 0 && !progress.item.empty()) figures += "  " + progress.item;
  if (finished) {
    figures += fmt::format("  in {}", duration(seconds));
  } else if (per_second > 0 && progress.total > 0) {
    figures += fmt::format(
        "  {} left", duration(static_cast<double>(progress.total - progress.done) / per_second));
  }

  std::string line = fmt::format("{:<22} ", progress.stage);
  if (terminal_) {
    // The figures say more than the bar: on 80 columns it gives way, so that the time left is seen.
    constexpr int kStage = 23, kFigures = 46, kLongest = 24, kShortest = 6;
    const int bar = std::clamp(terminal_columns() - kStage - kFigures, kShortest, kLongest);
    if (progress.total > 0) {
      const int filled =
          static_cast<int>(bar * std::min(progress.done, progress.total) / progress.total);
      for (int i = 0; i < bar; ++i) line += i < filled ? "█" : "░";
      line += "  ";
    }
    line += figures;
    if (!finished && !progress.item.empty()) line += "  " + progress.item;
    // Cut to the terminal by code points (every glyph used here is one column wide).
    int columns = 0;
    std::size_t end = 0;
    while (end < line.size() && columns < terminal_columns() - 1) {
      ++end;
      while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) ++end;
      ++columns;
    }
    std::fputs(("\r\033[K" + line.substr(0, end)).c_str(), stderr);
    std::fflush(stderr);
    line_open_ = true;
    if (finished) end_progress();
  } else {
    std::fputs((line + figures + "\n").c_str(), stderr);
  }
  return go_on;
}

}  // namespace differentia::cli
