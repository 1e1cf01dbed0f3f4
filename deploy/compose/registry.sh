#!/bin/sh
# Registry: the database's schemas of this version, made before anybody works there, and the registry's files in them.
set -eu
tripmeter database upgrade
tripmeter registry import "${1:-/registry}"
