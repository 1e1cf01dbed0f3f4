#!/usr/bin/env python3
"""Mosquitto: its password and ACL files, made from a registry folder; every device is bound to its vehicle's topics."""

import argparse
import base64
import getpass
import hashlib
import os
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from devices.acl import GATEWAY, Account, AclError, acl
from devices.topics import TopicError
from streams.registry import RegistryError, Roster, load

VARIABLE = "TRIPMETER_MQTT__PASSWORD"  # of the service, which logs in as GATEWAY, or of bridges and workers
ROUNDS = 101  # as mosquitto_passwd has it


def main(arguments: Sequence[str]) -> int:
    """Write ``passwords`` and ``acl`` into a folder."""
    asked = _asked(arguments)
    offices = dict(office.split("=")[:2] for office in asked.office)
    try:
        roster = Roster(load(asked.registry))
        accounts = [
            Account(user, *vehicle) for user, vehicles in roster.topics(time.time()).items() for vehicle in vehicles
        ]
        rules = acl(accounts, asked.users or [GATEWAY], offices)
        users = {} if asked.certificates else _passwords(asked, roster)
    except (RegistryError, AclError, TopicError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "acl").write_text(rules, "utf-8")
    (asked.out / "passwords").write_text("".join(f"{user}:{hashed(word)}\n" for user, word in users.items()), "utf-8")
    sys.stdout.write(f"{asked.out}/passwords and {asked.out}/acl: {len(users)} passwords; send Mosquitto a SIGHUP\n")
    return 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mosquitto.py", description=__doc__)
    parser.add_argument("registry", type=Path, metavar="REGISTRY_DIR")
    parser.add_argument("out", type=Path, metavar="OUT_DIR")
    parser.add_argument("users", nargs="*", metavar="USER", help=f"our own users; their password is in {VARIABLE}")
    parser.add_argument("--certificates", action="store_true", help="everybody has a certificate, nobody a password")
    parser.add_argument(
        "--office",
        action="append",
        default=[],
        metavar="USER=FLEET[=FILE]",
        help="somebody who hears the alerts of a fleet, and the file of the password; without it: has a certificate",
    )
    asked = parser.parse_args(arguments)
    for office in asked.office:
        if office.count("=") not in (1, 2):
            parser.error(f"--office {office}: expected USER=FLEET or USER=FLEET=FILE")
    return asked


def _passwords(asked: argparse.Namespace, roster: Roster) -> dict[str, str]:
    ours = asked.users or [GATEWAY]
    own = os.environ.get(VARIABLE) or getpass.getpass(f"password of {', '.join(ours)}: ")
    said = [office.split("=") for office in asked.office if office.count("=") == 2]
    offices = {user: Path(file).read_text("utf-8").strip() for user, _, file in said}
    return roster.credentials(time.time()) | offices | dict.fromkeys(ours, own)


def hashed(password: str) -> str:
    """What stands for ``password`` in Mosquitto's password file: PBKDF2 with SHA-512 (type 7)."""
    salt = secrets.token_bytes(12)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return f"$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
