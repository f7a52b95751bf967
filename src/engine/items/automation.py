"""What the automations share that send an item to the client: each kind of items has one (AU7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from engine.automating import letters, setting
from engine.automating.kinds import Batch, Kind, Turn
from engine.enums import ErrorCode, ItemKind
from engine.errors import invalid
from engine.items import mailing, making
from engine.items.making import Draft
from engine.items.rules import ItemRules, kinds
from engine.items.wording import Wording
from engine.mail import shortcodes
from engine.time.calendar import of_firm, today
from engine.time.duration import Duration
from engine.work import Work
from store.database import Row
from store.reads import items as reads
from store.writes import client_items

GONE: Final = "The template is gone."


@dataclass(frozen=True, slots=True)
class SendItem:
    """Which template makes the item, and by when the client is to answer."""

    template_id: str = setting.ref("itemtemplate", "The template to make it by.")
    due_after: Duration | None = setting.span(
        "By when, counted from the entry; as the template says where there is none."
    )
    blocking: bool = setting.flag("Whether it holds the job in its stage until it is done.", default=True)


def kind_of(name: str, description: str, config: type, item: ItemKind) -> Kind:
    """The kind of automation that sends items of a kind."""
    rules = kinds()[item]

    async def check(work: Work, given: Any) -> None:
        """Refuses the template of another kind of items."""
        found = await reads.templates(work.db, work.firm_id, [given.template_id])
        template = found.get(given.template_id)
        if template is not None and template["kind"] != rules.kind:
            message = f"This is not the template of {rules.noun}."
            raise invalid(ErrorCode.INVALID, message, "config", name.lower(), "template_id")

    async def run(batch: Batch[Any]) -> None:
        """An item for each job, with its e-mails; the turn ends when all of them have."""
        await _run(batch, rules)

    return Kind(name, description, config, run, right=rules.right, makes_items=True, check=check)


async def _run(batch: Batch[SendItem], rules: ItemRules) -> None:
    work, template_id = batch.work, batch.config.template_id
    template = (await reads.templates(work.db, work.firm_id, [template_id])).get(template_id)
    away = await mailing.unreachable(work, {turn.account_id for turn in batch.turns})
    for turn in batch.turns:
        if template is None or turn.account_id in away:
            turn.fail(GONE if template is None else mailing.UNREACHABLE)
    turns = [turn for turn in batch.turns if template is not None and turn.account_id not in away]
    if template is None or not turns:
        return
    there = await client_items.made_by(work.db, work.firm_id, [turn.run_id for turn in turns])
    goings = {run_id: mailing.going(row) for run_id, row in there.items() if row["open"]}
    new = [turn for turn in turns if turn.run_id not in there]
    drafts = await _drafts(batch, rules, template, new)
    await making.make(work, drafts)
    for turn, draft in zip(new, drafts, strict=True):
        turn.things.append(draft.id)
        goings[turn.run_id] = draft.going
    await _send(work, turns, goings)
    await mailing.deliver(work, [draft.id for draft in drafts])


async def _send(work: Work, turns: Sequence[Turn], goings: Mapping[str, mailing.Going]) -> None:
    """Writes about what is still open; a turn whose item the client has finished meanwhile has nothing to do."""
    going = [turn for turn in turns if turn.run_id in goings]
    named = [replace(goings[turn.run_id], job_id=turn.job_id, run_id=turn.run_id, lane=turn.lane) for turn in going]
    drafts = await mailing.letters(work, named)
    await letters.write(work, going, [draft for some in drafts.values() for draft in some])


async def _drafts(batch: Batch[SendItem], rules: ItemRules, template: Row, turns: Sequence[Turn]) -> list[Draft]:
    """The items for turns that have made none."""
    work, config = batch.work, batch.config
    if not turns:
        return []
    due = await _due(work, config, template)
    words = Wording.of(rules, template)
    day = today(work.viewer.time_zone, work.now)
    job_ids = [turn.job_id for turn in turns]
    values = await shortcodes.values(work.db, work.firm_id, job_ids, words.codes, day)
    return [
        Draft(
            words.filled(values[turn.job_id]),
            turn.account_id,
            due,
            making.of_template(template),
            turn.job_id,
            config.blocking,
            making.fresh_id(rules),
            (template["id"], template["version"]),
        )
        for turn in turns
    ]


async def _due(work: Work, config: SendItem, template: Row) -> date | None:
    """By when the items are to be answered: as the automation says, or else as the template does."""
    if config.due_after is None:
        return await making.due_by(work, template)
    calendar = await of_firm(work.db, work.firm_id)
    return today(calendar.time_zone, config.due_after.after(work.now, calendar))
