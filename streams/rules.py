"""Rules: what the pipeline judges by, gathered from the configuration once, at the start."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pricing.tariff import Tariff
from streams import config
from streams.alert_rules import RULES, AlertRule
from streams.config import Config
from streams.desk.paging import Paging, clock_time, steps
from streams.hours import RuleBook
from streams.hours.chosen import chosen
from streams.kernels.params import Records
from streams.layers import ConfigError
from streams.objects import Folder, Objects
from streams.pipeline import chain
from streams.pipeline.rule_set import Beside, InForce, RuleSet
from streams.roads import Table, kept, load
from streams.settings import Paging as PagingSettings
from streams.settings import Tariff as TariffSettings
from streams.tariffs import shelf

logger = logging.getLogger(__name__)

ROADS = "+roads."  # in a version, before the digest of the roads


@dataclass(frozen=True)
class Rules:
    """Thresholds and hours rules in force, alert rules, paging, tariff."""

    in_force: InForce
    alerts: dict[str, AlertRule]
    paging: Paging
    tariff: Tariff  # in force today, of the first one's currency
    others: tuple[Tariff, ...] = ()  # likewise, of each other currency

    @property
    def hours(self) -> RuleBook:
        """The hours rules of today."""
        return self.in_force.sets[-1].hours


def gather(settings: Config, roads: Table | None = None) -> Rules:
    """The rules of a configuration and of the roads known; ``ConfigError`` for a tariff or times that cannot be read.

    Which roads were known is part of the version: with others the same drive may be judged otherwise.
    """
    effective = config.thresholds(settings, chain.PARAMS)
    thresholds = tuple(effective[link] for link in chain.PARAMS)
    version, beside = config.rule_version(settings, chain.PARAMS), None
    if roads is not None:
        version += ROADS + roads.digest
        beside = _beside(roads, thresholds)
    first, *others = tariffs(settings.tariff)
    return Rules(
        InForce([RuleSet(thresholds, version, roads=beside, hours=chosen(settings.hours))]),
        config.alert_rules(settings, RULES),
        paging(settings.paging),
        first,
        tuple(others),
    )


def seen_by(roads: Beside, thresholds: tuple[Records, ...]) -> Beside:
    """The same roads, looked for as far as other thresholds say."""
    from streams.roads.beside import Roads

    return _beside(roads.table, thresholds) if isinstance(roads, Roads) else roads


def _beside(roads: Table, thresholds: tuple[Records, ...]) -> Beside:
    from streams.roads.beside import Roads  # shapely, which those without roads need not load

    reach = thresholds[list(chain.PARAMS).index("condition")]["road_clear_m"].max()
    return Roads(roads, float(reach))


def known_then(folder: Path, objects: Objects, version: str, thresholds: tuple[Records, ...]) -> Beside | None:
    """The roads a rule set of this ``version`` was judged with, as folder or archive keep them; None: without any."""
    path = share(folder, objects, version)
    if path is None or path.is_file():
        return None if path is None else _beside(load(path), thresholds)
    logger.warning("%s is gone: what is settled of the time it held is judged without roads", path)
    return None


def share(folder: Path, objects: Objects, version: str) -> Path | None:
    """See that the data folder and the archive both have the roads of a rule set: other machines settle too.

    Where the folder has them, or would; None: there are none.
    """
    digest = version.partition(ROADS)[2]
    if not digest:
        return None
    path, name = kept(folder, digest), kept(Path(), digest).as_posix()
    try:
        if path.is_file() and not objects.has(name):
            objects.put(name, path.read_bytes())
        elif not path.is_file():
            Folder(folder).put(name, objects.get(name))
    except OSError as error:
        logger.warning("roads are not shared through the archive: %s", error)
    return path


def paging(said: PagingSettings) -> Paging:
    """When somebody is paged, as a configuration says."""
    try:
        quiet = (clock_time(said.quiet_from), clock_time(said.quiet_to)) if said.quiet_from else None
        escalation = {"critical": steps(said.escalate_critical), "major": steps(said.escalate_major)}
        return Paging(said.late_s, quiet, clock_time(said.morning), escalation)
    except ValueError as error:
        raise ConfigError(f"paging: {error}") from error


def tariffs(said: TariffSettings) -> tuple[Tariff, ...]:
    """The tariffs of a configuration that are in force today (UTC), one a currency."""
    return shelf(said).on(datetime.now(UTC).date())
