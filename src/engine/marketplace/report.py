"""What came of installing or duplicating a pipeline: what was made, reused, renamed, not there, and left out."""

from dataclasses import dataclass, field

from engine.enums import TemplatePart


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that the pipeline refers to. ``wanted`` is the name in the document where that was taken."""

    part: TemplatePart
    name: str
    thing_id: str
    wanted: str | None = None


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is named and that the firm has not; ``places`` are those in the document that name it."""

    part: TemplatePart
    name: str
    places: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not there, or otherwise than the document has it, and why."""

    place: str
    what: str
    reason: str


@dataclass(slots=True)
class Report:
    """All of it."""

    made: list[Thing] = field(default_factory=list)
    reused: list[Thing] = field(default_factory=list)
    lacking: dict[tuple[str, str], Lack] = field(default_factory=dict)
    """By prefix and local key."""
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def renamed(self) -> list[Thing]:
        """What was made under another name."""
        return [one for one in self.made if one.wanted is not None]

    @property
    def missing(self) -> list[Lack]:
        """What the firm has not."""
        return list(self.lacking.values())

    def lacks(self, prefix: str, key: str, part: TemplatePart, name: str, place: str = "") -> None:
        """Notes that something is not there, and where it is named."""
        lack = self.lacking.setdefault((prefix, key), Lack(part, name))
        if place and place not in lack.places:
            lack.places.append(place)
