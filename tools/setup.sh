#!/bin/bash
# Installs the Debian packages of tools/packages.txt that are missing. Asks for nothing; uses sudo only when not root.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t wanted < <(grep -v '^#' tools/packages.txt)
missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

command -v apt-get >/dev/null || {
  echo "Differentia builds with Debian's packages, and this system has no apt-get; see Containerfile." >&2
  exit 2
}
root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "Run this as root, or install sudo: packages are missing (${missing[*]})." >&2; exit 2; }
  root=(sudo)
fi
echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
log=$(mktemp)
if ! { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update &&
       "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "The packages could not be installed (whole log: $log)." >&2
  exit 2
fi
rm -f "$log"
