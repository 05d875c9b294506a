#include "tools/differentia/live_pair.h"

#include <string>

#include "atlas/marks/compare.h"
#include "atlas/marks/contrastive_map.h"
#include "atlas/marks/words.h"
#include "atlas/store/derived.h"
#include "tools/differentia/keep_pair.h"
#include "tools/differentia/pair_options.h"

namespace differentia::cli {

void compare_for_viewer(const viewer::PairQuestion& question, const ProgressCallback& progress) {
  store::require_keepable(store::derived_path(question.atlas));
  PairFlags flags;
  flags.atlas = question.atlas;
  flags.model.model = question.model;
  flags.photos = question.photo_root;
  flags.a = std::to_string(question.taxon_a);
  flags.b = std::to_string(question.taxon_b);
  const PairRequest request = pair_request(flags);
  PairWorkings workings;
  PairMarks marks = compare_pair(request.atlas, request.model, request.a.id, request.b.id,
                                 request.options, progress, &workings);
  report(progress, {"finding words", 0, 0, "", ""});
  WordsOptions words;
  words.photo_root = request.options.photo_root;
  words.threads = request.options.threads;
  describe_marks(marks, request.atlas, words);
  keep_pair_of(request, marks, contrastive_map(workings));
}

}  // namespace differentia::cli
