"""Names that are free: where one is taken, the same with a number."""

from collections.abc import Iterator
from itertools import count

from engine import access
from engine.checks import NAME_LENGTH
from engine.work import Work
from store.writes import marketplace as writes


async def free_name(work: Work, name: str) -> str:
    """A name that no pipeline has which the viewer sees; nobody else takes it by this way meanwhile."""
    await writes.own_names(work.db, work.firm_id, "pipelines")
    rows = await writes.pipelines(work.db, work.firm_id, lambda p: access.sees_pipeline(work.viewer, p, "t.id"))
    taken = {row["name"].casefold() for row in rows}
    return next(one for one in names(name) if one.casefold() not in taken)


def names(name: str) -> Iterator[str]:
    """A name, and others to take where that is taken: Welcome, Welcome (2)."""
    yield name
    for n in count(2):
        yield f"{name[: NAME_LENGTH - len(f' ({n})')]} ({n})"
