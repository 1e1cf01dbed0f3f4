#!/usr/bin/env bash
# Certificates: an authority of one's own, and what it signs for the broker, for devices and for our own processes.
#
#   certificates.sh DIR authority                    ca.key, ca.crt and ca.crl: keep ca.key where nobody logs in
#   certificates.sh DIR server NAME HOST[,HOST...]   NAME.key, NAME.crt; a HOST is a name or an address
#   certificates.sh DIR client NAME USER             NAME.key, NAME.crt; USER is the common name, as acme/truck-7
#   certificates.sh DIR revoke NAME                  NAME.crt is no longer good: says the new ca.crl
#
# DAYS (default 365; an authority ten times that) is how long they hold.
set -euo pipefail
umask 077
[ $# -ge 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
folder=$1 what=$2 name=${3:-} whose=${4:-}
days=${DAYS:-365}
mkdir -p "$folder"
cd "$folder"

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"; }

sign() { # NAME SUBJECT EXTENSIONS: the subject's slashes are its own
    key "$1"
    openssl req -new -key "$1.key" -subj "/CN=${2//\//\\/}" -out "$1.csr"
    openssl ca -batch -config ca.cnf -extensions "$3" -days "$days" -notext -in "$1.csr" -out "$1.crt" 2>ca.log ||
        { cat ca.log >&2; exit 1; }
    rm "$1.csr"
}

configure() { # HOST...
    local k=0 host names=""
    for host in "$@"; do
        k=$((k + 1))
        [[ $host =~ ^[0-9.]+$|: ]] && names+="IP.$k = $host"$'\n' || names+="DNS.$k = $host"$'\n'
    done
    [ -e ca.index ] || touch ca.index
    [ -e ca.serial ] || openssl rand -hex 16 >ca.serial
    [ -e ca.crlnumber ] || echo 01 >ca.crlnumber
    cat >ca.cnf <<END
[ca]
default_ca = own
[own]
database = ca.index
serial = ca.serial
crlnumber = ca.crlnumber
new_certs_dir = .
certificate = ca.crt
private_key = ca.key
default_md = sha256
default_crl_days = 3650
policy = any
unique_subject = no
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
${names:+subjectAltName = @names
[names]
$names}
END
}

IFS=, read -ra hosts <<<"$whose"
case $what in
authority)
    [ ! -e ca.key ] || { echo "certificates: $folder/ca.key is there already" >&2; exit 1; }
    configure
    key ca
    openssl req -x509 -new -key ca.key -sha256 -days $((10 * days)) -subj "/CN=Tripmeter devices" -config ca.cnf \
        -extensions authority -out ca.crt
    configure
    openssl ca -batch -config ca.cnf -gencrl -out ca.crl 2>ca.log
    ;;
server) configure "${hosts[@]}" && sign "$name" "${hosts[0]}" server ;;
client) configure && sign "$name" "$whose" client ;;
revoke)
    configure
    openssl ca -batch -config ca.cnf -revoke "$name.crt" 2>ca.log || { cat ca.log >&2; exit 1; }
    openssl ca -batch -config ca.cnf -gencrl -out ca.crl 2>ca.log
    ;;
*) echo "certificates: what is '$what'? authority, server, client or revoke" >&2; exit 2 ;;
esac
rm -f ca.log
