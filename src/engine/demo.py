"""The demo firm: something to look at on the first start."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from engine import accounts, contacts, firms, jobs, members, pipelines, roles, statuses, tags, tasks
from engine.access import Viewer
from engine.calendar import today
from engine.enums import AccessRight, Priority
from engine.work import Caller, Work, perform, system_clock
from store.database import Database
from store.writes import locks, people, places

FIRM: Final = "Linden & Partners"
PASSWORD: Final = "stageline-demo"  # a demo's, printed at the start
OWNER: Final = ("Olivia Linden", "owner@demo.test")
EMPLOYEE: Final = ("Emil Krause", "employee@demo.test")
TIME_ZONE: Final = "Europe/Berlin"

TAGS: Final = {"Individual": "#3b82f6", "S-Corp": "#8b5cf6", "Extension": "#f59e0b", "VIP": "#ef4444"}
CLIENTS: Final = {
    "Anders Bakery": ("S-Corp", "VIP"),
    "Berger, Anna": ("Individual",),
    "Cobalt Studio": ("S-Corp",),
    "Dietrich, Paul": ("Individual", "Extension"),
    "Elm Street Dental": ("S-Corp", "Extension"),
    "Fischer, Marie": ("Individual",),
    "Greenhouse Books": ("S-Corp",),
    "Hartmann, Jonas": ("Individual", "VIP"),
    "Island Coffee": ("S-Corp",),
    "Jansen, Lena": ("Individual",),
}
HIDDEN: Final = ("Hartmann, Jonas", "Island Coffee", "Jansen, Lena")  # clients that the employee has no access to
PIPELINES: Final = {
    "Tax return": ("Engagement letter", "Collect documents", "Prepare", "Review", "Sign and file", "Done"),
    "Monthly bookkeeping": ("Statements", "Reconcile", "Questions", "Close the month"),
}
STEPS: Final = {
    "Tax return": ("Check last year's return", "Ask for missing receipts"),
    "Monthly bookkeeping": ("Import bank statements",),
}
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class _Demo:
    """The firm being filled. Every create carries an id of its own, so that a fill that broke off goes on (JB2)."""

    database: Database
    caller: Caller
    day: date

    async def do(self, command: Callable[[Work, C], Awaitable[Any]], given: C) -> Any:
        """One command of the owner."""
        return await perform(self.database, self.caller, command, given)


async def fill(database: Database) -> bool:
    """Makes the demo firm unless the database holds a firm; goes on where an earlier fill broke off.

    Answers whether it had anything to do. Safe to run by several processes at once.
    """
    owner = await _owner(database)
    if owner is None or await people.exists(database, "items", _last_task()):
        return False
    demo = _Demo(database, Caller(owner), today(TIME_ZONE, system_clock()))
    for name, color in TAGS.items():
        await demo.do(tags.create_tag, tags.CreateTag(name, color, id=_id("tag", name)))
    await _clients(demo)
    employee = await _employee(demo)
    on_hold = statuses.CreateJobStatus("On hold", "#9ca3af", id=_id("status", "On hold"))
    await demo.do(statuses.create_job_status, on_hold)
    await _accounts_in_hands(demo, owner.member_id, employee)
    for name, stages in PIPELINES.items():
        await _pipeline(demo, name, stages, (owner.member_id, employee))
    return True


async def _owner(database: Database) -> Viewer | None:
    """The owner of the demo firm, made if the database is empty; None where it holds other firms."""
    async with database.transaction() as db:
        await locks.own_firm(db, "demo")
        if not await people.any_firm(database):
            name, email = OWNER
            await firms.create_firm(database, firms.CreateFirm(FIRM, name, email, PASSWORD, TIME_ZONE))
    return await firms.owner_by_email(database, OWNER[1])


async def _clients(demo: _Demo) -> None:
    for name, labels in CLIENTS.items():
        ids = [_id("tag", label) for label in labels]
        account = accounts.CreateAccount(name, id=_id("account", name), tag_ids=ids)
        await demo.do(accounts.create_account, account)
        person = " ".join(reversed(name.split(", ")))
        email = f"{person.split()[0].lower()}@client.test"
        contact = contacts.CreateContact(person, email, account_ids=[_id("account", name)], id=_id("contact", name))
        await demo.do(contacts.create_contact, contact)


async def _employee(demo: _Demo) -> str:
    """The employee, who sees most clients. Invited and joined in one go, as nobody else knows the token."""
    name, email = EMPLOYEE
    member_id = _id("member", name)
    seen = [_id("account", client) for client in CLIENTS if client not in HIDDEN]
    given = members.InviteMember(email, name, rights=[AccessRight.MANAGE_TAGS], account_ids=seen, id=member_id)
    await demo.do(members.invite_member, given)
    token = await demo.do(members.renew_invitation, members.RenewInvitation(member_id))
    if token is not None:
        await members.accept_invitation(demo.database, members.AcceptInvitation(token, PASSWORD))
    return member_id


async def _accounts_in_hands(demo: _Demo, owner: str, employee: str) -> None:
    preparer = _id("role", "Preparer")
    await demo.do(roles.create_account_role, roles.CreateAccountRole("Preparer", id=preparer))
    for name in CLIENTS:
        holder = accounts.RoleHolder(preparer, owner if name in HIDDEN else employee)
        given = accounts.UpdateAccount(_id("account", name), add_roles=(holder,))
        await demo.do(accounts.update_account, given)


async def _pipeline(demo: _Demo, name: str, stages: Sequence[str], people: Sequence[str]) -> None:
    pipeline_id = _id("pipeline", name)
    made = pipelines.CreatePipeline(
        name,
        tuple(pipelines.NewStage(stage) for stage in stages),
        available_to_ids=people,
        status_ids=(_id("status", "On hold"),),
        id=pipeline_id,
    )
    await demo.do(pipelines.create_pipeline, made)
    rows = await places.stages(demo.database, demo.caller.viewer.firm_id, pipeline_id)
    for number, client in enumerate(CLIENTS):
        await _job(demo, name, number, client, rows[number % len(rows)]["id"], people)


async def _job(demo: _Demo, pipeline: str, number: int, client: str, stage_id: str, people: Sequence[str]) -> None:
    job_id = _id("job", f"{pipeline}/{client}")
    made = jobs.CreateJob(
        _id("account", client),
        _id("pipeline", pipeline),
        name=pipeline,
        stage_id=stage_id,
        priority=list(Priority)[number % len(Priority)],
        assignee_ids=(people[number % 2],),
        id=job_id,
    )
    await demo.do(jobs.create_job, made)
    due = demo.day + timedelta(days=5 * number - 10)
    period = f"{demo.day:%B %Y}" if pipeline == "Monthly bookkeeping" else str(demo.day.year - 1)
    dated = jobs.UpdateJob(job_id, name=f"{pipeline} {period}", start_date=due - timedelta(days=21), due_date=due)
    await demo.do(jobs.update_job, dated)
    for step in STEPS[pipeline][: 1 + number % 2]:
        task = tasks.CreateTask(step, job_id, assignee_ids=(people[number % 2],), id=_id("task", f"{job_id}/{step}"))
        await demo.do(tasks.create_task, task)
    if number == 4:
        given = jobs.SetJobStatus(job_id, _id("status", "On hold"))
        await demo.do(jobs.set_job_status, given)


def _last_task() -> str:
    """What is made last: when it is there, so is everything before it."""
    pipeline = [*PIPELINES][-1]
    job_id = _id("job", f"{pipeline}/{[*CLIENTS][-1]}")
    return _id("task", f"{job_id}/{STEPS[pipeline][-1]}")


def _id(prefix: str, name: str) -> str:
    """A thing's own id, the same at every try."""
    digits = hashlib.sha256(f"demo/{prefix}/{name}".encode()).hexdigest()
    return f"{prefix}_{digits[:12]}7{digits[13:16]}8{digits[17:32]}"
