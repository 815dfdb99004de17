# Sourced by the scripts that test: keeps count of what passed and failed in $ALMAGEST_TALLY, one
# line a part, so that a caller can add its own.
: "${ALMAGEST_TALLY:=build/tally}"
export ALMAGEST_TALLY

tally_begin() {
    mkdir -p "$(dirname "$ALMAGEST_TALLY")"
    : >"$ALMAGEST_TALLY"
    : >"$ALMAGEST_TALLY.failures"
}

# tally NAME PASSED FAILED
tally() {
    printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$ALMAGEST_TALLY"
}

# tally_command NAME COMMAND…: one passed or one failed.
tally_command() {
    local name=$1
    shift
    echo "== $name"
    if "$@"; then tally "$name" 1 0; else tally "$name" 0 1; fi
}

# tally_counting NAME COMMAND…: a command whose output ends in "N passed, N failed", or in the summary of
# pg_prove ("Files=3, Tests=41, …", and "Failed: 2" for each file with failures). A non-zero exit
# without a failure counted, or no such line, is a failure.
tally_counting() {
    local name=$1 output status=0 counts
    shift
    echo "== $name"
    output=$(mktemp)
    (set -o pipefail; "$@" 2>&1 | tee "$output") || status=$?
    counts=$(grep -oE '^[0-9]+ passed, [0-9]+ failed' "$output" | tail -1 || true)
    [ -n "$counts" ] || counts=$(awk '
        /^Files=[0-9]+, Tests=[0-9]+/ {split($2, part, /[=,]/); tests = part[2]}
        match($0, /\(Wstat: .* Failed: [0-9]+\)/) {sub(/.* Failed: /, ""); failed += $0 + 0}
        END {if (tests) printf "%d passed, %d failed", tests - failed, failed}' "$output")
    local passed=0 failed=0
    [ -z "$counts" ] || read -r passed _ failed _ <<<"$counts"
    if [ "$failed" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$passed" -eq 0 ]; }; then
        echo "$name: exit status $status without a count of tests that passed" >&2
        failed=1
    fi
    # What failed is told once more at the end: the part that says why may be far above.
    [ "$failed" -eq 0 ] || grep -E '^(not ok|FAIL: |ERROR: |\[  FAILED  \] [A-Za-z]|# +Failed test|.*\(Wstat: |  failed: )' "$output" |
        sed -e 's/^  failed: //' -e "s/^/  failed: /" | sort -u | head -n 40 >>"$ALMAGEST_TALLY.failures" || true
    rm -f "$output"
    tally "$name" "$passed" "$failed"
}

# One line a part, then the sum; fails when anything failed.
tally_end() {
    echo
    cat "$ALMAGEST_TALLY.failures"
    awk -F '\t' '{printf "%-28s %5d passed %5d failed\n", $1, $2, $3}' "$ALMAGEST_TALLY"
    awk -F '\t' '{passed += $2; failed += $3}
                 END {printf "%d passed, %d failed\n", passed, failed; exit failed > 0 || passed == 0}' "$ALMAGEST_TALLY"
}
