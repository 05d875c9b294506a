#!/bin/bash
# Pictures of the viewer's screens: tools/pictures.sh ATLAS FOLDER MODEL [TAXON]. Needs a display (xvfb-run -a gives one).
set -euo pipefail
[ $# -ge 3 ] || { echo "usage: tools/pictures.sh ATLAS FOLDER MODEL [TAXON]" >&2; exit 2; }
program="$(dirname "$0")/../build/release/differentia"
atlas=$1 folder=$2 model=$3 taxon=${4:-}
mkdir -p "$folder"
picture() {  # picture NAME FLAG…
  local name=$1
  shift
  "$program" view "$atlas" --model "$model" --size 1600x1000 --snapshot "$folder/$name.png" "$@"
}
if [ -z "$taxon" ]; then
  taxon=0
fi
picture all_taxa --colour-by subject --no-outlines
picture taxon --taxon "$taxon"
picture attribution --taxon "$taxon" --colour-by attribution
picture concept --taxon "$taxon" --concept 0 --colour-by concept
picture photo --taxon "$taxon" --concept 0 --exemplar 0
