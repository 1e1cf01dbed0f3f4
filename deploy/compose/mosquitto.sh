#!/bin/sh
# Mosquitto as it is shipped, and a second door for our own processes, which may be several of one name there.
# mosquitto.sh [SHIPPED [SITE [DATA [CERTIFICATES [DEVICES [OURS]]]]]]: the last two are ports, with an address if wanted
set -eu
shipped=${1:-/deploy/mosquitto/mosquitto.conf} site=${2:-/site} data=${3:-/mosquitto/data}
certificates=${4:-/run/secrets} devices=${5:-8883} ours=${6:-8884}
made=/tmp/mosquitto.$$.conf

sed -e "s/^listener .*/listener $devices/" -e "s#/etc/mosquitto/certs/server#$certificates/mosquitto#" \
    -e "s#/etc/mosquitto/certs#$certificates#" -e "s#/etc/mosquitto/tripmeter#$site#" \
    -e "s#/var/lib/mosquitto#$data#" "$shipped" > $made
cat >> $made <<END

listener $ours
cafile $certificates/ca.crt
certfile $certificates/mosquitto.crt
keyfile $certificates/mosquitto.key
END
exec mosquitto -c $made
