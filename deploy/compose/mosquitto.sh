#!/bin/sh
# Mosquitto with the shipped configuration, but without TLS: for a network of containers of its own.
set -eu
shipped=${1:-/deploy/mosquitto/mosquitto.conf} site=${2:-/site} data=${3:-/mosquitto/data} listener=${4:-1883}

sed -e "s/^listener .*/listener $listener/" -e '/^cafile/d' -e '/^certfile/d' -e '/^keyfile/d' \
    -e "s#/etc/mosquitto/tripmeter#$site#" -e "s#/var/lib/mosquitto#$data#" "$shipped" > /tmp/mosquitto.$$.conf
exec mosquitto -c /tmp/mosquitto.$$.conf
