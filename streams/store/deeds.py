"""Deeds: tables of what people did, and of whom they were told."""

from sqlalchemy import Column, Float, Index, Integer, String, Text

from streams.store.columns import WHO, table, who

actions = table(  # what people did; append-only, no upsert touches it
    "actions",
    Column("id", Integer, primary_key=True),
    Column("alert_id", String, nullable=False),  # empty where it is about a vehicle, a kind or a fleet
    *who(),  # vehicle_id empty: all of the fleet
    Column("kind", String, nullable=False),  # empty: all
    Column("subject", String, nullable=False),
    Column("first", Float),  # start of the first and of the newest event the alert counted then
    Column("seen", Float),
    Column("level", Integer),  # that it had then
    Column("at", Float, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),  # acknowledge, assign, note, resolve, dismiss, shelve, unshelve
    Column("value", String, nullable=False),  # assignee; why it is dismissed
    Column("until", Float),  # end of a shelf
    Column("reason", Text, nullable=False),
    Index("actions_about", *WHO, "kind", "subject", "id", "action", "alert_id", "first", "seen", "level"),
    Index("actions_by_kind", "action", "id"),
)

notices = table(  # who was paged of what and when, and what nobody was paged of and why
    "notices",
    Column("alert_id", String, primary_key=True),
    Column("step", String, primary_key=True),  # priority at which it was raised; +1, +2 its escalations; held
    *who(),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("first", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Column("priority", String, nullable=False),
    Column("outcome", String, nullable=False),  # paged, held, told
    Column("why", String, nullable=False),  # held: late, quiet, no channel
    Column("target", String, nullable=False),  # empty: whoever is on duty
    Column("at", Float, nullable=False),  # when it fell due
    Index("notices_by_vehicle", *WHO, "kind", "subject"),
)

task_actions = table(  # what became of tasks; append-only
    "task_actions",
    Column("id", Integer, primary_key=True),
    Column("task_id", String, nullable=False, index=True),
    *who(),
    Column("kind", String, nullable=False),  # of streams.alert_rules.TASKS
    Column("subject", String, nullable=False),
    Column("alert_id", String, nullable=False),  # empty: of no alert
    Column("at", Float, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),  # create, assign, done, drop, verified, failed
    Column("assignee", String, nullable=False),
    Column("due", Float),
    Column("outcome", String, nullable=False),
    Column("finding", Text, nullable=False),
    Index("task_actions_by_vehicle", *WHO),
    Index("task_actions_by_alert", "alert_id"),
)

fleet_settings = table(  # what a fleet has chosen for itself; append-only: the last row of a name holds
    "fleet_settings",
    Column("id", Integer, primary_key=True),
    Column("fleet_id", String, nullable=False),
    Column("section", String, nullable=False),  # thresholds, quiet
    Column("name", String, nullable=False),  # of thresholds the kind
    Column("value", Text, nullable=False),  # JSON; {}: as the service has it
    Column("at", Float, nullable=False),  # it holds from then on, by the store's clock
    Column("actor", String, nullable=False),
    Index("fleet_settings_by_fleet", "fleet_id", "section", "id"),
)

audit = table(  # who did what and when: append-only, each row seals the one before (streams/store/audit.py)
    "audit",
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3, ...
    Column("at", Float, nullable=False),  # by the wall's clock
    Column("actor", String, nullable=False),  # who says so
    Column("login", String, nullable=False),  # who the process was to its machine
    Column("action", String, nullable=False),
    Column("fleet_id", String, nullable=False),  # empty: of all
    Column("about", Text, nullable=False),
    Column("detail", Text, nullable=False),  # JSON, or nothing
    Column("salt", String, nullable=False),  # empty once ``about`` and ``detail`` have been erased
    Column("content", String, nullable=False),  # SHA-256 of salt, about and detail
    Column("digest", String, nullable=False),  # SHA-256 of the row, content for what it stands for, and of the last one
    Index("audit_by_time", "at"),
    *(Index(f"audit_by_{name}", name, "id") for name in ("actor", "action", "fleet_id")),
)
