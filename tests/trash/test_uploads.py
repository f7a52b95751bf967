"""JB3: files that come for what is in the trash, or is just on its way there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from tests.files.conftest import office
from tests.files.kit import PDF, Office

__all__ = ["office"]


async def test_a_file_that_comes_for_what_is_in_the_trash_is_not_taken(office: Office) -> None:
    """JB3: the document still waits for it when the account is back."""
    document, kept = await office.request(), await office.file()
    account = office.shop.account
    await office.owner.do("deleteAccount", accountId=account)
    assert (await office.put(document["uploadUrl"])).status_code == 404
    assert (await office.get(kept["downloadUrl"])).status_code == 404
    await office.swept(timedelta(days=3))
    assert len(office.stored()) == 1
    await office.owner.do("restoreAccount", accountId=account)
    asked = await office.seen(document["id"])
    assert asked is not None
    assert asked["state"] == "UPLOADING"
    assert (await office.put(asked["uploadUrl"])).status_code == 201
    again = await office.seen(kept["id"])
    assert again is not None
    assert (await office.get(again["downloadUrl"])).content == PDF


async def test_a_file_that_arrives_while_its_account_is_deleted_is_there_with_it_or_not_at_all(office: Office) -> None:
    """JB3: what the storage has got of it is the document's, or swept."""
    there = 0
    for n in range(6):
        account = (await office.owner.do("createAccount", "account { id }", name=f"Bolt {n}"))["id"]
        document = await office.request(accountId=account)
        calls: list[Awaitable[Any]] = [
            office.put(document["uploadUrl"]),
            office.owner.do("deleteAccount", accountId=account),
        ]
        answer, _ = await asyncio.gather(*calls)
        assert answer.status_code in {201, 404}
        there += answer.status_code == 201
        await office.swept(timedelta(days=3))
        await office.owner.do("restoreAccount", accountId=account)
        found = await office.seen(document["id"])
        assert found is not None
        assert (found["state"] == "READY") is (answer.status_code == 201)
        assert len(office.stored()) == there
