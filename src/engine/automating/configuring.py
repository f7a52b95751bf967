"""Configuring automations: made, edited, reordered, deleted. All of it counts from the next entry on (PL4)."""

from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any, Final

import orjson

from engine import find
from engine.automating import conditions, setting, telling, uses
from engine.automating.delays import MOST_DAYS, Delay
from engine.automating.kinds import Kind
from engine.automations import kind_of, kinds
from engine.checks import Checks
from engine.enums import AccessRight, ErrorCode
from engine.errors import Refused, invalid, missing
from engine.job.editing import editable
from engine.mail import shortcodes
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.database import Row
from store.ids import new_id
from store.writes import automations, entries, locks

Edition = tuple[Any, conditions.Condition | None, Delay | None]
"""What an automation does, when, and after which time."""

MOST: Final = 100
"""Automations of one stage, or of one status in a pipeline."""


@dataclass(frozen=True, slots=True)
class NewAutomation:
    """An automation of a stage to be made. ``config`` is that of its kind."""

    config: Any
    condition: conditions.Condition | None = None
    delay: Delay | None = None


@dataclass(frozen=True, slots=True)
class CreateAutomation:
    """Attaches an automation to a stage, or to a status in a pipeline. ``config`` is that of its kind."""

    config: Any
    stage_id: str | None = None
    pipeline_id: str | None = None
    status_id: str | None = None
    position: int | None = None
    condition: conditions.Condition | None = None
    delay: Delay | None = None
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateAutomation:
    """Changes what an automation does, when, after which time, and in which place."""

    automation_id: str
    config: Maybe[Any] = UNSET
    condition: Maybe[conditions.Condition | None] = UNSET
    delay: Maybe[Delay | None] = UNSET
    position: Maybe[int] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteAutomation:
    """Deletes an automation."""

    automation_id: str


async def create_automation(work: Work, command: CreateAutomation) -> str:
    """Makes an automation, last at its place or at a position counted from 0; answers its id (AU5)."""
    kind = kind_of(command.config)
    place = await _place(work, command)
    kind.permit(work.viewer, "config")
    automation_id, again = await find.new(work, "automations", "automation", command)
    if again:
        return str((await _row(work, automation_id, "id"))["id"])
    there = await automations.at(work.db, work.firm_id, place)
    position = len(there) if command.position is None else command.position
    if len(there) >= MOST:
        raise invalid(ErrorCode.TOO_MANY, f"At most {MOST} automations in one place.", "config")
    _check_position(position, len(there))
    await automations.make(work.db, work.firm_id, automation_id, place, kind.name, len(there))
    await _write(work, automation_id, 1, kind, (command.config, command.condition, command.delay))
    there.insert(position, automation_id)
    await automations.order(work.db, work.firm_id, there)
    work.touch("pipeline", place[0])
    await work.audit("automation.created", automation_id, kind=kind.name, config=setting.stored(command.config))
    return automation_id


async def furnish(work: Work, pipeline_id: str, stage_id: str, given: Sequence[NewAutomation], *path: str) -> None:
    """Gives a stage that is being made its automations, in order."""
    if len(given) > MOST:
        raise invalid(ErrorCode.TOO_MANY, f"At most {MOST} automations in one place.", *path)
    for position, one in enumerate(given):
        await attach(work, (pipeline_id, stage_id, None), position, one, *path, str(position))


async def attach(work: Work, place: automations.Place, position: int, one: NewAutomation, *path: str) -> None:
    """Makes an automation at the end of a place that is being made."""
    kind = kind_of(one.config)
    kind.permit(work.viewer, *path, "config")
    automation_id = new_id("automation")
    await automations.make(work.db, work.firm_id, automation_id, place, kind.name, position)
    await _write(work, automation_id, 1, kind, (one.config, one.condition, one.delay), *path)
    await work.audit("automation.created", automation_id, kind=kind.name, config=setting.stored(one.config))


async def update_automation(work: Work, command: UpdateAutomation) -> str:
    """Edits an automation; what has begun goes on as it began. Answers its id."""
    row = await _editable(work, command.automation_id)
    kind = kinds()[row["kind"]]
    kind.permit(work.viewer, "config")
    if command.config is not UNSET and kind_of(command.config) is not kind:
        message = f"It is of the kind {kind.name}, and stays so: delete it, and make another."
        raise invalid(ErrorCode.INVALID, message, "config")
    await _edit(work, row, kind, command)
    if command.position is not UNSET:
        await _reposition(work, row, command.position)
    return command.automation_id


async def _edit(work: Work, row: Row, kind: Kind, command: UpdateAutomation) -> None:
    """Writes another edition, if anything of it is really new."""
    before = loaded(row)
    config = before[0] if command.config is UNSET else command.config
    condition = before[1] if command.condition is UNSET else command.condition
    delay = before[2] if command.delay is UNSET else command.delay
    if (config, condition, delay) == before:
        return
    edition = row["edition"] + 1
    await _write(work, row["id"], edition, kind, (config, condition, delay), before=before[0])
    await automations.use_edition(work.db, work.firm_id, row["id"], edition, work.now)
    work.touch("pipeline", row["pipeline_id"])
    await work.audit("automation.updated", row["id"], kind=kind.name, config=setting.stored(config))


async def delete_automation(work: Work, command: DeleteAutomation) -> str:
    """Deletes an automation; what it has begun goes on. Answers its pipeline's id."""
    row = await _editable(work, command.automation_id)
    kinds()[row["kind"]].permit(work.viewer, "automation_id")
    await automations.retire(work.db, work.firm_id, [row["id"]], work.now)
    there = await automations.at(work.db, work.firm_id, _place_of(row))
    await automations.order(work.db, work.firm_id, there)
    work.touch("pipeline", row["pipeline_id"])
    await work.audit("automation.deleted", row["id"], kind=row["kind"])
    return str(row["pipeline_id"])


async def retire(work: Work, pipeline_id: str, stage_id: str | None, *path: str) -> None:
    """Deletes the automations of a stage, or of a whole pipeline, that is deleted; it takes what each of them takes."""
    found = await automations.within(work.db, work.firm_id, pipeline_id, stage_id)
    for name in sorted({row["kind"] for row in found}):
        kinds()[name].permit(work.viewer, *path)
    await automations.retire(work.db, work.firm_id, [row["id"] for row in found], work.now)


async def _place(work: Work, command: CreateAutomation) -> automations.Place:
    """Where it goes, kept from all other work in the pipeline."""
    if command.stage_id is None and command.status_id is None:
        raise invalid(ErrorCode.INVALID, "Name a stage, or a status and a pipeline.", "stage_id")
    if command.stage_id is not None and command.status_id is not None:
        raise invalid(ErrorCode.INVALID, "Name a stage or a status, not both.", "status_id")
    if command.stage_id is not None:
        stage = await find.stage(work, command.stage_id, "stage_id")
        if command.pipeline_id not in (None, stage["pipeline_id"]):
            raise invalid(ErrorCode.INVALID, "The stage is in another pipeline.", "pipeline_id")
        await editable(work, stage["pipeline_id"], "stage_id")
        stage = await find.stage(work, command.stage_id, "stage_id")
        return stage["pipeline_id"], stage["id"], None
    if command.pipeline_id is None or command.status_id is None:
        raise invalid(ErrorCode.REQUIRED, "A status has automations in a pipeline: name it.", "pipeline_id")
    await editable(work, command.pipeline_id, "pipeline_id")
    status = await find.of_firm(work, "job_statuses", "job status", command.status_id, "status_id")
    enabled = await entries.enabled(work.db, work.firm_id, command.pipeline_id, [command.status_id])
    if status["state"] != "CUSTOM" or not enabled:
        message = "Automations belong to a status of the firm's own that is enabled in the pipeline."
        raise invalid(ErrorCode.NOT_ENABLED, message, "status_id")
    return command.pipeline_id, None, command.status_id


def _place_of(row: Row) -> automations.Place:
    return row["pipeline_id"], row["stage_id"], row["status_id"]


async def _row(work: Work, automation_id: str, *path: str) -> Row:
    """An automation of a pipeline that the viewer sees, with its edition in use."""
    row = await automations.edition(work.db, work.firm_id, automation_id)
    if row is None:
        raise missing("automation", *path)
    try:
        await find.pipeline(work, row["pipeline_id"])
    except Refused as error:
        raise missing("automation", *path) from error
    return row


async def _editable(work: Work, automation_id: str) -> Row:
    row = await _row(work, automation_id, "automation_id")
    await editable(work, row["pipeline_id"], "automation_id")
    return await _row(work, automation_id, "automation_id")


async def _reposition(work: Work, row: Row, position: int) -> None:
    there = await automations.at(work.db, work.firm_id, _place_of(row))
    _check_position(position, len(there) - 1)
    order = [one for one in there if one != row["id"]]
    order.insert(position, row["id"])
    if order != there:
        await automations.order(work.db, work.firm_id, order)
        work.touch("pipeline", row["pipeline_id"])


def _check_position(position: int, last: int) -> None:
    if not 0 <= position <= last:
        raise invalid(ErrorCode.INVALID, f"A position from 0 to {last}.", "position")


def loaded(row: Row) -> Edition:
    """The edition of a row of an automation with it. Raises ``setting.UNREADABLE``."""
    condition, delay = (row[name] and orjson.loads(row[name]) for name in ("condition", "delay"))
    return (
        setting.loaded(kinds()[row["kind"]].config, orjson.loads(row["config"])),
        conditions.parsed(condition) if condition else None,
        Delay.loaded(delay) if delay else None,
    )


async def _write(
    work: Work,
    automation_id: str,
    edition: int,
    kind: Kind,
    given: Edition,
    *path: str,
    before: Any = None,
) -> None:
    """Checks an edition, keeps what it refers to from being deleted, and writes it.

    What stands already in the configuration ``before`` it may stay, though a member of it was deactivated since, or
    another had to say it.
    """
    config, condition, delay = given
    place = (*path, "config", kind.name.lower())
    config, named = await _checked(work, kind, config, before, *place)
    checks = Checks()
    check_delay(checks, delay, *path, "delay")
    checks.done()
    if condition is not None:
        condition = await conditions.check(work, condition, *path, "condition")
        named |= conditions.references(condition)
    await uses.refer(work, automation_id, named | setting.references(config), *place)
    stored = (setting.stored(config), condition and conditions.stored(condition), delay and delay.stored())
    await automations.add_edition(work.db, work.firm_id, automation_id, edition, *stored)


def check_delay(checks: Checks, delay: Delay | None, *path: str) -> None:
    """Notes a span that is none, and a day that is too far from the job's date."""
    if delay is not None and delay.span is not None:
        delay.span.check(checks, *path, "span")
    if delay is not None and delay.until is not None and abs(delay.until.days) > MOST_DAYS:
        checks.add(ErrorCode.INVALID, f"At most {MOST_DAYS} days before or after.", *path, "until", "days")


async def _checked(work: Work, kind: Kind, config: Any, before: Any, *path: str) -> tuple[Any, set[str]]:
    """The configuration as it is stored, and the custom fields that its texts name. Raises Refused."""
    checks = Checks()
    known = await shortcodes.fields(work.db, work.firm_id)
    values: dict[str, Any] = {}
    named: set[str] = set()
    defaults = {part.name: part.default for part in fields(config)}
    for name, one in setting.settings(kind.config).items():
        place = (*path, name)
        given = getattr(config, name)
        value = values[name] = given if given == defaults[name] else checked_value(checks, one, given, *place)
        if isinstance(one, setting.Text) and one.shortcodes:
            named |= shortcodes.check(value, checks, *place, fields=known)
        if defaults[name] is MISSING and value is None:
            checks.add(ErrorCode.REQUIRED, "It must not be empty.", *place)
    checks.done()
    config = replace(config, **values)
    await _seen(work, kind, config, before, *path)
    await telling.permit(work, config, before, *path)
    if kind.check is not None:
        try:
            await kind.check(work, config)
        except Refused as refused:  # of a configuration that may be part of a whole pipeline
            before = path[:-2]
            raise Refused([replace(one, path=(*before, *one.path)) for one in refused.problems]) from refused
    return config, named


def checked_value(checks: Checks, one: setting.Setting, value: Any, *path: str) -> Any:
    """The value of a setting as it is stored; notes what is wrong with it by itself."""
    match one:
        case setting.Text(lines=True):
            return checks.text(value, *path)
        case setting.Text() if value is not None:
            return checks.name(value, *path)
        case setting.Reference(many=True):
            return tuple(checks.ids(value or (), *path))
        case setting.Number(low=low, high=high) if value is not None and not low <= value <= high:
            checks.add(ErrorCode.INVALID, f"A number from {low:,} to {high:,}.", *path)
        case setting.Span() if value is not None:
            value.check(checks, *path)
    return value


async def _seen(work: Work, kind: Kind, config: Any, before: Any, *path: str) -> None:
    """Refuses what the viewer does not see, is not of the sort that is asked for, or cannot be given work any more."""
    for name, one in setting.settings(kind.config).items():
        if not isinstance(one, setting.Reference):
            continue
        value = getattr(config, name)
        ids = list(value) if one.many else [] if value is None else [value]
        await uses.there(work, one.prefix, ids, *path, name)
        if one.prefix == "member":
            new = set(ids) - (setting.references(before) if before is not None else set())
            await find.assignable(work, new, *path, name)
            if one.grants and work.viewer.member_id in new:
                work.viewer.need(AccessRight.VIEW_ALL_ACCOUNTS, *path, name)
        for thing_id in ids:
            await _kept(work, one.prefix, thing_id, *path, name)


async def _kept(work: Work, prefix: str, thing_id: str, *path: str) -> None:
    """Keeps a pipeline or stage that the viewer sees from being deleted meanwhile; others are kept by their rows."""
    if prefix == "pipeline":
        await find.pipeline(work, thing_id, *path)
        await locks.share_pipeline(work.db, thing_id)
        await find.pipeline(work, thing_id, *path)
    if prefix == "stage":
        stage = await find.stage(work, thing_id, *path)
        await locks.share_pipeline(work.db, stage["pipeline_id"])
        await find.stage(work, thing_id, *path)
