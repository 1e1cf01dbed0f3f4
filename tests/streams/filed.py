"""Filed: tariffs as an insurer files them, each written with a signature beside it."""

from pathlib import Path

from pricing import signed
from pricing.tariffs import parse
from streams import keys
from streams.tariffs import SIGNATURE


class Filed:
    """Writes tariffs that are filed; ``key`` is the public half by which they are checked."""

    def __init__(self) -> None:
        self._secret, self.key = keys.pair()
        self.by = ("--set", f"tariff.check_key={self.key}")  # of a command

    def __call__(self, path: Path, text: str) -> None:
        said = text.replace('"illustrative"', '"filed"')
        path.write_text(said)
        made = signed.sign(parse(said, path.name), self.key, keys.signer(self._secret))
        path.with_name(path.name + SIGNATURE).write_text(signed.write(made))
