"""What a blueprint refers to, in a firm: found, reused where it is the same, made under a free name where it is not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from engine import access
from engine.automating.conditions import Condition
from engine.automating.configuring import NewAutomation
from engine.enums import JobState
from engine.files import texts
from engine.firm.custom_fields import CreateCustomField
from engine.mail import shortcodes
from engine.marketplace import words
from engine.marketplace.blueprint import Blueprint, Elsewhere, Paper, Person
from engine.marketplace.mapping import Absent, Refer, mapped
from engine.marketplace.naming import names
from engine.marketplace.places import inside
from engine.marketplace.report import Report, Thing
from engine.marketplace.things import SORTS, Sort, sort_of
from engine.work import Work
from store.database import Row
from store.writes import marketplace as writes


@dataclass(slots=True)
class Furnishing:
    """The things of one blueprint in one firm."""

    work: Work
    blueprint: Blueprint
    report: Report = field(default_factory=Report)
    ids: dict[tuple[str, str], str] = field(default_factory=dict)
    """By prefixes and local keys; what there is not is not in it."""
    fields: dict[str, str] = field(default_factory=dict)
    """The names of custom fields that are called otherwise here, by those in the document."""

    def refer(self, prefix: str, key: str) -> str | None:
        """The id of a thing, if there is one."""
        return self.ids.get((prefix, key))

    def noting(self, place: str) -> Refer:
        """The same, that notes what there is not, and in which place that is named."""

        def refer(prefix: str, key: str) -> str | None:
            found = self.refer(prefix, key)
            if found is None:
                self.report.lacks(prefix, key, sort_of(prefix).part, self.name_of(prefix, key), place)
            return found

        return refer

    def asking(self, place: str) -> Refer:
        """The same for what conditions name."""
        return self.noting(place)

    def word(self, text: str, html: bool) -> str:
        """A text that names custom fields as they are called here."""
        return shortcodes.renamed(text, self.fields, html=html)

    def ids_of(self, prefix: str, key: str) -> str:
        """The id of what is there for certain."""
        found = self.refer(prefix, key)
        assert found is not None  # a document brings it along
        return found

    def lack(self, prefix: str, key: str) -> str:
        """That something is not there, as a sentence."""
        return f"The firm has no {sort_of(prefix).noun} {self.name_of(prefix, key)}."

    def say(self, one: NewAutomation) -> str:
        """What an automation does, in words."""
        return words.automation(one, self.name_of)

    def say_condition(self, one: Condition) -> str:
        """What a condition asks, in words."""
        return words.condition(one, self.name_of)

    def name_of(self, prefix: str, key: str) -> str:
        """What something is called in the document."""
        if prefix == "stage":
            others: Iterable[Elsewhere] = self.blueprint.brings.get("pipeline", {}).values()
            return next((other.stages[key] for other in others if key in other.stages), key)
        thing = self.blueprint.brings.get(prefix, {}).get(key)
        return key if thing is None else str(thing.name)

    async def furnish(self) -> None:
        """Finds or makes all of it, in an order in which each refers only to what was there before. Raises Refused."""
        found = await writes.built_in_statuses(self.work.db, self.work.firm_id)
        self.ids |= {("status", state.lower()): found[state] for state in found if state != JobState.CUSTOM}
        for prefix, sort in SORTS.items():
            section = self.blueprint.brings.get(prefix)
            if section:
                await self._section(prefix, sort, section)

    async def _section(self, prefix: str, sort: Sort, section: Mapping[str, Any]) -> None:
        match prefix:
            case "member":
                await self._people(section)
            case "pipeline":
                await self._pipelines(section)
            case "doc":
                await self._papers(section)
            case _:
                await self._things(prefix, sort, section)

    # --- what is only looked for ---

    async def _people(self, section: Mapping[str, Person]) -> None:
        rows = await writes.members(self.work.db, self.work.firm_id)
        for key, person in section.items():
            mail = [row["id"] for row in rows if person.email and row["email"].lower() == person.email.lower()]
            name = [row["id"] for row in rows if row["name"].casefold() == person.name.casefold()]
            self._found("member", key, (mail or name) if len(mail or name) == 1 else ())

    async def _pipelines(self, section: Mapping[str, Elsewhere]) -> None:
        viewer = self.work.viewer
        rows = await writes.pipelines(
            self.work.db, self.work.firm_id, lambda p: access.sees_pipeline(viewer, p, "t.id")
        )
        for key, other in section.items():
            some = [row["id"] for row in rows if row["name"] == other.name and not row["archived"]]
            self._found("pipeline", key, some if len(some) == 1 else ())
        ids = {self.ids["pipeline", key] for key in section if ("pipeline", key) in self.ids}
        stages = await writes.stages(self.work.db, self.work.firm_id, ids) if ids else []
        for key, other in section.items():
            own = [row for row in stages if row["pipeline_id"] == self.refer("pipeline", key)]
            for stage_key, name in other.stages.items():
                self._found("stage", stage_key, [row["id"] for row in own if row["name"] == name][:1])

    def _found(self, prefix: str, key: str, ids: Iterable[str]) -> None:
        for thing_id in ids:
            self.ids[prefix, key] = thing_id
            return
        self.report.lacks(prefix, key, sort_of(prefix).part, self.name_of(prefix, key))

    # --- what is brought along ---

    async def _papers(self, section: Mapping[str, Paper]) -> None:
        await writes.own_names(self.work.db, self.work.firm_id, "documents")
        rows = await writes.papers(self.work.db, self.work.firm_id, {paper.name for paper in section.values()})
        for key, paper in section.items():
            there = next((row["id"] for row in rows if _is_paper(row, paper)), None)
            if there is None and paper.text is None:
                self._found("doc", key, ())
                continue
            with inside("brings", SORTS["doc"].name, key):
                thing_id = there or await texts.create(self.work, paper.name, paper.text or "")
            self._note("doc", key, Thing(SORTS["doc"].part, paper.name, thing_id), made=there is None)

    async def _things(self, prefix: str, sort: Sort, section: Mapping[str, Any]) -> None:
        """Things whose names are unique in the firm: nobody else gives one of them a name meanwhile."""
        await writes.own_names(self.work.db, self.work.firm_id, sort.table)
        for key, one in section.items():
            try:
                thing = mapped(one, self.noting(f"brings.{sort.name}.{key}"), self.word)
            except Absent:
                self.report.lacks(prefix, key, sort.part, one.name)
            else:
                await self._thing(prefix, sort, key, thing)

    async def _thing(self, prefix: str, sort: Sort, key: str, thing: Any) -> None:
        """One of them: that of its name if it is the same, or else a new one by the next name that is free."""
        assert sort.load is not None  # it is none of those that are only looked for
        assert sort.create is not None
        for name in names(thing.name):
            row = await writes.named(self.work.db, self.work.firm_id, sort.table, name)
            if row is None:
                with inside("brings", sort.name, key):
                    thing_id = await sort.create(self.work, replace(thing, name=name))
                made = Thing(sort.part, name, thing_id, None if name == thing.name else thing.name)
                self._note(prefix, key, made, made=True)
                break
            if sort.load(row) == replace(thing, name=row["name"]):
                self._note(prefix, key, Thing(sort.part, row["name"], row["id"]), made=False)
                break

    def _note(self, prefix: str, key: str, thing: Thing, *, made: bool) -> None:
        self.ids[prefix, key] = thing.thing_id
        (self.report.made if made else self.report.reused).append(thing)
        before = self.blueprint.brings[prefix][key]
        if isinstance(before, CreateCustomField) and before.name != thing.name:
            self.fields[before.name] = thing.name


def _is_paper(row: Row, paper: Paper) -> bool:
    if row["name"] != paper.name:
        return False
    return paper.text is None or bool(row["sha256"] == sha256(texts.content(paper.text)).hexdigest())
