#!/bin/sh
# Alone: the whole service in one process, behind Mosquitto, with the registry as its files are now.
set -eu
tripmeter registry import "${1:-/registry}"
exec tripmeter run
