"""A blueprint of ids, as it was taken from a firm, becomes one of local keys that brings along what they stand for."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from engine.enums import ErrorCode
from engine.errors import invalid
from engine.mail import shortcodes
from engine.marketplace import keys
from engine.marketplace.blueprint import Blueprint, Elsewhere, Paper, Person
from engine.marketplace.mapping import mapped
from engine.marketplace.things import SORTS
from engine.pipeline.pipeline_settings import AllowedMove
from engine.work import Work
from store.writes import marketplace as writes


@dataclass(slots=True)
class Taken:
    """What is known of it so far. All that it refers to is there: it is kept while it is referred to (PL4)."""

    work: Work
    blueprint: Blueprint
    wanted: dict[str, dict[str, None]] = field(default_factory=dict)
    """The ids of what is referred to, by their prefixes, in the order in which they are met."""
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What documents say of those, likewise."""
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    """What stands for which id."""
    fields: dict[str, str] = field(default_factory=dict)
    """The ids of the firm's custom fields by their names."""
    stages: dict[str, dict[str, str]] = field(default_factory=dict)
    """The names of those stages of other pipelines that are named, by pipelines and ids."""

    async def written(self) -> Blueprint:
        """The same with local keys, and with all that they stand for."""
        work, whole = self.work, self.blueprint
        self.fields = await shortcodes.fields(work.db, work.firm_id)
        built_in = await writes.built_in_statuses(work.db, work.firm_id)
        self.keys |= {("status", one): state.lower() for state, one in built_in.items()}
        self._look_through([whole.pipeline, *whole.statuses])
        await self._elsewhere()
        for prefix in reversed(list(SORTS)):
            ids = [one for one in self.wanted.get(prefix, ()) if (prefix, one) not in self.keys]
            self.things[prefix] = await self._load(prefix, ids) if ids else {}
            self._look_through(self.things[prefix].values())
        self._name()
        return self._renamed()

    def _look_through(self, some: Iterable[Any]) -> None:
        """Notes what dataclasses refer to, by ids and by shortcodes."""
        for one in some:
            mapped(one, self._want, self._listen)

    def _want(self, prefix: str, thing_id: str) -> str:
        self.wanted.setdefault(prefix, {})[thing_id] = None
        return thing_id

    def _listen(self, text: str, html: bool) -> str:
        for code in sorted(shortcodes.codes(text)):
            kind, colon, name = code.partition(":")
            if colon and kind == shortcodes.FIELD and name in self.fields:
                self._want("field", self.fields[name])
        return text

    async def _elsewhere(self) -> None:
        """Finds the pipelines of stages that are not its own."""
        own = set(self.blueprint.stage_keys)
        others = [one for one in self.wanted.get("stage", ()) if one not in own]
        rows = await writes.by_ids(self.work.db, self.work.firm_id, "stages", others) if others else {}
        for stage_id in others:
            row = rows[stage_id]
            self._want("pipeline", row["pipeline_id"])
            self.stages.setdefault(row["pipeline_id"], {})[stage_id] = row["name"]
        self.wanted.get("pipeline", {}).pop(self.blueprint.key, None)

    async def _load(self, prefix: str, ids: list[str]) -> dict[str, Any]:
        db, firm_id, sort = self.work.db, self.work.firm_id, SORTS[prefix]
        if prefix == "member":
            people = {row["id"]: row for row in await writes.people(db, firm_id, ids)}
            return {one: Person(people[one]["name"], people[one]["email"]) for one in ids}
        rows = await writes.by_ids(db, firm_id, sort.table or sort.name, ids)
        if len(rows) < len(ids):
            raise invalid(ErrorCode.BUSY, "Somebody is changing what it refers to at the moment. Try again.")
        if prefix == "pipeline":
            return {one: Elsewhere(rows[one]["name"], self.stages.get(one, {})) for one in ids}
        if prefix == "doc":
            texts = await writes.texts(db, firm_id, ids)
            return {one: Paper(rows[one]["name"], texts.get(one)) for one in ids}
        assert sort.load is not None  # all others are brought along
        return {one: sort.load(rows[one]) for one in ids}

    def _name(self) -> None:
        """Gives everything a key, made of its name."""
        whole = self.blueprint
        self._give("pipeline", whole.key, whole.pipeline.name, "pipeline")
        for stage_id, stage in zip(whole.stage_keys, whole.pipeline.stages, strict=True):
            self._give("stage", stage_id, stage.name, "stage")
        for names in self.stages.values():
            for stage_id, name in names.items():
                self._give("stage", stage_id, name, "stage")
        for prefix, section in self.things.items():
            for thing_id, thing in section.items():
                self._give(prefix, thing_id, thing.name, prefix)

    def _give(self, prefix: str, thing_id: str, name: str, otherwise: str) -> None:
        taken = {key for (other, _), key in self.keys.items() if other == prefix}
        self.keys[prefix, thing_id] = keys.of_name(name, taken, otherwise)

    def _renamed(self) -> Blueprint:
        whole = self.blueprint

        def refer(prefix: str, thing_id: str) -> str:
            return self.keys[prefix, thing_id]

        brings = {
            prefix: {refer(prefix, one): mapped(self._own(thing), refer) for one, thing in self.things[prefix].items()}
            for prefix in SORTS
            if self.things[prefix]
        }
        return replace(
            whole,
            key=refer("pipeline", whole.key),
            pipeline=mapped(whole.pipeline, refer),
            stage_keys=tuple(refer("stage", one) for one in whole.stage_keys),
            statuses=tuple(mapped(one, refer) for one in whole.statuses),
            moves=tuple(
                AllowedMove(refer("stage", move.from_stage_id), refer("stage", move.to_stage_id))
                for move in whole.moves
            ),
            brings=brings,
        )

    def _own(self, thing: Any) -> Any:
        if not isinstance(thing, Elsewhere):
            return thing
        return replace(thing, stages={self.keys["stage", one]: name for one, name in thing.stages.items()})
