#!/usr/bin/env bash
# Formats every C++ source in place; with --check only tells what is not formatted.
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in
    "") options=(-i) ;;
    --check) options=(--dry-run -Werror) ;;
    *)
        echo "format: unknown option $1; there is --check" >&2
        exit 2
        ;;
esac
find src bench -name '*.cpp' -print0 -o -name '*.h' -print0 | xargs -0 -r clang-format "${options[@]}"
