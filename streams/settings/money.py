"""Money: by what premiums are rated, what pricing is told, and how the ledger is kept."""

from dataclasses import dataclass

from streams.settings.setting import setting


@dataclass(frozen=True)
class Tariff:
    """What premiums are rated with."""

    path: str = setting(
        "standard",
        "`standard` or `china` (illustrative, shipped), the path of a tariff file, or a folder of dated ones, "
        "in each currency one after another",
    )
    sign_key: str = setting("", "key that signs tariffs: from `tripmeter ledger key`", secret=True)
    check_key: str = setting(
        "", "its public half: with it every tariff must be signed, by that key; without it a filed one posts nothing"
    )


@dataclass(frozen=True)
class Pricing:
    """What pricing is told of driving."""

    privacy: str = setting(
        "full",
        "`full`: rates of each behaviour; `scores_and_km`: a vehicle's score and km alone, no event, place or driver",
        choices=("full", "scores_and_km"),
    )
    models: str = setting(
        "",
        "folder with models of `tripmeter fit` (.json) and data to hold them against (.parquet, .csv): for actuaries",
    )


@dataclass(frozen=True)
class Ledger:
    """What was indicated and charged: when an indication moves, and who signs for it."""

    band: float = setting(0.02, "an indication is written anew only if it moved by more than this share", 0, 1)
    step: float = setting(0.10, "and by no more than this share at a time", 0.001, 10)
    post: bool = setting(True, "the service posts by itself once a day has closed, and seals if it has a `seal_key`")
    offer_days: int = setting(45, "the next term of a policy is offered so many days before its end; 0: never", 0, 366)
    seal_key: str = setting("", "key that signs the days' seals: from `tripmeter ledger key`", secret=True)
    check_key: str = setting("", "its public half, with which anybody checks them and nobody signs")
