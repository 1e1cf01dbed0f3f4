"""Tariffs: those of the configuration, one after another in each currency, and signed where that is asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pricing.document import TariffError
from pricing.signed import Good, SignatureError, beneath, check
from pricing.signed import read as signature_of
from pricing.tariff import Tariff
from pricing.tariffs import parse, shipped, standard_text
from pricing.tariffs.dated import dated, in_force
from streams import settings
from streams.layers import ConfigError

SIGNATURE = ".sig"  # after the name of a tariff's file


@dataclass(frozen=True)
class Shelf:
    """Tariffs in order of time, and each as it is written."""

    tariffs: tuple[Tariff, ...]
    texts: Mapping[str, str]  # by digest

    def at(self, day: date, currency: str = "") -> Tariff:
        """The tariff in force on a day for policies in a ``currency``; ``ConfigError`` if none is.

        Where none is in the currency, or none is named, that of the first tariff.
        """
        try:
            return in_force(self.tariffs, day, currency)
        except TariffError as error:
            raise ConfigError(f"tariff.path: {error}") from error

    def on(self, day: date) -> tuple[Tariff, ...]:
        """The tariffs in force on a day, that of the first tariff's currency first; ``ConfigError`` if that is none.

        Of another currency none, if none is.
        """
        first = self.at(day)
        others = dict.fromkeys(tariff.currency for tariff in self.tariffs if tariff.currency != first.currency)
        return (first, *(found for currency in others for found in self._if_any(day, currency)))

    def _if_any(self, day: date, currency: str) -> Iterator[Tariff]:
        try:
            yield in_force(self.tariffs, day, currency)
        except TariffError:
            return

    def text(self, tariff: Tariff) -> str:
        """A tariff as it is written."""
        return self.texts[tariff.digest]


def shelf(said: settings.Tariff, signed: bool = False) -> Shelf:
    """The tariffs that a configuration names; ``ConfigError`` for one that cannot be read or is not as it was signed.

    Each must be ``signed``, by the configuration's key if it has one.
    """
    try:
        read = [_tariff(text, path, name, said.check_key, signed) for name, path, text in _texts(said.path)]
        return Shelf(dated(tariff for tariff, _ in read), {tariff.digest: text for tariff, text in read})
    except (TariffError, SignatureError) as error:
        raise ConfigError(f"tariff.path: {error}") from error


def posting(said: settings.Tariff) -> Shelf:
    """The same for who posts by them; ``ConfigError`` where one is filed and no key says who must have signed it."""
    found = shelf(said)
    filed = [tariff.tariff_id for tariff in found.tariffs if tariff.status == "filed"]
    if filed and not said.check_key:
        raise ConfigError(
            f"tariff.path: {filed[0]} is filed, and nothing is posted by it until it is known to be as it was signed: "
            "set tariff.check_key ('tripmeter ledger key' makes a pair, 'tripmeter tariff sign' signs)"
        )
    return found


def text_of(name: str) -> str:
    """The text of one tariff, shipped or a file; ``ConfigError`` where that is none or several."""
    found = [text for _, _, text in _texts(name)]
    if len(found) > 1:
        raise ConfigError(f"{name} holds {len(found)} tariffs: name one of its files")
    return found[0]


def _tariff(text: str, path: Path | None, name: str, key: str, signed: bool) -> tuple[Tariff, str]:
    """The tariff of a text, held against the signature beside its file: by ``key``, or by the key that it names.

    With the text to be kept, the signature beneath.
    """
    tariff = parse(text, name)
    beside = path and path.with_name(path.name + SIGNATURE)
    if beside is None or not beside.is_file():
        if key or signed:
            raise SignatureError(f"{tariff.tariff_id} is not signed: 'tripmeter tariff sign' writes FILE{SIGNATURE}")
        return tariff, text
    signature = signature_of(beside.read_text("utf-8"), str(beside))
    by = (key, "tariff.check_key") if key else (signature.key, f"{beside}: key")
    check(tariff, signature, _checker(*by))
    return tariff, beneath(text, signature)


def _checker(key: str, where: str) -> Good:
    from streams.keys import checker  # cryptography, which those without signatures need not have

    return checker(key, where)


def _texts(said: str) -> Iterator[tuple[str, Path | None, str]]:
    """Name, file and text of each tariff: one that is shipped, a file, or all of a folder."""
    if said in shipped():
        yield f"{said}.toml", None, standard_text(said)
        return
    path = Path(said)
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    if not files:
        raise ConfigError(f"tariff.path {said}: the folder holds no tariff (.toml)")
    for file in files:
        try:
            yield str(file), file, file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"tariff.path {file}: cannot be read ({getattr(error, 'strerror', error)})") from error
