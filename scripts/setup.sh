#!/usr/bin/env bash
# Installs what Almagest needs and is not there yet. When nothing is missing it takes a second and
# no network.
#
#   setup.sh           what building and running need, the model server and the default model
#   setup.sh --tests   also what the tests, the formatter and the linter need
#   setup.sh --check   only tells which packages for building are missing
set -euo pipefail
cd "$(dirname "$0")/.."

building=(
    g++ cmake ninja-build ccache pkg-config ca-certificates
    postgresql-15 python3 python3-pip
    libpqxx-dev libpq-dev libcurl4-openssl-dev libcpp-httplib-dev nlohmann-json3-dev libsimdjson-dev
    libvalijson-dev libyaml-cpp-dev libcli11-dev libfmt-dev libicu-dev libxml2-dev
    libmd4c-dev libmd4c-html0-dev libbz2-dev libpoppler-cpp-dev prometheus-cpp-dev
    libhunspell-dev hunspell-en-us
    libssl-dev
)
testing=(
    git libgtest-dev libgmock-dev libbenchmark-dev clang-format clang-tidy
    postgresql-15-pgtap postgresql-15-plpgsql-check libtap-parser-sourcehandler-pgtap-perl
    python3-psycopg2 python3-networkx faketime raptor2-utils
    chromium-headless-shell fonts-liberation fonts-noto-color-emoji fonts-droid-fallback
)

fail() {
    echo "setup: $*" >&2
    exit 1
}

wanted=("${building[@]}")
mode=${1:-}
case $mode in
    "" | --check) ;;
    --tests) wanted+=("${testing[@]}") ;;
    *) fail "unknown option $mode; there are --tests and --check" ;;
esac

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    fail "this is not Debian or Ubuntu; install what scripts/setup.sh lists by the means of your system, then run 'make build'"

missing=()
for package in "${wanted[@]}"; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done

if [ "$mode" = --check ]; then
    [ ${#missing[@]} -eq 0 ] || fail "missing packages: ${missing[*]}; run 'make setup' first"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo)
fi

apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# Debian's package starts a server of its own when it is installed first; Almagest makes a private
# one. The machine's setting is put back afterwards, so a later installation behaves as ever.
cluster_setting=/etc/postgresql-common/createcluster.conf
restore_cluster_setting() {
    if [ -e "$cluster_setting.before-almagest" ]; then
        "${as_root[@]}" mv "$cluster_setting.before-almagest" "$cluster_setting"
    fi
}

install_without_main_cluster() {
    apt install -y --no-install-recommends postgresql-common >/dev/null || return
    trap restore_cluster_setting EXIT
    "${as_root[@]}" cp -p "$cluster_setting" "$cluster_setting.before-almagest"
    "${as_root[@]}" sed -i -E 's/^#?\s*create_main_cluster\s*=.*/create_main_cluster = false/' "$cluster_setting"
    apt install -y --no-install-recommends "${missing[@]}" >/dev/null || return
    restore_cluster_setting
    trap - EXIT
}

if [ ${#missing[@]} -gt 0 ]; then
    if [ ${#as_root[@]} -gt 0 ] && ! command -v sudo >/dev/null; then
        fail "missing packages: ${missing[*]}; installing needs root and there is no sudo: as root run 'apt-get install ${missing[*]}', then again 'make setup'"
    fi
    echo "setup: installing ${#missing[@]} packages: ${missing[*]}" >&2
    apt update ||
        fail "the package lists cannot be fetched; is this machine online? Missing: ${missing[*]}"
    unknown=()
    for package in "${missing[@]}"; do
        [ -n "$(apt-cache policy "$package" | grep -m1 'Candidate: [^(]')" ] || unknown+=("$package")
    done
    [ ${#unknown[@]} -eq 0 ] ||
        fail "this system's package lists do not have ${unknown[*]}; Almagest is built for Debian 12 (bookworm)"
    install=(apt install -y --no-install-recommends "${missing[@]}")
    if [[ " ${missing[*]} " == *" postgresql-15 "* ]]; then
        install=(install_without_main_cluster)
    fi
    "${install[@]}" >/dev/null || fail "the packages could not be installed; the lines above say why"
fi

scripts/fetch-model-server.sh
if [ "$mode" = --tests ]; then
    scripts/fetch-model.sh small
else
    scripts/fetch-model.sh default
fi
