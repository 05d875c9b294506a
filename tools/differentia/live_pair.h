#pragma once

// A comparison of two taxa for the viewer, on a thread of its own.

#include "base/progress.h"
#include "viewer/pair_jobs.h"

namespace differentia::cli {

// As `differentia compare` does by default, and keeps the result beside the atlas. Throws
// InputError, also where it could not be kept, which is found out first; Interrupted.
void compare_for_viewer(const viewer::PairQuestion& question, const ProgressCallback& progress);

}  // namespace differentia::cli
