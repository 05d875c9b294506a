#include <map>
#include <set>

#include <fmt/format.h>
#include <torch/csrc/jit/ir/constants.h>

#include "base/error.h"
#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace jit = torch::jit;

namespace {

enum class ReluRule {
  kGuided,     // passes back what is positive where the ReLU was open
  kDeconvnet,  // passes back what is positive, open or not
};

bool is_relu(const jit::Node* node) {
  const std::string kind = node->kind().toQualString();
  if (kind == "aten::relu" || kind == "aten::relu6") return true;
  if (kind != "aten::hardtanh") return false;
  const auto low = jit::toIValue(node->input(1));
  return low && low->toScalar().toDouble() == 0;
}

// The name of an activation function that has no guided rule; empty for anything else.
std::string other_activation(const jit::Node* node) {
  static const std::map<std::string, std::string> names{
      {"aten::silu", "SiLU"},         {"aten::hardswish", "Hardswish"},
      {"aten::gelu", "GELU"},         {"aten::elu", "ELU"},
      {"aten::selu", "SELU"},         {"aten::celu", "CELU"},
      {"aten::mish", "Mish"},         {"aten::leaky_relu", "LeakyReLU"},
      {"aten::prelu", "PReLU"},       {"aten::rrelu", "RReLU"},
      {"aten::softplus", "Softplus"}, {"aten::hardtanh", "Hardtanh"}};
  const auto found = names.find(node->kind().toQualString());
  return found == names.end() || is_relu(node) ? "" : found->second;
}

void collect_others(const jit::Block* block, std::set<std::string>& others) {
  for (const jit::Node* node : block->nodes()) {
    const std::string name = other_activation(node);
    if (!name.empty()) others.insert(name);
    for (const jit::Block* inner : node->blocks()) {
      for (const jit::Node* hidden : inner->nodes()) {
        if (is_relu(hidden)) others.insert("ReLU in a branch of its code");
      }
      collect_others(inner, others);
    }
  }
}

// A part of the network of which all ReLUs are further outputs, so that what comes back to them can
// be changed.
struct OpenedGraph {
  std::shared_ptr<jit::Graph> graph;
  std::set<std::string> others;  // activation functions that pass back as they do
  bool pools = false;            // takes maxima: of them alone deconvnet knows the way back
};

OpenedGraph open_relus(const Slice& slice, ReluRule rule) {
  OpenedGraph opened;
  opened.graph = slice.graph()->copy();
  jit::Graph& graph = *opened.graph;
  collect_others(graph.block(), opened.others);
  std::vector<jit::Node*> relus;
  for (jit::Node* node : graph.nodes()) {
    if (is_relu(node)) relus.push_back(node);
    if (std::string(node->kind().toQualString()).find("max_pool") != std::string::npos)
      opened.pools = true;
  }
  for (jit::Node* relu : relus) {
    jit::Value* result = relu->output();
    if (rule == ReluRule::kDeconvnet) {
      // The same value by a way that passes back all: relu(x) as a constant, plus x − x of which
      // the second is a constant.
      const jit::WithInsertPoint after(relu->next());
      jit::Value* x = relu->input(0);
      jit::Value* constant = graph.insert(jit::aten::detach, {result});
      jit::Value* nothing = graph.insert(jit::aten::sub, {x, graph.insert(jit::aten::detach, {x})});
      jit::Value* sum = graph.insert(jit::aten::add, {constant, nothing});
      result->replaceAllUsesAfterNodeWith(sum->node(), sum);
      result = sum;
    }
    graph.registerOutput(result);
  }
  return opened;
}

[[noreturn]] void refuse(const std::string& title, const Passes& passes,
                         const std::set<std::string>& others) {
  throw InputError(fmt::format(
      "{} changes what ReLUs pass back, and the model {} has none before the target{}: use "
      "gradient, smoothgrad, integrated-gradients or grad-cam.",
      title, passes.model().path(),
      others.empty() ? "" : fmt::format(" (its activations are {})", fmt::join(others, ", "))));
}

// The maps of targets that are all read at `layer` (empty: the outputs): one forward pass, and a
// backward pass for each.
class GuidedPass {
 public:
  GuidedPass(Passes& passes, const std::string& layer, ReluRule rule, const std::string& title)
      : passes_(passes) {
    const bool of_outputs = layer.empty();
    const auto slice = passes.model().impl().slice(
        "", of_outputs ? std::vector<std::string>{} : std::vector<std::string>{layer}, of_outputs,
        SliceUse::kGradient);
    const OpenedGraph opened = open_relus(*slice, rule);
    if (opened.graph->outputs().size() == 1) refuse(title, passes, opened.others);
    if (!opened.others.empty()) {
      warnings_.push_back(
          fmt::format("beside ReLUs the model has {}, which pass back as they are: the map is only "
                      "in part that of {}",
                      fmt::join(opened.others, ", "), title));
    }
    if (rule == ReluRule::kDeconvnet && !opened.pools) {
      warnings_.push_back(
          "the model has no max pooling, whose choices lead Deconvnet back to the photo: the map "
          "shows the strides of the convolutions more than the photo");
    }
    const at::AutoGradMode record(true);
    leaf_ = passes.input().detach().contiguous(at::MemoryFormat::ChannelsLast).requires_grad_(true);
    jit::Stack stack{passes.network().self, leaf_};
    jit::InterpreterState(jit::Code(opened.graph, "guided")).run(stack);
    for (std::size_t i = 1; i < stack.size(); ++i) {
      stack[i].toTensor().register_hook(
          [](const at::Tensor& gradient) { return gradient.clamp_min(0); });
    }
    result_ = stack[0].toTensor();
    passes.passed_forward(layer, result_);
  }

  RawMap map(const Target& target, const std::string& reduce) {
    const at::AutoGradMode record(true);
    const auto value = target_value(result_, target, passes_.weights_of(target)).sum();
    const auto gradient = torch::autograd::grad({value}, {leaf_}, {}, /*retain_graph=*/true)[0];
    passes_.passed_backward();
    require_finite(gradient, passes_.model());
    RawMap map = on_pixels(passes_.model(), reduce_channels(gradient[0], reduce));
    map.warnings = warnings_;
    return map;
  }

 private:
  Passes& passes_;
  std::vector<std::string> warnings_;
  at::Tensor leaf_, result_;  // the input, and what it gives
};

std::vector<RawMap> run(Passes& passes, const MethodCall& call, ReluRule rule,
                        const std::string& title) {
  std::map<std::string, GuidedPass> made;  // by the targets' layer
  std::vector<RawMap> maps;
  for (const Target& target : call.targets) {
    passes.check(target);
    auto place = made.find(target.layer);
    if (place == made.end())
      place = made.try_emplace(target.layer, passes, target.layer, rule, title).first;
    maps.push_back(place->second.map(target, call.values.choice("reduce")));
  }
  return maps;
}

const char kGuidedTitle[] = "Guided backprop";
const char kDeconvnetTitle[] = "Deconvnet";

std::vector<RawMap> run_guided(Passes& passes, const MethodCall& call) {
  return run(passes, call, ReluRule::kGuided, kGuidedTitle);
}

std::vector<RawMap> run_deconvnet(Passes& passes, const MethodCall& call) {
  return run(passes, call, ReluRule::kDeconvnet, kDeconvnetTitle);
}

Method method_of(const char* title) {
  Method method;
  method.title = title;
  method.options = {reduce_option("max")};
  return method;
}

}  // namespace

MethodEntry guided_backprop_method() {
  Method method = method_of(kGuidedTitle);
  method.name = "guided-backprop";
  method.source = "Springenberg et al. 2015";
  method.help = "The gradient, of which ReLUs pass back only what speaks for the target";
  method.caveat =
      "It hardly changes when the model's weights are randomised (Adebayo et al. 2018): it shows "
      "the photo's edges more than what the model has learned.";
  return {method, run_guided};
}

MethodEntry deconvnet_method() {
  Method method = method_of(kDeconvnetTitle);
  method.name = "deconvnet";
  method.source = "Zeiler and Fergus 2014";
  method.help =
      "Like guided backprop, through closed ReLUs as well: which pixels would excite the target";
  method.caveat =
      "It hardly changes when the model's weights are randomised or another target is asked for "
      "(Adebayo et al. 2018, Nie et al. 2018), and needs a network with max pooling.";
  return {method, run_deconvnet};
}

}  // namespace differentia
