"""What a viewer saw in a range of events, and what else the events say, for any stream.

Sight is rolled through the range in order, with the viewer's access as it was at each event: a job that was never seen
is never named (AC4), and one that was seen at any moment and no longer is leaves what is drawn (LV1). Boards, which
know their pipeline, have ``live.replay``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from store.reads.log import LoggedEvent

Key = dict[str, Any]  # a job's visibility as events store it
Change = dict[str, Any]
_NOTHING: Final[Mapping[str, Key | None]] = {}


@dataclass(frozen=True, slots=True)
class Access:
    """What a viewer may see by itself at one moment: accounts, and pipelines on whose lists they are."""

    accounts: frozenset[str]
    pipelines: frozenset[str]


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Who looks, with the access of now; ``sees`` judges a job with the access of any moment."""

    member_id: str
    access: Access
    sees: Callable[[Key, Access], bool]


@dataclass(slots=True)
class Story:
    """What a range of events says to one viewer."""

    began_with: set[str] = field(default_factory=set)
    """Jobs that were seen just before it."""
    seen: dict[str, list[Key]] = field(default_factory=dict)
    """How jobs stood whenever they were seen, before it and in it."""
    flipped: set[str] = field(default_factory=set)
    """Jobs that came into sight or went out of it."""
    things: dict[str, dict[str, list[Change]]] = field(default_factory=dict)
    """The changes in order, by type and id."""
    regranted: set[str] = field(default_factory=set)
    """Accounts to which the viewer was given access, or from which it was taken."""
    listings: set[str] = field(default_factory=set)
    """Pipelines on whose lists the viewer was put, or from which they were taken."""
    rights: bool = False
    """Whether the viewer's role or rights changed: what they saw before, nobody knows any more."""
    time_zone: bool = False
    """Whether the firm's days begin and end at other times."""
    days: list[tuple[date, date]] = field(default_factory=list)
    """Midnights that were passed, each as the day before and the day after."""

    def of(self, *types: str) -> set[str]:
        """The ids of things of these types that changed."""
        return {thing_id for kind in types for thing_id in self.things.get(kind, ())}

    def changes(self, kind: str) -> list[Change]:
        """The changes of one type."""
        return [change for some in self.things.get(kind, {}).values() for change in some]

    @property
    def due_since(self) -> date | None:
        """What was due from this day on, and is overdue now, has become so in the range."""
        return min((day for day, _ in self.days), default=None)


def story(events: Sequence[LoggedEvent], who: Onlooker, known: Mapping[str, Key | None] = _NOTHING) -> Story:
    """What the events say. ``known`` are other jobs to tell of, as they stand now."""
    changes = [change for event in events for change in event.changes]
    found = Story()
    access = _access_before(changes, who)
    keys = {**known, **_keys_before(changes)}
    _look(found, keys, who, access, first=True)
    for change in changes:
        found.things.setdefault(change["type"], {}).setdefault(change.get("id", ""), []).append(change)
        match change["type"]:
            case "job":
                keys[change["id"]] = change["after"]
                _look(found, {change["id"]: change["after"]}, who, access)
            case "clock":
                found.days.append((date.fromisoformat(change["from"]), date.fromisoformat(change["to"])))
            case "firm":
                found.time_zone = found.time_zone or "time_zone" in change["fields"]
        gained, lost = _given_and_taken(change, who)
        if gained != lost:
            access = _with(access, gained, lost)
            found.regranted |= gained.accounts | lost.accounts
            found.listings |= gained.pipelines | lost.pipelines
            _look(found, keys, who, access)
        found.rights = found.rights or (_is_of(change, who) and bool(change.get("rights")))
    return found


def _look(found: Story, keys: Mapping[str, Key | None], who: Onlooker, access: Access, *, first: bool = False) -> None:
    """Notes which jobs the viewer sees at this moment, and which not."""
    for job_id, key in keys.items():
        seen = key is not None and who.sees(key, access)
        if seen != (job_id in found.began_with) and not first:
            found.flipped.add(job_id)
        if key is not None and seen:
            found.seen.setdefault(job_id, []).append(key)
            if first:
                found.began_with.add(job_id)


def _is_of(change: Change, who: Onlooker) -> bool:
    return bool(change["type"] == "member" and change["id"] == who.member_id)


def _given_and_taken(change: Change, who: Onlooker) -> tuple[Access, Access]:
    """What a change gave the viewer access to, and what it took away."""
    if _is_of(change, who):
        none: frozenset[str] = frozenset()
        return (
            Access(frozenset(change.get("accounts_added", ())), none),
            Access(frozenset(change.get("accounts_removed", ())), none),
        )
    here = frozenset({change["id"]}) if change["type"] == "pipeline" else frozenset()
    gained, lost = (
        here if who.member_id in change.get(listed, ()) else frozenset()
        for listed in ("members_added", "members_removed")
    )
    return Access(frozenset(), gained), Access(frozenset(), lost)


def _with(access: Access, gained: Access, lost: Access) -> Access:
    return Access(
        (access.accounts | gained.accounts) - lost.accounts, (access.pipelines | gained.pipelines) - lost.pipelines
    )


def _access_before(changes: Sequence[Change], who: Onlooker) -> Access:
    """The viewer's access before the range: today's, with every change taken back."""
    access = who.access
    for change in reversed(changes):
        gained, lost = _given_and_taken(change, who)
        access = Access(
            (access.accounts - gained.accounts) | lost.accounts, (access.pipelines - gained.pipelines) | lost.pipelines
        )
    return access


def _keys_before(changes: Sequence[Change]) -> dict[str, Key | None]:
    """Every touched job as it was before the range."""
    keys: dict[str, Key | None] = {}
    for change in changes:
        if change["type"] == "job":
            keys.setdefault(change["id"], change["before"])
    return keys
