"""Uploads and downloads over real sockets (JB3)."""

from __future__ import annotations

from tests.files.kit import PDF, Office, sha256


async def test_a_file_comes_back_as_it_was_uploaded(office: Office) -> None:
    """JB3: its bytes, its type, its hash, and its name for who saves it."""
    asked = await office.request()
    assert (asked["state"], asked["sha256"], asked["downloadUrl"]) == ("UPLOADING", None, None)
    answer = await office.put(asked["uploadUrl"])
    assert (answer.status_code, answer.json()) == (
        201,
        {"document": {"id": asked["id"], "size": len(PDF), "sha256": sha256(PDF)}},
    )
    found = await office.seen(asked["id"])
    assert found is not None
    assert (found["state"], found["sha256"], found["uploadUrl"]) == ("READY", sha256(PDF), None)
    got = await office.get(found["downloadUrl"])
    assert (got.status_code, got.content) == (200, PDF)
    assert got.headers["content-disposition"] == "attachment; filename=\"report.pdf\"; filename*=UTF-8''report.pdf"
    [path] = office.stored()
    assert path.read_bytes() == PDF
    assert await office.strays() == 0
