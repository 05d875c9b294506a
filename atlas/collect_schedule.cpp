#include "atlas/collect_schedule.h"

#include <algorithm>

#include "atlas/collect_plan.h"

namespace differentia {
namespace {

// Where fewer grids than this are asked for, rivals are still chosen by so many photos.
constexpr int kFewestDeciding = 16;

std::size_t deciding_photos(const CollectBatch& batch) {
  const std::size_t deciding = batch.taxon->deciding;
  return batch.first >= deciding ? 0 : std::min(batch.count, deciding - batch.first);
}

}  // namespace

CollectSchedule::CollectSchedule(const CollectSetting& setting, const std::vector<int>& outputs,
                                 std::vector<int> taxa, int workers)
    : setting_(setting),
      outputs_(outputs),
      taxa_(std::move(taxa)),
      most_batches_(static_cast<std::size_t>(workers) + 2),
      most_grids_(2 * std::max(static_cast<std::size_t>(setting.options.grids_per_taxon),
                               static_cast<std::size_t>(workers) *
                                   static_cast<std::size_t>(setting.options.batch))) {}

CollectTask CollectSchedule::next() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    if (stopped_) return {};
    // The nearer to its end, the sooner: that frees memory.
    if (!to_keep_.empty()) {
      CollectTask task{CollectTask::Kind::kKeep, to_keep_.front(), 0};
      to_keep_.pop_front();
      return task;
    }
    // In order: else a taxon's sampled photos could pile up before its targets are known.
    if (!inputs_.empty() && inputs_.front()->decoded == inputs_.front()->count) {
      CollectTask task{CollectTask::Kind::kForward, inputs_.front(), 0};
      inputs_.pop_front();
      return task;
    }
    const auto open = std::find_if(inputs_.begin(), inputs_.end(), [](const auto& batch) {
      return batch->handed_out < batch->count;
    });
    if (open != inputs_.end()) {
      return {CollectTask::Kind::kDecode, *open, (*open)->handed_out++};
    }
    if (inputs_.size() < most_batches_ && start_batch()) {
      work_changed_.notify_all();  // a batch is work for several
      continue;
    }
    const bool all_started =
        next_taxon_ == taxa_.size() &&
        (started_.empty() || started_.back()->batched == started_.back()->photos.size());
    const bool all_finished =
        all_started && std::all_of(started_.begin(), started_.end(),
                                   [](const auto& taxon) { return taxon->unfinished == 0; });
    if (all_finished) return {};
    work_changed_.wait(lock);
  }
}

bool CollectSchedule::start_batch() {
  if (started_.empty() || started_.back()->batched == started_.back()->photos.size()) {
    if (next_taxon_ == taxa_.size()) return false;
    if (!coming_) coming_ = start_taxon(taxa_[next_taxon_]);
    if (grids_held_ > 0 && grids_held_ + coming_->grids > most_grids_) return false;
    grids_held_ += coming_->grids;
    ++next_taxon_;
    started_.push_back(std::move(coming_));
  }
  auto batch = std::make_shared<CollectBatch>();
  batch->taxon = started_.back();
  TaxonWork& taxon = *batch->taxon;
  batch->first = taxon.batched;
  batch->count = std::min(static_cast<std::size_t>(setting_.options.batch),
                          taxon.photos.size() - taxon.batched);
  taxon.batched += batch->count;
  if (!spare_inputs_.empty()) {
    batch->inputs = std::move(spare_inputs_.back());
    spare_inputs_.pop_back();
  }
  batch->inputs.resize(static_cast<std::size_t>(setting_.options.batch) * setting_.input_floats());
  inputs_.push_back(std::move(batch));
  return true;
}

std::shared_ptr<TaxonWork> CollectSchedule::start_taxon(int taxon) {
  auto work = std::make_shared<TaxonWork>();
  work->taxon = taxon;
  work->own_output = outputs_[static_cast<std::size_t>(taxon)];
  const std::vector<PhotoEntry>& entries = setting_.photos.photos;  // sorted by taxon
  const auto first =
      std::lower_bound(entries.begin(), entries.end(), taxon,
                       [](const PhotoEntry& entry, int t) { return entry.taxon < t; });
  std::vector<std::int32_t> photos;
  for (auto entry = first; entry != entries.end() && entry->taxon == taxon; ++entry) {
    photos.push_back(static_cast<std::int32_t>(entry - entries.begin()));
  }
  photos = spread_over_observations(setting_.photos, std::move(photos), setting_.options.seed);
  const auto at_most = [&](int count) {
    return std::min(photos.size(), static_cast<std::size_t>(std::max(0, count)));
  };
  work->grids = at_most(setting_.options.grids_per_taxon);
  photos = held_out_among_first(setting_.photos, photos, work->grids);
  work->deciding = std::max(work->grids, at_most(kFewestDeciding));
  work->undecided = work->deciding;
  work->photos.resize(photos.size());
  for (std::size_t i = 0; i < photos.size(); ++i) {
    work->photos[i].photo = photos[i];
    work->photos[i].whole_grid = i < work->grids;
  }
  work->unfinished = photos.size();
  if (work->own_output < 0) work->targets_known = true;  // none
  return work;
}

void CollectSchedule::finished(const CollectTask& task) {
  const std::lock_guard<std::mutex> lock(mutex_);
  CollectBatch& batch = *task.batch;
  TaxonWork& taxon = *batch.taxon;
  switch (task.kind) {
    case CollectTask::Kind::kDecode:
      ++batch.decoded;
      break;
    case CollectTask::Kind::kForward: {
      spare_inputs_.push_back(std::move(batch.inputs));
      batch.inputs = {};
      taxon.undecided -= deciding_photos(batch);
      waiting_.push_back(task.batch);
      if (!taxon.targets_known && taxon.undecided == 0) choose_targets(taxon);
      if (taxon.targets_known) {
        const auto ready = std::stable_partition(
            waiting_.begin(), waiting_.end(),
            [&](const auto& waiting) { return waiting->taxon.get() != &taxon; });
        to_keep_.insert(to_keep_.end(), ready, waiting_.end());
        waiting_.erase(ready, waiting_.end());
      }
      break;
    }
    case CollectTask::Kind::kKeep:
      batch.result = {};
      taxon.unfinished -= batch.count;
      photos_done_ += static_cast<std::int64_t>(batch.count);
      progress_changed_.notify_all();
      break;
    case CollectTask::Kind::kEnd:
      break;
  }
  work_changed_.notify_all();
}

// The sums go over the photos in their order, whichever batch was through first.
void CollectSchedule::choose_targets(TaxonWork& taxon) {
  std::vector<const CollectBatch*> batches;
  for (const auto& batch : waiting_) {
    if (batch->taxon.get() == &taxon) batches.push_back(batch.get());
  }
  std::sort(batches.begin(), batches.end(),
            [](const CollectBatch* a, const CollectBatch* b) { return a->first < b->first; });
  std::vector<double> mean(static_cast<std::size_t>(setting_.model->outputs()));
  std::size_t photos = 0;
  for (const CollectBatch* batch : batches) {
    for (std::size_t i = 0; i < batch->readable.size(); ++i) {
      if (batch->readable[i] >= taxon.photos.data() + taxon.deciding) break;
      const auto logits = batch->result.outputs.row(i);
      for (std::size_t output = 0; output < mean.size(); ++output) mean[output] += logits[output];
      ++photos;
    }
  }
  taxon.targets = {taxon.own_output};
  if (photos > 0) {
    for (double& sum : mean) sum /= static_cast<double>(photos);
    const std::vector<int> rivals =
        strongest_rivals(mean, taxon.own_output, setting_.options.rivals);
    taxon.targets.insert(taxon.targets.end(), rivals.begin(), rivals.end());
  }
  taxon.targets_known = true;
}

void CollectSchedule::fail(std::exception_ptr error) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!error_) error_ = std::move(error);
  stopped_ = true;
  work_changed_.notify_all();
  progress_changed_.notify_all();
}

std::shared_ptr<TaxonWork> CollectSchedule::wait_for_taxon() {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto complete = [&] { return !started_.empty() && started_.front()->unfinished == 0; };
  progress_changed_.wait(lock, [&] { return error_ || photos_done_ > photos_told_ || complete(); });
  if (error_) std::rethrow_exception(error_);
  if (photos_done_ > photos_told_ || !complete()) {
    photos_told_ = photos_done_;
    return nullptr;
  }
  std::shared_ptr<TaxonWork> taxon = started_.front();
  started_.pop_front();
  work_changed_.notify_all();
  return taxon;
}

void CollectSchedule::release(const TaxonWork& taxon) {
  const std::lock_guard<std::mutex> lock(mutex_);
  grids_held_ -= taxon.grids;
  work_changed_.notify_all();
}

std::int64_t CollectSchedule::photos_done() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return photos_done_;
}

void CollectSchedule::stop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopped_ = true;
  work_changed_.notify_all();
}

}  // namespace differentia
