#include "base/progress.h"

#include "base/error.h"

namespace differentia {

void report(const ProgressCallback& callback, const Progress& progress) {
  if (callback && !callback(progress)) throw Interrupted();
}

}  // namespace differentia
