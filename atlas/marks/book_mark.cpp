#include "atlas/marks/book_mark.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <opencv2/imgproc.hpp>

#include "atlas/marks/describe_mark.h"
#include "atlas/marks/region_exchange.h"
#include "atlas/marks/removal.h"
#include "atlas/marks/verdict.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/random.h"

namespace differentia {
namespace {

constexpr double kOnSubject = 0.5;
constexpr double kWhole = 0.95;  // of the region's area: what else is taken out has at least that
constexpr double kCovered = 0.5;
constexpr std::size_t kDonors = 3;       // times as many photos as are given are drawn from
constexpr std::size_t kLeastTested = 5;  // photos, as of a mark
constexpr double kLeastMargin = 0.5;     // logits; below, the model does not tell the two apart
constexpr double kLeastCertain = 0.25;   // share of the margin that positions may add where removal
                                         // does nothing

// What became of one photo.
struct Fall {
  bool read = false;
  double margin = 0, fall = 0;
  std::optional<double> elsewhere;
  std::optional<double> exchanged, exchanged_own;  // given the other's look, another of its own
};

// Share of the pixels of a mask on the subject, from the positions' shares; NaN where unknown.
double share_of(const PairEvidence& pair, Side side, std::size_t photo, const cv::Mat& mask) {
  const GridGeometry& grid = pair.layer.grid;
  const float* subject = pair.side(side).subject.data() + photo * pair.cells();
  double sum = 0, count = 0;
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      if (mask.at<std::uint8_t>(y, x) == 0) continue;
      const int row =
          std::clamp(static_cast<int>(std::lround((y + 0.5 - grid.first_y) / grid.stride_y)), 0,
                     grid.height - 1);
      const int column =
          std::clamp(static_cast<int>(std::lround((x + 0.5 - grid.first_x) / grid.stride_x)), 0,
                     grid.width - 1);
      const float share = subject[row * grid.width + column];
      if (std::isnan(share)) return std::numeric_limits<double>::quiet_NaN();
      sum += share;
      count += 1;
    }
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

// The same shape elsewhere, whole and apart from the region: on the subject for what is on it, off
// it for what is off; anywhere where there is no mask.
std::vector<cv::Mat> controls(const PairEvidence& pair, Side side, std::size_t photo,
                              const RegionThere& there, bool on_subject,
                              const BookMarkOptions& options) {
  const GridGeometry& grid = pair.layer.grid;
  const int area = cv::countNonZero(there.mask);
  const cv::Rect frame(0, 0, there.mask.cols, there.mask.rows);
  const int apart = std::max(1, static_cast<int>(std::lround(grid.stride_x)));
  cv::Mat near;
  cv::dilate(there.mask, near,
             cv::getStructuringElement(cv::MORPH_RECT, {2 * apart + 1, 2 * apart + 1}));
  std::vector<cv::Mat> fit;
  for (int down = -grid.height; down <= grid.height; ++down) {
    for (int across = -grid.width; across <= grid.width; ++across) {
      const int dx = static_cast<int>(std::lround(across * grid.stride_x)),
                dy = static_cast<int>(std::lround(down * grid.stride_y));
      const cv::Rect to = (frame + cv::Point(dx, dy)) & frame;
      if (to.empty()) continue;
      cv::Mat moved = cv::Mat::zeros(there.mask.size(), CV_8U);
      there.mask(to - cv::Point(dx, dy)).copyTo(moved(to));
      if (cv::countNonZero(moved) < kWhole * area || cv::countNonZero(moved & near) > 0) continue;
      const double share = share_of(pair, side, photo, moved);
      if (!std::isnan(share) && (on_subject ? share < kOnSubject : share > 0)) continue;
      fit.push_back(std::move(moved));
    }
  }
  Random random(options.seed, stream_id("elsewhere of a book's mark"),
                static_cast<std::uint32_t>(pair.side(side).photos[photo].record.id));
  random.shuffle(fit);
  if (fit.size() > static_cast<std::size_t>(options.controls))
    fit.resize(static_cast<std::size_t>(options.controls));
  return fit;
}

// The region in the testing photos of a side; empty pictures where it is not found or not readable.
std::vector<RegionPicture> region_pictures(const PairEvidence& pair,
                                           const std::shared_ptr<const Model>& model, Side side,
                                           const std::vector<RegionThere>& there,
                                           const BookMarkOptions& options) {
  std::vector<RegionPicture> pictures(there.size());
  const auto photos = photos_of_half(pair, side, true);
  for_each_job(
      photos.size(), options.threads,
      [&] { return std::make_unique<Removal>(model, pair.layer, options.photo_root); },
      [&](const std::unique_ptr<Removal>& removal, std::size_t j) {
        const std::size_t i = photos[j];
        if (there[i].found && removal->read(pair.side(side).photos[i].record))
          pictures[i] = {removal->picture().clone(), there[i].mask, there[i].core, there[i].solid};
      });
  return pictures;
}

// Some of the photos whose region is most like that of a photo in shape and size, of other
// observations, and of its form where there are enough. Which ones is drawn, lest the same few
// photos stand for their taxon in all.
std::vector<std::size_t> donors_for(const PairPhoto& photo, const RegionPicture& region,
                                    const PairSide& side,
                                    const std::vector<RegionPicture>& pictures,
                                    const BookMarkOptions& options) {
  struct Donor {
    bool other_form;
    double unlike;
    std::size_t photo;
  };
  std::vector<Donor> fit;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (pictures[i].picture.empty() || side.photos[i].observation == photo.observation) continue;
    fit.push_back({side.photos[i].record.form != photo.record.form,
                   -likeness(region, pictures[i]) * std::sqrt(pictures[i].solid), i});
  }
  std::sort(fit.begin(), fit.end(), [](const Donor& one, const Donor& two) {
    return std::tie(one.other_form, one.unlike, one.photo) <
           std::tie(two.other_form, two.unlike, two.photo);
  });
  const auto count = static_cast<std::size_t>(options.donors);
  if (fit.size() > kDonors * count) fit.resize(kDonors * count);
  std::size_t of_form = 0;
  for (const Donor& one : fit) of_form += one.other_form ? 0 : 1;
  if (of_form >= count) fit.resize(of_form);
  Random random(options.seed, stream_id("donors"), static_cast<std::uint32_t>(photo.record.id));
  random.shuffle(fit);
  std::vector<std::size_t> photos;
  for (const Donor& one : fit)
    if (photos.size() < count) photos.push_back(one.photo);
  return photos;
}

double mean_fall(const std::vector<double>& margins, std::size_t first, std::size_t count) {
  double sum = 0;
  for (std::size_t m = first; m < first + count; ++m) sum += margins[0] - margins[m];
  return sum / static_cast<double>(count);
}

std::vector<Fall> falls_of(const PairEvidence& pair, const std::shared_ptr<const Model>& model,
                           Side own, const RegionInPhotos& regions, bool on_subject,
                           const std::array<std::vector<RegionPicture>, 2>& pictures,
                           const std::vector<std::size_t>& photos, const BookMarkOptions& options,
                           const ProgressCallback& progress) {
  const PairSide& side = pair.side(own);
  const int output = side.taxon.output, rival = pair.side(other(own)).taxon.output;
  std::vector<Fall> falls(photos.size());
  std::atomic<std::int64_t> done{0};
  const std::thread::id caller = std::this_thread::get_id();
  for_each_job(
      photos.size(), options.threads,
      [&] { return std::make_unique<Removal>(model, pair.layer, options.photo_root); },
      [&](const std::unique_ptr<Removal>& removal, std::size_t j) {
        const std::size_t photo = photos[j];
        const RegionThere& here = regions[index(own)][photo];
        const RegionPicture& region = pictures[index(own)][photo];
        if (!region.picture.empty() && removal->read(side.photos[photo].record)) {
          std::vector<cv::Mat> masks = controls(pair, own, photo, here, on_subject, options);
          masks.insert(masks.begin(), here.mask);
          const std::vector<double> margins = removal->margins_without(output, rival, masks);
          Fall& fall = falls[j];
          fall.read = true;
          fall.margin = margins[0];
          fall.fall = margins[0] - margins[1];
          if (margins.size() > 2) fall.elsewhere = mean_fall(margins, 2, margins.size() - 2);
          std::vector<Painted> painted;
          std::array<std::size_t, 2> counts{};
          for (const Side from : {own, other(own)}) {
            const auto donors = donors_for(side.photos[photo], region, pair.side(from),
                                           pictures[index(from)], options);
            counts[from == own ? 0 : 1] = donors.size();
            for (const std::size_t donor : donors)
              painted.push_back(exchanged(region, pictures[index(from)][donor]));
          }
          if (counts[0] > 0 && counts[1] > 0) {
            const auto given = removal->margins_with(output, rival, painted);
            fall.exchanged_own = mean_fall(given, 1, counts[0]);
            fall.exchanged = mean_fall(given, 1 + counts[0], counts[1]);
          }
        }
        const std::int64_t so_far = ++done;
        if (std::this_thread::get_id() == caller)
          report(progress, {"testing the book's mark", so_far,
                            static_cast<std::int64_t>(photos.size()), "photos", ""});
      });
  return falls;
}

// The region as a candidate that `own` carries.
Candidate candidate_of(const PairEvidence& pair, const PairSpace& space, Side own,
                       const RegionInPhotos& regions) {
  Candidate candidate;
  candidate.carrier = own;
  std::vector<double> mean(space.space[0].columns, 0);
  for (const Side side : {Side::kA, Side::kB}) {
    const PairSide& photos = pair.side(side);
    auto& member = candidate.member[index(side)];
    member.assign(photos.photos.size() * pair.cells(), 0);
    for (std::size_t i = 0; i < photos.photos.size(); ++i) {
      const RegionThere& there = regions[index(side)][i];
      if (!there.found) continue;
      for (std::size_t p = 0; p < pair.cells(); ++p)
        if (there.coverage[p] >= kCovered) member[i * pair.cells() + p] = 1;
      const std::size_t most =
          i * pair.cells() +
          static_cast<std::size_t>(there.row * pair.layer.grid.width + there.column);
      member[most] = 1;
      if (side != own || photos.photos[i].testing) continue;
      for (std::size_t p = i * pair.cells(); p < (i + 1) * pair.cells(); ++p) {
        if (!member[p]) continue;
        const auto row = space.space[index(side)].row(p);
        for (std::size_t c = 0; c < mean.size(); ++c) mean[c] += row[c];
      }
    }
  }
  double length = 0;
  for (const double value : mean) length += value * value;
  for (const double value : mean)
    candidate.centroid.push_back(static_cast<float>(value / std::sqrt(std::max(1e-12, length))));
  candidate.peaks.resize(pair.side(own).photos.size());
  for (std::size_t i = 0; i < candidate.peaks.size(); ++i) {
    const RegionThere& there = regions[index(own)][i];
    if (!there.found) continue;
    Peak& peak = candidate.peaks[i];
    peak.row = there.row;
    peak.column = there.column;
    for (std::size_t p = 0; p < pair.cells(); ++p)
      if (candidate.member[index(own)][i * pair.cells() + p])
        peak.attribution += pair.side(own).toward[i * pair.cells() + p];
  }
  return candidate;
}

// Where the person says it is, not where the layer finds it.
void place_sightings(const PairEvidence& pair, const RegionInPhotos& regions, Mark& mark) {
  for (auto* list : {&mark.sightings, &mark.counterparts}) {
    for (Sighting& each : *list) {
      const auto& photos = pair.side(each.side).photos;
      for (std::size_t i = 0; i < photos.size(); ++i) {
        const RegionThere& there = regions[index(each.side)][i];
        if (photos[i].record.id != each.photo || !there.found) continue;
        each.place = there.place;
        each.box = there.box;
      }
    }
  }
}

// Its removal is shown to do something of its own, as that of a mark is.
bool carries(const BookMarkOptions& options, const BookEvidence& evidence) {
  return evidence.removal_p <= options.significance && evidence.mark.beyond.low > 0 &&
         evidence.mark.beyond.value >= options.least_effect * evidence.margin;
}

bool within(const Estimate& estimate, double bound) {
  return estimate.low > -bound && estimate.high < bound;
}

// Where no look can be exchanged: as marks are tested.
void answer_by_removal(const BookMarkOptions& options, bool compared, BookEvidence& evidence) {
  const Mark& mark = evidence.mark;
  const double least = options.least_effect * evidence.margin;
  const bool differs = evidence.difference_p <= options.significance;
  if (compared && carries(options, evidence)) {
    if (differs && evidence.attribution_p <= options.significance)
      evidence.answer = BookAnswer::kUsed;
    else
      evidence.why = differs
                         ? "covering it moves the model, but what stands there does not add to the "
                           "margin"
                         : "covering it moves the model, but it looks alike to the model in both";
  } else if (within(mark.removed, least)) {
    if (std::abs(mark.attribution.value) < kLeastCertain * evidence.margin)
      evidence.answer = BookAnswer::kIgnored;
    else
      evidence.why =
          "covering it moves the model little, but what stands there adds much to the margin: it "
          "may have been filled in with its like from beside it";
  } else {
    evidence.why = compared ? "covering it may move the model by chance alone, or by as much as "
                              "covering another place does"
                            : "covering it may move the model, but there is no other place of its "
                              "size to compare it with";
  }
}

void answer(const BookMarkOptions& options, const std::string& name, bool compared,
            BookEvidence& evidence) {
  Mark& mark = evidence.mark;
  const double least = options.least_effect * evidence.margin;
  mark.status =
      compared && carries(options, evidence) ? MarkStatus::kTested : MarkStatus::kNotShown;
  if (evidence.margin < kLeastMargin) {
    evidence.why = fmt::format(
        "the model hardly tells {} from the other in the first place, so no mark can be shown",
        name);
  } else if (std::isnan(evidence.exchange.value)) {
    answer_by_removal(options, compared, evidence);
  } else if (within(evidence.exchange, least)) {
    evidence.answer = BookAnswer::kIgnored;
  } else if (evidence.exchange_p <= options.significance && evidence.exchange.low > 0 &&
             evidence.exchange.value >= least) {
    if (evidence.difference_p <= options.significance)
      evidence.answer = BookAnswer::kUsed;
    else
      evidence.why =
          "with the other's look the margin falls, but the layer does not show a difference there";
  } else if (evidence.exchange.high < 0) {
    evidence.why =
        "with the other's look the model is surer than before: what it sees there speaks against "
        "the taxon";
  } else {
    evidence.why = "too few photos, or too unlike each other, to tell a small effect from none";
  }
}

BookEvidence evidence_of(const PairEvidence& pair, const PairSpace& space,
                         const std::shared_ptr<const Model>& model, Side own,
                         const RegionInPhotos& regions,
                         const std::array<std::vector<RegionPicture>, 2>& pictures,
                         const BookMarkOptions& options, const ProgressCallback& progress) {
  BookEvidence evidence;
  evidence.margin = median_margin(pair, own);
  RankedCandidate ranked;
  ranked.candidate = candidate_of(pair, space, own, regions);
  CompareOptions describing;
  describing.test = false;
  describing.seed = options.seed;
  MarkChances chances;
  evidence.mark = describe_mark(pair, space, ranked, describing, chances);
  Mark& mark = evidence.mark;
  mark.number = 1;
  evidence.attribution_p = chances.attribution;
  evidence.difference_p = chances.difference;
  place_sightings(pair, regions, mark);

  const std::vector<std::size_t> photos = photos_of_half(pair, own, true);
  const std::vector<Fall> falls =
      falls_of(pair, model, own, regions, mark.on_subject, pictures, photos, options, progress);
  std::vector<double> removed, elsewhere, beyond, given, given_own, exchange;
  std::vector<std::int64_t> groups, compared_groups, exchange_groups;
  bool shown = false;
  evidence.found.of = static_cast<int>(photos.size());
  for (std::size_t j = 0; j < photos.size(); ++j) {
    const std::int64_t group = pair.side(own).photos[photos[j]].observation;
    shown = shown || regions[index(own)][photos[j]].found;
    if (!falls[j].read) continue;
    evidence.found.with += 1;
    removed.push_back(falls[j].fall);
    groups.push_back(group);
    if (falls[j].margin > 0) {
      mark.changed_mind.of += 1;
      mark.changed_mind.with += falls[j].margin - falls[j].fall <= 0;
    }
    if (falls[j].exchanged) {
      given.push_back(*falls[j].exchanged);
      given_own.push_back(*falls[j].exchanged_own);
      exchange.push_back(given.back() - given_own.back());
      exchange_groups.push_back(group);
      if (falls[j].margin > 0) {
        evidence.exchanged_changed_mind.of += 1;
        evidence.exchanged_changed_mind.with += falls[j].margin - *falls[j].exchanged <= 0;
      }
    }
    if (!falls[j].elsewhere) continue;
    elsewhere.push_back(*falls[j].elsewhere);
    beyond.push_back(falls[j].fall - *falls[j].elsewhere);
    compared_groups.push_back(group);
  }
  const std::string& name = pair.side(own).taxon.name;
  if (shown && removed.empty())
    throw InputError(fmt::format(
        "None of the photos of {} can be read below '{}'; say where the photos are now with "
        "--photos FOLDER.",
        name, options.photo_root));
  mark.removed = bootstrap_mean(removed, groups, options.seed);
  mark.elsewhere = bootstrap_mean(elsewhere, compared_groups, options.seed);
  mark.beyond = bootstrap_mean(beyond, compared_groups, options.seed);
  evidence.removal_p = sign_flip_p(beyond, compared_groups, options.seed);
  if (exchange.size() < kLeastTested)
    for (auto* values : {&given, &given_own, &exchange}) values->clear();
  if (exchange.empty()) exchange_groups.clear();
  evidence.exchanged = bootstrap_mean(given, exchange_groups, options.seed);
  evidence.exchanged_own = bootstrap_mean(given_own, exchange_groups, options.seed);
  evidence.exchange = bootstrap_mean(exchange, exchange_groups, options.seed);
  evidence.exchange_p = sign_flip_p(exchange, exchange_groups, options.seed);
  if (removed.size() < kLeastTested) {
    mark.status = MarkStatus::kNotTestable;
    evidence.why = fmt::format("it is found in {} of the {} testing photos of {}; {} are needed",
                               removed.size(), photos.size(), name, kLeastTested);
    mark.why = evidence.why;
    return evidence;
  }
  answer(options, name, beyond.size() >= kLeastTested, evidence);
  return evidence;
}

}  // namespace

BookMark test_book_mark(const PairEvidence& pair, const PairSpace& space,
                        const std::shared_ptr<const Model>& model, const BookRegion& region,
                        const std::vector<Side>& sides, const BookMarkOptions& options,
                        const ProgressCallback& progress) {
  BookMark result;
  result.taxa = {describe_taxon(pair, Side::kA), describe_taxon(pair, Side::kB)};
  result.held_out = pair.tested_on_held_out;
  const RegionInPhotos regions =
      region_in_photos(pair, space, region, options.photo_root, options.threads);
  std::array<std::vector<RegionPicture>, 2> pictures;
  for (const Side side : {Side::kA, Side::kB})
    pictures[index(side)] = region_pictures(pair, model, side, regions[index(side)], options);
  bool all_ignored = !sides.empty(), used = false;
  for (const Side side : sides) {
    result.evidence.push_back(
        evidence_of(pair, space, model, side, regions, pictures, options, progress));
    used = used || result.evidence.back().answer == BookAnswer::kUsed;
    all_ignored = all_ignored && result.evidence.back().answer == BookAnswer::kIgnored;
  }
  result.answer = used          ? BookAnswer::kUsed
                  : all_ignored ? BookAnswer::kIgnored
                                : BookAnswer::kUndecided;
  return result;
}

}  // namespace differentia
