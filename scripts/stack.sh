#!/usr/bin/env bash
# Stack: installs what the tests marked "stack" talk to, if it is not here: Debian's packages, Kafka from Maven,
# what looks at the console's modules and screens from npm.
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A package_of=([mosquitto]=mosquitto [mosquitto_passwd]=mosquitto [mosquitto_pub]=mosquitto-clients
    [openssl]=openssl [docker-compose]=docker-compose [java]=default-jre-headless [mvn]=maven
    [initdb]=postgresql [prometheus]=prometheus [nginx]=nginx-light [chromium]=chromium [node]=nodejs [npm]=npm [fc-list]=fontconfig)
missing=()
for command in "${!package_of[@]}"; do
    PATH=$PATH:/usr/sbin:/sbin$(printf ':%s' /usr/lib/postgresql/*/bin) command -v "$command" >/dev/null || missing+=("${package_of[$command]}")
done

if ! { command -v fc-list >/dev/null && fc-list :lang=zh family | grep -q .; }; then
    missing+=(fonts-noto-cjk) # without them Chinese screens are boxes
fi

persist() { # COMMAND...: a mirror may be busy for a moment
    local k
    for k in 1 2 3; do
        "$@" && return
        echo "stack: '$*' failed (try $k of 3)" >&2
        sleep $((5 * k))
    done
    return 1
}

install_packages() { # PACKAGE...
    echo "stack: installing $*"
    command -v apt-get >/dev/null || { echo "stack: no apt-get here; install $* yourself" >&2; exit 1; }
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "stack: installing needs root or sudo" >&2; exit 1; }
        as_root=(sudo)
    fi
    apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
        apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120)
    # Debian starts a server it installs; ours run on ports of their own, under the tests
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee /usr/sbin/policy-rc.d >/dev/null
        "${as_root[@]}" chmod 755 /usr/sbin/policy-rc.d
        trap '"${as_root[@]}" rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    persist "${apt[@]}" update
    persist "${apt[@]}" install -y --no-install-recommends "$@"
}

if [ ${#missing[@]} -gt 0 ]; then
    install_packages "${missing[@]}"
fi
if [ deploy/kafka/pom.xml -nt .stack/kafka/.complete ]; then
    echo "stack: fetching Kafka"
    rm -rf .stack/kafka
    persist mvn --batch-mode --quiet --file deploy/kafka/pom.xml dependency:copy-dependencies
    touch .stack/kafka/.complete
fi
if [ ! -e .stack/npm/.complete ]; then
    echo "stack: fetching axe and TypeScript"
    mkdir -p .stack/npm
    persist npm install --prefix .stack/npm --silent --no-save --no-package-lock axe-core@4.14.1 typescript@7.0.2
    touch .stack/npm/.complete
fi
echo "stack: all here: ${!package_of[*]} kafka axe tsc"
