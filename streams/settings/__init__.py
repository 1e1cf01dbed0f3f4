"""Settings: the sections of the configuration as frozen dataclasses, each with its default, bounds and meaning."""

from streams.settings.judging import AlertSetting, Hours, Paging, Sinks
from streams.settings.keeping import Archive, Commit, Data, Retention, Settle, Store
from streams.settings.money import Ledger, Pricing, Tariff
from streams.settings.setting import differing
from streams.settings.wires import Bridge, Console, Gateway, Http, Kafka, Map, Mqtt

__all__ = [
    "AlertSetting",
    "Archive",
    "Bridge",
    "Commit",
    "Console",
    "Data",
    "Gateway",
    "Hours",
    "Http",
    "Kafka",
    "Ledger",
    "Map",
    "Mqtt",
    "Paging",
    "Pricing",
    "Retention",
    "Settle",
    "Sinks",
    "Store",
    "Tariff",
    "differing",
]
