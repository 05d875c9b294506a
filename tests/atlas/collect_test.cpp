#include "atlas/collect.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <opencv2/imgcodecs.hpp>

#include "atlas/collect_plan.h"
#include "base/error.h"
#include "base/random.h"
#include "explain/attribution.h"
#include "tests/catch.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

std::shared_ptr<const Model> tiny_model(const std::string& kind) {
  static std::map<std::string, std::shared_ptr<const Model>> models;
  if (!models[kind]) {
    const fs::path folder = fs::temp_directory_path() / "differentia_collect_models";
    fs::create_directories(folder);
    const std::string path = (folder / (kind + ".pt")).string();
    const std::string command = "/usr/bin/python3 tests/atlas/tiny_model.py " + path + " " + kind;
    REQUIRE(std::system(command.c_str()) == 0);
    std::ofstream((folder / (kind + ".json")).string())
        << R"({"name": "tiny", "labels": ["Larus", "Sterna", "Uria", "Alca"], "head": "logits",
               "input": {"width": 32, "height": 32, "fit": "stretch"}, "layer": "body", "deep_layer": "deep"})";
    models[kind] = Model::load(path);
  }
  return models[kind];
}

// Photos of noise over a colour: 9 of Larus (three observations), 2 of Sterna, 1 of a taxon without
// an output.
class NoisePhotos {
 public:
  NoisePhotos() : folder_(fs::temp_directory_path() / "differentia_collect_photos") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::ofstream csv((folder_ / "photos.csv").string());
    csv << "photo,taxon,observation,mask\n";
    for (int i = 0; i < 9; ++i) {
      const std::string name = "larus" + std::to_string(i) + ".png";
      write(name, static_cast<std::uint32_t>(i));
      // The observation of 0 to 5 is one; 6, 7 and 8 have their own.
      csv << name << ",Larus," << (i < 6 ? 1 : i)
          << (i == 0   ? ",left.png\n"
              : i == 1 ? ",wrong.png\n"
                       : ",\n");
    }
    write("sterna0.png", 20);
    write("sterna1.png", 21);
    csv << "sterna0.png,Sterna,,\nsterna1.png,Sterna,,\nnothing.jpg,Sterna,,\ngif.jpg,Sterna,,\n";
    csv << "cut.jpg,Sterna,,\n";
    std::ofstream((folder_ / "gif.jpg").string()) << "GIF89a";
    std::vector<std::uint8_t> jpeg;
    cv::imencode(".jpg", noise(22), jpeg);
    std::ofstream((folder_ / "cut.jpg").string(), std::ios::binary)
        .write(reinterpret_cast<const char*>(jpeg.data()), static_cast<long>(jpeg.size() * 2 / 3));
    write("zebra.png", 30);
    csv << "zebra.png,Zebra,,\n";
    cv::Mat left = cv::Mat::zeros(48, 64, CV_8UC1);
    left.colRange(0, 32).setTo(255);
    cv::imwrite((folder_ / "left.png").string(), left);
    cv::imwrite((folder_ / "wrong.png").string(), cv::Mat::zeros(64, 48, CV_8UC1));
    csv.close();
    set = read_photo_set((folder_ / "photos.csv").string());
  }
  ~NoisePhotos() { fs::remove_all(folder_); }

  PhotoSet set;

 private:
  static cv::Mat noise(std::uint32_t number) {
    Random random(5, number);
    cv::Mat picture(48, 64, CV_8UC3);
    const int colour = static_cast<int>(random.below(200));
    for (std::size_t i = 0; i < picture.total() * 3; ++i) {
      picture.data[i] = static_cast<std::uint8_t>(colour + static_cast<int>(random.below(56)));
    }
    return picture;
  }
  void write(const std::string& name, std::uint32_t number) const {
    cv::imwrite((folder_ / name).string(), noise(number));
  }
  fs::path folder_;
};

CollectOptions small_options() {
  CollectOptions options;
  options.grids_per_taxon = 3;
  options.samples_per_photo = 5;
  options.deep_per_photo = 2;
  options.batch = 2;
  options.threads = 2;
  return options;
}

std::vector<TaxonActivations> collected(const PhotoSet& set, const CollectOptions& options,
                                        const std::function<bool(int)>& skip = {}) {
  const auto model = tiny_model("whole");
  std::vector<TaxonActivations> taxa;
  collect(
      set, model, outputs_of_taxa(set, model->card(), model->outputs()), options,
      [&](TaxonActivations&& taxon) { taxa.push_back(std::move(taxon)); }, skip);
  return taxa;
}

template <typename T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

bool same(const Positions& a, const Positions& b) {
  return a.grid_photos == b.grid_photos && a.targets == b.targets && same_bits(a.photo, b.photo) &&
         same_bits(a.row, b.row) && same_bits(a.column, b.column) &&
         same_bits(a.activation, b.activation) && same_bits(a.attribution, b.attribution) &&
         same_bits(a.subject, b.subject);
}

bool same(const TaxonActivations& a, const TaxonActivations& b) {
  bool equal = a.taxon == b.taxon && a.photos == b.photos && a.targets == b.targets &&
               same(a.layer, b.layer) && same(a.deep, b.deep) &&
               a.outcomes.size() == b.outcomes.size();
  for (std::size_t i = 0; equal && i < a.outcomes.size(); ++i) {
    equal = a.outcomes[i].reason == b.outcomes[i].reason &&
            same_bits(a.outcomes[i].logits, b.outcomes[i].logits) &&
            a.outcomes[i].steps == b.outcomes[i].steps;
  }
  return equal;
}

}  // namespace

TEST_CASE("collect keeps grids, samples and what became of every photo", "[collect]") {
  const NoisePhotos photos;
  const std::vector<TaxonActivations> taxa = collected(photos.set, small_options());
  REQUIRE(taxa.size() == 3);

  const TaxonActivations& larus = taxa[0];
  CHECK(larus.photos.size() == 9);
  CHECK(larus.targets.size() == 3);
  CHECK(larus.targets[0] == 0);
  CHECK(larus.layer.grid_photos == 3);
  CHECK(larus.layer.channels == 12);
  CHECK(larus.layer.targets == 3);
  CHECK(larus.layer.size() == 3 * 256 + 6 * 5);
  CHECK(larus.layer.activation.size() == larus.layer.size() * 12);
  CHECK(larus.layer.attribution.size() == larus.layer.size() * 3);
  CHECK(larus.layer.subject.size() == larus.layer.size());
  CHECK(larus.deep.size() == 9 * 2);
  CHECK(larus.deep.channels == 16);
  CHECK(larus.deep.grid_photos == 0);
  CHECK(larus.deep.targets == 3);  // a pooled linear head follows
  for (std::size_t i = 0; i < 3 * 256; ++i) {
    CHECK((larus.layer.row[i] == i % 256 / 16 && larus.layer.column[i] == i % 16));
  }
  // Different observations give the grids: 1, 6, 7 and 8 are there, three of them are used.
  std::set<std::string> observations;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto photo = static_cast<std::size_t>(larus.layer.photo[i * 256]);
    observations.insert(photos.set.photos[photo].observation);
  }
  CHECK(observations.size() == 3);

  const TaxonActivations& sterna = taxa[1];
  REQUIRE(sterna.outcomes.size() ==
          5);  // by path: cut.jpg, gif.jpg, nothing.jpg, sterna0.png, sterna1.png
  CHECK(sterna.outcomes[0].status == PhotoOutcome::Status::kRepaired);
  CHECK_THAT(sterna.outcomes[0].reason, Contains("truncated"));
  CHECK(sterna.outcomes[0].logits.size() == 3);
  CHECK(sterna.outcomes[1].status == PhotoOutcome::Status::kUnreadable);
  CHECK_THAT(sterna.outcomes[1].reason, Contains("it is a GIF"));
  CHECK(sterna.outcomes[2].reason == "there is no such file");
  CHECK(sterna.outcomes[2].logits.empty());
  CHECK(sterna.outcomes[3].status == PhotoOutcome::Status::kUsed);
  CHECK(sterna.outcomes[3].width == 64);
  CHECK(sterna.outcomes[3].height == 48);
  CHECK(sterna.deep.size() == 3 * 2);

  const TaxonActivations& zebra = taxa[2];  // the model has no output for it
  CHECK(zebra.targets.empty());
  CHECK(zebra.layer.targets == 0);
  CHECK(zebra.layer.attribution.empty());
  CHECK(zebra.layer.size() == 256);
  CHECK(zebra.outcomes[0].predicted >= 0);
}

TEST_CASE("collect reads masks through the geometry of the input", "[collect]") {
  const NoisePhotos photos;
  CollectOptions options = small_options();
  options.grids_per_taxon = 20;
  const TaxonActivations larus = collected(photos.set, options)[0];
  CHECK(larus.layer.grid_photos == 9);
  for (std::size_t i = 0; i < larus.layer.size(); ++i) {
    const float subject = larus.layer.subject[i];
    if (larus.layer.photo[i] != 0) {
      CHECK(std::isnan(subject));
    } else if (larus.layer.column[i] != 7 && larus.layer.column[i] != 8) {  // the edge lies there
      CHECK(subject == (larus.layer.column[i] < 8 ? 1.0f : 0.0f));
    }
  }
  CHECK(larus.outcomes[0].subject.width == 32);
  CHECK(larus.outcomes[1].status == PhotoOutcome::Status::kUsed);
  CHECK_THAT(larus.outcomes[1].reason, Contains("its mask was left out: it is 48 × 64"));
  CHECK(larus.outcomes[2].reason.empty());
}

TEST_CASE("a photo's attributions add up to its logit less the logit of nothing", "[collect]") {
  const NoisePhotos photos;
  CollectOptions options = small_options();
  options.grids_per_taxon = 9;
  const TaxonActivations larus = collected(photos.set, options)[0];
  TailAttribution tail(tiny_model("whole"), "body");
  Grids nothing;
  nothing.photos = 1;
  nothing.height = nothing.width = 16;
  nothing.channels = 12;
  nothing.values.assign(16 * 16 * 12, 0.0f);
  for (std::size_t target = 0; target < 3; ++target) {
    const std::vector<std::vector<Target>> asked = {{Target::output(larus.targets[target])}};
    const double at_zero = tail.run(nothing, asked)[0][0].target;
    for (std::size_t photo = 0; photo < 9; ++photo) {
      double sum = 0;
      for (std::size_t i = 0; i < 256; ++i) {
        sum += larus.layer.attribution[(photo * 256 + i) * 3 + target];
      }
      const double change = larus.outcomes[photo].logits[target] - at_zero;
      CHECK(std::abs(sum - change) <= larus.outcomes[photo].residual + 1e-4);
      CHECK(std::abs(sum - change) <= 0.05 * std::max(std::abs(change), 1.0) + 1e-4);
    }
  }

  // Position by position: the same as attributing the kept grid again, up to half precision.
  Grids kept = nothing;
  for (std::size_t i = 0; i < kept.values.size(); ++i) kept.values[i] = larus.layer.activation[i];
  const std::vector<std::vector<Target>> own = {{Target::output(0)}};
  const Attribution again = tail.run(kept, own)[0][0];
  const float most = *std::max_element(again.values.begin(), again.values.end());
  for (std::size_t i = 0; i < 256; ++i) {
    CHECK(larus.layer.attribution[i * 3] == Approx(again.values[i]).margin(0.02 * most));
  }
}

TEST_CASE("sampled positions carry what their whole grid would", "[collect]") {
  const NoisePhotos photos;
  CollectOptions options = small_options();
  const TaxonActivations some = collected(photos.set, options)[0];
  options.grids_per_taxon = 9;
  const TaxonActivations all = collected(photos.set, options)[0];
  // The rivals come from other photos: compare the own target, and activations.
  for (std::size_t i = 0; i < some.layer.size(); ++i) {
    const std::size_t j = static_cast<std::size_t>(some.layer.photo[i]) * 256 +
                          some.layer.row[i] * 16u + some.layer.column[i];
    REQUIRE(all.layer.photo[j] == some.layer.photo[i]);
    CHECK(all.layer.attribution[j * 3] == some.layer.attribution[i * 3]);
    for (std::size_t c = 0; c < 12; ++c) {
      CHECK(all.layer.activation[j * 12 + c] == some.layer.activation[i * 12 + c]);
    }
  }
}

TEST_CASE("collect gives the same bits for any number of threads and any skipping", "[collect]") {
  const NoisePhotos photos;
  CollectOptions options = small_options();
  options.threads = 1;
  const auto one = collected(photos.set, options);
  for (const int threads : {2, 5}) {
    options.threads = threads;
    const auto more = collected(photos.set, options);
    REQUIRE(more.size() == one.size());
    for (std::size_t t = 0; t < one.size(); ++t) CHECK(same(one[t], more[t]));
  }
  const auto last = collected(photos.set, options, [](int taxon) { return taxon == 0; });
  REQUIRE(last.size() == 2);
  CHECK(same(last[0], one[1]));
  CHECK(same(last[1], one[2]));
  options.seed = 2;
  CHECK_FALSE(same(collected(photos.set, options)[0], one[0]));
}

TEST_CASE("without attribution nothing is attributed, the rest is the same", "[collect]") {
  const NoisePhotos photos;
  CollectOptions options = small_options();
  const TaxonActivations with = collected(photos.set, options)[0];
  options.attribute = false;
  const TaxonActivations without = collected(photos.set, options)[0];
  CHECK(without.layer.targets == 0);
  CHECK(without.layer.attribution.empty());
  CHECK(without.targets == with.targets);
  CHECK(same_bits(without.layer.activation, with.layer.activation));
  CHECK(std::isnan(without.outcomes[0].residual));
}

TEST_CASE("collect stops when asked, and passes on what goes wrong", "[collect]") {
  const NoisePhotos photos;
  const auto model = tiny_model("whole");
  const auto outputs = outputs_of_taxa(photos.set, model->card(), model->outputs());
  int consumed = 0;
  const auto count = [&](TaxonActivations&&) { ++consumed; };
  std::vector<Progress> told;
  const auto stop_after_first = [&](const Progress& progress) {
    told.push_back(progress);
    return progress.done == 0;
  };
  CHECK_THROWS_AS(collect(photos.set, model, outputs, small_options(), count, {}, stop_after_first),
                  Interrupted);
  CHECK(consumed == 0);
  CHECK(told.front().total == 15);
  CHECK(told.front().unit == "photos");

  CHECK_THROWS_WITH(collect(photos.set, model, outputs, small_options(),
                            [](TaxonActivations&&) { throw std::runtime_error("no room"); }),
                    "no room");
  CHECK_THROWS_AS(collect(photos.set, tiny_model("broken"), outputs, small_options(), count),
                  InputError);

  std::int64_t done = -1;
  collect(photos.set, model, outputs, small_options(), count, {}, [&](const Progress& progress) {
    CHECK(progress.done >= done);
    done = progress.done;
    return true;
  });
  CHECK(done == 15);
  CHECK(consumed == 3);
  // What is skipped counts as done.
  std::vector<std::int64_t> resumed;
  collect(
      photos.set, model, outputs, small_options(), count, [](int taxon) { return taxon == 0; },
      [&](const Progress& progress) {
        resumed.push_back(progress.done);
        return progress.total == 15;
      });
  CHECK(resumed.front() > 0);
  CHECK(resumed.back() == 15);
  CollectOptions none = small_options();
  none.batch = 0;
  CHECK_THROWS_AS(collect(photos.set, model, outputs, none, count), InputError);
}

TEST_CASE("grids and samples are spread by chance that paths and the seed decide", "[collect]") {
  PhotoSet set;
  for (int i = 0; i < 30; ++i) {
    PhotoEntry entry;
    entry.path = std::to_string(i) + ".jpg";
    entry.observation = i < 20 ? "many" : i < 25 ? "few" : "";
    set.photos.push_back(entry);
  }
  std::vector<std::int32_t> photos(30);
  for (int i = 0; i < 30; ++i) photos[static_cast<std::size_t>(i)] = i;
  const auto order = spread_over_observations(set, photos, 1);
  std::map<std::string, int> early;
  for (std::size_t i = 0; i < 7; ++i) {
    ++early[set.photos[static_cast<std::size_t>(order[i])].observation];
  }
  CHECK(early["many"] == 1);  // "many", "few" and five photos of their own
  CHECK(early["few"] == 1);
  CHECK(early[""] == 5);
  CHECK(std::set<std::int32_t>(order.begin(), order.end()).size() == 30);
  CHECK(spread_over_observations(set, photos, 2) != order);

  // Whole grids: half of them of photos that are not marked train, the earliest in the order.
  for (std::size_t i = 0; i < 30; ++i)
    set.photos[static_cast<std::size_t>(order[i])].split = i == 9 || i >= 20 ? "test" : "train";
  const auto grids = held_out_among_first(set, order, 8);
  std::vector<std::int32_t> expected(order.begin(), order.begin() + 4);
  expected.insert(expected.end(), {order[9], order[20], order[21], order[22]});
  CHECK(std::vector<std::int32_t>(grids.begin(), grids.begin() + 8) == expected);
  CHECK(std::set<std::int32_t>(grids.begin(), grids.end()).size() == 30);
  CHECK(held_out_among_first(set, order, 30).size() == 30);
  for (PhotoEntry& photo : set.photos) photo.split = "train";
  CHECK(held_out_among_first(set, order, 8) == order);
  for (PhotoEntry& photo : set.photos) photo.split.clear();
  CHECK(held_out_among_first(set, order, 8) == order);

  std::vector<int> chosen(49);
  for (int i = 0; i < 2000; ++i) {
    const auto positions = sample_positions(49, 4, std::to_string(i), "test", 1);
    REQUIRE(positions.size() == 4);
    CHECK(std::set<std::uint16_t>(positions.begin(), positions.end()).size() == 4);
    for (const std::uint16_t position : positions) ++chosen[position];
  }
  for (const int times : chosen) CHECK(std::abs(times - 2000 * 4 / 49.0) < 65);  // five deviations
  CHECK(sample_positions(4, 9, "x", "test", 1) == std::vector<std::uint16_t>{0, 1, 2, 3});
  CHECK(strongest_rivals({3, 9, std::nan(""), 5, 9}, 1, 3) == std::vector<int>{4, 3, 0});
  CHECK(strongest_rivals({1, 2}, 0, 5) == std::vector<int>{1});
}

TEST_CASE("taxa find their outputs by label", "[collect]") {
  PhotoSet set;
  set.taxa = {"Alca_torda", "Larus canus", "Unknown"};
  ModelCard card;
  card.labels = {"larus canus", "Sterna", "Alca torda"};
  CHECK(outputs_of_taxa(set, card, 3) == std::vector<int>{2, 0, -1});
  card.labels = {"a", "b", "c"};
  CHECK_THROWS_WITH(outputs_of_taxa(set, card, 3), Contains("Alca_torda") && Contains("a, b, c"));
  card.labels.clear();
  CHECK(outputs_of_taxa(set, card, 3) == std::vector<int>{0, 1, 2});
  CHECK_THROWS_AS(outputs_of_taxa(set, card, 5), InputError);
}

TEST_CASE("the three breeds are recognised", "[collect][real]") {
  if (!fs::exists("../shared/real/pets/model.pt")) {
    WARN("skipped: ../shared/real is not there");
    return;
  }
  const PhotoSet whole = read_photo_set("../shared/real/pets/photos.csv");
  PhotoSet set = whole;
  set.photos.clear();
  std::vector<int> taken(3);
  for (const PhotoEntry& entry : whole.photos) {
    if (taken[static_cast<std::size_t>(entry.taxon)]++ < 8) set.photos.push_back(entry);
  }
  const auto model = Model::load("../shared/real/pets/model.pt");
  const auto outputs = outputs_of_taxa(set, model->card(), model->outputs());
  CollectOptions options;
  options.attribute = false;
  int right = 0;
  double subject = 0;
  std::size_t cells = 0;
  collect(set, model, outputs, options, [&](TaxonActivations&& taxon) {
    for (const PhotoOutcome& outcome : taxon.outcomes) {
      right += outcome.predicted == outputs[static_cast<std::size_t>(taxon.taxon)];
    }
    for (const float share : taxon.layer.subject) {
      if (std::isnan(share)) continue;
      subject += static_cast<double>(share);
      ++cells;
    }
  });
  CHECK(right >= 22);
  CHECK(subject / static_cast<double>(cells) > 0.2);
  CHECK(subject / static_cast<double>(cells) < 0.6);
}

}  // namespace differentia
