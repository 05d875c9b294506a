#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

constexpr double kSide = 224;  // window and stride are given for an input of this shorter side

// Where windows begin along a side, evenly spread from edge to edge.
std::vector<int> starts_along(int side, int window, int stride) {
  const int gaps = (side - window + stride - 1) / stride;
  std::vector<int> starts;
  for (int i = 0; i <= gaps; ++i) {
    starts.push_back(
        gaps == 0 ? 0
                  : static_cast<int>(std::lround(static_cast<double>(i) * (side - window) / gaps)));
  }
  return starts;
}

struct Windows {
  int side = 0;  // of one, in pixels of the input
  std::vector<int> lefts, tops;
  std::vector<std::string> warnings;

  std::int64_t count() const { return static_cast<std::int64_t>(lefts.size() * tops.size()); }
  int left(std::int64_t number) const {
    return lefts[static_cast<std::size_t>(number) % lefts.size()];
  }
  int top(std::int64_t number) const {
    return tops[static_cast<std::size_t>(number) / lefts.size()];
  }
};

Windows windows_for(Size size, int window, int stride) {
  if (stride > window) {
    throw InputError(fmt::format(
        "A stride of {} leaves pixels between windows of {} that are never covered: choose a "
        "stride of at most the window's side.",
        stride, window));
  }
  const double scale = std::min(size.width, size.height) / kSide;
  Windows windows;
  windows.side = std::max(1, static_cast<int>(std::lround(window * scale)));
  const int step = std::max(1, static_cast<int>(std::lround(stride * scale)));
  windows.lefts = starts_along(size.width, windows.side, step);
  windows.tops = starts_along(size.height, windows.side, step);
  // Windows that cannot lie as asked are put closer: a person is told where it makes a difference.
  for (const auto* starts : {&windows.lefts, &windows.tops}) {
    const double real =
        static_cast<double>(starts->back()) / static_cast<double>(starts->size() - 1);
    if (real >= 0.9 * step) continue;
    windows.warnings.push_back(fmt::format(
        "windows of {0} pixels every {1} do not fit into an input of {2}×{3}: they lie {4:.1f} "
        "pixels apart",
        windows.side, step, size.width, size.height, real));
    break;
  }
  return windows;
}

std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  const Size size = passes.model().card().input.size;
  const Windows windows =
      windows_for(size, call.values.whole("window"), call.values.whole("stride"));
  const at::Tensor input = passes.input();
  const auto pixels = static_cast<std::size_t>(size.width) * size.height;
  std::vector<double> whole;  // z of the photo as it is, which goes first
  std::vector<std::vector<double>> falls(call.targets.size(), std::vector<double>(pixels));
  std::vector<double> covered(pixels);  // by how many windows
  const std::int64_t count = windows.count();
  report(call.progress, {"occlusion", 0, count, "windows", ""});
  passes.altered_values(
      count + 1,
      [&](std::int64_t first, const at::Tensor& inputs) {
        inputs.copy_(input.expand_as(inputs));
        for (std::int64_t i = 0; i < inputs.size(0); ++i) {
          if (first + i == 0) continue;
          // Zero in the normalised space: the mean colour of the model card.
          inputs[i]
              .narrow(1, windows.top(first + i - 1), windows.side)
              .narrow(2, windows.left(first + i - 1), windows.side)
              .zero_();
        }
      },
      call.targets,
      [&](std::int64_t number, gsl::span<const double> z) {
        if (number == 0) {
          whole.assign(z.begin(), z.end());
          return true;
        }
        const int left = windows.left(number - 1), top = windows.top(number - 1);
        for (int y = top; y < top + windows.side; ++y) {
          const std::size_t row = static_cast<std::size_t>(y) * size.width;
          for (std::size_t p = row + left; p < row + left + windows.side; ++p) {
            covered[p] += 1;
            for (std::size_t t = 0; t < falls.size(); ++t) falls[t][p] += whole[t] - z[t];
          }
        }
        if (number % passes.batch() == 0 || number == count)
          report(call.progress, {"occlusion", number, count, "windows", ""});
        return true;
      });

  std::vector<RawMap> maps;
  for (std::vector<double>& fall : falls) {
    for (std::size_t p = 0; p < pixels; ++p) fall[p] /= covered[p];
    RawMap raw =
        on_pixels(passes.model(), at::tensor(fall, at::kDouble).view({size.height, size.width}));
    raw.warnings = windows.warnings;
    maps.push_back(std::move(raw));
  }
  return maps;
}

}  // namespace

MethodEntry occlusion_method() {
  Method method;
  method.name = "occlusion";
  method.title = "Occlusion";
  method.source = "Zeiler & Fergus 2014";
  method.needs_gradients = false;
  method.options = {
      {"window",
       "Side of the square that is covered, in pixels of an input of 224 (others in proportion)",
       OptionKind::kWhole, 15, 1, 112},
      {"stride", "From one square to the next, likewise; at most the window", OptionKind::kWhole, 8,
       1, 112},
  };
  method.help =
      "How far the target falls when a square of the photo is covered by the mean colour, overlaps "
      "averaged";
  method.caveat =
      "What the photo shows twice, or over more than a square, is not missed when one square is "
      "covered.";
  return {method, run};
}

}  // namespace differentia
