"""When a document request is fulfilled: a rule about lines, and nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.enums import ReviewState


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line of a request: whether it is required, and what has become of the documents given for it."""

    required: bool
    states: Sequence[ReviewState]

    @property
    def answered(self) -> bool:
        """Whether there is something for it that was not sent back; nothing is needed where it is not required."""
        return not self.required or any(state is not ReviewState.RETURNED for state in self.states)

    def is_settled(self, *, submitted: bool) -> bool:
        """Whether there is nothing more to do about it: of what was sent back, where the client leaves it at that."""
        if ReviewState.WAITING in self.states or ReviewState.ACCEPTED in self.states:
            return ReviewState.WAITING not in self.states
        return not self.required and (submitted or ReviewState.RETURNED not in self.states)


def is_fulfilled(lines: Iterable[Wanted], *, submitted: bool) -> bool:
    """AI1: whether every required line has an accepted document, and nothing waits on either side.

    What was sent back waits for the client, unless something else was accepted for its line, or the client has said
    since that it is all. Where no line is required, the client has to say that in any case.
    """
    some = list(lines)
    return all(line.is_settled(submitted=submitted) for line in some) and (
        submitted or any(line.required for line in some)
    )
