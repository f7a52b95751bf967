"""What the writers have asked for, and what they were told came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from store.ids import new_id

MADE: Final = {
    "createJob": "job",
    "createTask": "task",
    "createTag": "tag",
    "createStage": "stage",
    "createComment": "comment",
}
"""The prefix of the id that a client gives to what it makes."""
SAFE: Final = {*MADE, "moveJob"}
"""Mutations that happen once however often they are sent: by the id of what they make, or the version they expect."""


@dataclass
class Deed:
    """One mutation, sent once or more."""

    number: int
    mutation: str
    made: str | None
    """The id of what it makes."""
    certain: bool
    """Whether it changes something, if it is not refused."""
    sent: int = 0
    unanswered: int = 0
    codes: list[str] | None = None
    """The errors of its answer; none where it was done. None: there was no answer."""

    @property
    def mutation_id(self) -> str:
        """By which its event is found."""
        return f"deed {self.number}"

    @property
    def least(self) -> int:
        """How many events it must have left."""
        return int(self.certain and self.codes == [])

    @property
    def most(self) -> int:
        """How many it may have left."""
        if self.mutation in SAFE:
            return int(not self.codes or self.unanswered > 0)
        return self.unanswered + (self.codes == [])


@dataclass
class Ledger:
    """All deeds, in the order in which they were begun."""

    deeds: list[Deed] = field(default_factory=list)

    def begin(self, mutation: str, *, certain: bool = False) -> Deed:
        """A deed that is about to be sent."""
        prefix = MADE.get(mutation)
        made = new_id(prefix) if prefix else None
        deed = Deed(len(self.deeds), mutation, made, certain or prefix is not None)
        self.deeds.append(deed)
        return deed

    def acknowledged(self, mutation: str) -> list[Deed]:
        """Those of which it was said that they were done."""
        return [deed for deed in self.deeds if deed.mutation == mutation and deed.codes == []]
