#include "explain/slice_torch.h"

#include <algorithm>
#include <unordered_set>

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/frozen_conv_add_relu_fusion.h>
#include <torch/csrc/jit/passes/frozen_graph_optimizations.h>
#include <torch/csrc/jit/passes/frozen_linear_transpose.h>
#include <torch/csrc/jit/passes/frozen_ops_to_mkldnn.h>
#include <torch/csrc/jit/passes/remove_dropout.h>

#include "base/error.h"

namespace differentia {

namespace jit = torch::jit;

namespace {

class Cutter {
 public:
  Cutter(const Network& network, const jit::Value* from) : network_(network), from_(from) {
    after_.insert(from);
    from_input_.insert(network.input);
    for (jit::Node* node : network.graph->nodes()) {
      bool after = false, from_input = false;
      for (const jit::Value* value : all_inputs(node)) {
        after = after || after_.count(value) > 0;
        from_input = from_input || from_input_.count(value) > 0;
      }
      for (const jit::Value* value : node->outputs()) {
        if (after) after_.insert(value);
        if (from_input) from_input_.insert(value);
      }
    }
  }

  // `for_onednn`: what oneDNN would get wrong is spelled out in operations that are left to ATen.
  std::shared_ptr<jit::Graph> cut(const std::vector<jit::Value*>& to, bool for_onednn) {
    std::unordered_set<jit::Node*> needed;
    std::vector<jit::Value*> open(to.begin(), to.end());
    while (!open.empty()) {
      jit::Value* value = open.back();
      open.pop_back();
      jit::Node* node = value->node();
      if (value == from_ || node == network_.graph->param_node()) {
        if (value == network_.input && value != from_) refuse();
        continue;
      }
      if (top_level(node) != node || !needed.insert(node).second) continue;
      if (size_before(node)) continue;
      if (node->kind() == jit::prim::Constant) continue;
      for (jit::Value* input : all_inputs(node)) {
        if (top_level(input->node()) == input->node() ||
            input->node() == network_.graph->param_node()) {
          open.push_back(input);
        }
      }
    }
    auto graph = std::make_shared<jit::Graph>();
    copy_of_[network_.graph->inputs().at(0)] =
        graph->addInput("self")->setType(network_.graph->inputs().at(0)->type());
    jit::Value* start = graph->addInput("start");
    copy_of_[from_] = start;
    for (jit::Node* node : network_.graph->nodes()) {
      if (needed.count(node) == 0) continue;
      if (size_before(node)) {
        insert_size(*graph, node, start);
        continue;
      }
      jit::Node* copy = graph->insertNode(
          graph->createClone(node, [this](jit::Value* value) { return copy_of_.at(value); }));
      if (pools_unevenly(node)) {
        jit::Node* plain =
            copy->replaceWithNewSymbol(c10::Symbol::fromQualString("aten::_adaptive_avg_pool2d"));
        copy->destroy();
        copy = plain;
      }
      if (for_onednn && leaves_channels_out(node)) {
        copy_of_[node->output()] = spelled_out(*graph, copy);
        continue;
      }
      for (std::size_t i = 0; i < node->outputs().size(); ++i) {
        if (node->outputs()[i] != from_) copy_of_[node->outputs()[i]] = copy->outputs()[i];
      }
    }
    for (jit::Value* value : to) graph->registerOutput(copy_of_.at(value));
    return graph;
  }

 private:
  [[noreturn]] static void refuse() {
    throw InputError(
        "What comes after this layer needs more than the layer's output: choose a candidate layer "
        "(`differentia model` lists them).");
  }

  // Asks for the size of a tensor from before the cut. The number of photos is the cut's own; the
  // rest is fixed by the input's size.
  bool size_before(jit::Node* node) const {
    return node->kind() == jit::aten::size && after_.count(node->input(0)) == 0 &&
           from_input_.count(node->input(0)) > 0;
  }

  // oneDNN's pooling cannot do windows of different sizes, and says so only when it runs; under its
  // inner name the operation is left to ATen.
  bool pools_unevenly(const jit::Node* node) const {
    if (node->kind() != c10::Symbol::fromQualString("aten::adaptive_avg_pool2d")) return false;
    const auto before = network_.shapes.find(node->input(0));
    const auto after = network_.shapes.find(node->output(0));
    if (before == network_.shapes.end() || after == network_.shapes.end()) return true;
    const std::size_t rank = before->second.size();
    for (std::size_t axis = rank - 2; axis < rank; ++axis) {
      if (before->second[axis] % after->second[axis] != 0) return true;
    }
    return false;
  }

  // oneDNN keeps channels in blocks of 8 or 16, the last one padded. LibTorch runs these operations
  // over the first of the stored numbers only, as many as there would be without the padding, so
  // that the last channels are left as they were (createUnaryOp in its frozen_ops_to_mkldnn.cpp).
  bool leaves_channels_out(const jit::Node* node) const {
    const std::string kind = node->kind().toQualString();
    if (kind != "aten::relu6" && kind != "aten::hardtanh" && kind != "aten::clamp" &&
        kind != "aten::hardswish" && kind != "aten::hardsigmoid")
      return false;
    const auto shape = network_.shapes.find(node->output());
    return shape == network_.shapes.end() || shape->second.size() < 2 || shape->second[1] % 16 != 0;
  }

  // The same by operations that are left to ATen, clip by its other name: hardsigmoid(x) is
  // clip(x + 3, 0, 6) / 6, hardswish(x) that times x.
  static jit::Value* spelled_out(jit::Graph& graph, jit::Node* node) {
    const auto clip = c10::Symbol::fromQualString("aten::clip");
    const std::string kind = node->kind().toQualString();
    const std::vector<jit::Value*> inputs(node->inputs().begin(), node->inputs().end());
    node->destroy();
    jit::Value* x = inputs[0];
    if (kind == "aten::relu6") return graph.insert(clip, {x, 0.0, 6.0});
    if (inputs.size() == 3) return graph.insert(clip, {x, inputs[1], inputs[2]});
    jit::Value* gate =
        graph.insert(jit::aten::div,
                     {graph.insert(clip, {graph.insert(jit::aten::add, {x, 3.0}), 0.0, 6.0}), 6.0});
    return kind == "aten::hardsigmoid" ? gate : graph.insert(jit::aten::mul, {x, gate});
  }

  void insert_size(jit::Graph& graph, jit::Node* node, jit::Value* start) {
    const auto& shape = network_.shapes.at(node->input(0));
    jit::Value* photos =
        graph.insert(jit::aten::size, {start, graph.insertConstant(static_cast<std::int64_t>(0))});
    if (node->inputs().size() == 2) {
      const auto constant = jit::toIValue(node->input(1));
      if (!constant) refuse();
      std::int64_t axis = constant->toInt();
      if (axis < 0) axis += static_cast<std::int64_t>(shape.size());
      copy_of_[node->output()] = axis == 0 ? photos : graph.insertConstant(shape.at(axis));
      return;
    }
    std::vector<jit::Value*> sizes{photos};
    for (std::size_t i = 1; i < shape.size(); ++i) sizes.push_back(graph.insertConstant(shape[i]));
    copy_of_[node->output()] =
        graph.insertNode(graph.createList(c10::IntType::get(), sizes))->output();
  }

  const Network& network_;
  const jit::Value* from_;
  std::unordered_set<const jit::Value*> after_;       // what depends on `from`, numbers included
  std::unordered_set<const jit::Value*> from_input_;  // what depends on the input
  std::unordered_map<const jit::Value*, jit::Value*> copy_of_;
};

// Padding with zeros that differs from side to side (networks that come from TensorFlow) keeps a
// convolution from taking it over, and costs more than the convolution: two copies and two changes
// of layout. The convolution may pad both sides alike if its kernel gets rows and columns of zeros
// to make up for that.
void fold_padding(const std::shared_ptr<jit::Graph>& graph) {
  std::vector<jit::Node*> convolutions;
  for (jit::Node* node : graph->nodes()) {
    const std::string kind = node->kind().toQualString();
    if (kind == "aten::conv2d" || kind == "aten::_convolution") convolutions.push_back(node);
  }
  for (jit::Node* convolution : convolutions) {
    jit::Node* pad = convolution->input(0)->node();
    const std::string kind = pad->kind().toQualString();
    if (kind != "aten::pad" && kind != "aten::constant_pad_nd") continue;
    const auto sides = jit::toIValue(pad->input(1));
    const auto value = jit::toIValue(pad->inputs().back());
    const auto mode =
        kind == "aten::pad" ? jit::toIValue(pad->input(2)) : c10::optional<c10::IValue>("constant");
    const auto weight = jit::toIValue(convolution->input(1));
    const auto padding = jit::toIValue(convolution->input(4));
    const auto dilation = jit::toIValue(convolution->input(5));
    const bool known = sides && sides->isIntList() && value && mode && weight &&
                       weight->isTensor() && padding && padding->isIntList() && dilation &&
                       dilation->isIntList();
    if (!known || mode->toStringRef() != "constant") continue;
    if (!value->isNone() && value->toScalar().toDouble() != 0) continue;
    if (convolution->kind() == jit::aten::_convolution) {
      const auto transposed = jit::toIValue(convolution->input(6));
      if (!transposed || transposed->toBool()) continue;
    }
    const auto list = sides->toIntVector();  // left, right, top, bottom
    const auto own = padding->toIntVector();
    const auto spread = dilation->toIntVector();
    const bool plain =
        list.size() == 4 &&
        std::all_of(list.begin(), list.end(), [](auto side) { return side >= 0; }) &&
        std::all_of(own.begin(), own.end(), [](auto side) { return side == 0; }) &&
        std::all_of(spread.begin(), spread.end(), [](auto step) { return step == 1; });
    if (!plain) continue;
    const std::int64_t across = std::max(list[0], list[1]), down = std::max(list[2], list[3]);
    const auto wider = at::constant_pad_nd(
        weight->toTensor(), {across - list[0], across - list[1], down - list[2], down - list[3]},
        0);
    const jit::WithInsertPoint before(convolution);
    convolution->replaceInput(0, pad->input(0));
    convolution->replaceInput(1, graph->insertConstant(wider.contiguous()));
    convolution->replaceInput(4, graph->insertConstant(std::vector<std::int64_t>{down, across}));
  }
}

}  // namespace

Slice::Slice(const Network& network, const jit::Value* from, const std::vector<jit::Value*>& to,
             SliceUse use)
    : self_(network.self),
      graph_(Cutter(network, from)
                 .cut(to, use == SliceUse::kForward && network.dtype == at::kFloat &&
                              !network.device.is_cuda())) {
  if (use != SliceUse::kExact) {
    jit::removeDropout(graph_);
    jit::ConstantPropagation(graph_);
    jit::OptimizeFrozenGraph(graph_, /*optimize_numerics=*/true);
  }
  if (use == SliceUse::kForward && network.dtype == at::kFloat) {
    fold_padding(graph_);
    jit::EliminateDeadCode(graph_);
    if (network.device.is_cuda()) {
      jit::FuseFrozenConvAddRelu(graph_);
    } else {
      jit::ConvertFrozenOpsToMKLDNN(graph_);
    }
    jit::FrozenLinearTranspose(graph_);
  }
  jit::EliminateDeadCode(graph_);
  code_ = jit::Code(graph_, "slice");
}

std::vector<at::Tensor> Slice::run(const at::Tensor& input) const {
  // The plain interpreter: the profiling executor breaks gradients from its second run on.
  jit::Stack stack{self_, input};
  jit::InterpreterState(code_).run(stack);
  std::vector<at::Tensor> outputs;
  outputs.reserve(stack.size());
  for (const auto& value : stack) outputs.push_back(value.toTensor());
  return outputs;
}

}  // namespace differentia
