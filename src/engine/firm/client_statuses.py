"""Client-facing statuses: what a client may see of where a job stands, apart from the job's own status (ST2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine import access, find
from engine.automating import uses
from engine.changes import differing
from engine.checks import Checks
from engine.enums import AccessRight, ErrorCode, HistoryAction
from engine.errors import invalid, missing, refuse_use
from engine.firm.tags import free_name
from engine.job.moves import Expect, check_expected
from engine.mail import shortcodes
from engine.time.calendar import today
from engine.unset import UNSET, Maybe
from engine.work import Work, changed
from store import models
from store.database import Row
from store.writes import client_statuses, records, usage


@dataclass(frozen=True, slots=True)
class CreateClientStatus:
    """Makes a client-facing status."""

    name: str
    color: str | None = None
    description: str | None = None
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateClientStatus:
    """Changes a client-facing status."""

    client_status_id: str
    name: Maybe[str] = UNSET
    color: Maybe[str | None] = UNSET
    description: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteClientStatus:
    """Deletes a client-facing status that nothing uses."""

    client_status_id: str


@dataclass(frozen=True, slots=True)
class SetClientStatus:
    """Gives a job a client-facing status, or with None takes it away."""

    job_id: str
    client_status_id: Maybe[str | None] = UNSET
    expect: Maybe[Expect | None] = UNSET


async def create_client_status(work: Work, command: CreateClientStatus) -> str:
    """Makes a client-facing status; answers its id. Refuses a name that is taken, whatever its case."""
    work.viewer.need(AccessRight.MANAGE_PIPELINES)
    checks = Checks()
    values = {
        "name": checks.name(command.name, "name"),
        "color": checks.color(command.color, "color"),
        "description": checks.text(command.description, "description"),
    }
    fields = await _fields(work, checks, values["description"])
    checks.done()
    status_id, again = await find.new(work, "client_statuses", "clientstatus", command)
    if again:
        return str((await _find(work, status_id, "id"))["id"])
    await free_name(work, "client_statuses", str(values["name"]))
    await records.make(work.db, models.ClientStatus, id=status_id, firm_id=work.firm_id, **values)
    await uses.refer(work, status_id, fields)
    work.touch("client_status", status_id)
    return status_id


async def update_client_status(work: Work, command: UpdateClientStatus) -> str:
    """Changes a client-facing status; every card that shows it does so at once (LV7)."""
    work.viewer.need(AccessRight.MANAGE_PIPELINES)
    row = await _whole(work, command.client_status_id)
    checks = Checks()
    values = differing(
        row,
        name=checks.given(checks.name, command.name, "name"),
        color=checks.given(checks.color, command.color, "color"),
        description=checks.given(checks.text, command.description, "description"),
    )
    fields = await _fields(work, checks, values.get("description", row["description"]))
    checks.done()
    if "name" in values:
        await free_name(work, "client_statuses", values["name"], row["id"])
    if values:
        jobs = [
            job["id"] for job in await work.lock_jobs(await client_statuses.jobs_with(work.db, work.firm_id, row["id"]))
        ]
        for job_id in jobs:
            work.touch_job(job_id)
        if "description" in values:
            texts = await _texts(work, jobs, values["description"])
            await _reword(work, row, dict.fromkeys(jobs) | texts)
        await records.change(work.db, models.ClientStatus, work.firm_id, row["id"], work.now, **values)
        await uses.refer(work, row["id"], fields)
        work.touch("client_status", row["id"])
    return command.client_status_id


async def _reword(work: Work, row: Row, texts: dict[str, str | None]) -> None:
    """Changes what clients read of locked jobs. Their histories say that it was, and nothing of the account (AC3)."""
    labels = {"from_label": row["name"], "to_label": row["name"]}
    lines = [changed("client_status", row["id"], row["id"], **labels), changed("client_status_text", None, None)]
    for job_id in await client_statuses.reword(work.db, work.firm_id, texts):
        work.history(job_id, HistoryAction.CLIENT_STATUS_CHANGED, *lines)


async def delete_client_status(work: Work, command: DeleteClientStatus) -> str:
    """Deletes a client-facing status; refused while jobs have it or automations set it (PL4)."""
    work.viewer.need(AccessRight.MANAGE_PIPELINES)
    row = await _whole(work, command.client_status_id)
    used = await usage.jobs_with_client_status(
        work.db, work.firm_id, row["id"], lambda p: access.sees_job(work.viewer, p, "t")
    )
    refuse_use(used, "job has this client-facing status.", "jobs have this client-facing status.", "client_status_id")
    await uses.refuse(work, row["id"], "client_status_id")
    await uses.refer(work, row["id"], ())
    await records.drop(work.db, models.ClientStatus, work.firm_id, row["id"])
    work.touch("client_status", row["id"])
    return command.client_status_id


async def set_client_status(work: Work, command: SetClientStatus) -> str:
    """Gives a job that the viewer sees a client-facing status, or none; answers the job's id."""
    row = await find.live_job(work, command.job_id, "job_id")
    if command.expect:
        check_expected(row, command.expect)
    if command.client_status_id is UNSET:
        raise invalid(ErrorCode.REQUIRED, "Name a client-facing status, or null for none.", "client_status_id")
    await put(work, [row], command.client_status_id)
    return command.job_id


async def put(work: Work, jobs: Sequence[Row], client_status_id: str | None) -> None:
    """Gives locked jobs a client-facing status, or none; those that have it already do not change (ST2).

    Raises Refused where there is no such status.
    """
    name, texts = None, {}
    ids = [job["id"] for job in jobs]
    if client_status_id is not None:
        row = await client_statuses.one(work.db, work.firm_id, client_status_id)
        if row is None:
            raise missing("client-facing status", "client_status_id")
        name, texts = row["name"], await _texts(work, ids, row["description"])
    for job in await client_statuses.put(work.db, work.firm_id, ids, client_status_id, texts, work.now):
        work.touch_job(job["id"])
        labels = {"from_label": job["before_name"], "to_label": name}
        known = {side: label for side, label in labels.items() if label is not None}
        line = changed("client_status", job["before"], client_status_id, **known)
        work.history(job["id"], HistoryAction.CLIENT_STATUS_CHANGED, line)


async def _texts(work: Work, job_ids: Sequence[str], description: str | None) -> dict[str, str]:
    """What clients read, by job: the description as it is filled in now (AU8)."""
    codes = shortcodes.codes(description or "")
    if not codes:
        return dict.fromkeys(job_ids, shortcodes.resolve(description, {})) if description else {}
    day = today(work.viewer.time_zone, work.now)
    values = await shortcodes.values(work.db, work.firm_id, job_ids, codes, day)
    return {job_id: shortcodes.resolve(description or "", values[job_id]) for job_id in job_ids}


async def _fields(work: Work, checks: Checks, description: str | None) -> set[str]:
    """The custom fields that the description's shortcodes name; notes shortcodes that there are not (AU8)."""
    known = await shortcodes.fields(work.db, work.firm_id)
    return shortcodes.check(description, checks, "description", fields=known)


async def _find(work: Work, client_status_id: str, *path: str) -> Row:
    return await find.of_firm(work, "client_statuses", "client-facing status", client_status_id, *path)


async def _whole(work: Work, client_status_id: str) -> Row:
    return await find.whole(work, "client_statuses", "client-facing status", client_status_id, "client_status_id")
