#pragma once

// What was measured of the saliency methods, as Markdown and as rows.

#include <string>
#include <vector>

#include "tools/bench/row.h"
#include "tools/bench/saliency_set.h"

namespace differentia {

// The registry as a table: what each method needs, what it shows, what it does not.
std::string methods_markdown();

// Three tables: deletion and insertion with either fill, and the rest. Bold: better than the
// reference, the 95 % interval of the paired difference over at least 12 photos apart from zero.
std::string saliency_markdown(const SaliencySet& set);

// design.md's row for either fill: how many of the class-specific methods are better than random on
// deletion and on insertion, and better than the centre on insertion, over at least 200
// photos; what is over fewer, and controls, is told beside it.
std::vector<BenchRow> saliency_rows(const SaliencySet& set);

// A method that looks at the model, and whose maps of a photo's taxon and of its strongest rival
// are not alike: a mean rank correlation of 0.9 or more makes it a control, as those without a
// model.
bool is_class_specific(const SaliencyRow& row);

}  // namespace differentia
