"""What has happened in the demo firm: who did what, so many working days ago.

Jobs go on by themselves when what their stage asks for is done, so most of a job's way is told by when that was.
"""

from dataclasses import dataclass
from typing import Final

from engine.demo.pipelines import BOOKS, ONBOARDING, TAX


@dataclass(frozen=True, slots=True)
class Tale:
    """A job: when it began, and when all was done that the stages asked for in which it stood, but for reviews."""

    client: str
    pipeline: str
    began: int
    done: tuple[int, ...] = ()
    due_in: int | None = None
    """Its due date in days from now, where it is not that of the template."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The owner reviewed a return."""

    days: int
    client: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody moved a return by hand; what was open in its stage is done."""

    days: int
    client: str
    origin: str
    target: str
    by_owner: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """The employee put a return on hold."""

    days: int
    client: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The client of a return that is on hold gave what was missing."""

    days: int
    client: str


@dataclass(frozen=True, slots=True)
class Said:
    """The employee said something about a job to the owner, or she to him."""

    days: int
    client: str
    pipeline: str
    text: str
    by_owner: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """The owner read all that she had been told."""

    days: int


Deed = Reviewed | Moved | Held | Answered | Said | Read

TALES: Final = (
    Tale("Berger, Anna", TAX, 16, (15, 11, 4), due_in=12),
    Tale("Dietrich, Paul", TAX, 14, (13, 8)),
    Tale("Fischer, Marie", TAX, 18, (17, 13, 9)),
    Tale("Hartmann, Jonas", TAX, 10, (9, 4), due_in=20),
    Tale("Jansen, Lena", TAX, 9, (8,), due_in=-2),
    Tale("Kowalski, Jan", TAX, 17, (16, 13, 10)),
    Tale("Lorenz, Ida", TAX, 3, (2,)),
    Tale("Maurer, Tom", TAX, 15, (14, 12, 7, 4), due_in=6),
    Tale("Ortmann, Hugo", TAX, 2, due_in=45),
    Tale("Nowak, Eva", TAX, 0),
    Tale("Island Coffee", BOOKS, 19, (18, 16, 15, 14)),
    Tale("Anders Bakery", BOOKS, 8, (6, 4, 2)),
    Tale("Cobalt Studio", BOOKS, 8, (7, 5)),
    Tale("Elm Street Dental", BOOKS, 8, (3,)),
    Tale("Greenhouse Books", BOOKS, 8, (6,), due_in=-1),
    Tale("Harbour Print", BOOKS, 8, (5, 1)),
    Tale("Kestrel Bikes", ONBOARDING, 12, (11, 9, 6)),
    Tale("Lotus Yoga", ONBOARDING, 7, (6, 2)),
    Tale("Maple Architects", ONBOARDING, 3, (2,)),
    Tale("Nordlicht Film", ONBOARDING, 1),
)

DEEDS: Final[tuple[Deed, ...]] = (
    Held(10, "Maurer, Tom"),
    Said(10, "Maurer, Tom", TAX, "The certificates of the second bank are missing. I have asked him."),
    Answered(8, "Maurer, Tom"),
    Reviewed(8, "Fischer, Marie"),
    Moved(5, "Maurer, Tom", "Review", "Prepare", by_owner=True),
    Said(5, "Maurer, Tom", TAX, "The rental income is last year's. Please enter it again.", by_owner=True),
    Read(5),
    Moved(4, "Fischer, Marie", "Sign and file", "Done"),
    Held(4, "Kowalski, Jan"),
    Said(4, "Kowalski, Jan", TAX, "He is abroad until the end of the month, so this rests until then."),
    Reviewed(2, "Maurer, Tom"),
    Said(1, "Dietrich, Paul", TAX, "I have tried to reach him twice. Could you call him?", by_owner=True),
    Said(1, "Greenhouse Books", BOOKS, "We have no e-mail address of theirs any more. Who knows one?"),
)
