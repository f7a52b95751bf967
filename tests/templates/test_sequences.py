"""Whatever is done with templates, in whatever order: what was said can be read, and what was made stays."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from engine.templates.sorts import ITEM, JOB, TASK
from tests.support.api import Json, Shop
from tests.support.contents import INVOICE, ORGANIZER, PROPOSAL, REQUEST, THREAD
from tests.templates.kit import KNOWN, Known, kept, restore

STEPS = 30
TEXTS = (
    "Plain",
    "[FIRM_NAME] & <b>Söhne</b> \u202e",
    "[[KEPT]] [NEXT_MONTH_NAME]",
    "Zwei\nZeilen",
    "<p>Hello &nbsp; <a href='https://a.test'>[FIRM_NAME]</a></p><script>x</script>",
    "x" * 199,
)
SPANS: tuple[Json | None, ...] = (None, {"amount": 0, "unit": "DAYS"}, {"amount": 3, "unit": "WORKING_DAYS"})


@dataclass
class Life:
    """Templates that are edited, restored, copied and used at random; what each has ever said, and what they made."""

    shop: Shop
    random: random.Random
    said: dict[str, list[Json]] = field(default_factory=dict)
    sorts: dict[str, Known] = field(default_factory=dict)
    contents: dict[str, Json] = field(default_factory=dict)
    made: list[tuple[str, str, int, Json]] = field(default_factory=list)
    """A thing with the template and version that made it, and how it was."""

    async def step(self) -> None:
        """Something happens."""
        deed = self.random.choices((self.begin, self.edit, self.restore, self.copy, self.use), (2, 9, 4, 1, 4))[0]
        await deed()

    async def note(self, template: str) -> None:
        """Keeps what a template says now, if that is new."""
        now = await self.sorts[template].says(self.shop.owner, template)
        if not self.said[template] or now["version"] != self.said[template][-1]["version"]:
            self.said[template].append(now)
        assert now == self.said[template][-1]
        assert now["version"] == len(self.said[template])

    async def begin(self) -> None:
        """A new template."""
        sort = self.random.choice(KNOWN)
        content = self.random.choice((THREAD, ORGANIZER, INVOICE, PROPOSAL, REQUEST)) if sort.sort is ITEM else {}
        given: Json = {"name": f"New {len(self.said)}"} | ({"content": content} if content else {})
        template = await sort.make(self.shop.owner, **given)
        self.sorts[template], self.contents[template], self.said[template] = sort, content, []
        await self.note(template)

    def any(self) -> str:
        """One of the templates."""
        return self.random.choice(sorted(self.said))

    async def edit(self) -> None:
        """An edit of anything, or of nothing."""
        template = self.any()
        await self.sorts[template].edit(self.shop.owner, template, **self.change(template))
        await self.note(template)

    def change(self, template: str) -> Json:
        """Something else to say, or the same."""
        text = self.random.choice(TEXTS)
        line, span = text.splitlines()[0], self.random.choice(SPANS)
        changes: dict[str, list[Json]] = {
            "job_template": [{"jobName": line}, {"description": text}, {"dueAfter": span}, {"priority": "LOW"}],
            "task_template": [{"title": line}, {"subtasks": [line] * self.random.randrange(3)}, {"dueAfter": span}],
            "email_template": [{"subject": line}, {"html": text}, {"text": text}, {"html": None, "text": text}],
            "item_template": [
                {"title": line},
                {"message": text},
                {"reminders": None},
                {"dueAfter": span},
                {"content": self.contents[template]},
            ],
        }
        return self.random.choice([*changes[self.sorts[template].sort.topic], {}])

    async def restore(self) -> None:
        """What a template has said before."""
        template = self.any()
        wanted = self.random.choice(self.said[template])
        made = await restore(self.shop.owner, template, wanted["version"])
        await self.note(template)
        assert {**self.said[template][-1], "version": 0} == {**wanted, "version": 0}
        assert made["version"] == self.said[template][-1]["version"]

    async def copy(self) -> None:
        """A template that says the same."""
        source = self.any()
        copy = (await self.shop.owner.do("duplicateTemplate", "template { id name }", templateId=source))["id"]
        self.sorts[copy], self.contents[copy], self.said[copy] = self.sorts[source], self.contents[source], []
        await self.note(copy)
        assert {**self.said[copy][0], "version": 0, "name": 0} == {**self.said[source][-1], "version": 0, "name": 0}

    async def use(self) -> None:
        """Something is made."""
        template, place = self.any(), {"accountId": self.shop.account}
        if self.sorts[template].sort is JOB:
            place["pipelineId"] = self.shop.pipeline
            made = await self.shop.owner.do("createJob", "job { id }", templateId=template, **place)
        elif self.sorts[template].sort is TASK:
            job = (await self.shop.job())["id"]
            made = await self.shop.owner.do("createTask", "task { id }", templateId=template, jobId=job)
        elif self.sorts[template].sort is ITEM:
            job = (await self.shop.job())["id"]
            made = await self.shop.owner.do("createItem", "item { id }", templateId=template, jobId=job, send=False)
        else:
            made = await self.shop.owner.do("sendTestEmail", "email { id }", templateId=template)
        now = await self.look(made["id"])
        self.made.append((made["id"], template, self.said[template][-1]["version"], now))

    async def look(self, thing: str) -> Any:
        """All that is shown of something that was made."""
        by = "fromTemplate { version template { id } }"
        query = f"""query ($id: ID!) {{ node(id: $id) {{
            ... on Job {{ version name description priority dueDate {by} }}
            ... on Task {{ version title description priority dueDate subtasks {{ title }} {by} }}
            ... on Email {{ subject text html {by} }}
            ... on ClientItem {{ title dueDate sending {{ message reminders {{ everyDays times }} {by} }} }} }} }}"""
        found = (await self.shop.owner.query(query, id=thing))["node"]
        return {**found, **found.pop("sending", {})}


@pytest.mark.parametrize("seed", [1, 2, "any"])
async def test_what_was_said_can_be_read_and_what_was_made_stays(shop: Shop, seed: int | str) -> None:
    """PL4, JB1, AU8: after any edits, every version reads as it was, and everything made is as its version made it."""
    guest = {"name": "Ann", "email": f"ann-{shop.account}@client.test", "accountIds": [shop.account]}
    contact = await shop.owner.do("createContact", "contact { id }", **guest)
    await shop.owner.do("inviteContact", contactId=contact["id"])
    chosen = random.SystemRandom().randrange(2**32) if seed == "any" else seed
    life = Life(shop, random.Random(chosen))  # noqa: S311  # the same life for the same seed
    for _ in range(5):
        await life.begin()
    for _ in range(STEPS):
        await life.step()
    for template, said in life.said.items():
        assert await life.sorts[template].versions(shop.owner, template) == said[::-1], chosen
    for thing, template, version, before in life.made:
        assert await life.look(thing) == before, chosen
        assert before["fromTemplate"] == {"version": version, "template": {"id": template}}, chosen


async def test_a_restored_version_is_stored_byte_by_byte_as_it_was(shop: Shop, api: Any) -> None:
    """PL4: also HTML that was cleaned, texts that were made of it, and contents of every kind."""
    for sort in KNOWN:
        for n, content in enumerate((THREAD, ORGANIZER, INVOICE, PROPOSAL, REQUEST) if sort.sort is ITEM else ({},)):
            given: Json = {"name": f"New {n}"} | ({"content": content} if content else {})
            if "html" in sort.shown:
                given |= {"html": TEXTS[4], "text": None}
            template = await sort.make(shop.owner, **given)
            for change in sort.edits[:1] if content else sort.edits:
                await sort.edit(shop.owner, template, **change)
            await restore(shop.owner, template, 1)
            versions = await kept(api.database, template)
            assert versions[-1]["content"] == versions[0]["content"]
