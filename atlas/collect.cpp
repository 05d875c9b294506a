#include "atlas/collect.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "atlas/collect_schedule.h"
#include "base/error.h"

namespace differentia {
namespace {

void work_until_end(const CollectSetting& setting, CollectSchedule& schedule) {
  try {
    CollectWorker worker(setting);
    const std::size_t floats = setting.input_floats();
    for (;;) {
      const CollectTask task = schedule.next();
      if (task.kind == CollectTask::Kind::kEnd) return;
      CollectBatch& batch = *task.batch;
      PhotoWork* const photos = batch.taxon->photos.data() + batch.first;
      const gsl::span<float> inputs(batch.inputs);
      switch (task.kind) {
        case CollectTask::Kind::kDecode:
          worker.decode(photos[task.photo], inputs.subspan(task.photo * floats, floats));
          break;
        case CollectTask::Kind::kForward:
          for (std::size_t i = 0; i < batch.count; ++i) {
            if (!photos[i].readable()) continue;
            const std::size_t row = batch.readable.size();
            if (row < i) {  // an unreadable photo left its place
              std::copy_n(inputs.data() + i * floats, floats, inputs.data() + row * floats);
            }
            batch.readable.push_back(&photos[i]);
          }
          if (!batch.readable.empty()) {
            batch.result = worker.forward(inputs.first(batch.readable.size() * floats),
                                          static_cast<int>(batch.readable.size()));
          }
          break;
        case CollectTask::Kind::kKeep:
          if (!batch.readable.empty()) {
            worker.keep(batch.result, batch.taxon->targets, batch.readable);
          }
          break;
        case CollectTask::Kind::kEnd:
          break;
      }
      schedule.finished(task);
    }
  } catch (...) {
    schedule.fail(std::current_exception());
  }
}

// Threads that end with the scope, however it is left.
class Workers {
 public:
  Workers(int count, const CollectSetting& setting, CollectSchedule& schedule)
      : schedule_(schedule) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([&setting, &schedule] { work_until_end(setting, schedule); });
    }
  }
  ~Workers() {
    schedule_.stop();
    for (std::thread& thread : threads_) thread.join();
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

 private:
  CollectSchedule& schedule_;
  std::vector<std::thread> threads_;
};

// Appends what is kept of one photo and lets go of it.
void append(Positions& positions, std::int32_t photo, KeptPositions& kept) {
  for (const std::uint16_t position : kept.positions) {
    positions.photo.push_back(photo);
    positions.row.push_back(static_cast<std::uint16_t>(position / positions.width));
    positions.column.push_back(static_cast<std::uint16_t>(position % positions.width));
  }
  positions.activation.insert(positions.activation.end(), kept.activation.begin(),
                              kept.activation.end());
  positions.attribution.insert(positions.attribution.end(), kept.attribution.begin(),
                               kept.attribution.end());
  positions.subject.insert(positions.subject.end(), kept.subject.begin(), kept.subject.end());
  if (!kept.attribution.empty()) {
    positions.targets = static_cast<int>(kept.attribution.size() / kept.positions.size());
  }
  kept = {};
}

void make_room(Positions& positions, const std::vector<PhotoWork>& works,
               KeptPositions PhotoWork::*layer) {
  std::size_t rows = 0, attributions = 0;
  for (const PhotoWork& work : works) {
    rows += (work.*layer).positions.size();
    attributions += (work.*layer).attribution.size();
  }
  positions.photo.reserve(rows);
  positions.row.reserve(rows);
  positions.column.reserve(rows);
  positions.activation.reserve(rows * static_cast<std::size_t>(positions.channels));
  positions.attribution.reserve(attributions);
  positions.subject.reserve(rows);
}

Positions of_layer(const LayerInfo& layer) {
  Positions positions;
  positions.channels = layer.channels;
  positions.height = layer.height;
  positions.width = layer.width;
  return positions;
}

TaxonActivations assemble(const CollectSetting& setting, TaxonWork& taxon) {
  std::vector<PhotoWork>& works = taxon.photos;
  std::sort(works.begin(), works.end(),
            [](const PhotoWork& a, const PhotoWork& b) { return a.photo < b.photo; });
  TaxonActivations result;
  result.taxon = taxon.taxon;
  result.targets = taxon.targets;
  result.layer = of_layer(setting.layer);
  result.deep = of_layer(setting.deep);
  make_room(result.layer, works, &PhotoWork::layer);
  make_room(result.deep, works, &PhotoWork::deep);
  for (const bool whole_grid : {true, false}) {
    for (PhotoWork& work : works) {
      if (work.whole_grid != whole_grid || !work.readable()) continue;
      append(result.layer, work.photo, work.layer);
      if (whole_grid) ++result.layer.grid_photos;
    }
  }
  for (PhotoWork& work : works) {
    append(result.deep, work.photo, work.deep);
    result.photos.push_back(work.photo);
    result.outcomes.push_back(std::move(work.outcome));
  }
  return result;
}

}  // namespace

void collect(const PhotoSet& photos, std::shared_ptr<const Model> model,
             const std::vector<int>& outputs, const CollectOptions& options,
             const std::function<void(TaxonActivations&&)>& consume,
             const std::function<bool(int taxon)>& skip, const ProgressCallback& progress) {
  if (options.batch < 1) {
    throw InputError(
        fmt::format("A batch of {} photos cannot be run: ask for 1 or more.", options.batch));
  }
  if (outputs.size() != photos.taxa.size()) {
    throw InputError(
        fmt::format("{} outputs were given for {} taxa.", outputs.size(), photos.taxa.size()));
  }
  for (const int output : outputs) {
    if (output >= model->outputs()) {
      throw InputError(fmt::format("The model has {} outputs; there is no output {}.",
                                   model->outputs(), output));
    }
  }
  std::vector<int> taxa;
  for (int taxon = 0; taxon < static_cast<int>(photos.taxa.size()); ++taxon) {
    if (!skip || !skip(taxon)) taxa.push_back(taxon);
  }
  Progress told;
  told.stage = "collecting";
  told.unit = "photos";
  // Photos of skipped taxa are done already.
  told.total = static_cast<std::int64_t>(photos.photos.size());
  for (const PhotoEntry& entry : photos.photos) {
    if (!std::binary_search(taxa.begin(), taxa.end(), entry.taxon)) ++told.done;
  }
  const std::int64_t done_before = told.done;
  report(progress, told);

  const CollectSetting setting(photos, std::move(model), options);
  const int workers = options.threads > 0
                          ? options.threads
                          : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  CollectSchedule schedule(setting, outputs, taxa, workers);
  const Workers threads(workers, setting, schedule);
  for (std::size_t finished = 0; finished < taxa.size();) {
    const std::shared_ptr<TaxonWork> taxon = schedule.wait_for_taxon();
    told.done = done_before + schedule.photos_done();
    told.item = photos.taxa[static_cast<std::size_t>(taxa[finished])];
    report(progress, told);
    if (!taxon) continue;
    ++finished;
    consume(assemble(setting, *taxon));
    schedule.release(*taxon);
  }
}

}  // namespace differentia
