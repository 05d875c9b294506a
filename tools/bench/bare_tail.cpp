#include "tools/bench/bare_tail.h"

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "explain/model_impl_torch.h"

namespace differentia {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

BareTail time_bare_tail(const Model& model, const std::string& layer, const Grids& grids,
                        int batch) {
  if (grids.photos < batch) {
    throw InputError("The bare tail needs " + std::to_string(batch) + " photos or more.");
  }
  const OneThread one_thread;
  const at::AutoGradMode record(true);
  const auto tail = model.impl().slice(layer, {}, true, SliceUse::kGradient);
  const std::size_t per_photo = grids.values.size() / static_cast<std::size_t>(grids.photos);
  BareTail result;
  int steps = 0;
  // At least five batches, from the start again where the photos run out.
  const int places = std::max(1, grids.photos / batch);
  for (int run = 0; run < std::max(5, places); ++run) {
    const int start = run % places * batch;
    const auto began = std::chrono::steady_clock::now();
    const auto input = model_tensor(model.impl().network, grids.values.data() + per_photo * start,
                                    {batch, grids.height, grids.width, grids.channels})
                           .permute({0, 3, 1, 2})
                           .detach()
                           .requires_grad_(true);
    const auto outputs = tail->run(input)[0];
    const double forward = seconds_since(began);
    const auto gradient = torch::autograd::grad({outputs.select(1, 0).sum()}, {input})[0];
    const double both = seconds_since(began);
    if (run == 0) continue;  // warming up
    result.forward += forward;
    result.backward += both - forward;
    steps += batch;
  }
  result.forward /= steps;
  result.backward /= steps;
  return result;
}

}  // namespace differentia
