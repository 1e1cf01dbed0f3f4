#!/bin/sh
# Image: the steps of the Dockerfile, which anybody may take without Docker.
#   image.sh install VENV    Tripmeter and what it needs, nothing of how it was made
#   image.sh warm VENV       compile the kernels into $XDG_CACHE_HOME, for the processor that $NUMBA_CPU_NAME names
set -eu
step=${1:-} venv=${2:-}
mkdir -p "${venv:-.}"
venv=$(cd "${venv:-.}" && pwd)

install() {
    cd "$(dirname "$0")/.."
    "${PYTHON:-python3}" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir '.[archive,distributed,xlsx]'
    "$venv/bin/python" -m pip uninstall --quiet --yes setuptools pip
    find "$venv" -type d -path '*/site-packages/*/tests' -prune -exec rm -rf {} +
}

warm() {
    cd /  # what is compiled is the installed package, not what lies here
    "$venv/bin/python" -m streams.warm
    "$venv/bin/python" -c 'from streams.warm import is_warm; assert is_warm()'
}

case $step in
install | warm) "$step" ;;
*)
    sed -n "2,4s/^# *//p" "$0" >&2
    exit 2
    ;;
esac
