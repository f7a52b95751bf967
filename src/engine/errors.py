"""What the engine answers when it refuses. A refused command has changed nothing."""

from dataclasses import dataclass, field

from engine.enums import AccessRight, ErrorCode
from store.writes.usage import Usage

Path = tuple[str, ...]  # names of command fields, e.g. ("stage_id",)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and with which field of the command."""

    code: ErrorCode
    message: str
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Missing(Problem):
    """What is named does not exist, or not for the viewer (AC4)."""


@dataclass(frozen=True, slots=True)
class Denied(Problem):
    """The viewer may see it but not do this; ``right`` would allow it."""

    right: AccessRight | None = None


@dataclass(frozen=True, slots=True)
class Stale(Problem):
    """Another change came first (MV4); ``current_id`` names the thing to read anew."""

    current_id: str = ""


@dataclass(frozen=True, slots=True)
class Pending(Problem):
    """Open blocking items need a choice (MV5)."""

    item_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InUse(Problem):
    """It is referred to: the true number, and those that the viewer may see (PL4)."""

    total: int = 0
    used_by: tuple[str, ...] = ()


@dataclass
class Refused(Exception):
    """A command was refused for these problems."""

    problems: list[Problem] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The problems in sentences, for people."""
        return " ".join(problem.message for problem in self.problems)

    def __str__(self) -> str:
        return "; ".join(f"{'.'.join(problem.path)}: {problem.message}" for problem in self.problems)


def invalid(code: ErrorCode, message: str, *path: str) -> Refused:
    """A refusal for one bad value."""
    return Refused([Problem(code, message, path)])


def missing(what: str, *path: str) -> Refused:
    """A refusal because something does not exist for the viewer."""
    return Refused([Missing(ErrorCode.NOT_FOUND, f"There is no such {what}.", path)])


def counted(number: int, one: str, many: str) -> str:
    """A number with what it counts, in the words for one or for many."""
    return f"{number} {one if number == 1 else many}"


def refuse_use(used: Usage, one: str, many: str, *path: str) -> None:
    """Refuses where something is in use (PL4). The words that follow the number are those for one or for many."""
    if used.total:
        said = counted(used.total, one, many)
        if used.trashed:
            said += f" In the trash: {used.trashed}."
        raise Refused([InUse(ErrorCode.IN_USE, said, path, used.total, used.seen)])


def denied(message: str, right: AccessRight | None = None, *path: str) -> Refused:
    """A refusal for want of a right or role."""
    return Refused([Denied(ErrorCode.FORBIDDEN, message, path, right)])


def stale(what: str, current_id: str, *path: str) -> Refused:
    """A refusal because another change came first."""
    return Refused([Stale(ErrorCode.CONFLICT, f"The {what} has been changed meanwhile.", path, current_id)])
