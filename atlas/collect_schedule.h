#pragma once

// Who does what when in collect: hands tasks to workers, so that decoding, the network and
// attribution of different batches overlap and no core waits while there is work, and so that what
// is held in memory stays bounded.
//
// A taxon's photos are cut into batches in their order; no batch holds photos of two taxa, so that
// the network sees the same batches whatever the threads, and whichever taxa are skipped. A batch
// is decoded photo by photo, run through the network, and then kept: attributed to the taxon's
// targets and cut down. The targets are known as soon as the photos that give grids, which come
// first, have been through the network.

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#include "atlas/collect_worker.h"

namespace differentia {

// A taxon on its way through collect.
struct TaxonWork {
  int taxon = 0;
  int own_output = -1;
  std::vector<PhotoWork> photos;  // in the order of their use
  std::size_t grids = 0;          // the first so many give whole grids
  std::size_t deciding = 0;       // the first so many decide who the rivals are: those of the grids
  std::size_t batched = 0;        // photos given to batches
  std::size_t undecided = 0;      // deciding photos that have not been through the network
  std::size_t unfinished = 0;     // photos
  bool targets_known = false;
  std::vector<int> targets;
};

struct CollectBatch {
  std::shared_ptr<TaxonWork> taxon;
  std::size_t first = 0, count = 0;  // of taxon->photos
  std::vector<float> inputs;         // of `count` photos, until they have been through the network
  std::size_t handed_out = 0, decoded = 0;  // photos
  std::vector<PhotoWork*> readable;         // in order; the rows of `result`
  ForwardResult result;
};

struct CollectTask {
  enum class Kind { kDecode, kForward, kKeep, kEnd };
  Kind kind = Kind::kEnd;
  std::shared_ptr<CollectBatch> batch;
  std::size_t photo = 0;  // kDecode: which of the batch
};

// Thread-safe.
class CollectSchedule {
 public:
  // `taxa`: those to do, in order.
  CollectSchedule(const CollectSetting& setting, const std::vector<int>& outputs,
                  std::vector<int> taxa, int workers);

  // For workers: waits for something to do; kEnd when there is nothing more to come, or after
  // stop().
  CollectTask next();
  void finished(const CollectTask& task);
  void fail(std::exception_ptr error);

  // For the caller: the next taxon in order once it is complete; null while it is not, after
  // waiting for some more photos to be done. Rethrows what a worker failed with.
  std::shared_ptr<TaxonWork> wait_for_taxon();
  void release(const TaxonWork& taxon);  // its results are not held any more
  std::int64_t photos_done();
  void stop();

 private:
  bool start_batch();  // false: nothing may be started now
  std::shared_ptr<TaxonWork> start_taxon(int taxon);
  void choose_targets(TaxonWork& taxon);

  const CollectSetting& setting_;
  const std::vector<int>& outputs_;
  const std::vector<int> taxa_;
  const std::size_t most_batches_;  // whose inputs are held
  const std::size_t
      most_grids_;  // held by started and not yet released taxa, unless it is one alone

  std::mutex mutex_;
  std::condition_variable work_changed_, progress_changed_;
  std::shared_ptr<TaxonWork> coming_;  // the next to be started, as soon as there is room
  std::size_t next_taxon_ = 0;         // of taxa_, to be started
  std::size_t grids_held_ = 0;
  std::deque<std::shared_ptr<TaxonWork>> started_;    // in order, until the caller has them
  std::deque<std::shared_ptr<CollectBatch>> inputs_;  // batches before the network, in order
  std::vector<std::shared_ptr<CollectBatch>>
      waiting_;  // after the network, for their taxon's targets
  std::deque<std::shared_ptr<CollectBatch>> to_keep_;
  std::vector<std::vector<float>> spare_inputs_;  // buffers for reuse
  std::int64_t photos_done_ = 0, photos_told_ = 0;
  bool stopped_ = false;
  std::exception_ptr error_;
};

}  // namespace differentia
