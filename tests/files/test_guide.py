"""The GraphQL blocks of the guide to files, run one after the other."""

from __future__ import annotations

from tests.docs.pages import ROOT, Page
from tests.files.kit import PDF, Office, code_of

PAGE = Page(ROOT / "docs" / "guides" / "files.md")


async def test_every_block_of_the_guide_to_files_works(office: Office) -> None:
    """API7: whoever copies one gets no error, typed or not."""
    announce, waiting, files, own, tidy = PAGE.blocks("graphql")
    job = (await office.shop.job())["id"]
    ids = []
    for _ in range(2):
        asked = (await office.owner.query(announce, job=job, size=len(PDF)))["requestUpload"]
        assert asked["errors"] == []
        ids.append(asked["document"]["id"])
        again = (await office.owner.query(waiting, id=ids[-1]))["document"]
        assert again["state"] == "UPLOADING"
        assert (await office.put(again["uploadUrl"])).status_code == 201
    listed = (await office.owner.query(files, job=job))["job"]["documents"]["nodes"]
    assert [one["id"] for one in listed] == ids[::-1]
    assert (await office.get(listed[0]["downloadUrl"])).content == PDF
    assert (await office.owner.query(own))["documents"]["totalCount"] == 0
    tidied = await office.owner.query(tidy, id=ids[0], old=ids[1])
    assert [one["errors"] for one in tidied.values()] == [[], [], []]


async def test_the_guide_knows_the_answers_of_uploads(office: Office) -> None:
    """Each status with its code."""
    told = {(row[0], code) for row in PAGE.rows("status") for code in row[1].replace("`", "").split(", ")}
    asked = await office.request()
    for content in (PDF[1:], PDF + b"!", PDF[::-1]):
        status, code = code_of(await office.put(asked["uploadUrl"], content))
        assert any(str(status) in statuses and code == name for statuses, name in told), (status, code)
