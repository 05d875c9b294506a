#pragma once

// The saliency methods of the registry on the command line: which are meant, with which options,
// and what they are.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "explain/saliency/method.h"
#include "explain/saliency/session.h"

namespace differentia::cli {

// In the order asked for; "all" stands for every one. Throws UnknownName.
std::vector<const Method*> methods_named(const std::vector<std::string>& names);

// One way for each method. `options`: NAME=VALUE for all methods that have it, METHOD.NAME=VALUE
// for one. Throws InputError with the methods' own list where one goes with none of them.
std::vector<SaliencyOptions> ways_of(const std::vector<const Method*>& methods,
                                     const std::vector<std::string>& options);

// What there is, for a person to read.
std::string method_list();
nlohmann::ordered_json method_list_json();

// Option → value.
nlohmann::ordered_json options_json(const Method& method, const MethodValues& values);

}  // namespace differentia::cli
