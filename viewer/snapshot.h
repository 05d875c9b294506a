#pragma once

// A screen of the viewer as a PNG, without a person: drawn into a framebuffer of exactly the size
// asked for, when all background work is done. The same atlas, options and graphics driver give the
// same bytes.

#include "viewer/viewer.h"

namespace differentia::viewer {

// Writes options.snapshot. Throws InputError, DiskFull, FileError.
void write_snapshot(const ViewOptions& options);

}  // namespace differentia::viewer
