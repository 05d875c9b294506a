#pragma once

// Counter-based random numbers (Philox 4x32-10, Salmon et al. 2011, by the Random123 library). A
// stream is named by a seed and up to three numbers (photo, part, purpose …): any stream can be
// made at any place in the program, in any order and on any thread, and gives the same numbers.
// Exchanging one stream leaves all the others as they were.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace differentia {

// A number for a name, the same on every machine (FNV-1a): `Random(seed, stream_id("plumage"),
// photo)`.
std::uint32_t stream_id(std::string_view name);

class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint32_t a = 0, std::uint32_t b = 0);

  std::uint32_t bits();                     // 32 random bits
  double uniform();                         // [0, 1)
  double uniform(double low, double high);  // [low, high)
  double normal();                          // mean 0, standard deviation 1
  std::uint32_t below(std::uint32_t n);     // {0 … n−1}, exact; REQUIRES n > 0
  bool chance(double probability);          // true with that probability
  std::size_t weighted(
      const std::vector<double>& weights);  // index by weight; REQUIRES a positive sum

  template <typename T>
  void shuffle(std::vector<T>& values) {  // Fisher–Yates
    for (std::size_t i = values.size(); i > 1; --i) {
      using std::swap;
      swap(values[i - 1], values[below(static_cast<std::uint32_t>(i))]);
    }
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  int left_ = 0;
};

}  // namespace differentia
