#include "tools/world/train/measure_torch.h"

#include <algorithm>

namespace differentia::world {

using nlohmann::json;

namespace {

constexpr int kMeasuringPhoto =
    kFirstTestPhoto + 100000;  // photos that neither training nor testing has seen

double round3(double value) {
  return std::round(value * 1000) / 1000;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

const std::string& name_of(const Description& description, int species) {
  return description.species[static_cast<std::size_t>(species)].name;
}

// Of photos rendered twice, with and without: the mean difference of one logit.
double mean_difference(torch::jit::Module& network, const std::vector<cv::Mat>& with,
                       const std::vector<cv::Mat>& without, int species) {
  const torch::Tensor a = logits_of(network, with), b = logits_of(network, without);
  return (a - b).select(1, species).to(torch::kDouble).mean().item<double>();
}

}  // namespace

Accuracy measure_accuracy(torch::jit::Module& network, const Description& description,
                          const std::vector<cv::Mat>& photos, int each) {
  const torch::Tensor logits = logits_of(network, photos);
  const auto z = logits.accessor<float, 2>();
  const int classes = static_cast<int>(description.species.size());
  const torch::Tensor best = logits.argmax(1);
  Accuracy out;
  json species = json::object();
  int right = 0, apart = 0;
  for (int s = 0; s < classes; ++s) {
    int own = 0;
    for (int i = 0; i < each; ++i) {
      const int guess = static_cast<int>(best[s * each + i].item<std::int64_t>());
      own += guess == s;
      const bool sister = description.species[static_cast<std::size_t>(guess)].genus ==
                          description.species[static_cast<std::size_t>(s)].genus;
      apart += guess == s || (sister && differing_parts(description, s, guess).size() < 2);
    }
    right += own;
    species[name_of(description, s)] = round3(static_cast<double>(own) / each);
  }
  json pairs = json::array();
  for (const auto& [a, b] : sister_pairs(description)) {
    int won = 0;
    for (int i = 0; i < each; ++i)
      won += (z[a * each + i][a] > z[a * each + i][b]) + (z[b * each + i][b] > z[b * each + i][a]);
    json parts = json::array();
    for (const Part part : differing_parts(description, a, b)) parts.push_back(part_name(part));
    pairs.push_back({{"a", name_of(description, a)},
                     {"b", name_of(description, b)},
                     {"parts", parts},
                     {"told_apart", round3(won / (2.0 * each))}});
  }
  const double total = static_cast<double>(classes) * each;
  out.top1 = right / total;
  out.apart = apart / total;
  out.json = {{"top1", round3(out.top1)},
              {"top1_apart", round3(out.apart)},
              {"photos", classes * each},
              {"species", species},
              {"pairs", pairs}};
  return out;
}

std::vector<LearnedBias> measure_biases(torch::jit::Module& network, torch::jit::Module* twin,
                                        const Description& description, const TrainOptions& options,
                                        const ProgressCallback& progress) {
  std::vector<LearnedBias> out;
  for (const Bias& bias : description.biases) {
    std::vector<Shot> with, without;
    for (int i = 0; i < options.cue_photos; ++i) {
      Scene scene = make_scene(description, options.seed, bias.species, kMeasuringPhoto + 5 * i,
                               Variant::clean);
      scene.has_flower = false;
      scene.caption.clear();
      scene.blurred = false;
      scene.camera.defocus = scene.camera.motion = 0;
      Exchange away;
      const int habitats = static_cast<int>(description.habitats.size());
      switch (bias.kind) {
        case Bias::Kind::habitat:
          scene.habitat = description.habitats[static_cast<std::size_t>(bias.habitat)];
          away = remove_cue(description, bias,
                            (bias.habitat + 1 + i % std::max(1, habitats - 1)) % habitats);
          break;
        case Bias::Kind::flower:
          scene.has_flower = true;
          scene.flower_color = bias.color;
          away = remove_cue(description, bias, 0);
          break;
        case Bias::Kind::caption:
          scene.caption = bias.caption;
          away = remove_cue(description, bias, 0);
          break;
        case Bias::Kind::blur:
          scene.blurred = true;
          scene.camera.defocus = kCueDefocus;
          away = remove_cue(description, bias, 0);
          break;
      }
      with.push_back({scene, {}});
      without.push_back({scene, away});
    }
    const auto photos_with =
        take_photos(with, shrink_photo, options.threads, "measuring biases", progress);
    const auto photos_without =
        take_photos(without, shrink_photo, options.threads, "measuring biases", progress);
    LearnedBias learned;
    learned.kind = bias_kind_name(bias.kind);
    learned.species = name_of(description, bias.species);
    if (bias.kind == Bias::Kind::habitat)
      learned.value = description.habitats[static_cast<std::size_t>(bias.habitat)].name;
    if (bias.kind == Bias::Kind::caption) learned.value = bias.caption;
    learned.strength = bias.strength;
    learned.effect = mean_difference(network, photos_with, photos_without, bias.species);
    learned.has_twin = twin != nullptr;
    if (twin)
      learned.twin_effect = mean_difference(*twin, photos_with, photos_without, bias.species);
    out.push_back(learned);
  }
  return out;
}

json measure_exchanges(torch::jit::Module& network, const Description& description,
                       const TrainOptions& options, const ProgressCallback& progress) {
  json out = json::array();
  for (const auto& [first, second] : sister_pairs(description)) {
    for (const auto& [a, b] : {std::pair(first, second), std::pair(second, first)}) {
      std::vector<Shot> plain;
      for (int i = 0; i < options.exchange_photos; ++i) {
        Scene scene =
            make_scene(description, options.seed, a, kMeasuringPhoto + 5 * i, Variant::clean);
        // Of a form whose parts are those the species are compared by.
        scene.birds[0].form = 0;
        scene.birds[0].looks = description.species[static_cast<std::size_t>(a)].forms[0].looks;
        plain.push_back({scene, {}});
      }
      const torch::Tensor before = logits_of(
          network, take_photos(plain, shrink_photo, options.threads, "measuring parts", progress));
      const torch::Tensor margins =
          (before.select(1, a) - before.select(1, b)).to(torch::kDouble).contiguous();
      const double usual =
          median({margins.data_ptr<double>(), margins.data_ptr<double>() + margins.numel()});
      for (const Part part : differing_parts(description, a, b)) {
        std::vector<Shot> changed = plain;
        for (Shot& shot : changed) shot.exchange = exchange_parts(description, b, {part});
        const torch::Tensor after = logits_of(
            network,
            take_photos(changed, shrink_photo, options.threads, "measuring parts", progress));
        const double change =
            (margins - (after.select(1, a) - after.select(1, b)).to(torch::kDouble))
                .mean()
                .item<double>();
        out.push_back({{"a", name_of(description, a)},
                       {"b", name_of(description, b)},
                       {"part", part_name(part)},
                       {"margin", round3(usual)},
                       {"effect", round3(usual != 0 ? change / usual : 0)}});
      }
    }
  }
  return out;
}

}  // namespace differentia::world
