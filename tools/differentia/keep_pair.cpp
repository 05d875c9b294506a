#include "tools/differentia/keep_pair.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "explain/model_card.h"
#include "tools/differentia/compared.h"

namespace differentia::cli {
namespace {

// What a person can ask for that changes the result, but for the seed.
std::string options_json(const PairRequest& request) {
  nlohmann::json options{{"test", request.options.test}};
  // The card is the atlas's unless --card gave another.
  const std::string card = card_json(request.model->card());
  if (card != request.atlas.provenance().model_card) options["card"] = nlohmann::json::parse(card);
  return options.dump();
}

}  // namespace

int tested_marks(const PairMarks& marks) {
  return static_cast<int>(
      std::count_if(marks.marks.begin(), marks.marks.end(),
                    [](const Mark& mark) { return mark.status == MarkStatus::kTested; }));
}

void keep_pair_of(const PairRequest& request, const PairMarks& marks,
                  std::optional<store::PairMap> map) {
  store::KeptPair pair;
  store::PairKey& key = pair.summary.key;
  key.atlas = request.atlas.hash();
  key.taxon_a = marks.taxa[0].record.id;
  key.taxon_b = marks.taxa[1].record.id;
  key.options = options_json(request);
  key.seed = request.options.seed;
  pair.summary.tested = marks.tested;
  pair.summary.marks = static_cast<std::int32_t>(marks.marks.size());
  pair.summary.shown = tested_marks(marks);
  pair.result = pair_json(marks, request.atlas).dump();
  pair.map = std::move(map);
  store::keep_pair(store::derived_path(request.atlas.path()), pair);
}

void keep_result(const PairRequest& request, const PairMarks& marks,
                 std::optional<store::PairMap> map, Console& console) {
  try {
    keep_pair_of(request, marks, std::move(map));
  } catch (const InputError& error) {
    console.remark(fmt::format("The result could not be kept for the viewer: {}", error.what()));
  }
}

}  // namespace differentia::cli
