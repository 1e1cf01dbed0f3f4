#!/bin/sh
# Site: the registry into the database (data.dir), and Mosquitto's password and ACL files, made from it, into /site.
set -eu
registry=${1:-/registry} site=${2:-/site}

test -e "$registry/vehicles.csv" || test -e "$registry/vehicles.toml" || tripmeter-sim record --registry "$registry"
tripmeter registry import "$registry"
python scripts/mosquitto.py "$registry" "$site"
