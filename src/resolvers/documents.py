"""Documents: files of the firm and its clients."""

from collections.abc import Sequence
from typing import Any, Final

from engine import access
from engine.access import id_of
from engine.enums import AccessRight, DocumentState, TokenScope
from engine.files import documents, uploads
from engine.files.passes import Pass, Purpose, ends_at
from engine.files.showing import signed_key
from resolvers import accounts, firms, jobs
from resolvers.commands import command, removal
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, Depends, batch, query, right
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import documents as reads
from store.reads.filters import DocumentFilter, condition
from store.reads.paging import Order, Source, fixed
from store.sql import Params

NEWEST_FIRST: Final = Order("document", (("d.created_at", "timestamptz"), ("d.id", "text")), descending=True)
FILES: Final = "/files/"
"""Where passes are shown: uploads are put there, downloads are got from there."""


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Documents that the viewer sees."""
    found = await reads.by_ids(
        context.db, context.firm_id, present(ids), lambda p: access.sees_document(context.viewer, p, "d")
    )
    return in_order(found, ids)


@query(may=READER, depends=Depends.SCOPE)
async def one(context: Context, *, id: str) -> Row | None:
    """A document that the viewer sees."""
    return (await by_ids(context, [id]))[0]


@query(may=READER, depends=Depends.SCOPE)
async def page(context: Context, *, filter: DocumentFilter | None, **args: Any) -> Connection:
    """Documents that the viewer sees, newest first."""

    def where(p: Params) -> str:
        seen = access.sees_document(context.viewer, p, "d")
        return f"{_ready(context, p)} AND {seen} AND ({condition(p, filter, context.asker)})"

    source = Source(fixed(reads.DOCUMENT), "documents d", where)
    return (await pages(context, source, NEWEST_FIRST, PageArgs(**args)))[0]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def of_jobs(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection]:
    """The documents that were added to jobs, newest first."""

    def where(p: Params) -> str:
        return f"{_ready(context, p)} AND d.job_id = parent.id"

    source = Source(fixed(reads.DOCUMENT), "documents d", where)
    return await pages(context, source, NEWEST_FIRST, PageArgs(**args), [row["id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def of_accounts(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection | None]:
    """The documents of accounts, newest first; null without access to the account."""
    seen = sorted(await accounts.open_to(context, rows))

    def where(p: Params) -> str:
        return f"{_ready(context, p)} AND d.account_id = parent.id"

    source = Source(fixed(reads.DOCUMENT), "documents d", where)
    found = dict(zip(seen, await pages(context, source, NEWEST_FIRST, PageArgs(**args), seen), strict=True))
    return [found.get(row["id"]) for row in rows]


def _ready(context: Context, p: Params) -> str:
    return f"d.firm_id = {p(context.firm_id)} AND d.state = 'READY'"


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def account_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The clients that documents are about."""
    return await accounts.by_ids(context, [row["account_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def job_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The jobs that documents were added to, as far as the viewer sees them."""
    return await jobs.by_ids(context, [row["job_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def uploaders(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Who uploaded documents."""
    return await firms.by_ids(context, [row["uploaded_by"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def client_uploaders(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Who of the clients uploaded documents, as far as the viewer sees them."""
    return await accounts.contacts_by_ids(context, [row["uploaded_by_contact"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def download_urls(context: Context, rows: Sequence[Row]) -> list[str | None]:
    """Where the viewer gets documents; null before their content has come."""
    return await _urls(context, rows, Purpose.DOWNLOAD, DocumentState.READY)


@batch(may=WITH_PARENT, depends=Depends.SELF | Depends.RIGHTS)
async def upload_urls(context: Context, rows: Sequence[Row]) -> list[str | None]:
    """Where the viewer puts the content of documents; null once it has come. Others do not see them before."""
    if TokenScope.WRITE not in context.viewer.scopes:
        return [None] * len(rows)
    return await _urls(context, rows, Purpose.UPLOAD, DocumentState.UPLOADING)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def client_urls(context: Context, rows: Sequence[Row]) -> list[str | None]:
    """Where the client gets documents that are shared with them; null before their content has come."""
    return await _urls(context, rows, Purpose.DOWNLOAD, DocumentState.READY)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def client_upload_urls(context: Context, rows: Sequence[Row]) -> list[str | None]:
    """Where the client puts the content of documents; null once it has come."""
    return await _urls(context, rows, Purpose.UPLOAD, DocumentState.UPLOADING)


async def _urls(context: Context, rows: Sequence[Row], purpose: Purpose, state: DocumentState) -> list[str | None]:
    if all(row["state"] != state for row in rows):
        return [None] * len(rows)
    secret = await reads.secret(context.db, context.firm_id)
    assert secret is not None  # every document is made with it
    until, holder = ends_at(context.now), context.party
    signed = (
        Pass(purpose, row["id"], id_of(holder), until).signed(secret, signed_key(purpose, row, holder)) for row in rows
    )
    found = zip(rows, signed, strict=True)
    return [f"{context.base_url}{FILES}{text}" if row["state"] == state else None for row, text in found]


_MANAGE = right(AccessRight.MANAGE_DOCUMENTS)

request_upload = command(uploads.request_upload, "document", by_ids, may=_MANAGE)
update_document = command(documents.update_document, "document", by_ids, may=_MANAGE)
share_document = command(documents.share_document, "document", by_ids, may=_MANAGE)
unshare_document = command(documents.unshare_document, "document", by_ids, may=_MANAGE)
delete_document = removal(documents.delete_document, may=_MANAGE)
