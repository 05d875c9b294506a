#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "atlas/store/describe.h"
#include "base/file.h"
#include "tests/atlas/store/small_atlas.h"
#include "tests/atlas/store/test_folder.h"
#include "tests/catch.h"

namespace differentia::store {
namespace {

TEST_CASE("an atlas reads back as it was written") {
  const TestFolder folder("round_trip");
  const auto options = small_options();
  const auto path = folder / "a.atlas";
  make_synthetic_atlas(path, options);
  const Reader reader(path);
  CHECK(reader.verify().empty());
  CHECK(reader.taxon_count() == 3);
  CHECK(reader.photo_count() == 15);
  CHECK(reader.provenance().model_name == "synthetic");
  CHECK(reader.provenance().seed == 1);
  CHECK(reader.provenance().photo_root_hint == "..");
  CHECK(reader.provenance().model_path_hint == "../model.pt");
  CHECK(reader.labels().size() == 3);
  REQUIRE(reader.layers().size() == 2);
  CHECK(reader.layers()[0].role == "layer");
  CHECK(reader.layers()[0].grid.stride_x == Approx(56));
  CHECK(reader.layers()[1].channels == 16);

  const auto taxa = reader.taxa();
  REQUIRE(taxa.size() == 3);
  CHECK(taxa[1].rivals == std::vector<std::int32_t>{2, 0});
  const auto photos = reader.photos_of_taxon(1);
  REQUIRE(photos.size() == 5);
  CHECK(photos[0].id == 5);
  CHECK(photos[0].split == "train");
  CHECK(photos[0].extra.at("light") == "dull");
  CHECK(photos[0].subject.width == Approx(320));
  CHECK(photos[4].status == PhotoStatus::kRepaired);
  CHECK(reader.photos_with_status(PhotoStatus::kRepaired).size() == 3);
  CHECK(reader.photos_with_status(PhotoStatus::kUnreadable).empty());

  const auto map = reader.map(reader.map_of_taxon(1));
  CHECK(map.taxon == 1);
  CHECK(map.points == 60);
  CHECK(map.targets == std::vector<std::int32_t>{1, 2, 0});
  const auto points = reader.points(map.id);
  CHECK(points.x.size() == 60);
  CHECK(points.attribution.size() == 180);
  CHECK(reader.activations(map.id).size() == 480);
  std::int64_t counted = 0;
  for (const auto count : reader.cells(map.id, 1).count) counted += count;
  CHECK(counted == 60);
  CHECK(reader.cells(map.id, 0).bin_x.size() <= 4);
  const auto concepts = reader.concepts(map.id);
  REQUIRE(concepts.size() == 3);
  CHECK(concepts[2].number == 2);
  CHECK(concepts[2].prevalence.value == Approx(0.7));
  CHECK(concepts[2].prevalence_with == 7);
  CHECK(concepts[2].prevalence_of == 10);
  CHECK(concepts[2].prevalence_held_out);
  CHECK(concepts[2].subject_share_low == Approx(concepts[2].subject_share - 0.05));
  CHECK(concepts[2].subject_share_high == Approx(concepts[2].subject_share + 0.05));
  CHECK(reader.exemplars(concepts[0].id).size() == 2);
  CHECK(reader.concept_centroids(map.id)[8 + kPlaceColumns] == 0);
  CHECK(reader.concept_centroids(map.id)[9 + kPlaceColumns] == 1);
  CHECK(reader.centre(1)[15] == 0.5F);
  CHECK(reader.scale(1)[15] == 1.0F);
  CHECK(reader.grid_photos(2) == std::vector<std::int32_t>{10, 11});
  CHECK(reader.grids(2).size() == 2 * 16 * 8);
  CHECK(reader.grid_attributions(2).size() == 2 * 16 * 3);
  CHECK(reader.grid_subjects(2).size() == 2 * 16);
  CHECK(reader.map(reader.map_of_taxon(-1)).targets.empty());
  CHECK(std::filesystem::exists(reader.icon_sheet_path(0)));
  CHECK(std::isfinite(read_everything(reader)));
  CHECK_THROWS_AS(reader.taxon(3), InputError);
  CHECK_THROWS_AS(reader.cells(map.id, 2), InputError);
  CHECK_THROWS_AS(reader.points(99), InputError);
}

TEST_CASE("an atlas is described in figures") {
  const TestFolder folder("describe");
  make_synthetic_atlas(folder / "a.atlas", small_options());
  const auto description = describe(Reader(folder / "a.atlas"));
  CHECK(description.totals.taxa == 3);
  CHECK(description.totals.photos_used == 15);
  CHECK(description.totals.photos_repaired == 3);
  CHECK(description.totals.photos_unreadable == 0);
  CHECK(description.totals.tested == 6);
  CHECK(description.totals.maps == 4);
  CHECK(description.totals.points == 3 * 60 + 40);
  CHECK(description.totals.concepts == 12);
  CHECK(description.totals.exemplars == 24);
  CHECK(description.repaired.size() == 3);
  CHECK(description.repaired[0].reason.find("truncated") == 0);
  CHECK(description.grid_bytes > 3 * 2 * 16 * 8 * 2);
  CHECK(description.grid_bytes < description.array_bytes);
  CHECK(description.bytes >
        description.array_bytes + description.picture_bytes + description.table_bytes);
}

TEST_CASE("taxa are found by any part of a name, whatever its case, or by id") {
  const TestFolder folder("find");
  auto options = small_options();
  options.taxa = 40;
  make_synthetic_atlas(folder / "a.atlas", options);
  const Reader reader(folder / "a.atlas");
  const auto name = reader.taxon(7).name;
  const auto found = reader.find_taxa(name.substr(2));
  REQUIRE(!found.empty());
  std::set<std::int32_t> ids;
  for (const auto& taxon : found) ids.insert(taxon.id);
  CHECK(ids.count(7) == 1);
  CHECK(reader.find_taxa("SPOTTED").size() == 5);
  CHECK(reader.find_taxa(name)[0].id == 7);  // the whole name before those that contain it
  CHECK(reader.find_taxa("12")[0].id == 12);
  CHECK(reader.find_taxa("no such name").empty());
  CHECK(reader.find_taxa("%").empty());
}

TEST_CASE("arrays pass into new shards, and every owner's rows stay in one piece") {
  const TestFolder folder("shards");
  const auto options = small_options();
  for (const std::size_t bytes : {std::size_t{1} << 28, std::size_t{1500}}) {
    const auto path = folder / (std::to_string(bytes) + ".atlas");
    WriterOptions writer_options;
    writer_options.shard_bytes = bytes;
    Writer writer(path, synthetic_head(options), writer_options);
    for (int t = 0; t < options.taxa; ++t) add_synthetic_taxon(writer, options, t);
    writer.set_normalisation(0, std::vector<float>(8, 0.5F), std::vector<float>(8, 1.0F));
    writer.set_normalisation(1, std::vector<float>(16, 0.5F), std::vector<float>(16, 1.0F));
    for (int t = 0; t < options.taxa; ++t) add_synthetic_map(writer, options, t);
    add_synthetic_map(writer, options, -1);
    writer.finish();
  }
  const Reader one(folder / "268435456.atlas"), many(folder / "1500.atlas");
  CHECK(!std::filesystem::exists(folder / "268435456.atlas/arrays/activations-layer-0001.npy"));
  CHECK(std::filesystem::exists(folder / "1500.atlas/arrays/activations-layer-0002.npy"));
  CHECK(read_everything(one) == read_everything(many));
}

TEST_CASE("sha256sum and a SQL shell read an atlas without Differentia") {
  const TestFolder folder("tools");
  make_synthetic_atlas(folder / "a.atlas", small_options());
  const auto atlas = folder / "a.atlas";
  CHECK(std::system(("cd '" + atlas + "' && sha256sum --quiet -c SHA256SUMS").c_str()) == 0);
  if (std::system("command -v sqlite3 > /dev/null") == 0)
    CHECK(
        std::system(
            ("test $(sqlite3 -readonly '" + atlas +
             "/atlas.sqlite' 'PRAGMA integrity_check; SELECT count(*) FROM photos' | tr '\\n' ' ' "
             "| cut -d' ' -f1,2 | tr ' ' ,) = ok,15")
                .c_str()) == 0);
}

}  // namespace
}  // namespace differentia::store
