"""Comments on jobs, among members (JB3). They change nothing of the job, not even its version (MV4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine import access, find, notifications
from engine.checks import Checks, listed
from engine.enums import ErrorCode, NotificationKind
from engine.errors import denied, invalid, missing
from engine.firm import audience
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.database import Row
from store.ids import new_id
from store.sql import Params
from store.writes import comments as writes
from store.writes import find as lookup
from store.writes import links, records
from store.writes.comments import Said

EXCERPT: Final = 200
"""Characters of a comment that a mentioned member is told."""


@dataclass(frozen=True, slots=True)
class CreateComment:
    """Says something about a job, to the members who see it."""

    job_id: str
    text: str
    mention_ids: Maybe[Sequence[str] | None] = UNSET
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateComment:
    """Changes what one has said. Whoever is mentioned only now is told."""

    comment_id: str
    text: Maybe[str] = UNSET
    mention_ids: Maybe[Sequence[str] | None] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteComment:
    """Takes back what was said. The comment keeps its place, without its text and mentions."""

    comment_id: str


async def create_comment(work: Work, command: CreateComment) -> str:
    """Comments on a job that the viewer sees, archived or not (ST1); answers the comment's id."""
    checks = Checks()
    text, mentions = _text(checks, command.text), checks.ids(listed(command.mention_ids), "mention_ids")
    checks.done()
    comment_id, again = await find.new(work, "comments", "comment", command)
    if again:
        return str((await _seen(work, comment_id, "id"))["id"])
    await find.seen_job(work, command.job_id, "job_id")
    await _check_mentions(work, command.job_id, mentions)
    await _say(work, [Said(comment_id, command.job_id, text, mentions)])
    return comment_id


async def update_comment(work: Work, command: UpdateComment) -> str:
    """Changes a comment of the viewer's own; answers its id. What its mentions were told changes with it."""
    row = await _locked(work, command.comment_id)
    checks = Checks()
    text = row["text"] if command.text is UNSET else _text(checks, command.text)
    before = await _mentions(work, row["id"])
    wanted = before if command.mention_ids is UNSET else checks.ids(listed(command.mention_ids), "mention_ids")
    checks.done()
    added, gone = [one for one in wanted if one not in before], [one for one in before if one not in wanted]
    await _check_mentions(work, row["job_id"], added)
    if row["author_id"] != work.actor_id:
        raise denied("Only its author may edit a comment.", None, "comment_id")
    if row["deleted_at"] is not None:
        raise invalid(ErrorCode.INVALID, "The comment has been deleted: write a new one.", "comment_id")
    if added or gone or text != row["text"]:
        await records.change(work.db, models.Comment, work.firm_id, row["id"], work.now, text=text, edited_at=work.now)
        await _remention(work, row["id"], added, gone)
        await notifications.withdraw(work, NotificationKind.MENTIONED, [(row["id"], one) for one in gone])
        await notifications.retell(work, row["id"], before, _excerpt(text))
        await _tell(work, [Said(row["id"], row["job_id"], text, added)])
        work.touch("comment", row["id"], job=row["job_id"])
    return command.comment_id


async def delete_comment(work: Work, command: DeleteComment) -> str:
    """Deletes a comment of the viewer's own, or as an owner or admin any; answers its id. Those told of it are not."""
    row = await _locked(work, command.comment_id)
    if row["author_id"] != work.actor_id and not work.viewer.manages:
        raise denied("Only its author, an owner or an admin may delete a comment.", None, "comment_id")
    if row["deleted_at"] is None:
        values = {"text": "", "deleted_at": work.now}
        await records.change(work.db, models.Comment, work.firm_id, row["id"], work.now, **values)
        await _remention(work, row["id"], [], await _mentions(work, row["id"]))
        await notifications.withdraw(work, NotificationKind.MENTIONED, [(row["id"], None)])
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
    await _tell(work, said)


async def _tell(work: Work, said: Sequence[Said]) -> None:
    told = {one.job_id: one.mention_ids for one in said}
    texts = {one.job_id: _excerpt(one.text) for one in said}
    subjects = {one.job_id: one.id for one in said}
    await notifications.notify(work, NotificationKind.MENTIONED, told, texts, subjects)


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


async def _mentions(work: Work, comment_id: str) -> list[str]:
    owner = ("comment_id", comment_id)
    return await links.targets(work.db, "comment_mentions", work.firm_id, owner, "member_id")


async def _remention(work: Work, comment_id: str, added: Sequence[str], gone: Sequence[str]) -> None:
    owner = ("comment_id", comment_id)
    await links.add(work.db, "comment_mentions", work.firm_id, owner, "member_id", added)
    await links.remove(work.db, "comment_mentions", work.firm_id, owner, "member_id", gone)


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
