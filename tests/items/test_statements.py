"""Items of every kind take the same statements, however many there are: for members and for clients."""

from __future__ import annotations

import pytest
from graphql import GraphQLInterfaceType, GraphQLNonNull, GraphQLObjectType, get_named_type, is_leaf_type

from engine.enums import ItemKind
from tests.access.schema_ids import schema
from tests.items.kit import Front
from tests.items.test_automove import Finishing
from tests.portal.kit import Guest
from tests.support.api import Client
from tests.support.documents import stored_document
from tests.support.statements import counting

ELSEWHERE = {"Job", "Account", "Contact", "Member", "Document", "StageVisit", "PortalDocument", "PortalAccount"}
"""Types of which the id will do."""
DEPTH = 6


def everything(kind: str, depth: int = DEPTH) -> str:
    """All that a type shows, down to what is not of it any more."""
    found = schema().type_map[kind]
    if kind in ELSEWHERE:
        return "{ id }"
    assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType)
    parts = []
    for name, field in found.fields.items():
        inner = get_named_type(field.type)
        if any(isinstance(arg.type, GraphQLNonNull) for arg in field.args.values()) or name in ("edges", "pageInfo"):
            continue
        if is_leaf_type(inner):
            parts.append(name)
        elif depth and isinstance(inner, GraphQLObjectType):
            page = "(first: 3)" if inner.name.endswith("Connection") else ""
            parts.append(f"{name}{page} {everything(inner.name, depth - 1)}")
    return f"{{ {' '.join(parts)} }}"


def kinds_of(interface: str) -> list[str]:
    """The types that have an interface."""
    found = schema().type_map[interface]
    assert isinstance(found, GraphQLInterfaceType)
    return sorted(kind.name for kind in schema().get_possible_types(found))


async def taken(desk: Front, client: Client, interface: str, path: str) -> dict[str, int]:
    """How many statements it takes to show all of the items of each kind."""
    found = {}
    for kind in kinds_of(interface):
        with counting(desk.database) as statements:
            nodes = f"items(first: 100) {{ nodes {{ ... on {kind} {everything(kind)} }} }}"
            await client.query(f"{{ {path} {{ {nodes} }} }}")
            found[kind] = len(statements)
    return found


@pytest.mark.slow
async def test_more_items_take_no_more_statements(desk: Front, ann: Guest) -> None:
    """One of every kind, and five of each: all that there is of them, for a job, and in the portal."""
    finishing = Finishing(desk, ann, await stored_document(desk.database, desk.shop.account))
    job = (await desk.shop.job())["id"]
    counts = []
    for more in (1, 4):
        for _ in range(more):
            for kind in set(ItemKind) - {ItemKind.TASK}:
                await finishing.made(kind, job)
        await desk.work()
        of_job = await taken(desk, desk.owner, "ClientItem", f'job(id: "{job}")')
        counts.append(of_job | await taken(desk, ann, "PortalItem", "portal"))
    print(f"{counts} statements")  # noqa: T201  # numbers to keep an eye on
    few, many = counts
    assert all(many[kind] <= few[kind] for kind in few)
