#!/usr/bin/env bash
# Secrets: passwords, and certificates of an authority of our own, for docker-compose.yml. What is there stays.
# secrets.sh [FOLDER [NAME...]]: names or addresses under which devices and browsers reach us, besides localhost
set -euo pipefail
umask 077
scripts=$(cd "$(dirname "$0")" && pwd)
folder=${1:-secrets}
names=localhost,127.0.0.1$(printf ',%s' "${@:2}" | sed 's/^,$//')
mkdir -p "$folder"
cd "$folder"

password() { # FILE
    [ -e "$1" ] || openssl rand -hex 24 | tr -d '\n' >"$1"
}

[ -e ca.crt ] || "$scripts/certificates.sh" . authority
for service in mosquitto console grafana; do
    [ -e $service.crt ] || DAYS=825 "$scripts/certificates.sh" . server $service "$service,$names"
done
for one in database-password mqtt-password grafana-password metrics-token; do
    password $one
done
[ -e http-tokens ] || echo "prometheus metrics sha256:$(openssl dgst -sha256 -r metrics-token | cut -d ' ' -f 1)" >http-tokens
[ -e store-url ] || printf 'postgresql://tripmeter:%s@postgres:5432/tripmeter' "$(cat database-password)" >store-url

# containers read them as users of their own; the folder keeps everybody else out, ca.key is for no container
chmod 644 ./*
chmod 600 ca.key
echo "$folder: $(echo *)"
