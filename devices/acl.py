"""ACL: who may publish and hear what at Mosquitto, by user name or, the same, by a certificate's common name."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import NamedTuple

from devices.topics import ALL_TELEMETRY, ROOT, check_id

GATEWAY = "tripmeter-gateway"
BRIDGE = "tripmeter-bridge"  # and whatever begins so: it only listens
WORKER = "tripmeter-worker"  # the same: it only speaks


class AclError(ValueError):
    """A user name Mosquitto would not take as it stands."""


class Account(NamedTuple):
    """A device's user name at the broker, and the vehicle it is in."""

    username: str
    fleet: str
    vehicle: str


def acl(
    accounts: Iterable[Account], gateways: Iterable[str] = (GATEWAY,), offices: Mapping[str, str] | None = None
) -> str:
    """The text of Mosquitto's acl_file: each device its own topics, our own processes what they are for.

    ``offices`` are user names of people and the fleet of each, whose alerts they hear. Raises ``AclError`` where a
    name is that of two: it would have the rights of both.
    """
    accounts, gateways, offices = list(accounts), list(gateways), offices or {}
    for one, other in combinations([{account.username for account in accounts}, set(offices), set(gateways)], 2):
        if one & other:
            raise AclError(f"{sorted(one & other)}: a device, an office and a process of ours need names of their own")
    blocks = ["# Made from the registry; make it again when devices change, and send Mosquitto a SIGHUP."]
    blocks += [_block(account.username, _device(account)) for account in accounts]
    blocks += [
        _block(office, [f"read {ROOT}/{check_id(fleet)}/+/alert/#"]) for office, fleet in (offices or {}).items()
    ]
    blocks += [_block(gateway, _ours(gateway)) for gateway in gateways]
    return "\n\n".join(blocks) + "\n"


def _device(account: Account) -> list[str]:
    own = f"{ROOT}/{check_id(account.fleet, 'fleet')}/{check_id(account.vehicle, 'vehicle')}"
    return [f"write {own}/telemetry", f"read {own}/ack", f"read {own}/alert/#"]


def _ours(username: str) -> list[str]:
    mine = f"{ROOT}/+/+"
    hear, speak = [f"read {ALL_TELEMETRY}"], [f"write {mine}/ack", f"write {mine}/alert/#"]
    return (hear if not username.startswith(WORKER) else []) + (speak if not username.startswith(BRIDGE) else [])


def _block(username: str, rules: list[str]) -> str:
    if not username or username != username.strip() or not username.isprintable() or any(s in username for s in ":+#"):
        raise AclError(f"user name {username!r} is empty, or holds : + # or characters at its edge that do not print")
    return "\n".join([f"user {username}", *(f"topic {rule}" for rule in rules)])
