#!/usr/bin/env bash
# Setup: a virtual environment with this package, for make. setup.sh VENV REQUIREMENT; PYTHON names the interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=$1 what=$2 python=${PYTHON:-python3}

say() { printf '\n==> %s\n' "$*" >&2; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }

command -v "$python" >/dev/null || fail "There is no '$python' here. Tripmeter needs Python 3.11 or newer:
install it, or say where it is: make PYTHON=/path/to/python3.11"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "$("$python" --version) at $(command -v "$python") \
is too old. Tripmeter needs Python 3.11 or newer:
install it, or say where it is: make PYTHON=/path/to/python3.11"

if [ ! -x "$venv/bin/python" ]; then
    say "Making a virtual environment in $venv ($("$python" --version))"
    "$python" -m venv "$venv" || fail "Python could not make a virtual environment.
On Debian and Ubuntu: apt install python3-venv. Or say which Python to use: make PYTHON=/path/to/python3.11"
fi
say "Installing Tripmeter and what it needs into $venv (once; a minute or two)"
"$venv/bin/python" -m pip install --disable-pip-version-check -e "$what" || fail "pip could not install all of it; \
its reason is above. 'make' again goes on from here."
touch "$venv/.installed"
[ "$what" = . ] || touch "$venv/.installed-dev"
