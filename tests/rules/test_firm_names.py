"""Names that are unique in a firm, whatever their case: of tags, job statuses, account roles."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from store.database import Database
from tests.rules.kit import codes, digest, together
from tests.support.api import Api, Shop, open_shop


@dataclass(frozen=True)
class Named:
    """A kind of thing with a unique name: what makes and renames it."""

    create: str
    update: str
    thing: str
    key: str
    listed: str


KINDS = [
    Named("createTag", "updateTag", "tag", "tagId", "tags"),
    Named("createJobStatus", "updateJobStatus", "status", "statusId", "jobStatuses"),
    Named("createAccountRole", "updateAccountRole", "accountRole", "accountRoleId", "accountRoles"),
]
EVERY = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.thing)
TAKEN = ("NAME_TAKEN", ["input", "name"])


@EVERY
async def test_a_name_is_taken_whatever_its_case_and_the_space_around_it(
    shop: Shop, database: Database, kind: Named
) -> None:
    """The schema's word: unique in the firm whatever its case."""
    await shop.owner.do(kind.create, name="Größe No. 1")
    before = await digest(database)
    for name in ("Größe No. 1", "GRÖßE NO. 1", "größe no. 1", "  Größe No. 1\t"):
        assert await shop.owner.code(kind.create, name=name) == TAKEN
    assert await digest(database) == before
    await shop.owner.do(kind.create, name="Größe No. 2")


@EVERY
async def test_renaming_to_a_taken_name_is_refused_and_to_ones_own_in_other_case_is_not(
    shop: Shop, database: Database, kind: Named
) -> None:
    """A thing does not stand in its own way."""
    await shop.owner.do(kind.create, name="Taken")
    made = await shop.owner.do(kind.create, f"{kind.thing} {{ id }}", name="Own")
    before = await digest(database)
    assert await shop.owner.code(kind.update, **{kind.key: made["id"]}, name="TAKEN") == TAKEN
    assert await digest(database) == before
    renamed = await shop.owner.do(kind.update, f"{kind.thing} {{ name }}", **{kind.key: made["id"]}, name="OWN")
    assert renamed == {"name": "OWN"}


@EVERY
async def test_a_name_that_was_given_up_is_free(shop: Shop, kind: Named) -> None:
    """Renaming frees the old name."""
    made = await shop.owner.do(kind.create, f"{kind.thing} {{ id }}", name="Old")
    await shop.owner.do(kind.update, **{kind.key: made["id"]}, name="New")
    await shop.owner.do(kind.create, name="old")


@EVERY
async def test_of_concurrent_creations_under_one_name_exactly_one_wins(shop: Shop, kind: Named) -> None:
    """Whatever the case of each."""
    for turn in range(4):
        names = [f"Same {turn}", f"SAME {turn}", f"same {turn}", f"Same {turn}"]
        answers = await together(*(shop.owner.payload(kind.create, name=name) for name in names))
        assert sorted(codes(answer) for answer in answers) == [[], *[["NAME_TAKEN"]] * 3]


@EVERY
async def test_of_a_creation_and_a_renaming_to_one_name_at_once_exactly_one_wins(shop: Shop, kind: Named) -> None:
    """Also when they come from different mutations."""
    for turn in range(4):
        made = await shop.owner.do(kind.create, f"{kind.thing} {{ id }}", name=f"Own {turn}")
        calls = [
            shop.owner.payload(kind.create, name=f"Same {turn}"),
            shop.owner.payload(kind.update, **{kind.key: made["id"]}, name=f"SAME {turn}"),
        ]
        answers = await together(*(calls if turn % 2 else calls[::-1]))
        assert sorted(codes(answer) for answer in answers) == [[], ["NAME_TAKEN"]]


@EVERY
async def test_two_firms_may_use_the_same_name(api: Api, shop: Shop, kind: Named) -> None:
    """Names are the firm's own."""
    other = await open_shop(api)
    for firm in (shop, other):
        await firm.owner.do(kind.create, name="Same")
        found = await firm.owner.query(f"{{ {kind.listed} {{ name }} }}")
        assert [one["name"] for one in found[kind.listed]].count("Same") == 1


async def test_the_built_in_statuses_hold_their_names(shop: Shop) -> None:
    """ST1: there is one Active."""
    for name in ("active", "COMPLETED", "Archived"):
        assert await shop.owner.code("createJobStatus", name=name) == TAKEN


async def test_accounts_pipelines_and_jobs_may_share_names(shop: Shop) -> None:
    """Two clients may be called the same."""
    await shop.owner.do("createAccount", name="Acme")
    stages = [{"name": "Same"}, {"name": "Same"}]
    await shop.owner.do("createPipeline", name="Tax", stages=stages)
    assert (await shop.job("Job"))["id"] != (await shop.job("Job"))["id"]
