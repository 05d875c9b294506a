#pragma once

// Keeps what a comparison found beside the atlas (atlas/store/derived.h), for the viewer and for
// lists of pairs.

#include <optional>

#include "atlas/marks/pair_marks.h"
#include "atlas/store/derived.h"
#include "tools/differentia/console.h"
#include "tools/differentia/pair_options.h"

namespace differentia::cli {

// Field marks whose removal is shown to move the model.
int tested_marks(const PairMarks& marks);

// Throws what store::keep_pair() throws.
void keep_pair_of(const PairRequest& request, const PairMarks& marks,
                  std::optional<store::PairMap> map);

// The same, but where it cannot be kept (a folder that may not be written to, a full disk, a newer
// program's file), says so in one remark: the result itself is whole.
void keep_result(const PairRequest& request, const PairMarks& marks,
                 std::optional<store::PairMap> map, Console& console);

}  // namespace differentia::cli
