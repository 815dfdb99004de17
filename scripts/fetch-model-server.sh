#!/usr/bin/env bash
# Gets a llama.cpp server where none is on PATH: unpacks the pinned xllamacpp wheel into the cache
# (scripts/model-server/serve.py runs it). Does nothing, quietly, where one is there.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/model-server/wheels.sh"

version=2026.10.11549
folder=$cache/model-server
unpacked=xllamacpp-$version

if command -v llama-server >/dev/null 2>&1; then
    exit 0
fi
server_there() {
    [ "$(readlink "$folder/current" 2>/dev/null)" = "$unpacked" ] &&
        [ -f "$folder/$unpacked/xllamacpp/__init__.py" ]
}
server_there && exit 0

case $(uname -s)-$(uname -m) in
    Linux-x86_64) ;;
    *) refuse "there is no pinned model server for $(uname -s) on $(uname -m); put llama.cpp's llama-server on PATH" ;;
esac
lock_cache
server_there && exit 0
file=$(wheel_file "xllamacpp-$version-")
echo "model server: $file" >&2
fetch_wheel xllamacpp "$version" "$file"
mkdir -p "$folder"
partial=$folder/.$unpacked.partial
rm -rf -- "$partial" "${folder:?}/$unpacked"
"$python" -m zipfile -e "$wheels/$file" "$partial"
"$python" -B -c 'import sys; sys.path.insert(0, sys.argv[1]); import xllamacpp' "$partial" ||
    refuse "the unpacked xllamacpp does not load with $python; put llama.cpp's llama-server on PATH instead"
mv -- "$partial" "$folder/$unpacked"
ln -sfn "$unpacked" "$folder/current"
