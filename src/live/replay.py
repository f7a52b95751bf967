"""What a range of events means for one viewer of one board: which jobs to look at again, and which were seen before.

Sight is rolled through the range in order, with the viewer's access as it was at each event, so that a job which was
never seen is never named (AC4), and one that was seen at any moment and no longer is leaves the board (LV1).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from store.reads.log import LoggedEvent

Key = dict[str, Any]  # a job's visibility as events store it
Sees = Callable[[Key, frozenset[str]], bool]  # whether the viewer, with access to these accounts, sees a job


@dataclass(slots=True)
class Touched:
    """What a range of events touched, for one viewer of one board."""

    jobs: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    stages_before: dict[str, str] = field(default_factory=dict)
    accounts: set[str] = field(default_factory=set)
    regranted: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    days: list[tuple[date, date]] = field(default_factory=list)
    """Midnights that were passed, each as the day before and the day after: what was due in between is overdue now."""
    pipeline: bool = False
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Watcher:
    """Whose board it is: ``accounts`` are those of now; ``sees`` judges a job inside the pipeline."""

    member_id: str
    pipeline_id: str
    accounts: frozenset[str]
    sees: Sees


def touched(events: Sequence[LoggedEvent], watcher: Watcher) -> Touched:
    """What the events touched."""
    found = Touched()
    changes = [change for event in events for change in event.changes]
    accounts = _accounts_before(changes, watcher)
    keys = _keys_before(changes)
    _look(found, keys, watcher, accounts)
    found.stages_before = {job_id: key["stage"] for job_id, key in keys.items() if key and job_id in found.seen}
    for change in changes:
        match change["type"]:
            case "job":
                keys[change["id"]] = change["after"]
                _look(found, {change["id"]: change["after"]}, watcher, accounts)
                _job(found, change, watcher)
            case "member":
                before, accounts = accounts, _member(found, change, watcher, accounts)
                if accounts != before:
                    _look(found, keys, watcher, accounts)
            case "account":
                found.accounts.add(change["id"])
            case "pipeline" if change["id"] == watcher.pipeline_id:
                found.pipeline = True
                listed = {*change.get("members_added", ()), *change.get("members_removed", ())}
                found.everything = found.everything or watcher.member_id in listed
            case "status":
                found.pipeline = True
            case "clock":
                found.days.append((date.fromisoformat(change["from"]), date.fromisoformat(change["to"])))
            case "firm":
                found.everything = found.everything or "time_zone" in change["fields"]
    return found


def _job(found: Touched, change: dict[str, Any], watcher: Watcher) -> None:
    if any(key is not None and key["pipeline"] == watcher.pipeline_id for key in (change["before"], change["after"])):
        found.jobs.add(change["id"])


def _member(found: Touched, change: dict[str, Any], watcher: Watcher, accounts: frozenset[str]) -> frozenset[str]:
    if change.get("fields"):
        found.members.add(change["id"])
    if change["id"] != watcher.member_id:
        return accounts
    added, removed = frozenset(change.get("accounts_added", ())), frozenset(change.get("accounts_removed", ()))
    found.regranted |= added | removed
    found.lost |= removed
    found.everything = found.everything or bool(change.get("rights"))
    return (accounts | added) - removed


def _look(found: Touched, keys: dict[str, Key | None], watcher: Watcher, accounts: frozenset[str]) -> None:
    """Notes which jobs the viewer sees on the board at this moment."""
    for job_id, key in keys.items():
        if key is not None and _on_board(key, watcher) and watcher.sees(key, accounts):
            found.seen.add(job_id)


def _on_board(key: Key, watcher: Watcher) -> bool:
    return bool(key["on_board"]) and key["pipeline"] == watcher.pipeline_id


def _accounts_before(changes: Sequence[dict[str, Any]], watcher: Watcher) -> frozenset[str]:
    """The viewer's access before the range: today's, with every change taken back."""
    accounts = watcher.accounts
    for change in reversed(changes):
        if change["type"] == "member" and change["id"] == watcher.member_id:
            added = frozenset(change.get("accounts_added", ()))
            accounts = (accounts - added) | frozenset(change.get("accounts_removed", ()))
    return accounts


def _keys_before(changes: Collection[dict[str, Any]]) -> dict[str, Key | None]:
    """Every touched job as it was before the range."""
    keys: dict[str, Key | None] = {}
    for change in changes:
        if change["type"] == "job":
            keys.setdefault(change["id"], change["before"])
    return keys
