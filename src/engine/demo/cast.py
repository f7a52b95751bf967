"""Who is in the demo: the firm, its people, and its clients."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from engine.time.calendar import Calendar
from engine.time.days_off import Holiday

FIRM: Final = "Linden & Partners"
PASSWORD: Final = "stageline-demo"  # a demo's, printed at the start
OWNER: Final = ("Olivia Linden", "owner@demo.test")
EMPLOYEE: Final = ("Emil Krause", "employee@demo.test")
GUEST: Final = ("Berger, Anna", "client@demo.test")
"""The client who comes into the portal."""
TIME_ZONE: Final = "Europe/Berlin"
REGION: Final = "DE-BE"
ADDRESS: Final = "office@linden.test"

PREPARER: Final = "Preparer"
REVIEWER: Final = "Reviewer"
TAGS: Final = {
    "Individual": "#3b82f6",
    "S-Corp": "#8b5cf6",
    "Extension": "#f59e0b",
    "VIP": "#ef4444",
    "New client": "#10b981",
}


def holidays(end: datetime) -> tuple[Holiday, ...]:
    """The firm's own holidays, for a story that ends then."""
    years = (end.year - 1, end.year)
    days = {"Christmas Eve": (12, 24), "New Year's Eve": (12, 31)}
    return tuple(Holiday(date(year, *day), name) for year in years for name, day in days.items())


def calendar(end: datetime) -> Calendar:
    """When it works."""
    return Calendar(TIME_ZONE, region=REGION, own_holidays=frozenset(holiday.day for holiday in holidays(end)))


@dataclass(frozen=True, slots=True)
class Client:
    """A client of the firm, and what is known of it."""

    name: str
    tags: tuple[str, ...] = ()
    contact: str | None = None
    """Who speaks for a company."""
    transactions: int | None = None
    """How many a month its books have."""
    software: str | None = None
    email: bool = True
    """Whether its contact can be reached."""
    owners: bool = False
    """Whether the owner does its work herself; the employee has no access to it then."""
    new: bool = False
    """Whether it is being taken on: the employee gets access to it by an automation."""

    @property
    def person(self) -> str:
        """Its contact: itself, or who speaks for it."""
        return self.contact or " ".join(reversed(self.name.split(", ")))

    @property
    def address(self) -> str | None:
        """Where its contact is written to."""
        if self.name == GUEST[0]:
            return GUEST[1]
        return f"{self.person.split()[0].lower()}@client.test" if self.email else None


CLIENTS: Final = (
    Client("Berger, Anna", ("Individual",)),
    Client("Dietrich, Paul", ("Individual", "Extension")),
    Client("Fischer, Marie", ("Individual",)),
    Client("Hartmann, Jonas", ("Individual", "VIP"), owners=True),
    Client("Jansen, Lena", ("Individual",), owners=True),
    Client("Kowalski, Jan", ("Individual", "Extension")),
    Client("Lorenz, Ida", ("Individual",)),
    Client("Maurer, Tom", ("Individual",)),
    Client("Nowak, Eva", ("Individual",)),
    Client("Ortmann, Hugo", ("Individual", "VIP")),
    Client("Anders Bakery", ("S-Corp", "VIP"), "Bruno Anders", 800, "Lexware"),
    Client("Cobalt Studio", ("S-Corp",), "Carla Vogt", 120, "DATEV"),
    Client("Elm Street Dental", ("S-Corp",), "Erik Weiss", 640, "DATEV"),
    Client("Greenhouse Books", (), "Greta Lang", 90, "Xero", email=False),
    Client("Harbour Print", (), "Henrik Voss", 210, "Xero"),
    Client("Island Coffee", ("S-Corp",), "Ilse Brandt", 330, "Lexware", owners=True),
    Client("Kestrel Bikes", ("S-Corp",), "Karl Falk", 150, "DATEV", new=True),
    Client("Lotus Yoga", (), "Lea Sommer", 60, "Xero", new=True),
    Client("Maple Architects", ("S-Corp",), "Mats Peters", 75, "DATEV", new=True),
    Client("Nordlicht Film", (), "Nele Simon", 45, new=True),
)
