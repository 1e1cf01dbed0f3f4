"""ACL: who may publish and hear what at Mosquitto, for devices with user names of their own."""

from collections.abc import Iterable
from typing import NamedTuple

from devices.topics import ALL_TELEMETRY, ROOT, check_id

GATEWAY = "tripmeter-gateway"


class AclError(ValueError):
    """A user name Mosquitto would not take as it stands."""


class Account(NamedTuple):
    """A device's user name at the broker, and the vehicle it is in."""

    username: str
    fleet: str
    vehicle: str


def acl(accounts: Iterable[Account], gateways: Iterable[str] = (GATEWAY,)) -> str:
    """The text of Mosquitto's acl_file: each device its own topics, each gateway all telemetry, acks and alerts."""
    blocks = ["# Made from the registry; make it again when devices change, and send Mosquitto a SIGHUP."]
    blocks += [_block(account.username, _device(account)) for account in accounts]
    mine = f"{ROOT}/+/+"
    ours = [f"read {ALL_TELEMETRY}", f"write {mine}/ack", f"write {mine}/alert/#"]
    blocks += [_block(gateway, ours) for gateway in gateways]
    return "\n\n".join(blocks) + "\n"


def _device(account: Account) -> list[str]:
    own = f"{ROOT}/{check_id(account.fleet, 'fleet')}/{check_id(account.vehicle, 'vehicle')}"
    return [f"write {own}/telemetry", f"read {own}/ack", f"read {own}/alert/#"]


def _block(username: str, rules: list[str]) -> str:
    if not username or username != username.strip() or not username.isprintable() or any(s in username for s in ":+#"):
        raise AclError(f"user name {username!r} is empty, or holds : + # or characters at its edge that do not print")
    return "\n".join([f"user {username}", *(f"topic {rule}" for rule in rules)])
