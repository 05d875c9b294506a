#include "tools/bench/identify.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "atlas/photo_set.h"
#include "base/error.h"
#include "base/random.h"
#include "base/statistics.h"
#include "explain/regions/identify.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;

struct Bird {
  std::string taxon;
  Box box;
};

struct Truth {
  std::string photo, mask;  // paths
  std::vector<Bird> birds;
};

std::vector<std::string> cells(const std::string& line, std::size_t count) {
  std::vector<std::string> result;
  std::istringstream stream(line);
  std::string cell;
  while (result.size() < count && std::getline(stream, cell, ',')) result.push_back(cell);
  return result;
}

// several.csv opens with photo,taxon,mask,bird,left,top,width,height: plain cells.
std::vector<Truth> several_birds(const std::string& world) {
  const std::string path = world + "/several.csv";
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  if (line.find("photo,taxon,mask,bird,left,top,width,height") != 0)
    throw FileError(path, path +
                              ": this is no table of photos of several birds; give the folder "
                              "that `differentia world` wrote.");
  std::vector<Truth> photos;
  while (std::getline(file, line)) {
    const auto cell = cells(line, 8);
    if (cell.size() < 8) continue;
    const std::string photo = world + "/" + cell[0];
    if (photos.empty() || photos.back().photo != photo)
      photos.push_back({photo, world + "/" + cell[2], {}});
    photos.back().birds.push_back(
        {cell[1],
         {std::stod(cell[4]), std::stod(cell[5]), std::stod(cell[6]), std::stod(cell[7])}});
  }
  return photos;
}

cv::Mat read_mask(const std::string& path, cv::Size size) {
  cv::Mat mask = cv::imread(path, cv::IMREAD_GRAYSCALE);
  if (mask.empty()) throw FileError(path, path + ": there is no such mask.");
  if (mask.size() != size) cv::resize(mask, mask, size, 0, 0, cv::INTER_NEAREST);
  return mask;
}

// `count` photos of one bird, the taxa in turn.
std::vector<Truth> single_birds(const std::string& world, int count) {
  const PhotoSet set = read_photo_set(world + "/photos.csv");
  std::map<std::string, int> seen;
  std::vector<std::pair<int, Truth>> order;
  for (const PhotoEntry& entry : set.photos) {
    Truth truth{world + "/" + entry.path, world + "/" + entry.mask, {}};
    const std::string& taxon = set.taxa[static_cast<std::size_t>(entry.taxon)];
    truth.birds.push_back({taxon, {}});
    order.emplace_back(seen[taxon]++, truth);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Truth> photos;
  for (const auto& [round, truth] : order)
    if (photos.size() < static_cast<std::size_t>(count)) photos.push_back(truth);
  return photos;
}

// Birds whose box is matched at IoU 0.5 or more, each organism with one bird, best first.
std::size_t boxed(const std::vector<Organism>& organisms, const std::vector<Bird>& birds) {
  std::vector<std::tuple<double, std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0; i < organisms.size(); ++i)
    for (std::size_t j = 0; j < birds.size(); ++j)
      pairs.emplace_back(overlap(organisms[i].box, birds[j].box), i, j);
  std::sort(pairs.rbegin(), pairs.rend());
  std::set<std::size_t> used_organisms, used_birds;
  for (const auto& [iou, i, j] : pairs) {
    if (iou < 0.5 || used_organisms.count(i) > 0 || used_birds.count(j) > 0) continue;
    used_organisms.insert(i);
    used_birds.insert(j);
  }
  return used_birds.size();
}

BenchRow share_row(const std::string& name, std::size_t hits, std::size_t of,
                   std::optional<double> target, const std::string& what) {
  const Estimate share = wilson(hits, of);
  return {name,
          share.value,
          "share",
          target,
          target && share.value >= *target,
          fmt::format("{} of {} {}, 95 % interval {:.2f} to {:.2f}", hits, of, what, share.low,
                      share.high)};
}

// The mean with its 95 % interval (normal).
struct Mean {
  double value = 0, half = 0;
};

Mean mean_of(const std::vector<double>& values) {
  const double n = static_cast<double>(std::max<std::size_t>(1, values.size()));
  Mean mean;
  for (const double value : values) mean.value += value / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean.value) * (value - mean.value);
  mean.half = 1.96 * std::sqrt(squares / std::max(1.0, n - 1) / n);
  return mean;
}

BenchRow mean_row(const std::string& name, const std::vector<double>& values,
                  std::optional<double> target, const std::string& what) {
  const Mean mean = mean_of(values);
  return {name,
          mean.value,
          "IoU",
          target,
          target && mean.value >= *target,
          fmt::format("{} {}, 95 % interval {:.3f} to {:.3f}", values.size(), what,
                      mean.value - mean.half, mean.value + mean.half)};
}

// Intersection over union; 128 in the truth counts for nothing.
double mask_iou(const cv::Mat& subject, const cv::Mat& truth) {
  const cv::Mat counted = truth != 128;
  const cv::Mat true_subject = (truth != 0) & counted;
  const int either = cv::countNonZero((subject | true_subject) & counted);
  return either > 0 ? static_cast<double>(cv::countNonZero(subject & true_subject)) / either : 0;
}

// GrabCut from a rectangle that leaves a twentieth of the photo on each side.
cv::Mat centred_grabcut(const cv::Mat& bgr) {
  const cv::Rect box(cvRound(0.05 * bgr.cols), cvRound(0.05 * bgr.rows), cvRound(0.9 * bgr.cols),
                     cvRound(0.9 * bgr.rows));
  cv::Mat labels, background, subject;
  cv::theRNG().state = 1;
  cv::grabCut(bgr, labels, box, background, subject, 5, cv::GC_INIT_WITH_RECT);
  return (labels == cv::GC_FGD) | (labels == cv::GC_PR_FGD);
}

// The largest piece of the photo beside, above or below its bird, or nothing worth asking about.
cv::Mat background_alone(const cv::Mat& bgr, const cv::Mat& mask) {
  const cv::Rect bird = cv::boundingRect(mask != 0);
  const int gap = 4;
  const std::vector<cv::Rect> pieces = {
      {0, 0, bird.x - gap, bgr.rows},
      {bird.br().x + gap, 0, bgr.cols - bird.br().x - gap, bgr.rows},
      {0, 0, bgr.cols, bird.y - gap},
      {0, bird.br().y + gap, bgr.cols, bgr.rows - bird.br().y - gap}};
  const auto largest =
      std::max_element(pieces.begin(), pieces.end(), [](const cv::Rect& a, const cv::Rect& b) {
        return std::min(a.width, a.height) < std::min(b.width, b.height);
      });
  if (std::min(largest->width, largest->height) < 70) return {};
  return bgr(*largest).clone();
}

void tell(const ProgressCallback& progress, const char* stage, std::size_t done, std::size_t of) {
  report(progress,
         {stage, static_cast<std::int64_t>(done), static_cast<std::int64_t>(of), "photos", ""});
}

// One of the photos at random; those that cannot be read are passed over.
cv::Mat any_readable(const std::vector<std::string>& paths, Random& random) {
  for (;;) {
    try {
      return decode_photo(paths[random.below(static_cast<std::uint32_t>(paths.size()))]).bgr;
    } catch (const PhotoError&) {
    }
  }
}

// Held-out photos of two breeds side by side, at random: two organisms, each on its side and
// rightly named.
BenchRow pasted_pets(const IdentifyBenchOptions& options, const ProgressCallback& progress) {
  const auto model = Model::load(options.pets + "/model.pt");
  Identifier identifier(model);
  const PhotoSet set = read_photo_set(options.pets + "/photos.csv");
  std::vector<std::vector<std::string>> photos(set.taxa.size());
  for (const PhotoEntry& entry : set.photos)
    if (entry.split == "test")
      photos[static_cast<std::size_t>(entry.taxon)].push_back(options.pets + "/" + entry.path);
  Random random(11, stream_id("pasted pets"));
  std::size_t right = 0;
  const std::size_t pairs = static_cast<std::size_t>(options.pasted);
  for (std::size_t i = 0; i < pairs; ++i) {
    tell(progress, "identifying pasted pets", i, pairs);
    std::vector<std::uint32_t> taxa(photos.size());
    for (std::uint32_t t = 0; t < taxa.size(); ++t) taxa[t] = t;
    random.shuffle(taxa);
    std::vector<cv::Mat> halves(2);
    for (std::size_t h = 0; h < 2; ++h) {
      const auto& choice = photos[taxa[h]];
      const cv::Mat bgr = any_readable(choice, random);
      cv::resize(bgr, halves[h], {std::max(1, bgr.cols * 300 / bgr.rows), 300}, 0, 0,
                 cv::INTER_AREA);
    }
    Photo pair;
    cv::hconcat(halves, pair.bgr);
    pair.full_size = {pair.bgr.cols, pair.bgr.rows};
    const IdentifyResult result = identifier.run(pair);
    if (result.organisms.size() != 2) continue;
    bool each = true;
    for (std::size_t h = 0; h < 2; ++h) {
      const Organism& organism = result.organisms[h];
      const double middle = organism.box.x + organism.box.width / 2;
      each = each && (middle < halves[0].cols) == (h == 0) &&
             model->card().labels[static_cast<std::size_t>(organism.output)] == set.taxa[taxa[h]];
    }
    right += each;
  }
  return share_row("identify: pasted pairs of two pets, each boxed and named", right, pairs,
                   std::nullopt, "pairs");
}

}  // namespace

std::vector<BenchRow> bench_identify(const IdentifyBenchOptions& options,
                                     const ProgressCallback& progress) {
  const auto model = Model::load(options.model);
  const auto& labels = model->card().labels;
  Identifier identifier(model);
  std::vector<Truth> groups = several_birds(options.world);
  if (groups.size() > static_cast<std::size_t>(options.several))
    groups.resize(static_cast<std::size_t>(options.several));
  std::size_t pairs = 0, named = 0, birds = 0, boxes = 0, counted = 0, same = 0, same_counted = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    tell(progress, "identifying several birds", i, groups.size());
    const IdentifyResult result = identifier.run(decode_photo(groups[i].photo));
    std::set<std::string> truth, found;
    for (const Bird& bird : groups[i].birds) truth.insert(bird.taxon);
    for (const int output : result.outputs) found.insert(labels[static_cast<std::size_t>(output)]);
    const bool right_count = result.organisms.size() == groups[i].birds.size();
    if (truth.size() == 2) {
      pairs += 1;
      named += std::includes(found.begin(), found.end(), truth.begin(), truth.end());
    } else if (truth.size() == 1) {
      same += 1;
      same_counted += right_count;
    }
    birds += groups[i].birds.size();
    boxes += boxed(result.organisms, groups[i].birds);
    counted += right_count;
  }
  const std::vector<Truth> singles = single_birds(options.world, options.singles);
  std::size_t whole = 0, found_one = 0, right_name = 0, empty = 0, empty_said = 0;
  for (std::size_t i = 0; i < singles.size(); ++i) {
    tell(progress, "identifying single birds", i, singles.size());
    const Photo photo = decode_photo(singles[i].photo);
    const IdentifyResult result = identifier.run(photo);
    whole += result.organisms.size() <= 1;
    found_one += result.organisms.size() == 1;
    right_name +=
        result.organisms.size() == 1 &&
        labels[static_cast<std::size_t>(result.organisms[0].output)] == singles[i].birds[0].taxon;
    if (i % 3 != 0) continue;
    Photo background;
    background.bgr = background_alone(photo.bgr, read_mask(singles[i].mask, photo.bgr.size()));
    if (background.bgr.empty()) continue;
    background.full_size = {background.bgr.cols, background.bgr.rows};
    empty += 1;
    empty_said += identifier.run(background).organisms.empty();
  }
  std::vector<BenchRow> rows = {
      share_row("identify: photos of two species, both named", named, pairs, 0.9, "photos"),
      share_row("identify: boxes at IoU 0.5, photos of several birds", boxes, birds, 0.8, "birds"),
      share_row("identify: single-bird photos not split", whole, singles.size(), 0.98, "photos"),
      share_row("identify: as many organisms as birds, photos of several", counted, groups.size(),
                std::nullopt, "photos"),
      share_row("identify: the same, birds of one species", same_counted, same, std::nullopt,
                "photos"),
      share_row("identify: single-bird photos with one organism", found_one, singles.size(),
                std::nullopt, "photos"),
      share_row("identify: … and rightly named", right_name, singles.size(), std::nullopt,
                "photos"),
      share_row("identify: pieces of background alone said to hold none", empty_said, empty,
                std::nullopt, "pieces")};
  if (fs::exists(options.pets)) rows.push_back(pasted_pets(options, progress));
  return rows;
}

std::vector<BenchRow> bench_masks(const IdentifyBenchOptions& options,
                                  const ProgressCallback& progress) {
  std::vector<BenchRow> rows;
  std::vector<double> off_centre, all, confidence, plain;
  {
    Identifier identifier(Model::load(options.model));
    const std::vector<Truth> singles = single_birds(options.world, options.singles);
    for (std::size_t i = 0; i < singles.size(); ++i) {
      tell(progress, "masks of demo birds", i, singles.size());
      const Photo photo = decode_photo(singles[i].photo);
      const cv::Mat truth = read_mask(singles[i].mask, photo.bgr.size());
      const SubjectMaskEstimate estimate = identifier.run(photo).mask;
      const double iou = mask_iou(estimate.labels == 255, truth);
      all.push_back(iou);
      confidence.push_back(estimate.confidence);
      const cv::Rect box = cv::boundingRect(truth != 0);
      const double away = std::max(std::abs((box.x + box.width / 2.0) / truth.cols - 0.5),
                                   std::abs((box.y + box.height / 2.0) / truth.rows - 0.5));
      if (away < 0.08) continue;
      off_centre.push_back(iou);
      plain.push_back(mask_iou(centred_grabcut(photo.bgr), truth));
    }
  }
  rows.push_back(mean_row(
      "subject mask estimated, off-centre demo birds", off_centre, 0.75,
      fmt::format(
          "photos whose bird's box is centred 8 % of a side or more from the middle; GrabCut "
          "from a centred rectangle {:.3f}",
          mean_of(plain).value)));
  rows.push_back(mean_row("subject mask estimated, all demo birds", all, std::nullopt, "photos"));
  rows.push_back({"subject mask: rank correlation of confidence and IoU, demo birds",
                  spearman(confidence, all), "Spearman", std::nullopt, false,
                  fmt::format("{} photos", all.size())});
  if (!fs::exists(options.pets)) return rows;

  Identifier identifier(Model::load(options.pets + "/model.pt"));
  const PhotoSet set = read_photo_set(options.pets + "/photos.csv");
  std::map<int, int> taken;
  std::vector<PhotoEntry> held_out;
  for (const PhotoEntry& entry : set.photos) {
    const int limit = options.pet_photos / static_cast<int>(set.taxa.size());
    if (entry.split == "test" && !entry.mask.empty() && taken[entry.taxon] < limit) {
      taken[entry.taxon] += 1;
      held_out.push_back(entry);
    }
  }
  std::vector<double> ours, rectangle, gain, sure;
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    tell(progress, "masks of pets", i, held_out.size());
    Photo photo;
    try {
      photo = decode_photo(options.pets + "/" + held_out[i].path);
    } catch (const PhotoError&) {
      continue;
    }
    const cv::Mat truth = read_mask(options.pets + "/" + held_out[i].mask, photo.bgr.size());
    const SubjectMaskEstimate estimate = identifier.run(photo).mask;
    ours.push_back(mask_iou(estimate.labels == 255, truth));
    rectangle.push_back(mask_iou(centred_grabcut(photo.bgr), truth));
    gain.push_back(ours.back() - rectangle.back());
    sure.push_back(estimate.confidence);
  }
  const Mean difference = mean_of(gain), baseline = mean_of(rectangle);
  rows.push_back(mean_row("subject mask estimated, pets", ours, baseline.value + 0.05, "photos"));
  rows.push_back({"subject mask: more than GrabCut from a centred rectangle, pets",
                  difference.value, "IoU", 0.05, difference.value >= 0.05,
                  fmt::format("{} photos, which that gives {:.3f}; paired 95 % interval {:.3f} to "
                              "{:.3f}",
                              gain.size(), baseline.value, difference.value - difference.half,
                              difference.value + difference.half)});
  rows.push_back({"subject mask: rank correlation of confidence and IoU, pets",
                  spearman(sure, ours), "Spearman", std::nullopt, false,
                  fmt::format("{} photos", ours.size())});
  return rows;
}

}  // namespace differentia
