#pragma once

// Saliency of photos on demand: a thread of its own loads the model when the first map is wanted,
// and explains what is on the screen. What is asked for next replaces what is still being computed.
// Main thread only.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "viewer/async_cache.h"
#include "viewer/photo_explainer.h"
#include "viewer/picture_store.h"

namespace differentia::viewer {

// A map ready to be laid over its photo.
struct SaliencyPicture {
  LoadedPicture picture;      // RGBA: coloured by value; alpha grows with the strength
  Box visible;                // what the model saw, in shares of the photo (0…1)
  double low = 0, limit = 0;  // values at the ends of the colours
  bool is_signed = false;     // blue–white–red around 0; else from nothing, or least, to strong
  bool is_relative = false;   // 0 means nothing: from least to most
  double target = 0;          // the logit or difference explained
  std::vector<float> outputs;
  std::vector<std::string> warnings;
};

// Colours a map. Any thread.
SaliencyPicture colour_saliency(const SaliencyMap& map);

// A model's file, and the model that the atlas was built with, as the atlas knows it.
struct AtlasModel {
  std::string path;    // empty: there is none
  std::string name;    // the atlas's
  std::string sha256;  // the atlas's; a file with another one is refused
};

class SaliencyDesk {
 public:
  // `factory` empty: never available. `wake`: called on the worker's thread when there is something
  // new to show.
  SaliencyDesk(ExplainerFactory factory, std::function<void()> wake);

  // From now on with this model, or none; what was made with the one before is forgotten.
  void use(AtlasModel model);
  bool available() const;
  // False: there are only methods that need none.
  bool has_model() const;
  // Labels, layers and methods; null until the model is loaded.
  std::shared_ptr<const ExplainerInfo> info();
  // Why the model cannot be used: it cannot be loaded, or is not the atlas's.
  std::string info_error() const;
  // Null while it is computed; another request that was still computed is dropped.
  std::shared_ptr<const SaliencyPicture> saliency(const SaliencyRequest& request);
  std::string error(const SaliencyRequest& request) const;
  // How far the map being computed is, 0…1; negative while that is not known.
  double progress() const;
  // Drops the map being computed, if any.
  void want_nothing();
  // A name for the request, for caches of textures.
  static std::string key_of(const SaliencyRequest& request);

  JobQueue& jobs() { return jobs_; }
  const JobQueue& jobs() const { return jobs_; }

 private:
  struct Loader;  // the model, made and used on the worker's thread
  struct Entry {
    JobId job = 0;
    std::shared_ptr<const SaliencyPicture> value;
    std::string error;
    bool finished() const { return value != nullptr || !error.empty(); }
  };
  using Entries = LruCache<std::string, Entry>;

  JobId submit(const std::string& key, SaliencyRequest request);

  ExplainerFactory factory_;
  std::function<void()> wake_;
  std::shared_ptr<Loader> loader_;  // null: no model
  JobQueue jobs_;
  AsyncCache<int, ExplainerInfo> info_;
  std::shared_ptr<Entries> maps_;  // shared with jobs, which outlive what they were asked for
  std::string wanted_;             // key of the map asked for last
  std::shared_ptr<std::atomic<double>> progress_;  // of its job
};

}  // namespace differentia::viewer
