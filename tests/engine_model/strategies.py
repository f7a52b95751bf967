"""Pipelines, automations and conditions at random."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

from hypothesis import strategies as st

from tests.engine_model.plan import ACTIVE, COMPLETED, Automation, Condition, Delay, Pipeline, Stage

PRIORITIES = ("LOW", "MEDIUM", "HIGH", "URGENT")
AUTOMOVES = ("OFF", "WHEN_ITEMS_DONE", "WHEN_ITEMS_DONE_OR_NONE")
COMPLETIONS = ("NEVER", "NEVER", "ON_ENTRY", "WHEN_ITEMS_DONE")
KINDS = (
    *["CREATE_TASK"] * 5,
    *["SET_JOB_STATUS"] * 2,
    *["UPDATE_TAGS", "UPDATE_ASSIGNEES", "SET_PRIORITY", "SET_CLIENT_STATUS", "ADD_COMMENT", "NOTIFY_MEMBERS"],
)
"""Kinds of automations, those with more to come of them more often."""

TAGS = ("t0", "t1", "t2")
MEMBERS = ("m0", "m1", "m2")


def some(names: tuple[str, ...], least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    """A few of them, in order."""
    return st.sets(st.sampled_from(names), min_size=least, max_size=2).map(lambda found: tuple(sorted(found)))


tests: st.SearchStrategy[Condition] = st.one_of(
    st.tuples(st.just("tags"), some(TAGS, 1)),
    st.tuples(st.just("priority"), some(PRIORITIES, 1)),
    st.tuples(st.just("members"), some(MEMBERS, 1)),
    st.tuples(st.just("nobody"), st.booleans()),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(("all", "any")), st.lists(inner, min_size=1, max_size=2)),
    ),
    max_leaves=3,
)
delays: st.SearchStrategy[Delay] = st.one_of(
    st.sampled_from((30, 90, 600, 3000, 9000)).map(lambda minutes: Delay(timedelta(minutes=minutes))),
    st.integers(-3, 3).map(lambda days: Delay(days=days)),
)
limits = st.sampled_from((None, None, timedelta(hours=2), timedelta(hours=30)))


def changes(names: tuple[str, ...], everything: str) -> st.SearchStrategy[dict[str, Any]]:
    """What comes and what goes, of tags or assignees."""
    adds = some(names, 1).map(lambda found: {"add": found, "remove": (), everything: False})
    removes = some(names, 1).map(lambda found: {"add": (), "remove": found, everything: False})
    clears = some(names).map(lambda found: {"add": found, "remove": (), everything: True})
    return st.one_of(adds, removes, clears)


CONFIGS: dict[str, Callable[[str, tuple[str, ...]], st.SearchStrategy[dict[str, Any]]]] = {
    "CREATE_TASK": lambda name, statuses: st.sampled_from((True, True, False)).map(
        lambda blocks: {"title": f"by {name}", "blocking": blocks}
    ),
    "UPDATE_TAGS": lambda name, statuses: changes(TAGS, "clear"),
    "UPDATE_ASSIGNEES": lambda name, statuses: changes(MEMBERS, "replace"),
    "SET_PRIORITY": lambda name, statuses: st.sampled_from(PRIORITIES).map(lambda priority: {"priority": priority}),
    "SET_JOB_STATUS": lambda name, statuses: st.sampled_from(statuses).map(lambda status: {"into": status}),
    "SET_CLIENT_STATUS": lambda name, statuses: st.sampled_from(("c0", "c1")).map(lambda status: {"status": status}),
    "ADD_COMMENT": lambda name, statuses: st.just({"text": f"by {name}"}),
    "NOTIFY_MEMBERS": lambda name, statuses: st.just({"text": f"by {name}"}),
}
"""What each kind does, given the automation's name and the statuses that it may set."""


def rarely(strategy: st.SearchStrategy[Any], one_in: int = 3) -> st.SearchStrategy[Any]:
    """Mostly nothing."""
    return st.integers(1, one_in).flatmap(lambda drawn: strategy if drawn == one_in else st.none())


@st.composite
def automations(draw: st.DrawFn, name: str, statuses: tuple[str, ...]) -> Automation:
    """An automation of a name, that may give jobs one of some statuses."""
    kind = draw(st.sampled_from(KINDS))
    return Automation(name, kind, draw(CONFIGS[kind](name, statuses)), draw(rarely(conditions)), draw(rarely(delays)))


def targets(place: str, enabled: set[str]) -> tuple[str, ...]:
    """The statuses that an automation may set where it stands, so that no chain goes on for ever."""
    if place == "HOLD":
        return (ACTIVE, *sorted(enabled & {"WAIT"}))
    return (ACTIVE,) if place == "WAIT" else (ACTIVE, COMPLETED, *sorted(enabled))


@st.composite
def stages(draw: st.DrawFn, name: str, *, inner: bool) -> Stage:
    """A stage; only ``inner`` ones have a condition (CN2)."""
    modes = draw(st.sampled_from(AUTOMOVES)), draw(st.sampled_from(COMPLETIONS))
    condition = draw(rarely(conditions)) if inner else None
    return Stage(name, *modes, draw(limits), condition, draw(rarely(st.integers(1, 2), 5)))


@st.composite
def pipelines(draw: st.DrawFn, name: str, numbers: Iterator[int]) -> Pipeline:
    """A pipeline of three to five stages."""
    length = draw(st.integers(3, 5))
    own = [draw(stages(f"{name}{place}", inner=0 < place < length - 1)) for place in range(length)]
    enabled = draw(st.sets(st.sampled_from(("HOLD", "WAIT"))))
    returns = draw(st.sets(st.sampled_from(sorted(enabled)))) if enabled else set()
    pipeline = Pipeline(name, own, enabled, returns, blocks=draw(st.booleans()))
    moves = st.sampled_from(list(permutations((stage.name for stage in own), 2)))
    pipeline.allowed = draw(rarely(st.sets(moves, min_size=3, max_size=6), 4))
    for place in pipeline.places():
        for _ in range(draw(st.sampled_from((0, 1, 1, 2, 2, 3)))):
            made = draw(automations(f"a{next(numbers)}", targets(place, enabled)))
            pipeline.attached(place).append(made)
    return pipeline
