"""tasks: what is to be done about alerts - list, create, assign, done, drop."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from streams.alert_rules import RAISED, RULES, TASKS, rule_of
from streams.cli import screen, source
from streams.desk import actions, tasks
from streams.messages import iso

due_option = click.option("--due", type=click.DateTime(), help="Until when (UTC).")


@click.group("tasks")
def command() -> None:
    """What is to be done about alerts: check a tyre, call a driver, go to the workshop."""


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are verified or dropped, or done for good.")
@screen.fleet_option
@screen.data_option
@screen.json_option
def show(everything: bool, fleet_id: str | None, data: Path | None, as_json: bool) -> None:
    """Tasks that are open, or done and not verified yet."""
    with source.store(data).reading() as connection:
        of = tasks.tasks if everything else tasks.unfinished
        found = [task for task in of(connection) if fleet_id in (None, task["fleet_id"])]
    if as_json:
        screen.emit(found)
        return
    columns = [(name, "left") for name in ("id", "state", "what", "vehicle", "who", "due", "finding")]
    rows = [
        [
            task["task_id"][:8],
            task["state"] + (f", failed {task['failures']} x" if task["failures"] else ""),
            f"{TASKS.get(task['kind'], task['kind'])} {task['subject']}".rstrip(),
            task["vehicle_id"],
            task["assignee"] or "",
            iso(task["due"])[:16] if task["due"] is not None else "",
            task["finding"],
        ]
        for task in found
    ]
    screen.out.print(screen.table(f"{len(found)} task{'s' * (len(found) != 1)}", columns, rows))


@command.command("create")
@click.argument("alert_id", required=False, default="")
@click.option("--kind", type=click.Choice(list(TASKS)), help="What is to be done [default: what the alert asks for].")
@click.option("--fleet", help="Fleet, where it is about no alert.")
@click.option("--vehicle", help="Vehicle, where it is about no alert.")
@click.option("--wheel", default="", help="Wheel, as in 1L.")
@click.option("--assignee", default="", help="Who does it.")
@due_option
@screen.actor_option
@screen.data_option
def create(
    alert_id: str,
    kind: str | None,
    fleet: str | None,
    vehicle: str | None,
    wheel: str,
    assignee: str,
    due: datetime | None,
    actor: str,
    data: Path | None,
) -> None:
    """Make a task of an alert, or of nothing but a vehicle. The same again is the same task."""
    store = source.store(data)

    def make() -> str:
        if alert_id:
            with store.reading() as connection:
                alert = actions.find(connection, alert_id)
            about = tasks.About(alert["fleet_id"], alert["vehicle_id"], alert["subject"], alert["alert_id"])
            rule = rule_of(RULES, alert["kind"], RAISED)
            chosen = kind or (rule.task if rule else "call_driver")
        elif fleet and vehicle and kind:
            about, chosen = tasks.About(fleet, vehicle, wheel), kind
        else:
            raise click.UsageError("name an alert, or --fleet, --vehicle and --kind")
        return tasks.create(store, chosen, about, actor, source.now(store), assignee=assignee, due=_epoch(due))

    _say("create", make)


@command.command("assign")
@click.argument("task_id")
@click.option("--to", "assignee", default="", help="Who does it.")
@due_option
@screen.actor_option
@screen.data_option
def assign(task_id: str, assignee: str, due: datetime | None, actor: str, data: Path | None) -> None:
    """Give a task to somebody, or another day."""
    store = source.store(data)
    _say("assign", lambda: tasks.assign(store, task_id, actor, source.now(store), assignee, _epoch(due)))


@command.command("done")
@click.argument("task_id")
@click.option("--outcome", type=click.Choice(tasks.OUTCOMES), default="fixed", show_default=True)
@click.option("--finding", default="", help="What was found.")
@screen.actor_option
@screen.data_option
def done(task_id: str, outcome: str, finding: str, actor: str, data: Path | None) -> None:
    """It is done. A tyre's task is verified by the pressure that follows, or opened again by it."""
    store = source.store(data)
    _say("done", lambda: tasks.done(store, task_id, actor, source.now(store), outcome, finding))


@command.command("drop")
@click.argument("task_id")
@click.option("--reason", default="", help="Why it will not be done.")
@screen.actor_option
@screen.data_option
def drop(task_id: str, reason: str, actor: str, data: Path | None) -> None:
    """It will not be done."""
    store = source.store(data)
    _say("drop", lambda: tasks.drop(store, task_id, actor, source.now(store), reason))


def _say(what: str, make: Callable[[], str]) -> None:
    try:
        screen.out.print(f"{what}: {make()}")
    except (tasks.TaskError, actions.ActionError) as error:
        raise screen.fail(error) from error


def _epoch(due: datetime | None) -> float | None:
    return None if due is None else due.replace(tzinfo=UTC).timestamp()
