#!/usr/bin/env bash
# Measures a backfill of many chunks: how many jobs a second it enqueues, its longest transaction, and how long pausing
# and cancelling it take. Makes a durable temporary cluster with synthetic chunks, and removes it.
# Usage: bench/backfill.sh [CHUNKS [BATCH]]   (1000000 and 5000; some minutes and 3 GB)
# Writes build/bench/backfill.jsonl.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
chunks=${1:-1000000}
batch=${2:-5000}
bin=${PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)}
as_owner() { if [[ $EUID -eq 0 ]]; then runuser -u postgres -- "$@"; else "$@"; fi; }

folder=$(mktemp -d "${TMPDIR:-/tmp}/almagest-bench.XXXXXX")
cleanup() {
    [[ -f $folder/data/postmaster.pid ]] && as_owner "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1
    rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
[[ $EUID -eq 0 ]] && chown postgres "$folder"
cd "$folder"
as_owner "$bin/initdb" -D "$folder/data" -U almagest -A trust -E UTF8 --locale=C.UTF-8 >"$folder/initdb.log" 2>&1
as_owner "$bin/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w -o "-c listen_addresses='' \
    -c unix_socket_directories='$folder' -c shared_buffers=256MB -c max_wal_size=2GB" start >/dev/null
chmod 755 "$folder"
export PGHOST=$folder PGUSER=almagest PGDATABASE=almagest PGOPTIONS='--client-min-messages=warning'
createdb -T template0 almagest
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

{ echo 'BEGIN;'; cat "$root"/database/migrations/*.sql; echo 'COMMIT;'; } | sql -f - >/dev/null
# Files may use one another: pass after pass until all apply.
waiting=("$root"/database/procedures/*/*.sql "$root"/database/views/*/*.sql)
while ((${#waiting[@]})); do
    left=()
    for file in "${waiting[@]}"; do sql -1 -f "$file" >/dev/null 2>&1 || left+=("$file"); done
    ((${#left[@]} < ${#waiting[@]})) || { echo "backfill.sh: these do not apply: ${left[*]}" >&2; exit 1; }
    waiting=("${left[@]}")
done

sql -v chunks="$chunks" >/dev/null <<'SQL'
SELECT llm.usp_register_job_type(jsonb_build_object('job_type', 'entity_extraction', 'version', '1.0.0', 'unit', 'chunk',
    'handler', 'dbo.usp_process_entity_extraction_output', 'priority', 50, 'slack_seconds', 3600, 'sha256', 'a'));
INSERT INTO ingest.source (source_id, tenant_id, locator, last_version) SELECT n, 1, 'page ' || n, 1 FROM generate_series(1, :chunks / 20) n;
INSERT INTO ingest.work_item (work_item_id, tenant_id, source_id, dedupe_key, locator, correlation_id)
SELECT n, 1, n, n, 'page ' || n, gen_random_uuid() FROM generate_series(1, :chunks / 20) n;
INSERT INTO ingest.ingest_record (ingest_record_id, tenant_id, work_item_id, raw_sha256)
SELECT n, 1, n, repeat('0', 64) FROM generate_series(1, :chunks / 20) n;
INSERT INTO sem.source_page (source_page_id, tenant_id, ingest_record_id, source_id, locator, text, text_length, content_sha256, version, correlation_id)
SELECT n, 1, n, n, 'page ' || n, 'text', 4, repeat('0', 64), 1, gen_random_uuid() FROM generate_series(1, :chunks / 20) n;
INSERT INTO vector.chunk (chunk_id, tenant_id, source_page_id, ingest_record_id, chunk_index, char_start, char_end, fresh_start, content, content_sha256, token_count)
SELECT n, 1, (n - 1) / 20 + 1, (n - 1) / 20 + 1, (n - 1) % 20, (n - 1) % 20 * 1000, (n - 1) % 20 * 1000 + 1000, (n - 1) % 20 * 1000,
       repeat('a passage ', 100), encode(sha256(int8send(n)), 'hex'), 250 FROM generate_series(1, :chunks) n;
INSERT INTO dbo.name (name_id, tenant_id, name_key) SELECT n, 1, 'name ' || n FROM generate_series(1, :chunks / 10) n;
INSERT INTO dbo.dim_entity (entity_id, tenant_id, name_id, entity_name, name_key, entity_type, type_key, confidence)
SELECT n, 1, n, 'Name ' || n, 'name ' || n, 'person', 'person', 0.7 FROM generate_series(1, :chunks / 10) n;
INSERT INTO dbo.evidence (tenant_id, target_table, target_id, source_page_id, chunk_id, char_start, char_end, grounding, confidence, earned_state)
SELECT 1, 'dbo.dim_entity', n % (:chunks / 10) + 1, (n - 1) / 20 + 1, n, 0, 10, 'exact', 0.7, 'candidate' FROM generate_series(1, :chunks) n;
VACUUM ANALYZE;
SQL

python3 - "$chunks" "$batch" "$root/build/bench" <<'PYTHON'
import json, pathlib, subprocess, sys, time

chunks, batch, folder = int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
session = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, text=True)


def ask(query):
    began = time.monotonic()
    session.stdin.write(query + ";\n")
    session.stdin.flush()
    return session.stdout.readline().strip().split("|"), time.monotonic() - began


def walk(procedure, size):
    after, longest, began = "NULL", 0.0, time.monotonic()
    while after:
        (_, after), took = ask(f"SELECT changed, last_job_id FROM llm.{procedure}({backfill}, {after}, {size})")
        longest = max(longest, took)
    return time.monotonic() - began, longest


figures = []


def note(name, value, unit):
    figures.append({"name": name, "value": round(value, 4), "unit": unit, "peer": None, "peer_value": None, "ratio": None, "runs": 1})
    print(f"{name}: {value:,.3f} {unit}")


(backfill, found), took = ask("SELECT backfill_id, chunks FROM llm.usp_begin_backfill(1, 'entities', "
                              "'{\"entity_type\": \"person\", \"max_confidence\": 0.8}', NULL, NULL, 'bench')")
assert int(found) == chunks, found
note("backfill begin (counts the selection)", took, "s")
longest, began, state = 0.0, time.monotonic(), "running"
while state == "running":
    (_, total, state), took = ask(f"SELECT enqueued, total, state FROM llm.usp_backfill_step({backfill}, {batch})")
    longest = max(longest, took)
whole = time.monotonic() - began
assert (int(total), state) == (chunks, "done"), (total, state)
note("backfill enqueue", chunks / whole, "jobs/s")
note("backfill longest transaction", longest, "s")
for name, procedure in (("pause", "usp_pause_backfill"), ("resume", "usp_resume_backfill")):
    whole, longest = walk(procedure, 10000)
    note(f"backfill {name}", chunks / whole, "jobs/s")
    note(f"backfill {name} longest transaction", longest, "s")
_, took = ask("SELECT count(*) FROM llm.vw_queue_by_type")
note(f"queue shown with {chunks} waiting", took, "s")
longest, began, gone = 0.0, time.monotonic(), 1
while gone:
    (gone,), took = ask(f"SELECT llm.usp_cancel_backfill({backfill}, 10000)")
    gone, longest = int(gone), max(longest, took)
note("backfill cancel", chunks / (time.monotonic() - began), "jobs/s")
note("backfill cancel longest transaction", longest, "s")
folder.mkdir(parents=True, exist_ok=True)
(folder / "backfill.jsonl").write_text("".join(json.dumps(figure) + "\n" for figure in figures), encoding="utf-8")
session.stdin.close()
session.wait()
PYTHON
