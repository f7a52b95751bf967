"""Sight rolled through a range of events: what was seen at any moment of it, and what never was (AC4, LV1)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from live.sight import Access, Key, Onlooker, Story, story
from store.reads.log import LoggedEvent

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def onlooker(accounts: str = "", pipelines: str = "tax") -> Onlooker:
    """Somebody who sees the jobs of their accounts, and those assigned to them, in their pipelines."""

    def sees(key: Key, access: Access) -> bool:
        return key["pipeline"] in access.pipelines and (key["account"] in access.accounts or "me" in key["assignees"])

    return Onlooker("me", Access(frozenset(accounts.split()), frozenset(pipelines.split())), sees)


def key(pipeline: str = "tax", *assignees: str) -> Key:
    """How a job of the account ``acme`` stands."""
    return {"pipeline": pipeline, "account": "acme", "assignees": list(assignees)}


def job(before: Key | None, after: Key | None, job_id: str = "job") -> dict[str, Any]:
    """A change of a job."""
    return {"type": "job", "id": job_id, "before": before, "after": after}


def access(**given: Any) -> dict[str, Any]:
    """A change of what the onlooker may see."""
    return {"type": "member", "id": "me", **given}


def told(who: Onlooker, *changes: dict[str, Any], known: dict[str, Key | None] | None = None) -> Story:
    """The story of events of one change each."""
    events = [LoggedEvent(n, NOON, {}, [change]) for n, change in enumerate(changes, 1)]
    return story(events, who, known or {})


def test_a_job_that_was_seen_for_a_moment_was_seen() -> None:
    """AC4: access that was given and taken again is neither at the beginning nor at the end, and shows the job."""
    given, taken = access(accounts_added=["acme"]), access(accounts_removed=["acme"])
    found = told(onlooker(), given, taken, known={"job": key()})
    assert (found.began_with, set(found.seen), found.flipped) == (set(), {"job"}, {"job"})
    assert found.regranted == {"acme"}


def test_a_job_that_changed_before_it_came_into_sight_is_seen_as_it_came() -> None:
    """AC4: where it stood before is not among what was seen."""
    found = told(onlooker(), job(key("hidden"), key("tax")), job(key("tax"), key("tax", "me")))
    assert found.seen == {"job": [key("tax", "me")]}
    assert found.flipped == {"job"}


def test_a_job_that_nobody_saw_is_not_seen_whatever_is_given_afterwards() -> None:
    """AC4: access of now is taken back through the range."""
    found = told(onlooker("acme"), job(key(), None), access(accounts_added=["acme"]))
    assert (found.seen, found.flipped) == ({}, set())


def test_places_on_lists_are_rolled_like_accounts() -> None:
    """AC2, AC4: off the list, the pipeline's jobs are out of sight."""
    listed = {"type": "pipeline", "id": "tax", "members_removed": ["me", "others"]}
    found = told(onlooker("acme", ""), listed, known={"job": key()})
    assert (found.began_with, found.flipped, found.listings) == ({"job"}, {"job"}, {"tax"})
    others = told(onlooker("acme", ""), {**listed, "members_removed": ["others"]}, known={"job": key()})
    assert (others.began_with, others.listings) == (set(), set())


def test_rights_midnights_and_time_zones_are_told() -> None:
    """LV7: what was due on the first of the days is overdue after the last."""
    clock = [{"type": "clock", "from": f"2026-11-{day}", "to": f"2026-11-{day + 1}"} for day in (20, 21)]
    found = told(onlooker(), access(rights=True), *clock, {"type": "firm", "id": "firm", "fields": ["time_zone"]})
    assert (found.rights, found.time_zone, found.due_since) == (True, True, date(2026, 11, 20))
    quiet = told(onlooker(), access(fields=["name"]), {"type": "firm", "id": "firm", "fields": ["name"]})
    assert (quiet.rights, quiet.time_zone, quiet.due_since) == (False, False, None)
