#pragma once

// Pictures as textures: decoded on workers, sent up in rows with a budget per frame, the ones not
// seen for longest dropped. Main thread only.

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/photo_geometry.h"
#include "viewer/async_cache.h"
#include "viewer/icon_cache.h"
#include "viewer/renderer.h"

namespace differentia::viewer {

struct LoadedPicture {
  MipChain pixels;
  Size full_size;  // of what it shows, in its own coordinates (a photo's full size)
};

struct Picture {
  TextureId texture = 0;
  Size size;  // of the texture
  Size full_size;
};

class PictureStore {
 public:
  PictureStore(JobQueue& jobs, Renderer& renderer, std::size_t capacity);
  ~PictureStore();
  PictureStore(const PictureStore&) = delete;
  PictureStore& operator=(const PictureStore&) = delete;

  // The picture, or null while it is not there. Valid during this frame.
  const Picture* get(const std::string& key, const std::string& name,
                     std::function<LoadedPicture()> load);
  // Why there is none; empty while there is hope.
  std::string error(const std::string& key) const;
  // Sends up at most about `bytes`. Answers whether another frame is due: something went up, which
  // this frame was too early to show, or more waits.
  bool upload(std::size_t bytes);
  bool idle() const { return uploads_.empty(); }

 private:
  struct Upload {
    std::string key;
    std::shared_ptr<const LoadedPicture> source;
    Picture picture;
    int level = 0, row = 0;
  };

  Renderer& renderer_;
  AsyncCache<std::string, LoadedPicture> loaded_;
  LruCache<std::string, Picture> pictures_;
  std::deque<Upload> uploads_;
};

}  // namespace differentia::viewer
