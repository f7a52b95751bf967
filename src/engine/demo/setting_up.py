"""The demo firm before its first job: its calendar, people, clients, and pipelines."""

from contextlib import suppress
from dataclasses import replace
from datetime import time
from typing import Final

from engine.automating.configuring import CreateAutomation, create_automation
from engine.demo import texts
from engine.demo.cast import (
    ADDRESS,
    CLIENTS,
    EMPLOYEE,
    FIRM,
    GUEST,
    PASSWORD,
    PREPARER,
    REGION,
    REVIEWER,
    TAGS,
    Client,
    holidays,
)
from engine.demo.ids import known
from engine.demo.pipelines import COURSES, Course, Does
from engine.demo.telling import Telling
from engine.enums import AccessRight, StatusAutomove
from engine.errors import Refused
from engine.firm import (
    accounts,
    client_statuses,
    contacts,
    custom_fields,
    firms,
    members,
    roles,
    tags,
)
from engine.firm.custom_fields import FieldValue
from engine.firm.secrets import passwords
from engine.job import job_templates
from engine.mail import email_templates
from engine.pipeline import pipelines, statuses
from engine.pipeline.pipeline_settings import StatusSetting
from engine.portal import guests
from store.database import Row
from store.writes import places, portal

BEFORE: Final = 25
"""So many working days ago it was set up."""

EMPLOYEE_ID: Final = known("member", EMPLOYEE[0])


async def set_up(telling: Telling) -> None:
    """All of it, a while before the first job."""
    telling.now = telling.at(BEFORE, time(8))
    await _firm(telling)
    await _vocabulary(telling)
    await _people(telling)
    for course in COURSES:
        await _course(telling, course)


async def stages(telling: Telling) -> dict[tuple[str, str], str]:
    """The ids of the stages by their pipelines and names."""
    found = {}
    for course in COURSES:
        for row in await _stages(telling, course):
            found[course.name, row["name"]] = row["id"]
    return found


async def _stages(telling: Telling, course: Course) -> list[Row]:
    return await places.stages(telling.database, telling.owner.firm_id, known("pipeline", course.name))


async def _firm(telling: Telling) -> None:
    """When the firm works, and that it writes to its clients."""
    given = firms.UpdateFirm(
        holiday_region=REGION,
        add_holidays=holidays(telling.end),
        holds_client_mail=False,
        sender_name=FIRM,
        sender_address=ADDRESS,
    )
    await telling.do(firms.update_firm, given)


async def _vocabulary(telling: Telling) -> None:
    """Tags, roles, statuses, custom fields and templates."""
    for name, color in TAGS.items():
        await telling.do(tags.create_tag, tags.CreateTag(name, color, id=known("tag", name)))
    for name in (PREPARER, REVIEWER):
        await telling.do(roles.create_account_role, roles.CreateAccountRole(name, id=known("role", name)))
    for status in texts.STATUSES:
        await telling.do(statuses.create_job_status, status)
    for client_status in texts.CLIENT_STATUSES:
        await telling.do(client_statuses.create_client_status, client_status)
    for custom_field in texts.FIELDS:
        await telling.do(custom_fields.create_custom_field, custom_field)
    for email in texts.EMAILS:
        await telling.do(email_templates.create_email_template, email)
    for template in texts.JOB_TEMPLATES:
        await telling.do(job_templates.create_job_template, template)


async def _people(telling: Telling) -> None:
    """The clients, and the employee, who sees most of them. Nobody else knows the invitation's token."""
    for client in CLIENTS:
        await _client(telling, client)
    name, email = EMPLOYEE
    seen = [known("account", client.name) for client in CLIENTS if not (client.owners or client.new)]
    given = members.InviteMember(email, name, rights=[AccessRight.MANAGE_TAGS], account_ids=seen, id=EMPLOYEE_ID)
    await telling.do(members.invite_member, given)
    token = await telling.do(members.renew_invitation, members.RenewInvitation(EMPLOYEE_ID))
    if token is not None:
        joining = members.AcceptInvitation(token, PASSWORD)
        with suppress(Refused):  # another process that fills has made another invitation
            await members.accept_invitation(telling.database, joining, clock=lambda: telling.now)
    for client in CLIENTS:
        await _roles(telling, client)
    await _guest(telling)


async def _guest(telling: Telling) -> None:
    """One client may come into the portal, with the password of all logins."""
    name = GUEST[0]
    await telling.do(guests.invite_contact, guests.InviteContact(known("contact", name)), once="guest")
    hashed = await passwords.hash(PASSWORD)
    async with telling.database.transaction() as db:
        await portal.set_password(db, telling.owner.firm_id, known("contact", name), hashed)


async def _client(telling: Telling, client: Client) -> None:
    account_id = known("account", client.name)
    labels = [known("tag", tag) for tag in client.tags]
    transactions = None if client.transactions is None else str(client.transactions)
    said = {texts.TRANSACTIONS: transactions, texts.SOFTWARE: client.software}
    values = [FieldValue(known("field", name), value) for name, value in said.items() if value is not None]
    account = accounts.CreateAccount(client.name, account_id, labels, values)
    await telling.do(accounts.create_account, account)
    contact_id = known("contact", client.name)
    contact = contacts.CreateContact(client.person, client.address, account_ids=[account_id], id=contact_id)
    await telling.do(contacts.create_contact, contact)


async def _roles(telling: Telling, client: Client) -> None:
    owner = telling.owner.member_id
    preparer = accounts.RoleHolder(known("role", PREPARER), owner if client.owners else EMPLOYEE_ID)
    given = accounts.UpdateAccount(
        known("account", client.name),
        add_roles=(preparer, accounts.RoleHolder(known("role", REVIEWER), owner)),
    )
    await telling.do(accounts.update_account, given)


async def _course(telling: Telling, course: Course) -> None:
    pipeline_id = known("pipeline", course.name)
    status_id = known("status", course.status)
    made = pipelines.CreatePipeline(
        course.name,
        tuple(step.stage for step in course.steps),
        course.description,
        archive_after_days=course.archive_after_days,
        job_template_id=known("jobtemplate", course.template),
        available_to_ids=(telling.owner.member_id, EMPLOYEE_ID),
        status_ids=(status_id,),
        id=pipeline_id,
    )
    await telling.do(pipelines.create_pipeline, made)
    for row, step in zip(await _stages(telling, course), course.steps, strict=True):
        for number, does in enumerate(step.does):
            name = f"{course.name}/{step.stage.name}/{number}"
            await _automation(telling, name, does, CreateAutomation(does.config, row["id"]))
    for number, does in enumerate(course.waiting):
        name = f"{course.name}/{course.status}/{number}"
        await _automation(telling, name, does, CreateAutomation(does.config, None, pipeline_id, status_id))
    if course.waiting:
        back = StatusSetting(status_id, StatusAutomove.WHEN_ITEMS_DONE)
        await telling.do(pipelines.update_pipeline, pipelines.UpdatePipeline(pipeline_id, set_status_automove=(back,)))


async def _automation(telling: Telling, name: str, does: Does, place: CreateAutomation) -> None:
    given = replace(place, condition=does.condition, delay=does.delay, id=known("automation", name))
    await telling.do(create_automation, given)
