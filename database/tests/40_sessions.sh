#!/usr/bin/env bash
# Several sessions at once, on the cluster that scripts/pgtap.sh started (PGHOST …): claims are disjoint while another
# transaction is open, and two workers that route overlapping names in opposite orders neither deadlock nor differ.
set -euo pipefail
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
failed=0
check() { if [[ $2 == "$3" ]]; then echo "ok - $1"; else echo "not ok - $1: have '$2', want '$3'"; failed=1; fi; }

sql -c "SELECT llm.usp_enqueue_job(1, 'page_classification', NULL, NULL, NULL, NULL, 'session ' || n, NULL, NULL) FROM generate_series(1, 4) n" >/dev/null
coproc first { psql -X -q -A -t; }
echo "BEGIN; SELECT string_agg(job_id::text, ',' ORDER BY job_id) FROM llm.usp_claim_jobs('a', '{page_classification}', 2, NULL, NULL);" >&"${first[1]}"
read -r one <&"${first[0]}"
two=$(sql -c "SET lock_timeout = '5s'" -c "SELECT string_agg(job_id::text, ',' ORDER BY job_id) FROM llm.usp_claim_jobs('b', '{page_classification}', 10, NULL, NULL)")
check "a claim passes over what an open one holds, without waiting" "$(echo "$one,$two" | tr , '\n' | sort -u | wc -l)" 4
echo "ROLLBACK; SELECT 'back';" >&"${first[1]}"
read -r _ <&"${first[0]}"
three=$(sql -c "SELECT string_agg(job_id::text, ',' ORDER BY job_id) FROM llm.usp_claim_jobs('c', '{page_classification}', 10, NULL, NULL)")
check "what a claimer that went away held can be claimed" "$three" "$one"
exec {first[1]}>&-
wait "$first_PID" 2>/dev/null || true

route() { # tenant, page, order: each statement is a transaction of its own
    sql -c "SELECT format('SELECT tap.route_entities(%s, VARIADIC ARRAY(SELECT tap.entity(%1\$s, ''Name '' || n, ''kind'' || (n + %2\$s) %% 2) FROM generate_series(1, 12) n ORDER BY n $3)); SELECT tap.route_relations(%1\$s, VARIADIC ARRAY(SELECT tap.relation(%1\$s, ''Name '' || n, ''near'', ''Name '' || n + 3) FROM generate_series(1, 9) n ORDER BY n $3));', chunk_id, chunk_index)
        FROM vector.chunk JOIN sem.source_page USING (source_page_id) WHERE locator = '$2' AND vector.chunk.tenant_id = $1 ORDER BY chunk_index $3" | sql -f - >/dev/null
}
for tenant in together alone; do
    id=$(sql -c "SELECT llm.usp_ensure_tenant('$tenant')")
    for page in up down; do
        sql -c "SELECT tap.chunks($id, '$page', VARIADIC ARRAY(SELECT '$page ' || n || ' tells of many names.' FROM generate_series(1, 12) n))" >/dev/null
    done
    if [[ $tenant == together ]]; then
        route "$id" up ASC & up=$!
        route "$id" down DESC & down=$!
        wait "$up" && wait "$down" && died=no || died=yes
        check "two workers with overlapping names in opposite orders do not fail" "$died" no
    else
        route "$id" down ASC; route "$id" up ASC
    fi
done
check "and know the same as one worker alone" \
    "$(sql -c "SELECT tap.picture(llm.usp_ensure_tenant('together')) = tap.picture(llm.usp_ensure_tenant('alone'))")" t
sql -c "SELECT llm.usp_ensure_history_partitions(6)" >"$PGHOST/made" & upkeep=$!
made=$(sql -c "SELECT llm.usp_ensure_history_partitions(6)")
wait "$upkeep"
check "two that prepare the history's months at once make each once" "$((made + $(cat "$PGHOST/made")))" 7
# A page is forgotten while two workers write about it and about another that shares all its names.
id=$(sql -c "SELECT llm.usp_ensure_tenant('forgetful')")
for page in up down; do
    sql -c "SELECT tap.chunks($id, '$page', VARIADIC ARRAY(SELECT '$page ' || n || ' tells of many names.' FROM generate_series(1, 12) n))" >/dev/null
done
forget() { sql -c "SELECT dbo.usp_forget_page($id, source_page_id, NULL, NULL) FROM sem.source_page WHERE tenant_id = $id AND locator = '$1'" >/dev/null; }
route "$id" up ASC 2>"$PGHOST/up" & up=$!
route "$id" down DESC & down=$!
until [[ $(sql -c "SELECT count(*) > 0 FROM dbo.entity_mention JOIN sem.source_page USING (source_page_id) WHERE locator = 'up' AND sem.source_page.tenant_id = $id") == t ]]; do :; done
forget up && forgot=yes || forgot=no
wait "$up" || true
wait "$down" && died=no || died=yes
check "a page can be forgotten while workers write" "$forgot $died" "yes no"
check "what a worker says of a page that is gone is refused as such" "$(grep 'ERROR:' "$PGHOST/up" | grep -cv 'there is no live job\|has no page' || true)" 0
left=$(sql -c "SELECT llm.usp_ensure_tenant('unforgetful')")
sql -c "SELECT tap.chunks($left, 'down', VARIADIC ARRAY(SELECT 'down ' || n || ' tells of many names.' FROM generate_series(1, 12) n))" >/dev/null
route "$left" down DESC
check "and what is left is what the other page says" "$(sql -c "SELECT tap.picture($id) = tap.picture($left)")" t
forget down
check "with the last page nothing is left" "$(sql -c "SELECT (SELECT count(*) FROM dbo.dim_entity WHERE tenant_id = $id) + (SELECT count(*) FROM dbo.evidence WHERE tenant_id = $id) + (SELECT count(*) FROM dbo.name WHERE tenant_id = $id)")" 0
# Two merges that touch one entity: the second waits, and then sees what the first made of it.
id=$(sql -c "SELECT llm.usp_ensure_tenant('merging')")
chunk=$(sql -c "SELECT (tap.chunks($id, 'people', 'Ada Bo Cy Di know one another.'))[1]")
sql -c "SELECT tap.route_entities($chunk, VARIADIC ARRAY(SELECT tap.entity($chunk, n, 'person') FROM unnest('{Ada,Bo,Cy,Di}'::text[]) n))" \
    -c "SELECT tap.route_relations($chunk, tap.relation($chunk, 'Ada', 'knows', 'Bo'), tap.relation($chunk, 'Cy', 'knows', 'Bo'), tap.relation($chunk, 'Cy', 'knows', 'Di'))" >/dev/null
merge() { echo "SELECT dbo.usp_merge_entities($id, (SELECT entity_id FROM dbo.dim_entity WHERE tenant_id = $id AND entity_name = '$1'), ARRAY(SELECT entity_id FROM dbo.dim_entity WHERE tenant_id = $id AND entity_name = '$2'), NULL, 'ada')"; }
masters() { sql -c "SELECT string_agg(e.entity_name || ' is ' || m.entity_name, ', ' ORDER BY e.entity_name) FROM dbo.dim_entity e JOIN dbo.dim_entity m ON m.entity_id = e.merged_into_id AND m.tenant_id = e.tenant_id WHERE e.tenant_id = $id"; }
before=$(sql -c "SELECT tap.picture($id)")
at_once() { # master and duplicate of the first merge, then of the second; prints how the second ended
    coproc holder { psql -X -q -A -t; }
    echo "BEGIN; $(merge "$1" "$2");" >&"${holder[1]}"
    read -r _ <&"${holder[0]}"
    for _ in 1 2 3; do # what is transient is tried again, as the program does
        PGAPPNAME=second sql -v VERBOSITY=sqlstate -c "$(merge "$3" "$4")" >/dev/null 2>"$PGHOST/second" & second=$!
        until [[ $(sql -c "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'second' AND wait_event_type = 'Lock'") == 1 ]] || ! kill -0 "$second" 2>/dev/null; do :; done
        [[ -z ${holder_PID:-} ]] || { echo "COMMIT;" >&"${holder[1]}"; exec {holder[1]}>&-; wait "$holder_PID" 2>/dev/null || true; }
        wait "$second" || true
        grep -q 40001 "$PGHOST/second" || break
    done
    sed 's/^ERROR: *//' "$PGHOST/second"
}
taken_back() { sql -c "SELECT count(dbo.usp_unmerge_entities(merge_id, $id, 'ada')) FROM (SELECT merge_id FROM dbo.entity_merge WHERE tenant_id = $id AND undone_at IS NULL ORDER BY merge_id DESC) m" >/dev/null; }
check "of two that are merged into one another at once the second is refused" "$(at_once Ada Bo Bo Ada)" AL012
check "and the first holds" "$(masters)" "Bo is Ada"
taken_back
check "an entity is merged into one of two masters only" "$(at_once Ada Bo Cy Bo)" AL012
check "which is the first" "$(masters)" "Bo is Ada"
taken_back
check "a master that becomes a duplicate meanwhile is refused" "$(at_once Ada Bo Bo Cy)" AL012
taken_back
check "duplicates of one master may come at once" "$(at_once Ada Bo Ada Cy)" ""
check "and all are the master's" "$(masters)" "Bo is Ada, Cy is Ada"
taken_back
check "a duplicate that is a master meanwhile brings its own along" "$(at_once Bo Cy Ada Bo)" ""
check "to the last master" "$(masters)" "Bo is Ada, Cy is Ada"
taken_back
check "all of it can be taken back" "$(sql -c "SELECT tap.picture($id) = \$x\$$before\$x\$")" t
check "the server saw no deadlock" "$(sql -c "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")" 0
exit "$failed"
