"""Who works on jobs and tasks: the one place that assigns and unassigns, so that whoever it concerns is told."""

from collections.abc import Mapping, Sequence
from typing import Literal

from engine.work import Work
from store.writes import assignees as writes
from store.writes.assignees import People

Kind = Literal["job", "task"]
Changed = Mapping[str, Sequence[str]]
"""Members by the job or task."""


async def change(work: Work, kind: Kind, come: People, go: People) -> tuple[Changed, Changed]:
    """Assigns members to locked jobs or tasks, then unassigns others, any number in two statements.

    Answers who really came, and who really went.
    """
    came = await writes.assign(work.db, work.firm_id, kind, come)
    work.note_assignments(came, now=True)
    went = await writes.unassign(work.db, work.firm_id, kind, go)
    work.note_assignments(went, now=False)
    return came, went
