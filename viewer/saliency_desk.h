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

class SaliencyDesk {
 public:
  // `model` or `factory` empty: not available.
  SaliencyDesk(std::string model, ExplainerFactory factory, std::function<void()> wake);

  bool available() const { return available_; }
  // Labels and layers; null until the model is loaded.
  std::shared_ptr<const ExplainerInfo> info();
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

  bool available_;
  std::shared_ptr<Loader> loader_;
  JobQueue jobs_;
  AsyncCache<int, ExplainerInfo> info_;
  AsyncCache<std::string, SaliencyPicture> maps_;
};

}  // namespace differentia::viewer
