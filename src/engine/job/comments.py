"""Comments on jobs, among members (JB3). They change nothing of the job, not even its version (MV4).

Who comments on a job, or is mentioned, follows it from then on, unless they have stopped to. Followers are told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine import access, find, notifications
from engine.checks import Checks, listed
from engine.enums import DocumentState, ErrorCode, NotificationKind
from engine.errors import denied, invalid, missing
from engine.firm import audience
from engine.job import following
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.database import Row
from store.ids import new_id
from store.sql import Params
from store.writes import comments as writes
from store.writes import find as lookup
from store.writes import followers, links, records
from store.writes.comments import Said

EXCERPT: Final = 200
"""Characters of a comment that members are told."""
MOST_DOCUMENTS: Final = 20
"""Of one comment."""


@dataclass(frozen=True, slots=True)
class CreateComment:
    """Says something about a job, to the members who see it."""

    job_id: str
    text: str
    mention_ids: Maybe[Sequence[str] | None] = UNSET
    document_ids: Maybe[Sequence[str] | None] = UNSET
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateComment:
    """Changes what one has said. Whoever is mentioned only now is told."""

    comment_id: str
    text: Maybe[str] = UNSET
    mention_ids: Maybe[Sequence[str] | None] = UNSET
    document_ids: Maybe[Sequence[str] | None] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteComment:
    """Takes back what was said. The comment keeps its place, without its text, mentions and documents."""

    comment_id: str


async def create_comment(work: Work, command: CreateComment) -> str:
    """Comments on a job that the viewer sees, archived or not (ST1); answers the comment's id."""
    checks = Checks()
    text, mentions = _text(checks, command.text), checks.ids(listed(command.mention_ids), "mention_ids")
    documents = _documents(checks, listed(command.document_ids))
    checks.done()
    comment_id, again = await find.new(work, "comments", "comment", command)
    if again:
        return str((await _seen(work, comment_id, "id"))["id"])
    await find.seen_job(work, command.job_id, "job_id")
    await _check_mentions(work, command.job_id, mentions)
    await _check_documents(work, command.job_id, documents)
    await _say(work, [Said(comment_id, command.job_id, text, mentions)])
    await _relink(work, DOCUMENTS, comment_id, documents, [])
    return comment_id


async def update_comment(work: Work, command: UpdateComment) -> str:
    """Changes a comment of the viewer's own; answers its id. What was told of it changes with it."""
    row = await _locked(work, command.comment_id)
    checks = Checks()
    text = row["text"] if command.text is UNSET else _text(checks, command.text)
    mentioned, carried = await _linked(work, MENTIONS, row["id"]), await _linked(work, DOCUMENTS, row["id"])
    wanted = mentioned if command.mention_ids is UNSET else checks.ids(listed(command.mention_ids), "mention_ids")
    papers = carried if command.document_ids is UNSET else _documents(checks, listed(command.document_ids))
    checks.done()
    added, gone = _difference(wanted, mentioned)
    brought, taken = _difference(papers, carried)
    await _check_mentions(work, row["job_id"], added)
    await _check_documents(work, row["job_id"], brought)
    if row["author_id"] != work.actor_id:
        raise denied("Only its author may edit a comment.", None, "comment_id")
    if row["deleted_at"] is not None:
        raise invalid(ErrorCode.INVALID, "The comment has been deleted: write a new one.", "comment_id")
    if added or gone or brought or taken or text != row["text"]:
        await records.change(work.db, models.Comment, work.firm_id, row["id"], work.now, text=text, edited_at=work.now)
        await _relink(work, MENTIONS, row["id"], added, gone)
        await _relink(work, DOCUMENTS, row["id"], brought, taken)
        await _retell(work, Said(row["id"], row["job_id"], text, added), gone)
        work.touch("comment", row["id"], job=row["job_id"])
    return command.comment_id


async def _retell(work: Work, said: Said, gone: Sequence[str]) -> None:
    """Changes what was told of a comment. Who is mentioned now is told of that instead of the comment."""
    await notifications.withdraw(work, NotificationKind.MENTIONED, [(said.id, one) for one in gone])
    await notifications.withdraw(work, NotificationKind.COMMENTED, [(said.id, one) for one in said.mention_ids])
    await notifications.retell(work, said.id, _excerpt(said.text))
    await following.join(work, {said.job_id: said.mention_ids})
    await _tell_mentioned(work, [said])


async def delete_comment(work: Work, command: DeleteComment) -> str:
    """Deletes a comment of the viewer's own, or as an owner or admin any; answers its id. Those told of it are not."""
    row = await _locked(work, command.comment_id)
    if row["author_id"] != work.actor_id and not work.viewer.manages:
        raise denied("Only its author, an owner or an admin may delete a comment.", None, "comment_id")
    if row["deleted_at"] is None:
        values = {"text": "", "deleted_at": work.now}
        await records.change(work.db, models.Comment, work.firm_id, row["id"], work.now, **values)
        for linked in (MENTIONS, DOCUMENTS):
            await _relink(work, linked, row["id"], [], await _linked(work, linked, row["id"]))
        for kind in (NotificationKind.MENTIONED, NotificationKind.COMMENTED):
            await notifications.withdraw(work, kind, [(row["id"], None)])
        work.touch("comment", row["id"], job=row["job_id"])
    return command.comment_id


async def add(work: Work, texts: Mapping[str, str], mention_ids: Sequence[str]) -> dict[str, str]:
    """Comments on many jobs at once, in a constant number of statements; answers the comments' ids by their jobs.

    Of those to be mentioned the active ones who see the job are.
    """
    mentions = await audience.seeing(work, dict.fromkeys(texts, mention_ids))
    said = [Said(new_id("comment"), job_id, text, mentions[job_id]) for job_id, text in texts.items()]
    await _say(work, said)
    return {one.job_id: one.id for one in said}


async def _say(work: Work, said: Sequence[Said]) -> None:
    await writes.add(work.db, work.firm_id, work.actor_id, said, work.now)
    for one in said:
        work.touch("comment", one.id, job=one.job_id)
    await _tell_followers(work, said)
    author = [work.actor_id] if work.actor_id else []
    await following.join(work, {one.job_id: [*author, *one.mention_ids] for one in said})
    await _tell_mentioned(work, said)


async def _tell_mentioned(work: Work, said: Sequence[Said]) -> None:
    told = {one.job_id: one.mention_ids for one in said}
    await notifications.notify(work, NotificationKind.MENTIONED, told, *_words(said))


async def _tell_followers(work: Work, said: Sequence[Said]) -> None:
    """Tells those who follow the jobs already, but are not mentioned."""
    found = await followers.of(work.db, work.firm_id, [one.job_id for one in said])
    told = {
        one.job_id: [member_id for member_id in found[one.job_id] if member_id not in one.mention_ids]
        for one in said
        if one.job_id in found
    }
    await notifications.notify(work, NotificationKind.COMMENTED, told, *_words(said))


def _words(said: Sequence[Said]) -> tuple[dict[str, str], dict[str, str]]:
    """What is told of comments, and the comments, by their jobs."""
    return {one.job_id: _excerpt(one.text) for one in said}, {one.job_id: one.id for one in said}


def _excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1].rstrip()}…"


def _text(checks: Checks, value: str) -> str:
    text = checks.text(value, "text")
    if text is None:
        checks.add(ErrorCode.REQUIRED, "It must not be empty.", "text")
    return text or ""


async def _check_mentions(work: Work, job_id: str, mentions: Sequence[str]) -> None:
    """Refuses to mention who does not exist, is deactivated, or could not read it."""
    await find.assignable(work, mentions, "mention_ids")
    seeing = await audience.seeing(work, {job_id: mentions})
    if len(seeing[job_id]) < len(mentions):
        message = "A member to be mentioned does not see the job: give them access to it, or leave them out."
        raise invalid(ErrorCode.CANNOT_SEE, message, "mention_ids")


def _documents(checks: Checks, ids: Sequence[str]) -> list[str]:
    documents = checks.ids(ids, "document_ids")
    if len(documents) > MOST_DOCUMENTS:
        checks.add(ErrorCode.TOO_MANY, f"At most {MOST_DOCUMENTS} documents.", "document_ids")
    return documents


async def _check_documents(work: Work, job_id: str, ids: Sequence[str]) -> None:
    """Refuses what is no document of the job whose content has come."""

    def here(p: Params) -> str:
        return f"t.job_id = {p(job_id)} AND t.state = {p(DocumentState.READY)}"

    if ids and set(ids) - await lookup.ids(work.db, "documents", work.firm_id, ids, here):
        raise missing("document of this job", "document_ids")


MENTIONS: Final = ("comment_mentions", "member_id")
DOCUMENTS: Final = ("comment_documents", "document_id")
"""What comments are linked to: by which table, and by which column of it."""


async def _linked(work: Work, linked: tuple[str, str], comment_id: str) -> list[str]:
    table, column = linked
    return await links.targets(work.db, table, work.firm_id, ("comment_id", comment_id), column)


async def _relink(
    work: Work, linked: tuple[str, str], comment_id: str, added: Sequence[str], gone: Sequence[str]
) -> None:
    (table, column), owner = linked, ("comment_id", comment_id)
    await links.add(work.db, table, work.firm_id, owner, column, added)
    await links.remove(work.db, table, work.firm_id, owner, column, gone)


def _difference(wanted: Sequence[str], before: Sequence[str]) -> tuple[list[str], list[str]]:
    """What comes, and what goes."""
    return [one for one in wanted if one not in before], [one for one in before if one not in wanted]


async def _seen(work: Work, comment_id: str, *path: str) -> Row:
    """A comment on a job that the viewer sees."""

    def condition(p: Params) -> str:
        return access.sees_comment(work.viewer, p, "t")

    row = await lookup.one(work.db, "comments", work.firm_id, comment_id, condition)
    if row is None:
        raise missing("comment", *path)
    return row


async def _locked(work: Work, comment_id: str) -> Row:
    await _seen(work, comment_id, "comment_id")
    return await find.lock(work, "comments", comment_id)
