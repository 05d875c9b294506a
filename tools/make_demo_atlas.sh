#!/bin/bash
# Makes data/demo anew: a few photos of nine species of the demo world and their atlas, small enough to ship.
# tools/make_demo_atlas.sh [FOLDER]; a test makes it in a folder of its own and compares.
set -euo pipefail
cd "$(dirname "$0")/.."
program=build/release/differentia
target=${1:-data/demo}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$program" world "$work/world" --train 0 --test 12 --several 0 --side 224 --seed 7 --quiet >/dev/null
rm -rf "$target"
mkdir -p "$target"
# The header and the species of the first three genera; parts are for judging and stay out.
awk -F, 'NR == 1 || $2 ~ /^(Silvaria|Granella|Turdisca) /' "$work/world/photos.csv" | sed 's|,parts/[^,]*,|,|; s|,parts,|,|' >"$target/photos.csv"
for kind in photos masks; do
  mkdir -p "$target/$kind"
  for genus in silvaria granella turdisca; do
    cp -r "$work/world/$kind/$genus"_* "$target/$kind/"
  done
done
"$program" build "$target/demo.atlas" --photos "$target/photos.csv" --model data/world/clean/model.pt \
  --grids-per-taxon 8 --samples-per-photo 32 --exemplars 6 --points-per-taxon 1000 --points-of-all 1000 --quiet
