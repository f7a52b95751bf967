"""Members who look at one snapshot together: what is the same for all is read once.

What each sees is asked for all of them in one statement, by the conditions of ``engine.access`` as everywhere; the
member in them is a column then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from engine.access import Viewer
from store.database import Row
from store.sql import Sql

MEMBER: Final = Sql("m.id")
"""The member in statements about several."""

Pairs = Callable[[Collection[str], Collection[str], Viewer], Awaitable[Sequence[Row]]]
"""Asks which of several members, viewers like the one given, see which of several things: ``id`` and ``member_id``."""


@dataclass(slots=True)
class Company:
    """What is remembered of the snapshot, and who looks at it. Alone, nothing is looked for twice."""

    together: bool = False
    """Whether several look."""
    facts: dict[Hashable, Any] = field(default_factory=dict)
    _expected: dict[Hashable, set[str]] = field(default_factory=dict)

    def expect(self, viewer: Viewer) -> None:
        """Announces that a member will look."""
        self._expected.setdefault(_kind(viewer), set()).add(viewer.member_id)

    def known(self, *sort: Hashable) -> dict[Any, Any]:
        """What has been found out about things of a sort."""
        found: dict[Any, Any] = self.facts.setdefault(sort, {})
        return found

    def likes_of(self, viewer: Viewer) -> set[str]:
        """Those who look under the same conditions, the viewer included."""
        self.expect(viewer)
        return self._expected[_kind(viewer)]

    async def seen(self, viewer: Viewer, sort: Hashable, ids: Collection[str], pairs: Pairs) -> set[str]:
        """Which things the viewer sees. Managers see all that there are; nobody is asked for them."""
        if viewer.manages:
            return set(ids)
        known: dict[str, set[str]] = self.known(sort, "seen by", _kind(viewer))
        asked: dict[str, set[str]] = self.known(sort, "asked for", _kind(viewer))
        unknown = [one for one in ids if viewer.member_id not in asked.get(one, ())]
        if unknown:
            members = set(self.likes_of(viewer))
            for row in await pairs(unknown, members, replace(viewer, member_id=MEMBER)):
                known.setdefault(row["id"], set()).add(row["member_id"])
            for one in unknown:
                asked.setdefault(one, set()).update(members)
        return {one for one in ids if viewer.member_id in known.get(one, ())}


def _kind(viewer: Viewer) -> Hashable:
    """Viewers of one kind see things under the same conditions, each with their own id in them."""
    return viewer.role, viewer.rights
