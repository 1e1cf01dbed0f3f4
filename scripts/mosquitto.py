#!/usr/bin/env python3
"""Mosquitto: its password and ACL files, made from a registry folder; every device is bound to its vehicle's topics."""

import base64
import getpass
import hashlib
import os
import secrets
import sys
from pathlib import Path

from devices.acl import GATEWAY, Account, AclError, acl
from streams.registry import RegistryError, Roster, load

VARIABLE = "TRIPMETER_MQTT__PASSWORD"  # of the service, which logs in as GATEWAY, or of bridges and workers
ROUNDS = 101  # as mosquitto_passwd has it


def main(arguments: list[str]) -> int:
    """Write ``passwords`` and ``acl`` into a folder."""
    if len(arguments) < 2:
        sys.stderr.write(
            f"usage: mosquitto.py REGISTRY_DIR OUT_DIR [USER...]   ({VARIABLE}: password of our own users)\n"
        )
        return 2
    registry, out, ours = Path(arguments[0]), Path(arguments[1]), arguments[2:] or [GATEWAY]
    try:
        roster = Roster(load(registry))
        accounts = [Account(user, *vehicle) for user, vehicles in roster.topics().items() for vehicle in vehicles]
        rules = acl(accounts, ours)
    except (RegistryError, AclError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    own = os.environ.get(VARIABLE) or getpass.getpass(f"password of {', '.join(ours)}: ")
    users = roster.credentials() | dict.fromkeys(ours, own)
    out.mkdir(parents=True, exist_ok=True)
    (out / "acl").write_text(rules, "utf-8")
    (out / "passwords").write_text("".join(f"{user}:{hashed(word)}\n" for user, word in users.items()), "utf-8")
    sys.stdout.write(f"{out}/passwords and {out}/acl: {len(users)} users; send Mosquitto a SIGHUP\n")
    return 0


def hashed(password: str) -> str:
    """What stands for ``password`` in Mosquitto's password file: PBKDF2 with SHA-512 (type 7)."""
    salt = secrets.token_bytes(12)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return f"$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
