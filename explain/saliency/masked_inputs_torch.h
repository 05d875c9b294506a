#pragma once

// Inside explain/saliency/ only: the photo's input multiplied by masks that are made one by one.

#include <cstdint>
#include <functional>

#include <ATen/ATen.h>
#include <gsl/span>

namespace differentia {

// Writes mask `number`, rows × columns of the input, each 0 … 1. Several workers call it at once.
using WriteMask = std::function<void(std::int64_t number, gsl::span<float> mask)>;

// inputs[i] = input · mask first + i, of all three channels alike: where the mask is 0, zero in the
// normalised space, which is the mean colour of the model card. `input`: 1 × 3 × rows × columns,
// contiguous; `inputs`: some of that, contiguous, of the same type and on the same device.
void mask_inputs(const at::Tensor& input, std::int64_t first, const at::Tensor& inputs,
                 const WriteMask& write);

}  // namespace differentia
