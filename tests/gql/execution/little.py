"""A little schema of everything that a field may be, bound as the public one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, cast

import strawberry
from graphql import GraphQLObjectType
from strawberry.schema.config import StrawberryConfig

from gql.execution.extension import Execution
from gql.fields import ANSWERS, Arg, batched, followed, mutates, plain, root
from gql.masking import MaskedSchema
from gql.scalars import SCALARS
from gql.sources import read, type_by_typename
from resolvers.context import Context
from resolvers.declare import PUBLIC, Depends, declared
from resolvers.following import Wanted
from store.database import Database, Db
from tests.gql.execution.worlds import Columns, Level, Tint, World, key_of

strawberry.enum(Level)
strawberry.enum(Tint)
public = declared(PUBLIC, Depends.NONE)


@dataclass(frozen=True)
class Wished:
    """What is looked for."""

    level: Level = Level.LOW
    ids: tuple[str, ...] | None = None
    inner: Wished | None = None


@strawberry.input
class Where:
    """An input, and what it means."""

    __domain__ = Wished

    level: Level = Level.LOW
    ids: list[strawberry.ID] | None = None
    inner: Where | None = None


@dataclass(frozen=True)
class Do:
    """What a mutation is to do."""

    name: str


@strawberry.input
class DoInput:
    """What a mutation is told."""

    name: str
    client_mutation_id: str | None = None

    def problems(self) -> list[Any]:
        """None."""
        return []

    def command(self) -> Do:
        """It, for the resolver."""
        return Do(self.name)


def world_of(context: Context) -> World:
    """The world of an operation."""
    return cast("World", context.wanted)


def little_context(world: World) -> Context:
    """A context for an operation in a world: there is no database."""
    nowhere = cast("Database", Db(cast("Any", None)))
    return Context(nowhere, None, "", notify=lambda topic: None, wanted=world)


def asking(name: str, kind: str) -> Any:
    """A batch resolver. It may raise, answer too few or too many, or answer exceptions."""

    @public
    async def resolver(context: Context, parents: Sequence[Any], **given: Any) -> Sequence[Any]:
        world = world_of(context)
        dice = world.dice(name, sorted(given.items()))
        if dice.random() < world.faults / 3:
            raise world.failure(dice)
        answers = [_answer(world, name, kind, parent, given) for parent in parents]
        if dice.random() < world.faults / 5:
            return dice.choice([answers[:-1], [*answers, None]])
        return answers

    return resolver


def _answer(world: World, name: str, kind: str, parent: Any, given: dict[str, Any]) -> Any:
    dice = world.dice(name, key_of(parent), sorted(given.items()))
    return world.failure(dice) if dice.random() < world.faults / 2 else world.value(dice, kind)


def reading(name: str, kind: str) -> Any:
    """A resolver of the root. It may raise."""

    @public
    async def resolver(context: Context, **given: Any) -> Any:
        world = world_of(context)
        dice = world.dice(name, sorted(given.items()))
        if dice.random() < world.faults / 3:
            raise world.failure(dice)
        return world.value(dice, kind)

    return resolver


def doing(name: str, kind: str) -> Any:
    """A mutation, which is recorded. It may raise."""

    @public
    async def resolver(context: Context, command: Do) -> Any:
        world = world_of(context)
        world.calls.append(f"{name} {command.name}")
        dice = world.dice(name, command.name)
        if dice.random() < world.faults / 3:
            raise world.failure(dice)
        return {"name": command.name, "done": world.value(dice, kind)}

    return resolver


@public
def nothing(context: Context) -> Wanted:
    """What a subscription follows; its events are made by the tests."""
    raise NotImplementedError


@strawberry.interface
class Named:
    """What has a title."""

    id: strawberry.ID = plain("")
    title: str | None = plain("")
    named: Named | None = plain("")
    asked_named: list[Named] = batched(asking("asked_named", "[Named!]!"), "")


@strawberry.type
class Leaf(Named):
    """Columns of every kind."""

    text: str = plain("")
    maybe_text: str | None = plain("")
    number: int = plain("")
    maybe_number: int | None = plain("")
    ratio: float | None = plain("")
    flag: bool | None = plain("")
    level: Level = plain("")
    maybe_level: Level | None = plain("")
    tint: Tint | None = plain("")
    day: date | None = plain("")
    moment: datetime | None = plain("")
    amount: Decimal | None = plain("")
    words: list[str] = plain("")
    maybe_words: list[str | None] | None = plain("")
    tints: list[Tint] | None = plain("")
    grid: list[list[int]] = plain("")
    maybe_grid: list[list[int | None] | None] | None = plain("")


Thing = Annotated[Leaf | Annotated["Branch", strawberry.lazy("tests.gql.execution.little")], strawberry.union("Thing")]


@strawberry.type
class Branch(Named):
    """Objects in every way."""

    number: int = plain("")
    leaf: Leaf | None = plain("")
    must: Leaf = plain("")
    branch: Branch | None = plain("")
    leaves: list[Leaf] = plain("")
    maybe_leaves: list[Leaf | None] | None = plain("")
    rows: list[list[Leaf | None]] | None = plain("")
    thing: Thing | None = plain("")
    things: list[list[Thing | None] | None] = plain("")
    asked_text: str | None = batched(asking("asked_text", "String"), "", shout=Arg(bool, "", False))
    asked_level: Level = batched(asking("asked_level", "Level!"), "", where=Arg(Where | None, "", None))
    asked_must: Branch = batched(asking("asked_must", "Branch!"), "", first=Arg(int | None, "", None))
    asked_leaf: Leaf | None = batched(asking("asked_leaf", "Leaf"), "", ids=Arg(list[strawberry.ID], ""))
    asked_many: list[Branch | None] = batched(asking("asked_many", "[Branch]!"), "")
    asked_thing: Thing | None = batched(asking("asked_thing", "Thing"), "")
    asked_grid: list[list[Thing]] | None = batched(asking("asked_grid", "[[Thing!]!]"), "")


@strawberry.type
class Query:
    """Reads."""

    branch: Branch | None = root(reading("branch", "Branch"), "", first=Arg(int | None, "", None))
    must: Branch = root(reading("must", "Branch!"), "", where=Arg(Where | None, "", None))
    branches: list[Branch | None] | None = root(reading("branches", "[Branch]"), "", level=Arg(Level, "", Level.LOW))
    thing: Thing | None = root(reading("thing", "Thing"), "")
    named: list[Named] | None = root(reading("named", "[Named!]"), "")
    text: str | None = root(reading("text", "String"), "", shout=Arg(bool | None, "", None))
    tints: list[Tint | None] | None = root(reading("tints", "[Tint]"), "", day=Arg(date | None, "", None))


@strawberry.type
class Payload:
    """What a mutation answers."""

    name: str = plain("")
    done: Branch | None = plain("")
    client_mutation_id: str | None = plain("")


@strawberry.type
class StrictPayload:
    """What a mutation answers that must have done it."""

    name: str = plain("")
    done: Branch = plain("")
    client_mutation_id: str | None = plain("")


@strawberry.type
class Mutation:
    """Writes."""

    may: Payload | None = mutates(doing("may", "Branch"), "", DoInput)
    must: StrictPayload = mutates(doing("must", "Branch!"), "", DoInput)


@strawberry.type
class Subscription:
    """Events."""

    branch: Branch | None = followed(nothing, "")
    must: Branch = followed(nothing, "")
    things: list[Thing | None] = followed(nothing, "")


@cache
def little_schema() -> MaskedSchema:
    """The schema, assembled as the public one."""
    config = StrawberryConfig(default_resolver=read, scalar_map=SCALARS)
    schema = MaskedSchema(Query, Mutation, Subscription, types=[Leaf, Branch], extensions=[Execution], config=config)
    type_by_typename(schema._schema)
    return schema


@cache
def little_columns() -> Columns:
    """The columns of its sources."""
    return {kind: _columns(little_schema()._schema.type_map[kind]) for kind in ("Leaf", "Branch")}


def _columns(kind: Any) -> dict[str, str]:
    assert isinstance(kind, GraphQLObjectType)
    fields = [(one.extensions["strawberry-definition"], one.type) for one in kind.fields.values()]
    return {field.python_name: str(type_) for field, type_ in fields if ANSWERS not in field.metadata}


def little_world(seed: int, faults: float = 0.0) -> World:
    """A world for the schema."""
    return World.of(little_columns(), seed, faults)
