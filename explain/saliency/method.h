#pragma once

// The saliency methods there are, what each needs, and its options: what the command line, the
// viewer and the tests read. Adding a method takes one file and one line in registry.cpp.

#include <map>
#include <string>
#include <vector>

namespace differentia {

enum class OptionKind { kNumber, kWhole, kChoice };

// One option of a method.
struct MethodOption {
  std::string name;  // "samples"
  std::string help;  // one line
  OptionKind kind = OptionKind::kNumber;
  double value = 0;                       // by default; of a choice its place in `choices`
  double low = 0, high = 0;               // both ends are allowed
  std::vector<std::string> choices = {};  // of a choice
};

struct Method {
  std::string name;             // "grad-cam": on the command line and in JSON
  std::string title;            // "Grad-CAM": on screens
  std::string source;           // "Selvaraju et al. 2017"
  bool needs_model = true;      // false: looks at the photo alone, a control for all the others
  bool needs_gradients = true;  // false: forward passes only
  bool needs_layer = false;     // has a map on the grid of a layer, by default the deep one
  bool several_layers = false;  // fuses the maps of as many layers as it is given
  bool is_signed = true;        // evidence against the target can be told from none at all
  bool rectifies = false;       // as published, keeps positive evidence only
  std::vector<MethodOption> options = {};
  std::string help;    // one line: what it shows
  std::string caveat;  // one line: what it does not show
};

// All of them, in the order in which a list shows them.
const std::vector<const Method*>& saliency_methods();

// Throws UnknownName with the nearest ones.
const Method& saliency_method(const std::string& name);

// The options of one method, with what was given in place of the defaults.
class MethodValues {
 public:
  // `given`: option → value as written. Throws UnknownName for an option or a choice that does not
  // exist, InputError for what is no number or out of range.
  explicit MethodValues(const Method& method, const std::map<std::string, std::string>& given = {});

  // REQUIRES: the method has an option of that name and kind.
  double number(const std::string& option) const;
  int whole(const std::string& option) const;
  const std::string& choice(const std::string& option) const;

 private:
  const Method* method_;  // the registry's: lives as long as the program
  std::map<std::string, double> values_;
};

}  // namespace differentia
