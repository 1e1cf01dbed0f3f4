#!/bin/sh
# Secrets: passwords, and certificates of an authority of our own, for docker-compose.yml. What is there stays.
# secrets.sh [FOLDER [NAME...]]: names or addresses under which devices reach Mosquitto, besides localhost
set -eu
folder=${1:-secrets}
shift $(($# < 1 ? $# : 1))
days=825

umask 077
mkdir -p "$folder"
cd "$folder"

alternatives() { # NAME...: as a certificate says them
    found=
    for name in "$@"; do
        case $name in
        *[!0-9.]*) found=$found,DNS:$name ;;
        *) found=$found,IP:$name ;;
        esac
    done
    echo "${found#,}"
}

password() { # FILE
    test -e "$1" || openssl rand -hex 24 | tr -d '\n' > "$1"
}

key() { # FILE
    openssl ecparam -name prime256v1 -genkey -noout -out "$1"
}

certificate() { # SERVICE NAME...
    service=$1
    test ! -e "$service.crt" || return 0
    key "$service.key"
    openssl req -new -key "$service.key" -subj "/CN=$service" -out "$service.csr"
    {
        echo "subjectAltName=$(alternatives "$@")"
        echo basicConstraints=critical,CA:FALSE
        echo keyUsage=critical,digitalSignature
        echo extendedKeyUsage=serverAuth
        echo subjectKeyIdentifier=hash
        echo authorityKeyIdentifier=keyid
    } > "$service.ext"
    openssl x509 -req -in "$service.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days $days \
        -extfile "$service.ext" -out "$service.crt"
    rm "$service.csr" "$service.ext"
}

if [ ! -e ca.crt ]; then
    key ca.key
    openssl req -x509 -new -key ca.key -days $days -subj "/CN=Tripmeter $(date -u +%Y-%m-%d)" \
        -addext keyUsage=critical,keyCertSign,cRLSign -out ca.crt
fi
certificate mosquitto localhost 127.0.0.1 "$@"
certificate grafana localhost 127.0.0.1 "$@"
for name in database mqtt grafana; do
    password "$name-password"
done
password metrics-token
test -e http-tokens || echo "prometheus metrics sha256:$(openssl dgst -sha256 -r metrics-token | cut -d ' ' -f 1)" > http-tokens
test -e store-url || printf 'postgresql://tripmeter:%s@postgres:5432/tripmeter' "$(cat database-password)" > store-url

# containers read them as users of their own; the folder keeps everybody else out, ca.key is for no container
chmod 644 ./*
chmod 600 ca.key
echo "$folder: $(ls | tr '\n' ' ')"
