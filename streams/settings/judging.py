"""Judging: what becomes an alert, who is told of it and how, and whose hours at the wheel hold."""

from dataclasses import dataclass
from typing import Any

from streams.settings.setting import setting


@dataclass(frozen=True)
class AlertSetting:
    """What a fleet changes in the alert rule of a kind; 0, -1 and nothing leave it as it is."""

    min_level: int = setting(0, "lowest level that alerts: 1 notable, 2 harsh, 3 severe; 0 as shipped", 0, 3)
    quiet_s: float = setting(-1.0, "an event later than this after the last opens a new alert, s; -1 as shipped", -1)
    pages: str = setting(
        "",
        "lowest priority that pages somebody at once, the rest waits for the morning list; `none`, or empty as shipped",
        choices=("", "none", "critical", "major", "minor", "warning", "info"),
    )
    at_night: str = setting(
        "",
        "whether it pages in quiet hours too: `yes`, `no` (critical alerts still do), or empty as shipped",
        choices=("", "yes", "no"),
    )


def _notice(kind: str) -> Any:
    return setting(-1.0, f"{kind}: warn so many minutes before the limit; -1 as shipped", -1)


@dataclass(frozen=True)
class Paging:
    """When somebody is called at once, and when the rest is told. Times of day are those of the fleet's time zone."""

    late_s: float = setting(900.0, "an alert heard of later than this after it happened pages nobody, s", 0)
    quiet_from: str = setting("22:00", "from then on only what cannot wait pages; empty: everything always does")
    quiet_to: str = setting("06:00", "until then; what came up meanwhile and still lasts pages now")
    morning: str = setting("06:00", "when the morning list is mailed")
    escalate_critical: str = setting(
        "10m 30m",
        "page again when nobody has acknowledged a critical alert after so long, and whom: `10m 30m:head@example.org`",
    )
    escalate_major: str = setting("2h", "the same for major alerts; empty: never")


@dataclass(frozen=True)
class Hours:
    """The rules for hours at the wheel."""

    rule: str = setting(
        "eu",
        "whose rules hold: `eu` (561/2006), `china`, `china_passenger`, `us_60_7`, `us_70_8` (395.3), `custom`, or "
        "`auto`: by the fleet's jurisdiction in the registry",
        choices=("eu", "china", "china_passenger", "us_60_7", "us_70_8", "custom", "auto"),
    )
    unassigned: str = setting(
        "all",
        "limits for a vehicle whose driver is unknown: `all`, or only those on `breaks` if several drive it a day",
        choices=("all", "breaks"),
    )
    duty_off_min: float = setting(
        420.0,
        "395.3: standing with the ignition on counts as on duty in stops shorter than this, minutes; 0: driving only",
        0,
    )
    drive_h: float = setting(0.0, "custom rule: longest driving without a break, h", 0)
    break_min: float = setting(0.0, "custom rule: break that ends it, minutes", 0)
    split_min: float = setting(0.0, "custom rule: first part of a break taken in two, minutes; 0 no splitting", 0)
    continuous_driving_notice_min: float = _notice("continuous_driving")
    daily_driving_notice_min: float = _notice("daily_driving")
    duty_window_notice_min: float = _notice("duty_window")
    night_continuous_notice_min: float = _notice("night_continuous")
    weekly_driving_notice_min: float = _notice("weekly_driving")
    fortnight_driving_notice_min: float = _notice("fortnight_driving")
    weekly_rest_notice_min: float = _notice("weekly_rest")


@dataclass(frozen=True)
class Sinks:
    """Where alerts go besides the database."""

    mqtt: bool = setting(True, "publish alerts on the vehicle's alert topics")
    jsonl: str = setting("", "append alerts as JSON lines to this file; empty for none")
    webhook: str = setting("", "post pages to this URL; empty for none")
    webhook_secret: str = setting("", "key that signs them (HMAC-SHA256); empty: not signed", secret=True)
    webhook_all: bool = setting(False, "post every change of an alert too, not only pages")
    email_to: str = setting("", "mail pages and the morning list to these addresses, with commas; empty for none")
    email_from: str = setting("tripmeter@localhost", "sender of the mail")
    email_language: str = setting("en", "language of the mails: `en` or `zh-CN`")
    smtp_host: str = setting("127.0.0.1", "mail server")
    smtp_port: int = setting(587, "its port", 1, 65535)
    smtp_tls: bool = setting(True, "insist on STARTTLS")
    smtp_username: str = setting("", "login at the mail server; empty for none")
    smtp_password: str = setting("", "its password", secret=True)

    def all_to(self, sink: str) -> bool:
        """Whether a sink that calls people is told every change too."""
        return sink == "webhook" and self.webhook_all
