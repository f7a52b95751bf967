"""What all types share: nodes, stored things, Relay connections."""

from datetime import datetime
from typing import Generic, TypeVar

import strawberry

from gql.fields import batched, plain
from resolvers import pages

T = TypeVar("T")


@strawberry.interface(description="Anything with an id of its own.")
class Node:
    """Relay's Node."""

    id: strawberry.ID = plain("An opaque id, unique in the whole API.")


@strawberry.type
class Stored(Node):
    """What every stored thing has; its fields are copied into the types that build on it."""

    version: int = plain("Counts the changes of the thing, from 1.")
    created_at: datetime = plain("When it was made.")
    updated_at: datetime = plain("When it was last changed.")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = plain("Whether there is more behind the page.")
    has_previous_page: bool = plain("Whether there is more before the page.")
    start_cursor: str | None = plain("The cursor of the first thing on the page.")
    end_cursor: str | None = plain("The cursor of the last thing on the page.")


@strawberry.type(description="A thing on a page, with its cursor.")
class Edge(Generic[T]):
    """Relay's edge."""

    cursor: str = plain("Where the thing stands in its list.")
    node: T = plain("The thing.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """Relay's connection, with the things themselves and the length of the list beside the edges."""

    edges: list[Edge[T]] = plain("The things with their cursors.")
    nodes: list[T] = plain("The things.")
    page_info: PageInfo = plain("Where the page stands in its list.")
    total_count: int = batched(pages.total_counts, "How many things the whole list has.")
