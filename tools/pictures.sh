#!/bin/bash
# Pictures of the viewer's screens: tools/pictures.sh ATLAS FOLDER MODEL [TAXON [CONCEPT]]. Needs a display (xvfb-run -a gives one).
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
