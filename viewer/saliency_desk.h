#pragma once

// Saliency of photos on demand: a thread of its own loads the model when the first map is wanted,
// and explains the photo asked for last. Main thread only.

#include <memory>
#include <string>
#include <vector>

#include "viewer/async_cache.h"
#include "viewer/photo_explainer.h"
#include "viewer/picture_store.h"

namespace differentia::viewer {

// A map ready to be laid over its photo.
struct SaliencyPicture {
  LoadedPicture picture;   // RGBA: coloured by value; alpha grows with the strength
  Box visible;             // what the model saw, in shares of the photo (0…1)
  double limit = 0;        // value at the end of the colours
  bool is_signed = false;  // blue–white–red around 0; else from nothing to strong
  double target = 0;       // the logit or difference explained
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
  // `factory` empty: never available.
  SaliencyDesk(ExplainerFactory factory, std::function<void()> wake);

  // From now on with this model; what was made with the one before is forgotten.
  void use(AtlasModel model);
  bool available() const;
  // Labels and layers; null until the model is loaded.
  std::shared_ptr<const ExplainerInfo> info();
  // Why the model cannot be used: it cannot be loaded, or is not the atlas's.
  std::string info_error() const;
  // Null while it is computed.
  std::shared_ptr<const SaliencyPicture> saliency(const SaliencyRequest& request);
  std::string error(const SaliencyRequest& request) const;
  // A name for the request, for caches of textures.
  static std::string key_of(const SaliencyRequest& request);

  JobQueue& jobs() { return jobs_; }
  const JobQueue& jobs() const { return jobs_; }

 private:
  struct Loader;  // the model, made and used on the worker's thread

  ExplainerFactory factory_;
  std::shared_ptr<Loader> loader_;  // null: no model
  JobQueue jobs_;
  AsyncCache<int, ExplainerInfo> info_;
  AsyncCache<std::string, SaliencyPicture> maps_;
};

}  // namespace differentia::viewer
