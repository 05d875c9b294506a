#pragma once

// Whose photos a plate shows, and under which licence.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "atlas/plate/plate_pictures.h"

namespace differentia {

struct PhotoCredit {
  std::string text;                // "J. Doe, CC BY 4.0"; "credit not known (photos/a.jpg)"
  std::string url;                 // of the first of its photos; empty where not known
  std::vector<std::string> where;  // it is to be seen
};

// Collects credits in the order in which they are first met.
class CreditList {
 public:
  // `photos` by id; an unknown photo has no credit.
  void add(const PlatePicture& picture, const std::map<std::int32_t, store::PhotoRecord>& photos,
           const std::string& where);
  const std::vector<PhotoCredit>& credits() const { return credits_; }
  // "G. rufa, 1, 2: J. Doe, CC BY 4.0; G. alba: …." Empty where there are none.
  std::string sentence() const;

 private:
  std::vector<PhotoCredit> credits_;
};

// Of a pair's plate: `where` are names of exemplars and numbers of marks; "box" is where context
// cues stand.
CreditList plate_credits(const PairMarks& pair, const PlatePictures& pictures,
                         const std::map<std::int32_t, store::PhotoRecord>& photos);

}  // namespace differentia
