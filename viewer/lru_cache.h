#pragma once

// The keys used last, up to a capacity: asking for one more drops the one that was not used for
// longest. Owns its values. Not thread-safe.

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <utility>

namespace differentia::viewer {

template <typename Key, typename Value>
class LruCache {
 public:
  explicit LruCache(std::size_t capacity) : capacity_(capacity) {}

  // Marks `key` as used now; null where it is not held. Valid until the next insert.
  Value* find(const Key& key) {
    const auto it = index_.find(key);
    if (it == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, it->second);
    return &it->second->second;
  }

  bool holds(const Key& key) const { return index_.count(key) != 0; }

  // Adds or replaces; answers what had to go, if anything.
  std::optional<std::pair<Key, Value>> insert(const Key& key, Value value) {
    if (Value* held = find(key)) {
      *held = std::move(value);
      return std::nullopt;
    }
    entries_.emplace_front(key, std::move(value));
    index_[key] = entries_.begin();
    if (entries_.size() <= capacity_) return std::nullopt;
    std::pair<Key, Value> oldest = std::move(entries_.back());
    index_.erase(oldest.first);
    entries_.pop_back();
    return oldest;
  }

  void erase(const Key& key) {
    const auto it = index_.find(key);
    if (it == index_.end()) return;
    entries_.erase(it->second);
    index_.erase(it);
  }

  std::size_t size() const { return entries_.size(); }
  std::size_t capacity() const { return capacity_; }

  // Newest first.
  auto begin() { return entries_.begin(); }
  auto end() { return entries_.end(); }

 private:
  std::size_t capacity_;
  std::list<std::pair<Key, Value>> entries_;
  std::map<Key, typename std::list<std::pair<Key, Value>>::iterator> index_;
};

}  // namespace differentia::viewer
