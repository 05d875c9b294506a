#pragma once

// Which taxa are in a photo and where, from the classifier alone: windows at several scales say
// where evidence for any taxon lies, colours and edges make regions of it, and a region is split
// where the model, shown the pieces apart, finds an organism in each.
//
// What it cannot do: organisms that overlap much are one region; what the model was not trained on
// gets the nearest taxon's name; an organism smaller than about a fifth of the photo's shorter side
// may be missed, and one in the dark or in the colours of its background may be found in part or
// not at all; a long patterned one may be split.

#include <memory>
#include <string>
#include <vector>

#include "base/image/photo.h"
#include "base/photo_geometry.h"
#include "explain/model.h"
#include "explain/regions/subject_mask.h"
#include "explain/regions/windows.h"

namespace differentia {

struct Organism {
  Box box;                     // photo coordinates
  std::vector<Point> contour;  // of its largest piece, photo coordinates
  int output = 0;              // the model's answer for the region, the other regions covered
  double score = 0;            // its logit less the mean of all
  double probability = 0;      // its softmax
};

struct IdentifyOptions {
  WindowOptions windows;
  std::string layer;  // of the evidence; empty: the card's deep layer
  int side = 320;     // the photo's longer side at which regions are made, pixels
  int most = 6;       // organisms
  // A region is split where 1.91·s + 0.48·p + 1.70·b + 6.80·l − 1.51·u − 4.25·n − 0.26 > `split`: s
  // the lower score of the two pieces' answers, each shown without the other, over that of the
  // whole region; p the log-odds of the less probable of the two answers (clipped at 0.001 and
  // 0.999); b the log of the smaller over the larger of the pieces' boxes; l the log of the
  // region's length across the cut over that along it; u how far the pieces' boxes differ in log
  // width over height; n how much subject the cut runs through, over what the narrower side has at
  // its widest. A logistic regression on demo photos of three seeds (288 of several birds, 216 of
  // one); among their photos of one bird, `split` leaves 98 to 99 of 100 whole.
  double split = 3.2;
  // There is no organism where the photo's colours and textures without shapes (its tiles in random
  // order) give more than this share of the best region's score for the same taxon, and no region's
  // answer has the probability `sure`.
  double texture = 0.7;
  double sure = 0.85;
};

struct IdentifyResult {
  std::vector<Organism> organisms;  // from left to right; empty: none was found
  std::vector<int> outputs;         // the taxa among them, each once, by score
  SubjectMaskEstimate mask;         // of all organisms together
  double best_score = 0;            // of any region
  double shapeless_score = 0;       // for the same taxon, of the photo's tiles in random order
  std::string summary;              // one sentence for a person, without names of taxa
};

// One per worker (not thread-safe). The same photo and options give the same result.
class Identifier {
 public:
  // Throws InputError where the model is no classifier or the layer carries no attribution.
  explicit Identifier(std::shared_ptr<const Model> model, const IdentifyOptions& options = {});
  ~Identifier();

  IdentifyResult run(const Photo& photo);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace differentia
