#include <omp.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include <ATen/Parallel.h>
#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/lower_tuples.h>
#include <torch/csrc/jit/passes/remove_exceptions.h>
#include <torch/csrc/jit/passes/remove_mutation.h>
#include <torch/csrc/jit/passes/shape_analysis.h>
#include <torch/csrc/jit/runtime/interpreter.h>
#include <torch/csrc/jit/runtime/operator.h>
#include <torch/cuda.h>

#include "base/error.h"
#include "explain/network_torch.h"

namespace differentia {

namespace jit = torch::jit;

std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

OneThread::OneThread() : before_(at::get_num_threads()) {
  // Not at::set_num_threads: that is the whole process's setting. OpenMP's is the calling thread's
  // own, and both ATen and oneDNN ask for it.
  omp_set_num_threads(1);
}

OneThread::~OneThread() {
  omp_set_num_threads(before_);
}

bool is_carrier(const jit::Value* value) {
  const auto& type = value->type();
  if (type->isSubtypeOf(*c10::TensorType::get())) return true;
  if (const auto list = type->cast<c10::ListType>()) {
    return list->getElementType()->isSubtypeOf(*c10::TensorType::get());
  }
  if (const auto optional = type->cast<c10::OptionalType>()) {
    return optional->getElementType()->isSubtypeOf(*c10::TensorType::get());
  }
  return type->kind() == c10::TypeKind::TupleType;
}

jit::Node* top_level(jit::Node* node) {
  while (node->owningBlock()->owningNode() != nullptr) node = node->owningBlock()->owningNode();
  return node;
}

namespace {

void add_inputs(jit::Node* node, std::vector<jit::Value*>& inputs) {
  inputs.insert(inputs.end(), node->inputs().begin(), node->inputs().end());
  for (jit::Block* block : node->blocks()) {
    for (jit::Node* inner : block->nodes()) add_inputs(inner, inputs);
    add_inputs(block->return_node(), inputs);
  }
}

// `list.append(x)` makes a new list instead (DenseNet's blocks, scripted), so that a list is a
// value like any other.
void make_lists_functional(const std::shared_ptr<jit::Graph>& graph) {
  std::vector<jit::Node*> appends;
  for (jit::Node* node : graph->nodes()) {
    if (node->kind() == c10::Symbol::fromQualString("aten::append") &&
        node->input(0)->node()->kind() == jit::prim::ListConstruct) {
      appends.push_back(node);
    }
  }
  for (jit::Node* node : appends) {
    jit::Node* before = node->input(0)->node();  // the newest: earlier appends have been replaced
    std::vector<jit::Value*> items(before->inputs().begin(), before->inputs().end());
    items.push_back(node->input(1));
    const auto element = before->output()->type()->expect<c10::ListType>()->getElementType();
    jit::Node* list = graph->createList(element, items);
    list->insertAfter(node);
    if (node->callstack()) list->setCallStack(*node->callstack());
    node->input(0)->replaceAllUsesAfterNodeWith(list, list->output());
    if (node->outputs().size() == 1) node->output()->replaceAllUsesWith(list->output());
    node->destroy();
  }
}

bool operation_exists(const jit::Symbol& kind) {
  return !jit::getAllOperatorsFor(kind).empty();
}

// What RemoveTensorMutation leaves because it cannot rule out aliases: an in-place operation on a
// view (the dropout_ after a flatten) or on the input. It may be made functional if nothing but its
// own tensor is read later.
void make_in_place_functional(const std::shared_ptr<jit::Graph>& graph) {
  std::vector<jit::Node*> nodes;
  for (jit::Node* node : graph->nodes()) {
    const auto* schema = node->maybeSchema();
    if (schema != nullptr && schema->is_mutable() && node->outputs().size() == 1)
      nodes.push_back(node);
  }
  for (jit::Node* node : nodes) {
    jit::Value* written = node->input(0);
    const std::string name = node->kind().toQualString();
    if (name == "aten::dropout_" || name == "aten::feature_dropout_") {
      const auto training = jit::toIValue(node->input(2));
      if (training && !training->toBool()) {
        node->output()->replaceAllUsesWith(written);
        node->destroy();
        continue;
      }
    }
    if (name.back() != '_') continue;
    const auto kind = c10::Symbol::fromQualString(name.substr(0, name.size() - 1));
    if (!operation_exists(kind)) continue;
    const jit::AliasDb aliases(graph);
    bool read_later = false;
    std::unordered_set<const jit::Value*> seen;
    for (auto later = std::next(node->iterator()); later != graph->nodes().end(); ++later) {
      for (jit::Value* value : all_inputs(*later)) {
        if (value == written || value == node->output() || !is_carrier(value)) continue;
        if (value->node()->owningBlock() == graph->block() && !value->node()->isBefore(node))
          continue;
        if (seen.insert(value).second && aliases.mayAlias(written, value)) read_later = true;
      }
    }
    if (read_later) continue;
    jit::Node* functional = node->replaceWithNewSymbol(kind);
    if (functional->maybeSchema() == nullptr) {  // no such form for these inputs
      functional->output()->replaceAllUsesWith(node->output());
      functional->destroy();
      continue;
    }
    written->replaceAllUsesAfterNodeWith(functional, functional->output());
    node->destroy();
  }
}

void refuse_mutation(const jit::Block* block, const std::string& path) {
  for (const jit::Node* node : block->nodes()) {
    const auto* schema = node->maybeSchema();
    if (schema != nullptr && schema->is_mutable()) {
      throw InputError("The model " + path + " changes a tensor in place (" +
                       node->kind().toQualString() +
                       ") in a way that cannot be undone for taking activations out: replace that "
                       "operation by one that returns its result, and export the model again.");
    }
    for (const jit::Block* inner : node->blocks()) refuse_mutation(inner, path);
  }
}

// A step of a node's way through the modules: which module, and which call of it.
struct Step {
  std::string name;
  const jit::Function* function;
  std::size_t call_begin, call_end;

  bool operator==(const Step& other) const {
    return name == other.name && function == other.function && call_begin == other.call_begin &&
           call_end == other.call_end;
  }
};

std::vector<Step> module_steps(jit::Node* node) {
  std::vector<Step> steps;
  const auto stack = node->callstack();
  if (!stack) return steps;
  for (const auto& entry : (*stack)->vec()) {
    const auto& instance = std::get<2>(entry);
    if (!instance) continue;
    const std::string name = instance->instance_name();
    if (name.empty() || name == "SELF" || name == "INSTANCE_NAME_UNKNOWN") continue;
    const jit::SourceRange& range = std::get<1>(entry);
    steps.push_back({name, std::get<0>(entry), range.start(), range.end()});
  }
  return steps;
}

struct Call {
  std::string path;
  std::vector<jit::Node*> nodes;
};

// All calls of modules, outer before inner where both begin at the same node.
std::vector<Call> module_calls(const std::shared_ptr<jit::Graph>& graph) {
  std::vector<Call> calls;
  std::map<std::string, int> uses;
  std::vector<Step> open;           // steps from the root to the innermost open call
  std::vector<std::size_t> opened;  // their places in `calls`
  for (jit::Node* node : graph->nodes()) {
    if (node->kind() == jit::prim::Constant || node->kind() == jit::prim::ListConstruct ||
        std::none_of(node->outputs().begin(), node->outputs().end(), is_carrier)) {
      continue;
    }
    const auto steps = module_steps(node);
    std::size_t common = 0;
    while (common < std::min(steps.size(), open.size()) && steps[common] == open[common]) ++common;
    open.resize(common);
    opened.resize(common);
    std::string path;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      path += (i == 0 ? "" : ".") + steps[i].name;
      if (i < common) continue;
      const int use = ++uses[path];
      open.push_back(steps[i]);
      opened.push_back(calls.size());
      calls.push_back({use == 1 ? path : path + "#" + std::to_string(use), {}});
    }
    for (const std::size_t i : opened) calls[i].nodes.push_back(node);
  }
  return calls;
}

std::unordered_map<const jit::Node*, int> node_order(const std::shared_ptr<jit::Graph>& graph) {
  std::unordered_map<const jit::Node*, int> order;
  int next = 0;
  for (const jit::Node* node : graph->nodes()) order[node] = next++;
  order[graph->return_node()] = next;
  order[graph->param_node()] = -1;
  return order;
}

std::vector<Tap> find_taps(const Network& network) {
  const auto order = node_order(network.graph);
  struct Found {
    Tap tap;
    int end;
    std::size_t depth;
  };
  std::vector<Found> found;
  for (const Call& call : module_calls(network.graph)) {
    const std::unordered_set<jit::Node*> inside(call.nodes.begin(), call.nodes.end());
    for (auto node = call.nodes.rbegin(); node != call.nodes.rend(); ++node) {
      jit::Value* result = nullptr;
      for (jit::Value* value : (*node)->outputs()) {
        if (!value->type()->isSubtypeOf(*c10::TensorType::get())) continue;
        for (const jit::Use& use : value->uses()) {
          if (inside.count(top_level(use.user)) == 0) result = value;
        }
      }
      if (result == nullptr) continue;
      Tap tap;
      tap.path = call.path;
      tap.value = result;
      const auto depth =
          static_cast<std::size_t>(std::count(call.path.begin(), call.path.end(), '.'));
      found.push_back({tap, order.at(*node), depth});
      break;
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return a.end != b.end ? a.end < b.end
                          : a.depth > b.depth;  // a part before the whole that ends with it
  });
  std::vector<Tap> taps;
  for (Found& one : found) taps.push_back(std::move(one.tap));
  return taps;
}

// A value dominates the outputs if, right after it is made, nothing else that comes from the input
// and leads to the outputs is still waiting to be used.
void mark_candidates(Network& network) {
  const auto order = node_order(network.graph);
  std::unordered_set<const jit::Value*> from_input{network.input};
  for (jit::Node* node : network.graph->nodes()) {
    const auto inputs = all_inputs(node);
    if (std::any_of(inputs.begin(), inputs.end(),
                    [&](const jit::Value* v) { return from_input.count(v) > 0; })) {
      for (const jit::Value* value : node->outputs()) {
        if (is_carrier(value)) from_input.insert(value);
      }
    }
  }
  std::unordered_set<const jit::Value*> to_output{network.output};
  for (jit::Node* node : network.graph->nodes().reverse()) {
    if (std::none_of(node->outputs().begin(), node->outputs().end(),
                     [&](const jit::Value* v) { return to_output.count(v) > 0; })) {
      continue;
    }
    for (const jit::Value* value : all_inputs(node)) {
      if (is_carrier(value)) to_output.insert(value);
    }
  }
  // Last use of each relevant value; a use by a node that leads nowhere does not count.
  std::unordered_map<const jit::Value*, int> last_use;
  for (jit::Node* node : network.graph->nodes()) {
    if (std::none_of(node->outputs().begin(), node->outputs().end(), [&](const jit::Value* v) {
          return to_output.count(v) > 0 && from_input.count(v) > 0;
        })) {
      continue;
    }
    for (const jit::Value* value : all_inputs(node)) {
      if (from_input.count(value) > 0) last_use[value] = order.at(node);
    }
  }
  last_use[network.output] = order.at(network.graph->return_node());
  std::unordered_set<const jit::Value*> candidates;
  std::unordered_set<const jit::Value*> waiting{network.input};
  for (jit::Node* node : network.graph->nodes()) {
    const int now = order.at(node);
    bool made = false;
    for (const jit::Value* value : node->outputs()) {
      if (last_use.count(value) > 0) {
        waiting.insert(value);
        made = true;
      }
    }
    if (!made) continue;
    for (auto value = waiting.begin(); value != waiting.end();) {
      value = last_use.count(*value) == 0 || last_use[*value] <= now ? waiting.erase(value)
                                                                     : std::next(value);
    }
    if (waiting.size() == 1) candidates.insert(*waiting.begin());
  }
  for (Tap& tap : network.taps) tap.candidate = candidates.count(tap.value) > 0;
}

std::vector<at::Tensor> run_all(const Network& network, const std::vector<jit::Value*>& values,
                                const at::Tensor& input) {
  const auto all = network.graph->copy();
  // Copies keep the order of nodes, so that values correspond one to one.
  std::unordered_map<const jit::Value*, jit::Value*> copy_of;
  auto original = network.graph->nodes().begin();
  for (jit::Node* node : all->nodes()) {
    for (std::size_t i = 0; i < node->outputs().size(); ++i) {
      copy_of[(*original)->outputs()[i]] = node->outputs()[i];
    }
    ++original;
  }
  while (!all->outputs().empty()) all->eraseOutput(0);
  for (const jit::Value* value : values) all->registerOutput(copy_of.at(value));
  jit::Stack stack{network.self, input};
  const torch::NoGradGuard no_grad;
  jit::InterpreterState(jit::Code(all, "shapes")).run(stack);
  std::vector<at::Tensor> results;
  for (const auto& value : stack) results.push_back(value.toTensor());
  return results;
}

// Leaves one output, photos × outputs.
void settle_output(Network& network, const std::string& path) {
  auto& graph = *network.graph;
  jit::Value* output = graph.outputs().at(0);
  while (output->type()->kind() == c10::TypeKind::TupleType) {
    // Scripted Inception returns (outputs, auxiliary): the first is meant.
    if (output->node()->kind() == jit::prim::TupleConstruct) {
      output = output->node()->input(0);
    } else {
      jit::Node* unpack = graph.createTupleUnpack(output);
      unpack->insertBefore(graph.return_node());
      output = unpack->outputs().at(0);
    }
  }
  if (!output->type()->isSubtypeOf(*c10::TensorType::get())) {
    throw InputError(
        "The model " + path + " returns " + output->type()->repr_str() +
        ", not one tensor of outputs: export a model whose forward returns the logits.");
  }
  while (!graph.outputs().empty()) graph.eraseOutput(0);
  graph.registerOutput(output);
  network.output = output;
}

}  // namespace

std::vector<jit::Value*> all_inputs(jit::Node* node) {
  std::vector<jit::Value*> inputs;
  add_inputs(node, inputs);
  return inputs;
}

void measure_shapes(Network& network, Size input) {
  std::vector<jit::Value*> values;
  for (jit::Node* node : network.graph->nodes()) {
    for (jit::Value* value : node->outputs()) {
      if (value->type()->isSubtypeOf(*c10::TensorType::get())) values.push_back(value);
    }
  }
  const auto blank = at::zeros({1, 3, input.height, input.width},
                               at::TensorOptions().dtype(network.dtype).device(network.device));
  const auto tensors = run_all(network, values, blank);
  network.shapes.clear();
  network.shapes[network.input] = blank.sizes().vec();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (tensors[i].defined()) network.shapes[values[i]] = tensors[i].sizes().vec();
  }
  const auto fields = receptive_fields(network);
  for (Tap& tap : network.taps) {
    tap.shape = network.shapes.at(tap.value);
    const auto field = fields.find(tap.value);
    if (field != fields.end()) tap.grid = field->second;
  }
}

void take_log_of_output(Network& network) {
  auto& graph = *network.graph;
  const jit::WithInsertPoint before_return(graph.return_node());
  jit::Node* last = network.output->node();
  jit::Value* logarithm = nullptr;
  if (last->kind() == c10::Symbol::fromQualString("aten::softmax")) {
    logarithm = graph.insert(c10::Symbol::fromQualString("aten::log_softmax"),
                             {last->input(0), last->input(1), last->input(2)});
  } else {
    // The smallest normal number stands for a probability that has been rounded to zero.
    jit::Value* positive = graph.insert(c10::Symbol::fromQualString("aten::clamp_min"),
                                        {network.output, graph.insertConstant(1e-38)});
    logarithm = graph.insert(c10::Symbol::fromQualString("aten::log"), {positive});
  }
  graph.eraseOutput(0);
  graph.registerOutput(logarithm);
  network.output = logarithm;
  jit::EliminateDeadCode(network.graph);
  mark_candidates(network);
}

Network load_network(const std::string& path, Size input, const std::string& device_name,
                     at::ScalarType dtype) {
  Network network;
  network.dtype = dtype;
  try {
    network.device = at::Device(device_name);
  } catch (const std::exception&) {
    throw InputError("There is no device called \"" + device_name + "\": use cpu, cuda or cuda:1.");
  }
  if (network.device.is_cuda() && !torch::cuda::is_available()) {
    throw InputError("This LibTorch finds no CUDA device, so that " + device_name +
                     " cannot be used: leave the device at cpu, or install a CUDA LibTorch.");
  }
  jit::Module module;
  try {
    module = jit::load(path);
    module.get_method("forward");
  } catch (const std::exception& error) {
    throw FileError(path, path + " is not a TorchScript model (" + first_line(error) +
                              "): save one with torch.jit.script(model).save(…).");
  }
  module.eval();
  module.to(network.device, dtype);  // before freezing, which makes constants of the weights
  for (auto parameter : module.parameters()) parameter.requires_grad_(false);
  try {
    module = jit::freeze_module(module);
    network.self = module._ivalue();
    network.graph = module.get_method("forward").graph()->copy();
    jit::Inline(*network.graph);
    jit::EliminateExceptions(network.graph);
    jit::ConstantPropagation(network.graph);
    make_lists_functional(network.graph);
    jit::RemoveListMutation(network.graph);
    jit::RemoveTensorMutation(network.graph);
    make_in_place_functional(network.graph);
    jit::LowerSimpleTuples(network.graph);
    jit::EraseShapeInformation(network.graph);  // a traced batch of one must not be taken for a law
    jit::EliminateDeadCode(network.graph);
  } catch (const std::exception& error) {
    throw InputError("The model " + path + " cannot be flattened (" + first_line(error) + ").");
  }
  if (network.graph->inputs().size() != 2) {
    throw InputError("The model " + path + " takes " +
                     std::to_string(network.graph->inputs().size() - 1) +
                     " inputs; one picture is what is understood: export a model with one.");
  }
  refuse_mutation(network.graph->block(), path);
  network.input = network.graph->inputs().at(1);
  if (!network.input->type()->isSubtypeOf(*c10::TensorType::get())) {
    throw InputError("The model " + path + " takes " + network.input->type()->repr_str() +
                     " as input, not one tensor of pictures: export a model that does.");
  }
  settle_output(network, path);
  jit::EliminateDeadCode(network.graph);
  network.taps = find_taps(network);
  mark_candidates(network);
  try {
    measure_shapes(network, input);
    const auto two = at::zeros({2, 3, input.height, input.width},
                               at::TensorOptions().dtype(dtype).device(network.device));
    const auto outputs = run_all(network, {network.output}, two)[0];
    if (outputs.dim() != 2 || outputs.size(0) != 2) {
      throw InputError("The model " + path + " returns a tensor of " +
                       std::to_string(outputs.dim()) +
                       " dimensions for two photos, not photos × outputs: export a classifier.");
    }
  } catch (const InputError&) {
    throw;
  } catch (const std::exception& error) {
    throw InputError("The model " + path + " cannot run on two photos of 3×" +
                     std::to_string(input.height) + "×" + std::to_string(input.width) + " (" +
                     first_line(error) +
                     "): give the input's size in the model card, and export the model so that the "
                     "number of photos is free.");
  }
  return network;
}

}  // namespace differentia
