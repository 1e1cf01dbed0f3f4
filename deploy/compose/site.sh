#!/bin/sh
# Site: Mosquitto's password and ACL files, made from the registry's; a registry that is not there is the simulated fleet's.
# site.sh [REGISTRY [SITE [USER...]]]: our own user names at Mosquitto, where there are several
set -eu
registry=${1:-/registry} site=${2:-/site}
shift $(($# < 2 ? $# : 2))

test -e "$registry/vehicles.csv" || test -e "$registry/vehicles.toml" || tripmeter-sim record --registry "$registry"
TRIPMETER_MQTT__PASSWORD=$(cat "$TRIPMETER_MQTT__PASSWORD__FILE")
export TRIPMETER_MQTT__PASSWORD
unset TRIPMETER_MQTT__PASSWORD__FILE
python scripts/mosquitto.py "$registry" "$site" "$@"
