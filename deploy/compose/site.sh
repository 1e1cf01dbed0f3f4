#!/bin/sh
# Site: the registry into the database, and Mosquitto's password and ACL files, made from it, into /site.
# site.sh [REGISTRY [SITE [USER...]]]: our own user names at Mosquitto, where there are several
set -eu
registry=${1:-/registry} site=${2:-/site}
shift $(($# < 2 ? $# : 2))

test -e "$registry/vehicles.csv" || test -e "$registry/vehicles.toml" || tripmeter-sim record --registry "$registry"
tripmeter registry import "$registry"
python scripts/mosquitto.py "$registry" "$site" "$@"
