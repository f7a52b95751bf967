"""Files in a bucket: the same routes, with a server that speaks S3 behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.files.sweeping import sweep
from store.database import Database
from store.objects import Objects
from tests.files.kit import PDF, Office, code_of, sending, sha256
from tests.support.api import open_shop
from tests.support.bucket import BUCKET, Bucket, running_bucket
from tests.support.served import served_api
from tests.support.wait import eventually

pytestmark = pytest.mark.slow

URL = f"s3://{BUCKET}/stageline"
CONTENT = PDF + bytes(12 * 1024 * 1024)


@pytest.fixture
async def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bucket]:
    """A bucket that this process finds as an operator's would: by the environment."""
    async with running_bucket(tmp_path) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
async def office(database: Database, tmp_path: Path, bucket: Bucket) -> AsyncIterator[Office]:
    """A firm on a server whose files lie in the bucket."""
    async with served_api(database, files_url=URL) as served:
        yield Office(served, await open_shop(served), tmp_path)


async def test_files_in_a_bucket_come_go_and_are_deleted(office: Office, bucket: Bucket) -> None:
    """JB3: small ones and ones of several parts, whole and in part; under keys that say nothing of their names."""
    for content in (PDF, CONTENT):
        document = await office.file(content=content)
        assert document["sha256"] == sha256(content)
        [key] = await bucket.keys()
        assert key.startswith("stageline/firm_")
        assert "report" not in key
        assert (await office.get(document["downloadUrl"])).content == content
        part = await office.get(document["downloadUrl"], range="bytes=1000-2000")
        assert (part.status_code, part.content) == (206, content[1000:2001])
        await office.owner.do("deleteDocument", documentId=document["id"])
        assert await sweep(office.served.database, Objects.of(URL)) == 1
        assert (await bucket.keys(), await office.strays()) == ([], 0)


async def test_an_upload_to_a_bucket_that_breaks_off_leaves_nothing(office: Office, bucket: Bucket) -> None:
    """Neither an object nor the parts of one, which nobody would see and somebody would pay for."""
    asked = await office.request(content=CONTENT)
    async with sending(office.served.port, asked["uploadUrl"], len(CONTENT)) as upload:
        await upload.write(CONTENT[: 11 * 1024 * 1024])
        await eventually(bucket.unfinished, "parts are in the bucket")
    await eventually(lambda: office.begun(0), "nothing is left")
    assert (await bucket.keys(), await bucket.unfinished()) == ([], [])
    assert (await office.put(asked["uploadUrl"], CONTENT)).status_code == 201


async def test_a_bucket_that_is_not_there_is_said(
    database: Database, bucket: Bucket, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client may try again; what was begun is swept."""
    async with served_api(database, files_url="s3://elsewhere") as served:
        shop = await open_shop(served)
        asked = await Office(served, shop, office.folder).request()
        assert code_of(await served.http.put(asked["uploadUrl"], content=PDF)) == (503, "STORAGE_UNAVAILABLE")
    assert await bucket.keys() == []
