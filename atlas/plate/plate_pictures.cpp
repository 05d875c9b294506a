#include "atlas/plate/plate_pictures.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "atlas/plate/photo_shelf.h"
#include "atlas/plate/same_place.h"

namespace differentia {
namespace {

constexpr double kMargin = 0.10;  // around an exemplar's subject, of its longer side
constexpr double kLeastPatch = 0.28, kMostPatch = 0.6;  // of the subject's middling side
// An arrow's target at most, of the subject's scale: a grid's box is wider than what it stands for.
constexpr double kFineHead = 0.08, kCoarseHead = 0.14;
// Best sightings among which the clearest is shown, and how many of those are looked at.
constexpr std::size_t kPatchCandidates = 16, kPatchesRead = 5;
constexpr double kSamePose = 4;            // of a counterpart's score
constexpr std::size_t kCounterparts = 24;  // of a mark, that are worked out where they lie

Point centre(const Box& box) {
  return {box.x + box.width / 2, box.y + box.height / 2};
}

// The length that stands for a subject's scale.
double scale_of(const Box& subject) {
  return std::sqrt(subject.width * subject.height);
}

const Sighting* sighting_in(const Mark& mark, std::int32_t photo) {
  for (const Sighting& sighting : mark.sightings)
    if (sighting.photo == photo) return &sighting;
  return nullptr;
}

// The look from which on the mark counts as seen: the least of those of the testing half that do.
double seen_from(const Mark& mark) {
  std::vector<double> looks;
  for (const Sighting& sighting : mark.sightings)
    if (sighting.testing) looks.push_back(sighting.look);
  const auto seen = static_cast<std::size_t>(std::max(0, mark.seen.with));
  if (seen == 0 || looks.size() < seen) return 0;
  std::sort(looks.begin(), looks.end(), std::greater<>());
  return looks[seen - 1];
}

bool seen(const Mark& mark, const Sighting& sighting) {
  return sighting.look >= seen_from(mark);
}

// Whether the photo is of a form in which the mark is seen.
bool of_its_forms(const Mark& mark, const store::PhotoRecord& record) {
  return mark.forms.empty() ||
         std::find(mark.forms.begin(), mark.forms.end(), record.form) != mark.forms.end();
}

// A photo that might be an exemplar.
struct Candidate {
  const store::PhotoRecord* record = nullptr;
  Box subject;
  double score = 0;
};

class Chooser {
 public:
  Chooser(const PairMarks& pair, const PlatePhotos& photos, const PictureOptions& options)
      : pair_(pair), photos_(photos), options_(options), shelf_(photos), same_place_(photos) {}

  PlatePictures choose() {
    for (const Mark* mark : shown_marks(pair_.marks, pair_.tested)) {
      std::vector<const Mark*>& of = shown_[index(mark->carrier)];
      if (static_cast<int>(of.size()) < options_.marks)
        of.push_back(mark);
      else
        ++out_.left_out;
    }
    exemplars();
    for (const auto& of : shown_)
      for (const Mark* mark : of) out_.marks.push_back(pictures_of(*mark));
    std::stable_sort(out_.marks.begin(), out_.marks.end(),
                     [](const auto& a, const auto& b) { return a.mark->number < b.mark->number; });
    for (const Mark* mark : shown_marks(pair_.context, pair_.tested))
      if (static_cast<int>(out_.context.size()) < options_.context)
        out_.context.push_back(pictures_of(*mark));
    return std::move(out_);
  }

 private:
  std::vector<Candidate> candidates(Side side) {
    const store::TaxonRecord& taxon = pair_.taxon(side).record;
    std::vector<Candidate> all;
    for (const auto& [id, record] : photos_.records) {
      if (record.taxon != taxon.id || record.status == store::PhotoStatus::kUnreadable) continue;
      Candidate candidate{&record, subject_of(record), 0};
      for (const Mark* mark : shown_[index(side)]) {
        const Sighting* sighting = sighting_in(*mark, id);
        if (sighting != nullptr && seen(*mark, *sighting))
          candidate.score += (of_its_forms(*mark, record) ? 1 : 0.2) *
                             (1 + 0.5 * sighting->look + (sighting->refined ? 0.4 : 0));
      }
      if (record.predicted >= 0 && record.predicted == taxon.output) candidate.score += 0.5;
      if (std::isfinite(record.logit)) candidate.score += 0.5 * std::tanh(record.logit / 10);
      const double length = std::max(candidate.subject.width, candidate.subject.height);
      candidate.score += 0.4 * std::log2(std::clamp(length, 32.0, 1200.0) / 200);
      const Box& box = candidate.subject;
      const bool whole = box.x > 1 && box.y > 1 && box.x + box.width < record.size.width - 1 &&
                         box.y + box.height < record.size.height - 1;
      if (whole && record.subject.width > 0) candidate.score += 0.6;
      all.push_back(candidate);
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.score > b.score; });
    std::vector<Candidate> read;
    for (Candidate& candidate : all) {
      if (static_cast<int>(read.size()) >= options_.candidates) break;
      if (const auto sharpness = shelf_.sharpness(candidate.record->id, candidate.subject)) {
        candidate.score += 0.45 * *sharpness;
        read.push_back(candidate);
      }
    }
    return read;
  }

  static double together(const Candidate& a, const Candidate& b) {
    double score = a.score + b.score;
    if (a.record->form != b.record->form) score -= 2;
    const Facing facing = facing_of(*a.record);
    if (facing != facing_of(*b.record)) score -= 0.3;  // one of them is mirrored
    const auto share = [](const Candidate& c) {
      return scale_of(c.subject) / std::sqrt(static_cast<double>(c.record->size.width) *
                                             static_cast<double>(c.record->size.height));
    };
    score -= 0.5 * std::abs(std::log(share(a) / share(b)));
    // Subjects of unlike shape stand in unlike poses.
    const auto aspect = [](const Candidate& c) { return c.subject.width / c.subject.height; };
    return score - std::abs(std::log(aspect(a) / aspect(b)));
  }

  void exemplars() {
    const std::vector<Candidate> a = candidates(Side::kA), b = candidates(Side::kB);
    const Candidate *best_a = a.empty() ? nullptr : &a.front(),
                    *best_b = b.empty() ? nullptr : &b.front();
    double best = -std::numeric_limits<double>::infinity();
    for (const Candidate& left : a) {
      for (const Candidate& right : b) {
        const double score = together(left, right);
        if (score > best) {
          best = score;
          best_a = &left;
          best_b = &right;
        }
      }
    }
    double aspect = options_.aspect, known = 0, sum = 0;
    for (const Candidate* one : {best_a, best_b}) {
      if (one == nullptr) continue;
      const double margin = 2 * kMargin * std::max(one->subject.width, one->subject.height);
      sum += std::log((one->subject.width + margin) / (one->subject.height + margin));
      ++known;
    }
    if (aspect <= 0) aspect = known > 0 ? std::clamp(std::exp(sum / known), 0.8, 1.3) : 1;
    if (best_a != nullptr) facing_ = facing_of(*best_a->record);
    if (best_b != nullptr && facing_ == Facing::kUnknown) facing_ = facing_of(*best_b->record);
    out_.exemplars[0] = exemplar(best_a, Side::kA, aspect);
    out_.exemplars[1] = exemplar(best_b, Side::kB, aspect);
  }

  bool turned(const store::PhotoRecord& record) const {
    const Facing facing = facing_of(record);
    return facing != Facing::kUnknown && facing_ != Facing::kUnknown && facing != facing_;
  }

  // A box of that aspect that holds the subject and its margin, moved into the photo; made smaller
  // where the photo has no room for it.
  static Box frame_of(const Candidate& one, double aspect) {
    const Size photo = one.record->size;
    const double margin = one.record->subject.width > 0
                              ? 2 * kMargin * std::max(one.subject.width, one.subject.height)
                              : 0;
    double width = std::max(one.subject.width + margin, (one.subject.height + margin) * aspect);
    double height = width / aspect;
    const double shrink = std::min({1.0, photo.width / width, photo.height / height});
    width *= shrink;
    height *= shrink;
    const Point middle = centre(one.subject);
    return {std::clamp(middle.x - width / 2, 0.0, photo.width - width),
            std::clamp(middle.y - height / 2, 0.0, photo.height - height), width, height};
  }

  std::optional<PlateExemplar> exemplar(const Candidate* one, Side side, double aspect) {
    if (one == nullptr) return std::nullopt;
    const std::int32_t id = one->record->id;
    std::optional<PlatePicture> picture =
        shelf_.cut(id, frame_of(*one, aspect), options_.exemplar_side, turned(*one->record));
    if (!picture) return std::nullopt;
    PlateExemplar out;
    out.picture = std::move(*picture);
    for (const Mark* mark : shown_[index(side)]) {
      const Sighting* sighting = sighting_in(*mark, id);
      if (sighting == nullptr || !seen(*mark, *sighting)) continue;
      Box place = out.picture.place(head_of(*sighting, one->subject));
      const double right = std::min(place.x + place.width, 1.0),
                   bottom = std::min(place.y + place.height, 1.0);
      place.x = std::max(place.x, 0.0);
      place.y = std::max(place.y, 0.0);
      if (right < place.x || bottom < place.y) continue;  // cut off
      place.width = right - place.x;
      place.height = bottom - place.y;
      out.marks.push_back({mark, place});
    }
    return out;
  }

  // What an arrow points at: the mark's box about its place, as large as the place is uncertain.
  static Box head_of(const Sighting& sighting, const Box& subject) {
    const double most = (sighting.refined ? kFineHead : kCoarseHead) * scale_of(subject);
    const double width = std::min(sighting.box.width, most),
                 height = std::min(sighting.box.height, most);
    return {sighting.place.x - width / 2, sighting.place.y - height / 2, width, height};
  }

  // Side of a patch about a sighting, of the subject's scale.
  double patch_share(const Mark& mark, const Sighting& sighting) const {
    const store::PhotoRecord* record = shelf_.record(sighting.photo);
    if (record == nullptr) return kLeastPatch;
    const double side = 1.5 * std::max(sighting.box.width, sighting.box.height);
    const double share = side / scale_of(subject_of(*record));
    return std::clamp(share, kLeastPatch, mark.on_subject ? kMostPatch : 2 * kMostPatch);
  }

  static Box patch_box(const Sighting& sighting, double share, const store::PhotoRecord& record) {
    return square_about(sighting.place, share * scale_of(subject_of(record)), record.size);
  }

  std::optional<PlatePicture> patch(const Sighting& sighting, double share, int side) {
    const store::PhotoRecord* record = shelf_.record(sighting.photo);
    if (record == nullptr) return std::nullopt;
    return shelf_.cut(sighting.photo, patch_box(sighting, share, *record), side, turned(*record));
  }

  // What a patch of the other taxon is to be like.
  struct Like {
    std::string form;
    Point place;  // on the subject
    std::int32_t photo;
  };

  // Where on the subject a sighting is: in its box, 0…1, folded across, because facing is seldom
  // known.
  Point on_subject(const Sighting& sighting, const store::PhotoRecord& record) const {
    const Box subject = subject_of(record);
    return {std::abs((sighting.place.x - subject.x) / subject.width - 0.5),
            (sighting.place.y - subject.y) / subject.height};
  }

  // Of the first few sightings the one that shows its place clearest: large and sharp; like form
  // with like, like place with like.
  const Sighting* clearest(const Mark& mark, const std::vector<Sighting>& sightings, double share,
                           const Like* like) {
    std::vector<std::pair<double, const Sighting*>> scored;
    for (const Sighting& sighting : sightings) {
      if (scored.size() >= kPatchCandidates) break;
      const store::PhotoRecord* record = shelf_.record(sighting.photo);
      // Of the carrier where the mark is seen, of the other where it is not.
      if (record == nullptr || seen(mark, sighting) != (like == nullptr)) continue;
      const double length = scale_of(subject_of(*record));
      double score = 0.5 * std::log(std::clamp(length, 32.0, 1200.0));
      score -= 0.05 * static_cast<double>(scored.size());
      if (in_exemplar(sighting)) score += 0.3;
      if (like == nullptr) {
        if (!of_its_forms(mark, *record)) score -= 4;
      } else {
        const Point place = on_subject(sighting, *record);
        score -= 5 * std::hypot(place.x - like->place.x, place.y - like->place.y);
        if (record->form != like->form) score -= 4;
        score += kSamePose * same_place_.same_pose(sighting.photo, like->photo);
      }
      scored.emplace_back(score, &sighting);
    }
    const auto better = [](const auto& a, const auto& b) { return a.first > b.first; };
    std::stable_sort(scored.begin(), scored.end(), better);
    if (scored.size() > kPatchesRead) scored.resize(kPatchesRead);
    for (auto& [score, sighting] : scored) {
      const store::PhotoRecord* record = shelf_.record(sighting->photo);
      const Box box = patch_box(*sighting, share, *record);
      const auto sharpness = shelf_.sharpness(sighting->photo, box);
      score += sharpness ? 0.3 * *sharpness : -100;
      // Grass is sharp, too.
      const double covered = mark.on_subject ? shelf_.on_subject(sighting->photo, box) : 0;
      if (std::isfinite(covered)) score += 4 * std::min(covered, 0.6);
    }
    std::stable_sort(scored.begin(), scored.end(), better);
    return scored.empty() ? nullptr : scored.front().second;
  }

  MarkPictures pictures_of(const Mark& mark) {
    MarkPictures out;
    out.mark = &mark;
    const Sighting* best = exemplar_sighting(mark);
    if (best == nullptr) best = clearest(mark, mark.sightings, kLeastPatch, nullptr);
    if (best == nullptr && !mark.sightings.empty()) best = &mark.sightings.front();
    double share = kLeastPatch;
    const store::PhotoRecord* record = best == nullptr ? nullptr : shelf_.record(best->photo);
    if (record != nullptr) {
      share = patch_share(mark, *best);
      out.own = patch(*best, share, options_.patch_side);
      const Like like{record->form, on_subject(*best, *record), best->photo};
      const std::vector<Sighting> others = same_place_.counterparts(mark, kCounterparts);
      const Sighting* same = clearest(mark, others, share, &like);
      if (same == nullptr && !others.empty()) same = &others.front();
      if (same != nullptr) out.other = patch(*same, share, options_.patch_side);
    }
    exception(mark, share, out);
    return out;
  }

  bool in_exemplar(const Sighting& sighting) const {
    const auto& exemplar = out_.exemplars[index(sighting.side)];
    return exemplar && exemplar->picture.photo == sighting.photo;
  }

  // The mark in the exemplar itself, so that the patch is a part of the picture above it.
  const Sighting* exemplar_sighting(const Mark& mark) const {
    if (!mark.on_subject) return nullptr;
    for (const Sighting& sighting : mark.sightings)
      if (in_exemplar(sighting) && seen(mark, sighting) &&
          of_its_forms(mark, *shelf_.record(sighting.photo)))
        return &sighting;
    return nullptr;
  }

  // The photo that speaks most against the mark, of those that its counts are of.
  void exception(const Mark& mark, double share, MarkPictures& out) {
    const auto strength = [&](const Sighting* s) {
      return s->side == mark.carrier ? -s->look : s->look;
    };
    std::vector<const Sighting*> against;
    // As many of a list's worst as are counted; those that the list lacks are among them.
    const auto add = [&](const std::vector<Sighting>& sightings, int counted, int of) {
      std::vector<const Sighting*> tested;
      for (const Sighting& sighting : sightings)
        if (sighting.testing) tested.push_back(&sighting);
      std::stable_sort(tested.begin(), tested.end(), [&](const Sighting* a, const Sighting* b) {
        return strength(a) > strength(b);
      });
      const int listed = static_cast<int>(tested.size());
      tested.resize(static_cast<std::size_t>(std::clamp(counted - (of - listed), 0, listed)));
      against.insert(against.end(), tested.begin(), tested.end());
    };
    add(mark.sightings, mark.seen.of - mark.seen.with, mark.seen.of);
    add(mark.counterparts, mark.seen_other.with, mark.seen_other.of);
    std::stable_sort(against.begin(), against.end(), [&](const Sighting* a, const Sighting* b) {
      return strength(a) > strength(b);
    });
    for (const Sighting* sighting : against) {
      out.exception = patch(*sighting, std::max(share, 0.5), options_.patch_side);
      out.exception_of_carrier = sighting->side == mark.carrier;
      if (out.exception) break;
    }
  }

  const PairMarks& pair_;
  const PlatePhotos& photos_;
  const PictureOptions& options_;
  PhotoShelf shelf_;
  SamePlace same_place_;
  std::array<std::vector<const Mark*>, 2> shown_;
  Facing facing_ = Facing::kUnknown;  // of all pictures of the plate
  PlatePictures out_;
};

}  // namespace

PlatePhotos plate_photos(const store::Reader& atlas, const PairMarks& pair, std::string root) {
  PlatePhotos photos;
  photos.root = std::move(root);
  for (const PairTaxon& taxon : pair.taxa)
    for (store::PhotoRecord& record : atlas.photos_of_taxon(taxon.record.id))
      if (record.status != store::PhotoStatus::kUnreadable)
        photos.records.emplace(record.id, std::move(record));
  return photos;
}

Box PlatePicture::place(const Box& in_photo) const {
  Box out{(in_photo.x - box.x) / box.width, (in_photo.y - box.y) / box.height,
          in_photo.width / box.width, in_photo.height / box.height};
  if (mirrored) out.x = 1 - out.x - out.width;
  return out;
}

std::vector<const Mark*> shown_marks(const std::vector<Mark>& marks, bool tested) {
  std::vector<const Mark*> shown;
  for (const Mark& mark : marks)
    if (!tested || mark.status != MarkStatus::kNotShown) shown.push_back(&mark);
  return shown;
}

PlatePictures plate_pictures(const PairMarks& pair, const PlatePhotos& photos,
                             const PictureOptions& options) {
  return Chooser(pair, photos, options).choose();
}

}  // namespace differentia
