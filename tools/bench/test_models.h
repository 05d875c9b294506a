#pragma once

// The networks of tools/export_test_models.py.

#include <string>

namespace differentia {

// Where the exported networks lie: build/test_models-… under the working directory, which must be
// the repository's root. Exports them first (half a minute) where the exporter has changed since.
// Throws InputError where Python fails.
std::string test_models_folder();

}  // namespace differentia
