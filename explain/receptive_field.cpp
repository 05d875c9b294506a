#include <optional>

#include <torch/csrc/jit/ir/constants.h>

#include "explain/network_torch.h"

// Theoretical receptive-field centres (Araujo et al., "Computing Receptive Fields of Convolutional
// Neural Networks", Distill 2019): a window of k positions, dilated by d, stride s and padding p,
// moves the first centre by
// ((k − 1) d / 2 − p) strides of its input. A stride-2 convolution of 3 with padding 1 does not
// move it, which leaves centres up and left of the middle of their share of the input.

namespace differentia {

namespace jit = torch::jit;

namespace {

struct Window {
  double kernel = 1, stride = 1, padding = 0, dilation = 1;
};

std::optional<std::vector<std::int64_t>> integers(const jit::Value* value) {
  if (const auto constant = jit::toIValue(value)) {
    if (constant->isIntList()) return constant->toIntVector();
    if (constant->isInt()) return std::vector<std::int64_t>{constant->toInt()};
  }
  if (value->node()->kind() != jit::prim::ListConstruct) return std::nullopt;
  std::vector<std::int64_t> list;
  for (const jit::Value* item : value->node()->inputs()) {
    const auto number = jit::toIValue(item);
    if (!number || !number->isInt()) return std::nullopt;
    list.push_back(number->toInt());
  }
  return list;
}

// Element `axis` (0 row, 1 column) of a list that may hold one number for both.
std::optional<double> pick(const std::optional<std::vector<std::int64_t>>& list, int axis) {
  if (!list || list->empty()) return std::nullopt;
  return static_cast<double>(list->size() == 1 ? list->at(0) : list->at(axis));
}

using Shapes = std::unordered_map<const jit::Value*, std::vector<std::int64_t>>;

std::optional<Window> window_of(const jit::Node* node, const Shapes& shapes, int axis) {
  const std::string kind = node->kind().toQualString();
  Window window;
  if (kind == "aten::_convolution" || kind == "aten::conv2d") {
    if (kind == "aten::_convolution") {
      const auto transposed = jit::toIValue(node->input(6));
      if (!transposed || transposed->toBool()) return std::nullopt;
    }
    const auto weight = jit::toIValue(node->input(1));
    if (!weight || !weight->isTensor()) return std::nullopt;
    window.kernel = static_cast<double>(weight->toTensor().size(2 + axis));
    const auto stride = pick(integers(node->input(3)), axis);
    const auto dilation = pick(integers(node->input(5)), axis);
    auto padding = pick(integers(node->input(4)), axis);
    if (!padding) {
      const auto name = jit::toIValue(node->input(4));
      if (!name || !name->isString() || !dilation) return std::nullopt;
      padding =
          name->toStringRef() == "same" ? std::floor((window.kernel - 1) * *dilation / 2) : 0.0;
    }
    if (!stride || !dilation) return std::nullopt;
    window.stride = *stride;
    window.padding = *padding;
    window.dilation = *dilation;
    return window;
  }
  if (kind == "aten::max_pool2d" || kind == "aten::avg_pool2d") {
    const auto kernel = pick(integers(node->input(1)), axis);
    const auto stride = pick(integers(node->input(2)), axis);
    const auto padding = pick(integers(node->input(3)), axis);
    if (!kernel || !padding) return std::nullopt;
    window.kernel = *kernel;
    window.stride = stride ? *stride : *kernel;
    window.padding = *padding;
    if (kind == "aten::max_pool2d")
      window.dilation = pick(integers(node->input(4)), axis).value_or(1);
    return window;
  }
  if (kind == "aten::constant_pad_nd" || kind == "aten::pad" || kind == "aten::reflection_pad2d" ||
      kind == "aten::replication_pad2d") {
    const auto sides = integers(node->input(1));  // left, right, top, bottom
    const std::size_t side = axis == 1 ? 0 : 2;
    if (!sides || sides->size() < side + 2) return std::nullopt;
    window.padding = static_cast<double>(sides->at(side));
    return window;
  }
  if (kind == "aten::adaptive_avg_pool2d" || kind == "aten::adaptive_max_pool2d") {
    const auto before = shapes.find(node->input(0)), after = shapes.find(node->output(0));
    if (before == shapes.end() || after == shapes.end()) return std::nullopt;
    window.stride = static_cast<double>(before->second.at(2 + axis)) /
                    static_cast<double>(after->second.at(2 + axis));
    window.kernel = window.stride;
    return window;
  }
  return std::nullopt;
}

struct Line {
  double first = 0, stride = 1;
};

Line apply(const Line& line, const Window& window) {
  return {line.first + ((window.kernel - 1) * window.dilation / 2 - window.padding) * line.stride,
          line.stride * window.stride};
}

}  // namespace

std::unordered_map<const jit::Value*, GridGeometry> receptive_fields(const Network& network) {
  std::unordered_map<const jit::Value*, GridGeometry> fields;
  const auto& input_shape = network.shapes.at(network.input);
  const auto height = static_cast<double>(input_shape[2]),
             width = static_cast<double>(input_shape[3]);
  GridGeometry whole;
  whole.height = static_cast<int>(height);
  whole.width = static_cast<int>(width);
  whole.stride_x = whole.stride_y = 1;
  whole.first_x = whole.first_y = 0.5;
  fields[network.input] = whole;
  for (jit::Node* node : network.graph->nodes()) {
    // The mean over the inputs that have a field: branches of a block agree, or nearly.
    GridGeometry mean;
    int count = 0;
    for (const jit::Value* value : all_inputs(node)) {
      const auto field = fields.find(value);
      if (field == fields.end()) continue;
      mean.first_x += field->second.first_x;
      mean.first_y += field->second.first_y;
      mean.stride_x = std::max(mean.stride_x, field->second.stride_x);
      mean.stride_y = std::max(mean.stride_y, field->second.stride_y);
      mean.height = field->second.height;
      mean.width = field->second.width;
      ++count;
    }
    if (count == 0) continue;
    mean.first_x /= count;
    mean.first_y /= count;
    for (const jit::Value* value : node->outputs()) {
      if (node->kind() == jit::prim::ListConstruct) {
        fields[value] = mean;
        continue;
      }
      const auto shape = network.shapes.find(value);
      if (shape == network.shapes.end() || shape->second.size() != 4) continue;
      GridGeometry grid = mean;
      grid.height = static_cast<int>(shape->second[2]);
      grid.width = static_cast<int>(shape->second[3]);
      const auto rows = window_of(node, network.shapes, 0),
                 columns = window_of(node, network.shapes, 1);
      if (rows && columns) {
        const Line y = apply({mean.first_y, mean.stride_y}, *rows);
        const Line x = apply({mean.first_x, mean.stride_x}, *columns);
        grid.first_y = y.first;
        grid.stride_y = y.stride;
        grid.first_x = x.first;
        grid.stride_x = x.stride;
      } else if (grid.height != mean.height || grid.width != mean.width) {
        // Unknown to us: as if the grid divided the input evenly.
        grid.stride_y = height / grid.height;
        grid.stride_x = width / grid.width;
        grid.first_y = grid.stride_y / 2;
        grid.first_x = grid.stride_x / 2;
      }
      fields[value] = grid;
    }
  }
  return fields;
}

}  // namespace differentia
