#include "atlas/fuzzy_graph.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace differentia {
namespace {

constexpr int kSearchRounds = 64;
constexpr double kTolerance = 1e-5;
constexpr double kLeastSigma = 1e-3;  // of the mean distance, as umap-learn has it

struct Kernel {
  double rho = 0, sigma = 1;
};

// `distance`: rising.
Kernel smooth_kernel(const std::vector<double>& distance, double overall_mean) {
  Kernel kernel;
  for (const double d : distance)
    if (d > 0) {
      kernel.rho = d;
      break;
    }
  const double target = std::log2(static_cast<double>(distance.size()) + 1);
  double low = 0, high = -1, sigma = 1, mean = 0;
  for (int round = 0; round < kSearchRounds; ++round) {
    double sum = 0;
    for (const double d : distance) sum += d > kernel.rho ? std::exp(-(d - kernel.rho) / sigma) : 1;
    if (std::abs(sum - target) < kTolerance) break;
    if (sum > target) {
      high = sigma;
      sigma = (low + high) / 2;
    } else {
      low = sigma;
      sigma = high < 0 ? sigma * 2 : (low + high) / 2;
    }
  }
  for (const double d : distance) mean += d / static_cast<double>(distance.size());
  kernel.sigma = std::max(sigma, kLeastSigma * (kernel.rho > 0 ? mean : overall_mean));
  if (!(kernel.sigma > 0)) kernel.sigma = 1;
  return kernel;
}

struct Edge {
  std::int32_t other;
  float out, in;  // membership of `other` among ours, and of us among its
};

}  // namespace

FuzzyGraph fuzzy_graph(const Neighbours& neighbours, std::size_t count) {
  const std::size_t n = neighbours.rows, k = std::min(count, neighbours.k);
  const auto distance_of = [&](std::size_t i, std::size_t j) {
    return std::max(0.0, 1.0 - static_cast<double>(neighbours.similarity[i * neighbours.k + j]));
  };
  double overall_mean = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < k; ++j)
      overall_mean += distance_of(i, j) / static_cast<double>(n * k);

  std::vector<std::vector<Edge>> edges(n);
  std::vector<double> distance;
  for (std::size_t i = 0; i < n; ++i) {
    distance.clear();
    for (std::size_t j = 0; j < k && neighbours.index[i * neighbours.k + j] >= 0; ++j)
      distance.push_back(distance_of(i, j));
    if (distance.empty()) continue;
    const Kernel kernel = smooth_kernel(distance, overall_mean);
    for (std::size_t j = 0; j < distance.size(); ++j) {
      const double beyond = distance[j] - kernel.rho;
      const float membership =
          beyond > 0 ? static_cast<float>(std::exp(-beyond / kernel.sigma)) : 1.f;
      const std::int32_t other = neighbours.index[i * neighbours.k + j];
      edges[i].push_back({other, membership, 0});
      edges[static_cast<std::size_t>(other)].push_back(
          {static_cast<std::int32_t>(i), 0, membership});
    }
  }

  FuzzyGraph graph;
  graph.first.push_back(0);
  for (auto& own : edges) {
    std::sort(own.begin(), own.end(),
              [](const Edge& a, const Edge& b) { return a.other < b.other; });
    for (std::size_t j = 0; j < own.size();) {
      float out = 0, in = 0;
      const std::int32_t other = own[j].other;
      for (; j < own.size() && own[j].other == other; ++j) {
        out = std::max(out, own[j].out);
        in = std::max(in, own[j].in);
      }
      graph.other.push_back(other);
      graph.weight.push_back(out + in - out * in);
    }
    graph.first.push_back(graph.other.size());
  }
  return graph;
}

LayoutCurve fit_layout_curve(double min_dist, double spread) {
  // Gauss–Newton with Levenberg's damping on 300 points over 0…3 spreads, in (log a, b).
  double log_a = 0, b = 1, damping = 1e-3;
  const auto residuals = [&](double la, double power, double* jacobian_products) {
    double cost = 0;
    if (jacobian_products != nullptr) std::fill(jacobian_products, jacobian_products + 5, 0.0);
    for (int i = 0; i < 300; ++i) {
      const double d = 3 * spread * i / 299.0;
      const double wanted = d < min_dist ? 1 : std::exp(-(d - min_dist) / spread);
      const double term = d > 0 ? std::exp(la) * std::pow(d, 2 * power) : 0;
      const double value = 1 / (1 + term), error = value - wanted;
      cost += error * error;
      if (jacobian_products == nullptr || d <= 0) continue;
      const double by_log_a = -value * value * term;
      const double by_b = by_log_a * 2 * std::log(d);
      jacobian_products[0] += by_log_a * by_log_a;
      jacobian_products[1] += by_log_a * by_b;
      jacobian_products[2] += by_b * by_b;
      jacobian_products[3] += by_log_a * error;
      jacobian_products[4] += by_b * error;
    }
    return cost;
  };
  double products[5];
  double cost = residuals(log_a, b, products);
  for (int round = 0; round < 200; ++round) {
    const double p = products[0] * (1 + damping), q = products[1], r = products[2] * (1 + damping);
    const double determinant = p * r - q * q;
    if (determinant == 0) break;
    const double step_a = (r * products[3] - q * products[4]) / determinant;
    const double step_b = (p * products[4] - q * products[3]) / determinant;
    const double trial = residuals(log_a - step_a, b - step_b, nullptr);
    if (trial < cost) {
      log_a -= step_a;
      b -= step_b;
      damping /= 4;
      const bool settled = cost - trial < 1e-15;
      cost = residuals(log_a, b, products);
      if (settled) break;
    } else {
      damping *= 4;
      if (damping > 1e12) break;
    }
  }
  return {std::exp(log_a), b};
}

}  // namespace differentia
