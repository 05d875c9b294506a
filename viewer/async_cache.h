#pragma once

// Values that are made on a worker and kept for a while: asking for one that is not there requests
// it, and the answer comes with a later frame. The main thread's.

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "viewer/job_queue.h"
#include "viewer/lru_cache.h"

namespace differentia::viewer {

template <typename Key, typename Value>
class AsyncCache {
 public:
  AsyncCache(JobQueue& jobs, std::size_t capacity)
      : jobs_(jobs), entries_(std::make_shared<LruCache<Key, Entry>>(capacity)) {}

  // The value, or null while it is being made or where that failed. `load` runs on a worker; what
  // it refers to must outlive the queue or be owned by it.
  std::shared_ptr<const Value> get(const Key& key, const std::string& name,
                                   std::function<Value()> load) {
    if (Entry* entry = entries_->find(key)) {
      if (entry->job != 0 && !entry->value && entry->error.empty()) jobs_.bump(entry->job);
      return entry->value;
    }
    const std::weak_ptr<LruCache<Key, Entry>> weak = entries_;
    Entry entry;
    entry.job = jobs_.submit(
        name,
        [weak, key, load = std::move(load)](const StopFlag&) -> Publish {
          auto value = std::make_shared<const Value>(load());
          return [weak, key, value] {
            if (const auto entries = weak.lock())
              if (Entry* held = entries->find(key)) held->value = value;
          };
        },
        [weak, key](const std::string& error) {
          if (const auto entries = weak.lock())
            if (Entry* held = entries->find(key)) held->error = error;
        });
    if (auto dropped = entries_->insert(key, std::move(entry)))
      if (!dropped->second.value) jobs_.cancel(dropped->second.job);
    return nullptr;
  }

  // Why there is no value; empty while there is hope.
  std::string error(const Key& key) const {
    Entry* entry = entries_->find(key);
    return entry ? entry->error : std::string();
  }

  void forget(const Key& key) { entries_->erase(key); }
  // Forgets all; what is still being made is not kept either.
  void clear() {
    for (auto& [key, entry] : *entries_)
      if (!entry.value && entry.error.empty()) jobs_.cancel(entry.job);
    entries_ = std::make_shared<LruCache<Key, Entry>>(entries_->capacity());
  }

 private:
  struct Entry {
    JobId job = 0;
    std::shared_ptr<const Value> value;
    std::string error;
  };

  JobQueue& jobs_;
  std::shared_ptr<LruCache<Key, Entry>> entries_;
};

}  // namespace differentia::viewer
