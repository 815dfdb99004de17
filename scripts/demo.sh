#!/usr/bin/env bash
# Sets up, builds, reads a real document from Debian's archive and shows what was learnt from it.
#
#   ALMAGEST_DEMO_SECTIONS   which sections of the history are read beside the page about leadership,
#                            by the ids of their headings; the default fits ten minutes on two cores
set -euo pipefail
cd "$(dirname "$0")/.."

package=debian-history
sections=${ALMAGEST_DEMO_SECTIONS:-rel-0 rel-1 rel-4}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/almagest
home=${ALMAGEST_HOME:-$HOME/.almagest}
document=$cache/documents/$package

fail() {
    echo "demo: $*" >&2
    exit 1
}

download() {
    apt-get -qq download "$package" -o APT::Sandbox::User="$(id -un)"
}

# Unpacked in the cache, not installed.
fetch_document() {
    local folder
    [ -d "$document" ] && return
    folder=$(mktemp -d "$cache/documents/unpacking.XXXXXX")
    (
        cd "$folder"
        if ! download 2>/dev/null; then
            # A machine whose package lists were cleared.
            as_root=()
            [ "$(id -u)" -eq 0 ] || as_root=(sudo)
            "${as_root[@]}" apt-get -qq update && download
        fi
        dpkg-deb -x "$package"_*.deb .
    ) || {
        rm -rf "$folder"
        fail "the Debian package $package could not be fetched; is this machine online?"
    }
    mv "$folder" "$document"
}

# One leader a paragraph: bounds as the page words them, as dates, and the sentence that says so.
show_leaders() {
    build/almagest sql "
        SELECT person.entity_name, relation.relation_type, body.entity_name,
               coalesce(relation.start_text, '…'), coalesce(relation.end_text, '…'),
               coalesce(relation.start_date::text, '…'), coalesce(relation.end_date::text, '…'),
               (SELECT translate(evidence.quote, E'\t\n', '  ') FROM dbo.evidence
                 WHERE evidence.target_table LIKE '%bridge_entity_relation' AND evidence.target_id = relation.relation_id
                 ORDER BY evidence.source_page_id, evidence.char_start LIMIT 1)
          FROM dbo.bridge_entity_relation AS relation
          JOIN dbo.dim_entity AS person ON person.entity_id = relation.from_entity_id
          JOIN dbo.dim_entity AS body ON body.entity_id = relation.to_entity_id
         WHERE lower(body.entity_name) = 'debian' AND lower(person.entity_type) = 'person'
           AND relation.promotion_state IN ('promoted', 'adjudicated')
           AND (relation.start_date IS NOT NULL OR relation.end_date IS NOT NULL)
         ORDER BY relation.start_date NULLS LAST, relation.end_date, person.entity_name" |
        while IFS=$'\t' read -r who relation what start_text end_text start_date end_date quote; do
            printf '%s — %s → %s   %s until %s   (%s … %s)\n' \
                "$who" "$relation" "$what" "$start_text" "$end_text" "$start_date" "$end_date"
            printf '    “%s”\n' "$quote"
        done
}

scripts/setup.sh
scripts/build.sh

mkdir -p "$cache/documents" "$home/demo"
fetch_document
pages=$document/usr/share/doc/$package/docs
[ -f "$pages/leaders.en.html" ] || fail "$document does not hold the pages as expected; remove it and try again"
cp "$pages/leaders.en.html" "$home/demo/"
inputs=("$home/demo/leaders.en.html")
for section in $sections; do
    part=$home/demo/history-$section.html
    python3 scripts/html-section.py "$pages/detailed.en.html" "$section" >"$part" || fail "no section $section to read"
    inputs+=("$part")
done

echo
echo "Reading ${#inputs[@]} pages with a local model; on two cores this takes five to ten minutes."
status=0
build/almagest run "${inputs[@]}" || status=$?
# 3: some items failed and the rest were done.
[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || exit "$status"

echo
echo "Who led Debian, and when, in the page's own words:"
echo
show_leaders
waiting=$(build/almagest sql "SELECT count(*) FROM dbo.bridge_entity_relation WHERE promotion_state = 'candidate'")
echo
echo "$waiting relations of these pages wait for a person, since their evidence does not say everything;"
echo "\`build/almagest show Debian\` shows them as candidates."

cat <<END

To go on:
    build/almagest show Debian                 everything known about one entity, with its evidence
    build/almagest run $pages/*.en.html
                                               the rest of the document (what was read costs nothing again)
    build/almagest run YOUR-PAGES…             your own text, Markdown or HTML
    build/almagest serve                       look at what waits in a browser, and decide
    build/almagest runs list                   what the model was asked and answered
    build/almagest sql                         the star schema in psql
    build/almagest db stop                     stop the private database
END
exit "$status"
