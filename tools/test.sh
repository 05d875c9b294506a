#!/bin/bash
# Builds everything and runs all tests under a virtual display. The last line reads `N passed, N failed`.
# tools/test.sh NAME… runs only those: marks for build/release/test_marks, and so on.
set -uo pipefail
cd "$(dirname "$0")/.."

tools/setup.sh || exit 2
cmake --preset release >/tmp/differentia-configure.log 2>&1 || { cat /tmp/differentia-configure.log; exit 2; }
cmake --build --preset release || exit 2

names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for program in build/release/test_*; do
    [ -f "$program" ] && [ -x "$program" ] && names+=("${program##*/test_}")
  done
fi
export LIBGL_ALWAYS_SOFTWARE=1 OMP_WAIT_POLICY=passive
# Without -noreset the display starts anew whenever its last window goes, and refuses the next one for a moment.
display="-screen 0 1600x1000x24 -noreset"
passed=0 failed=0
for name in "${names[@]}"; do
  echo "== $name"
  output=$(mktemp)
  SECONDS=0
  xvfb-run -a -s "$display" "build/release/test_$name" 2>&1 | tee "$output"
  status=${PIPESTATUS[0]}
  if [[ $(tail -n 3 "$output") =~ \(([0-9]+)\ assertions?\ in\ ([0-9]+)\ test\ cases?\) ]]; then
    (( passed += BASH_REMATCH[2] ))
    [ "$status" -eq 0 ] || (( failed += 1 ))
  elif [[ $(tail -n 4 "$output") =~ test\ cases:\ +([0-9]+)\ \|\ +(([0-9]+)\ passed\ \|\ +)?([0-9]+)\ failed ]]; then
    (( passed += ${BASH_REMATCH[3]:-0} ))
    (( failed += BASH_REMATCH[4] ))
  else
    echo "test_$name ended with status $status before it was through"
    (( failed += 1 ))
  fi
  rm -f "$output"
  echo "   $SECONDS s"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
