#!/bin/bash
# The demo, from nothing: packages, build, photos of the demo world, its atlas, the viewer.
# Opens the small atlas that ships in data/ as soon as the viewer is built; the rest goes on meanwhile.
# Without a display it writes pictures of the viewer instead. Run again, it goes on where it stopped.
set -euo pipefail
cd "$(dirname "$0")/.."

program=build/release/differentia
folder=build/demo
photos=$folder/world
atlas=$folder/demo.atlas
has_display() { [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]; }

cat <<'TEXT'
Differentia's demo, on 2 cores:
  1. Debian packages             a download of 0.4 GB, 1.9 GB on disk
  2. the viewer, and a window    2 minutes     (opens the small atlas of data/)
  3. the rest of the program     4 minutes     0.1 GB
  4. photos of the demo world    1 minute      0.1 GB
  5. their atlas                 4 minutes     0.1 GB
TEXT

step() { printf '\n== %s\n' "$1"; }
window=

step "1. packages"
tools/setup.sh

step "2. the viewer"
cmake --preset release >build-configure.log 2>&1 || { cat build-configure.log; exit 2; }
rm -f build-configure.log
cmake --build --preset release --target differentia
if has_display; then
  "$program" view data/demo/demo.atlas --model data/world/clean/model.pt &
  window=$!
else
  mkdir -p "$folder"
  echo "No display here: a picture of the small atlas, $folder/small.png"
  LIBGL_ALWAYS_SOFTWARE=1 xvfb-run -a -s "-screen 0 1600x1000x24 -noreset" \
    "$program" view data/demo/demo.atlas --snapshot "$folder/small.png"
fi

step "3. the rest of the program"
cmake --build --preset release --target differentia_engine

step "4. photos of the demo world"
mkdir -p "$folder"
[ -e "$photos/photos.csv" ] || "$program" world "$photos" --train 0 --test 32 --several 24

step "5. the atlas"
[ -e "$atlas" ] || "$program" build "$atlas" --photos "$photos/photos.csv" --model data/world/clean/model.pt

if has_display; then
  step "The whole atlas: $atlas"
  if [ -n "$window" ] && kill -0 "$window" 2>/dev/null; then
    echo "It opens as soon as the window of the small one is closed."
    wait "$window" || true
  fi
  exec "$program" view "$atlas" --model data/world/clean/model.pt
fi
step "No display here: pictures of the viewer"
export LIBGL_ALWAYS_SOFTWARE=1
xvfb-run -a -s "-screen 0 1600x1000x24 -noreset" tools/pictures.sh "$atlas" "$folder/pictures" data/world/clean/model.pt
