#!/bin/bash
# Pictures of the viewer's screens, of identify and of a plate: tools/pictures.sh ATLAS FOLDER MODEL [TAXON [CONCEPT]]. Needs a display (xvfb-run -a gives one).
set -euo pipefail
[ $# -ge 3 ] || { echo "usage: tools/pictures.sh ATLAS FOLDER MODEL [TAXON [CONCEPT]]" >&2; exit 2; }
program="$(dirname "$0")/../build/release/differentia"
atlas=$1 folder=$2 model=$3 taxon=${4:-0} concept=${5:-0}
mkdir -p "$folder"
picture() {  # picture NAME FLAG…
  local name=$1
  shift
  "$program" view "$atlas" --model "$model" --size 1280x800 --snapshot "$folder/$name.png" "$@"
}
picture all_taxa --taxon all --colour-by subject
picture taxon --taxon "$taxon"
picture attribution --taxon "$taxon" --colour-by attribution
picture concept --taxon "$taxon" --concept "$concept" --colour-by concept
picture photo --taxon "$taxon" --concept "$concept" --exemplar 0

# Two birds of the demo world, as identify finds them.
made=$(mktemp -d)
trap 'rm -r "$made"' EXIT
"$program" world "$made/world" --seed 77 --train 0 --test 1 --several 4 --side 960 --quiet
"$program" identify "$made/world/several/00003.jpg" --model "$(dirname "$0")/../data/world/clean/model.pt" \
  --overlay "$made" --quiet
mv "$made/00003.organisms.png" "$folder/identify.png"

# A plate of two of the demo world's species, where the atlas has them.
"$program" plate "$atlas" "Granella rufa" "Granella corallina" --model "$model" --dots-per-inch 110 -o "$folder/plate.png" --quiet ||
  echo "No plate: the atlas is not of the demo world." >&2
