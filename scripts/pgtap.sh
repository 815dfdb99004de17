#!/usr/bin/env bash
# Tests the database's part: makes a temporary cluster, applies database/ to it, runs the pgTAP tests and the
# tests with several sessions, prints a summary. Exit code 0: all passed.
# Needs PostgreSQL 15 or later with pgtap and plpgsql_check, and pg_prove (Debian: postgresql-15 postgresql-15-pgtap
# postgresql-15-plpgsql-check libtap-parser-sourcehandler-pgtap-perl).
# Usage: scripts/pgtap.sh [TEST.sql …]
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
bin=${PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)}
[[ -x $bin/initdb ]] || { echo "pgtap.sh: PostgreSQL is not installed: apt install postgresql" >&2; exit 2; }
command -v pg_prove >/dev/null || {
    echo "pgtap.sh: pg_prove is not installed: apt install libtap-parser-sourcehandler-pgtap-perl" >&2; exit 2; }

# PostgreSQL refuses to run as root.
as_owner() { if [[ $EUID -eq 0 ]]; then runuser -u postgres -- "$@"; else "$@"; fi; }

folder=$(mktemp -d "${TMPDIR:-/tmp}/almagest-pgtap.XXXXXX")
cleanup() {
    [[ -f $folder/data/postmaster.pid ]] && as_owner "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1
    rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
[[ $EUID -eq 0 ]] && chown postgres "$folder"
cd "$folder"

as_owner "$bin/initdb" -D "$folder/data" -U almagest -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$folder/initdb.log" 2>&1 || {
    cat "$folder/initdb.log" >&2; exit 1; }
as_owner "$bin/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w \
    -o "-c listen_addresses='' -c unix_socket_directories='$folder' -c fsync=off -c synchronous_commit=off \
        -c full_page_writes=off -c max_connections=20 -c max_prepared_transactions=2 -c shared_buffers=64MB -c deadlock_timeout=200ms" start >/dev/null || {
    cat "$folder/server.log" >&2; exit 1; }
export PGHOST=$folder PGUSER=almagest PGDATABASE=almagest PGOPTIONS='--client-min-messages=warning -c almagest.lane_memory=off'
chmod 755 "$folder"
sql() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }
createdb -T template0 almagest

apply_tree() {
    { echo 'BEGIN;'; cat "$root"/database/migrations/*.sql; echo 'COMMIT;'; } | sql -d "$1" -f - >/dev/null
    # Files may use one another: pass after pass until all apply.
    local waiting=("$root"/database/procedures/*/*.sql "$root"/database/views/*/*.sql) left
    while ((${#waiting[@]})); do
        left=()
        for file in "${waiting[@]}"; do
            sql -d "$1" -1 -f "$file" >/dev/null 2>"$folder/errors" || left+=("$file")
        done
        if ((${#left[@]} == ${#waiting[@]})); then
            echo "pgtap.sh: these files do not apply:" >&2
            for file in "${left[@]}"; do sql -d "$1" -1 -f "$file" >&2 || true; done
            return 1
        fi
        waiting=("${left[@]}")
    done
}
apply_tree almagest
sql -c 'CREATE SCHEMA tap; CREATE EXTENSION pgtap SCHEMA tap; CREATE EXTENSION plpgsql_check SCHEMA tap'
sql -c 'ALTER DATABASE almagest SET search_path = public, tap'

failed=0
tests=("$@")
((${#tests[@]})) || tests=("$root"/database/tests/*.sql)
[[ -f $root/database/tests/fixture.psql ]] && sql -f "$root/database/tests/fixture.psql" >/dev/null
pg_prove --jobs 2 --failures --comments "${tests[@]}" || failed=1

if (($# == 0)); then
    for script in "$root"/database/tests/*.sh; do
        [[ -f $script ]] || continue
        bash "$script" || failed=1
    done
fi
((failed)) && { echo "database tests: FAILED"; exit 1; }
echo "database tests: all passed"
