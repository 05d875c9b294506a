#pragma once

// What a plate says, as plain sentences.

#include <string>

#include "atlas/marks/pair_marks.h"

namespace differentia {

// "G. rufa" for "Granella rufa" beside "Granella alba"; else the whole name.
std::string short_name(const std::string& name, const std::string& beside);

// Whether a name is a genus and a species, and so set in italics.
bool is_binomial(const std::string& name);

// "On photos not used here the model tells the two apart in 38 of 40 G. rufa and 35 of 40 G. alba."
std::string told_sentence(const PairMarks& pair);

// What the mark looks like: its words, or a neutral line made of its kind and place.
std::string mark_title(const Mark& mark, const PairMarks& pair);

// The same in the few words that a margin holds: no bracket, no second clause.
std::string mark_label(const Mark& mark);

// "Seen in 37 of 40 G. rufa, 2 of 40 G. alba; covered, the model changes its mind on 14 of 40."
std::string mark_counts(const Mark& mark, const PairMarks& pair);

// "These three marks decide 36 of 40 photos." Empty where it was not tried.
std::string decided_sentence(const PairMarks& pair);

// Three sentences for a comment on an identification: what the model goes by, how well that holds,
// and what it does not prove.
std::string remark_of(const PairMarks& pair);

// What the plate does not claim, or the page of a taxon.
std::string claim_sentence(const std::string& what = "plate");

// The reason that there is none: the comparison's verdict, or that no mark is there to be shown.
// Empty where there are marks and no verdict.
std::string verdict_sentence(const PairMarks& pair);

}  // namespace differentia
