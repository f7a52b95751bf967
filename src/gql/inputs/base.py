"""What all inputs share."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar, dataclass_transform

import strawberry

from engine.checks import Checks
from engine.enums import ErrorCode
from engine.errors import Problem
from gql.arguments import to_domain
from gql.fields import KEPT, optional

T = TypeVar("T")


def certain(description: str) -> Any:
    """A field of an input that may be left out, and that means nothing as null: that is refused."""
    return strawberry.field(description=description, default=strawberry.UNSET, metadata={KEPT: True})


@dataclass_transform(kw_only_default=True, field_specifiers=(optional,))
def input_of(domain: type, description: str, *, one_of: bool = False) -> Callable[[type[T]], type[T]]:
    """Makes an input type that becomes a dataclass of the layers below, field by field of the same name."""

    def decorate(cls: type[T]) -> type[T]:
        made = strawberry.input(cls, description=description, one_of=one_of)
        made.__domain__ = domain  # type: ignore[attr-defined]
        return made

    return decorate


@strawberry.input
class MutationInput:
    """What the input of every mutation may carry."""

    client_mutation_id: str | None = strawberry.field(
        description="Comes back in the payload and in the events that the mutation causes.", default=None
    )

    def problems(self) -> list[Problem]:
        """What no command could mean: null for what cannot be cleared, an id of the mutation that cannot be kept."""
        checks = Checks()
        if self.client_mutation_id:
            checks.name(self.client_mutation_id, "client_mutation_id")
        for part in fields(self):
            if part.metadata.get(KEPT) and getattr(self, part.name) is None:
                checks.add(ErrorCode.REQUIRED, "It cannot be null: leave it out instead.", part.name)
        return checks.problems

    def command(self) -> Any:
        """The command meant."""
        return to_domain(self)
