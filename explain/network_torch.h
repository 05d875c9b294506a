#pragma once

// Inside explain/ (and its tests) only: a TorchScript classifier as one flat, functional graph,
// where every layer's output is a value. Frozen, inlined, without in-place operations (which would
// let a tap see what later layers wrote into it) and without tuples; the last value is the tensor
// of the outputs.

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <torch/csrc/autograd/autograd.h>
#include <torch/script.h>

#include "base/photo_geometry.h"

namespace differentia {

// A module's output in the graph. One module used twice makes two: "relu", "relu#2".
struct Tap {
  std::string path;
  torch::jit::Value* value = nullptr;
  bool candidate = false;           // every way from the input to the outputs leads through it
  std::vector<std::int64_t> shape;  // for one photo; shape[0] is 1
  GridGeometry grid;
};

struct Network {
  c10::intrusive_ptr<c10::ivalue::Object> self;  // the frozen module; most graphs no longer read it
  std::shared_ptr<torch::jit::Graph> graph;
  torch::jit::Value* input = nullptr;
  torch::jit::Value* output = nullptr;  // photos × outputs
  std::vector<Tap> taps;                // in the order of execution
  std::unordered_map<const torch::jit::Value*, std::vector<std::int64_t>> shapes;  // for one photo
  at::Device device = at::kCPU;
  at::ScalarType dtype = at::kFloat;
};

// Loads, flattens, and runs one blank photo of that size for the shapes. Throws FileError (no
// TorchScript), InputError (no such device, cannot run on that input or on two photos at once,
// outputs of another form).
Network load_network(const std::string& path, Size input, const std::string& device,
                     at::ScalarType dtype);

// Replaces a final softmax by log-softmax (or takes the logarithm of what it is), so that outputs
// are logits up to a constant per photo.
void take_log_of_output(Network& network);

// Sets the shapes and grids of all taps anew.
void measure_shapes(Network& network, Size input);

// Receptive fields: centre and stride of each position, for each value that has a grid.
std::unordered_map<const torch::jit::Value*, GridGeometry> receptive_fields(const Network& network);

// What of the graph depends on what. A carrier is a value that holds activations: a tensor, or a
// list of them.
bool is_carrier(const torch::jit::Value* value);
torch::jit::Node* top_level(torch::jit::Node* node);  // the ancestor in the graph's own block
std::vector<torch::jit::Value*> all_inputs(
    torch::jit::Node* node);  // those of nested blocks as well

// The sentence of a LibTorch error that a person can read: its first line.
std::string first_line(const std::exception& error);

// One thread inside LibTorch and oneDNN for the calling thread, as long as it lives: several
// workers with one thread each are faster than the reverse, and give the same bits for any number
// of workers.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

}  // namespace differentia
