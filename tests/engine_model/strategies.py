"""Pipelines, automations and conditions at random."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

from hypothesis import strategies as st

from tests.engine_model.plan import ACTIVE, COMPLETED, Automation, Condition, Delay, Pipeline, Stage

PRIORITIES = ("LOW", "MEDIUM", "HIGH", "URGENT")
AUTOMOVES = ("OFF", "WHEN_ITEMS_DONE", "WHEN_ITEMS_DONE_OR_NONE")
COMPLETIONS = ("NEVER", "ON_ENTRY", "WHEN_ITEMS_DONE")
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


def configs(name: str, statuses: tuple[str, ...]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Kinds with what they do; ``name`` is in what they write."""
    tasks = st.tuples(
        st.just("CREATE_TASK"), st.booleans().map(lambda blocking: {"title": f"by {name}", "blocking": blocking})
    )
    word = st.just({"text": f"by {name}"})
    return st.one_of(
        tasks,
        tasks,
        st.tuples(st.just("UPDATE_TAGS"), changes(TAGS, "clear")),
        st.tuples(st.just("UPDATE_ASSIGNEES"), changes(MEMBERS, "replace")),
        st.tuples(st.just("SET_PRIORITY"), st.sampled_from(PRIORITIES).map(lambda one: {"priority": one})),
        st.tuples(st.just("SET_JOB_STATUS"), st.sampled_from(statuses).map(lambda one: {"into": one})),
        st.tuples(st.just("SET_CLIENT_STATUS"), st.sampled_from(("c0", "c1")).map(lambda one: {"status": one})),
        st.tuples(st.just("ADD_COMMENT"), word),
        st.tuples(st.just("NOTIFY_MEMBERS"), word),
    )


def rarely(strategy: st.SearchStrategy[Any], one_in: int = 3) -> st.SearchStrategy[Any]:
    """Mostly nothing."""
    return st.integers(1, one_in).flatmap(lambda drawn: strategy if drawn == one_in else st.none())


@st.composite
def automations(draw: st.DrawFn, name: str, statuses: tuple[str, ...]) -> Automation:
    """An automation of a name, that may give jobs one of some statuses."""
    kind, config = draw(configs(name, statuses))
    return Automation(name, kind, config, draw(rarely(conditions)), draw(rarely(delays)))


def targets(place: str, enabled: set[str]) -> tuple[str, ...]:
    """The statuses that an automation may set where it stands, so that no chain goes on for ever."""
    if place == "HOLD":
        return (ACTIVE, *sorted(enabled & {"WAIT"}))
    return (ACTIVE,) if place == "WAIT" else (ACTIVE, COMPLETED, *sorted(enabled))


def fits(pipeline: Pipeline, place: str, made: Automation) -> bool:
    """F3: beside an automation by which a status is left at once, nothing of that status may come later."""
    if place not in pipeline.enabled:
        return True
    own = [*pipeline.attached(place), made]
    leaving = [one for one in own if one.kind == "SET_JOB_STATUS"]
    return not leaving or (leaving == own[-1:] and not any(one.delay for one in own))


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
        for _ in range(draw(st.integers(0, 3))):
            made = draw(automations(f"a{next(numbers)}", targets(place, enabled)))
            if fits(pipeline, place, made):
                pipeline.attached(place).append(made)
    return pipeline
