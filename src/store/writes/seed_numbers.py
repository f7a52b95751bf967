"""What `stageline seed` makes has numbers; here is what follows from them, as SQL and in Python: ids, places, chance.

Numbers count over all firms of one seeding. ``$1`` in every statement of it is the ``tail`` of its ids.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

MEMBERS: Final = 10
"""In each firm: an owner, an admin, employees."""
TAGS: Final = 12
STATUSES: Final = 4
"""Active, Completed, Archived, and one of the firm's own."""
STAGES: Final = 8
VISITS: Final = 3
"""The most that a job has."""
ENTRIES: Final = 8
"""The most that a job has in its history."""
MOST_JOBS: Final = 1_000_000
"""Of one pipeline: order keys have no room for more."""

_BEGINNING: Final = 1_767_225_600_000  # 2026-01-01: ids have a time in them, in milliseconds
_STEP: Final = 1 << 11


@dataclass(frozen=True, slots=True)
class Seeding:
    """How much there is to be of everything. Firms have equal shares, as far as numbers can be divided."""

    seed: int
    firms: int
    pipelines: int
    jobs: int

    @property
    def tail(self) -> str:
        """The end of all its ids, which another seed does not have."""
        digits = hashlib.sha256(f"seed/{self.seed}".encode()).hexdigest()
        return f"7{digits[:3]}8{digits[3:18]}"

    @property
    def accounts(self) -> int:
        """In each firm."""
        return self.jobs // (25 * self.firms) + 5

    def id(self, prefix: str, number: int) -> str:
        """The id of a thing."""
        return f"{prefix}_{_BEGINNING + number:012x}{self.tail}"

    def first_pipeline(self, firm: int) -> int:
        """The number of a firm's first pipeline; of the firm after the last, how many there are."""
        return -(-firm * self.pipelines // self.firms)

    def first_job(self, pipeline: int) -> int:
        """The number of a pipeline's first job; of the pipeline after the last, how many there are."""
        return -(-pipeline * self.jobs // self.pipelines)

    def firm_of(self, pipeline: str) -> str:
        """The firm of a pipeline, in SQL."""
        return f"({pipeline}::bigint * {self.firms} / {self.pipelines})"

    def pipeline_of(self, job: str) -> str:
        """The pipeline of a job, in SQL."""
        return f"({job}::bigint * {self.pipelines} / {self.jobs})"

    def in_firm(self, pipeline: str) -> str:
        """The place of a pipeline among those of its firm, in SQL."""
        first = f"(({self.firm_of(pipeline)} * {self.pipelines} + {self.firms - 1}) / {self.firms})"
        return f"({pipeline}::bigint - {first})"

    def in_pipeline(self, job: str, pipeline: str) -> str:
        """The place of a job among those of its pipeline, in SQL."""
        return f"({job}::bigint - ({pipeline}::bigint * {self.jobs} + {self.pipelines - 1}) / {self.pipelines})"


def ident(prefix: str, number: str) -> str:
    """The id of a thing, in SQL."""
    return f"('{prefix}_' || lpad(to_hex({_BEGINNING} + ({number})), 12, '0') || $1)"


def chance(number: str) -> str:
    """Bytes that look like chance and are the same every time, in SQL."""
    return f"sha256(convert_to($1 || ({number}), 'UTF8'))"


def roll(chances: str, which: int, sides: int) -> str:
    """A number from 0 on, below ``sides`` (at most 65,536), in SQL: one of sixteen that ``chance`` holds."""
    high, low = (f"get_byte({chances}, {2 * which + byte})" for byte in (0, 1))
    return f"(({high} * 256 + {low}) % {sides})"


def rank(place: str, noise: str) -> str:
    """The order key of the job that came to a column as the so-maniest, above those before, in SQL.

    Eight digits, as ``engine.pipeline.rank`` makes them; that they are hexadecimal ones leaves their order as it is.
    ``noise`` is a number below 1,024.
    """
    return f"('U' || lpad(to_hex({(1 << 28) - 1} - {place} * {_STEP} - {noise}), 7, '0'))"
