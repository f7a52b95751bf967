"""E-mails and their templates."""

from collections.abc import Sequence
from typing import Any, Final

from engine import access
from engine.enums import AccessRight
from engine.mail import email_templates, outbox
from resolvers import accounts, automations, firms, jobs
from resolvers.commands import command, removal
from resolvers.context import Context
from resolvers.declare import (
    MANAGER,
    READER,
    WITH_PARENT,
    WRITER,
    Depends,
    Payload,
    batch,
    mutation,
    query,
    right,
)
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import emails as reads
from store.reads.filters import EmailFilter, condition
from store.reads.paging import Order, Source, fixed
from store.sql import Params

NEWEST_FIRST: Final = Order("email", (("e.created_at", "timestamptz"), ("e.id", "text")), descending=True)
TEMPLATES_BY_NAME: Final = Order("emailtemplate.name", (("lower(et.name)", "text"), ("et.id", "text")))


async def templates_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """E-mail templates of the firm."""
    return in_order(await reads.templates(context.db, context.firm_id, present(ids)), ids)


@query(may=READER, depends=Depends.NONE)
async def template_page(context: Context, **args: Any) -> Connection:
    """The firm's e-mail templates."""
    source = Source(fixed(reads.TEMPLATE), "email_templates et", lambda p: f"et.firm_id = {p(context.firm_id)}")
    return (await pages(context, source, TEMPLATES_BY_NAME, PageArgs(**args)))[0]


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """E-mails that the viewer sees."""
    found = await reads.by_ids(
        context.db, context.firm_id, present(ids), lambda p: access.sees_email(context.viewer, p, "e")
    )
    return in_order(found, ids)


@query(may=READER, depends=Depends.SCOPE | Depends.SELF | Depends.RIGHTS)
async def page(context: Context, *, filter: EmailFilter | None, **args: Any) -> Connection:
    """E-mails that the viewer sees, newest first."""

    def where(p: Params) -> str:
        seen = access.sees_email(context.viewer, p, "e")
        return f"e.firm_id = {p(context.firm_id)} AND {seen} AND ({condition(p, filter, context.asker)})"

    source = Source(fixed(reads.EMAIL), reads.EMAILS, where)
    return (await pages(context, source, NEWEST_FIRST, PageArgs(**args)))[0]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def job_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The jobs by which e-mails were made, as far as the viewer sees them."""
    return await jobs.by_ids(context, [row["job_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def run_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The turns of automations that made e-mails, as far as the viewer sees their jobs."""
    return await automations.runs_by_ids(context, [row["run_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def account_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The clients that e-mails are about."""
    return await accounts.by_ids(context, [row["account_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def contact_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The contacts that e-mails go to."""
    return await accounts.contacts_by_ids(context, [row["contact_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def member_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The members that e-mails go to."""
    return await firms.by_ids(context, [row["member_id"] for row in rows])


_MANAGE = right(AccessRight.MANAGE_TEMPLATES)

create_email_template = command(email_templates.create_email_template, "template", templates_by_ids, may=_MANAGE)
update_email_template = command(email_templates.update_email_template, "template", templates_by_ids, may=_MANAGE)
delete_email_template = removal(email_templates.delete_email_template, may=_MANAGE)
retry_email = command(outbox.retry_email, "email", by_ids, may=WRITER)
send_test_email = command(outbox.send_test_email, "email", by_ids, may=_MANAGE)


@mutation(may=MANAGER)
async def release_emails(context: Context, given: outbox.ReleaseEmails) -> Payload:
    """Sends e-mails that are held back."""
    return await _payload(context, await context.perform(outbox.release_emails, given))


@mutation(may=MANAGER)
async def discard_emails(context: Context, given: outbox.DiscardEmails) -> Payload:
    """Has e-mails that are held back never sent."""
    return await _payload(context, await context.perform(outbox.discard_emails, given))


async def _payload(context: Context, done: outbox.Settled) -> Payload:
    return {"emails": await by_ids(context, done.email_ids), "remaining": done.remaining}
