// Writes a synthetic atlas, to look at or to measure with.

#include <CLI/CLI.hpp>

#include "tests/atlas/store/synthetic/synthetic_atlas.h"

int main(int argc, char** argv) {
  differentia::store::SyntheticOptions options;
  std::string path;
  bool no_photos = false;
  CLI::App app("Writes a synthetic atlas");
  app.add_option("path", path, "NAME.atlas")->required();
  app.add_option("--taxa", options.taxa)->capture_default_str();
  app.add_option("--photos", options.photos_per_taxon, "photos a taxon")->capture_default_str();
  app.add_option("--points", options.points_per_taxon, "points a taxon")->capture_default_str();
  app.add_option("--deep-points", options.deep_points, "points of the map of all taxa")
      ->capture_default_str();
  app.add_option("--concepts", options.concepts, "concepts a map")->capture_default_str();
  app.add_option("--exemplars", options.exemplars, "exemplars a concept")->capture_default_str();
  app.add_option("--grids", options.grids_per_taxon, "grids a taxon")->capture_default_str();
  app.add_option("--channels", options.channels)->capture_default_str();
  app.add_option("--levels", options.level_bins, "bins along a side of each level")
      ->capture_default_str();
  app.add_option("--icon-taxa", options.icon_taxa, "taxa with icons of their own")
      ->capture_default_str();
  app.add_option("--seed", options.seed)->capture_default_str();
  app.add_flag("--no-photos", no_photos, "write no photo files");
  CLI11_PARSE(app, argc, argv);
  options.photo_files = !no_photos;
  differentia::store::make_synthetic_atlas(path, options);
}
