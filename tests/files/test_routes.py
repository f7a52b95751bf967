"""Uploads and downloads over real sockets (JB3): what comes back, and what is refused with nothing left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from urllib.parse import unquote

import pytest

from server.files import uploads
from server.files.downloads import disposition
from store.database import Database
from tests.access.digest import Unchanged
from tests.files.kit import PDF, Office, code_of, sending, sha256
from tests.support.wait import eventually


async def test_a_file_comes_back_as_it_was_uploaded(office: Office) -> None:
    """JB3: its bytes, its type and its hash."""
    asked = await office.request()
    assert (asked["state"], asked["sha256"], asked["downloadUrl"]) == ("UPLOADING", None, None)
    answer = await office.put(asked["uploadUrl"])
    said = {"document": {"id": asked["id"], "size": len(PDF), "sha256": sha256(PDF)}}
    assert (answer.status_code, answer.json()) == (201, said)
    found = await office.seen(asked["id"])
    assert found is not None
    assert (found["state"], found["sha256"], found["uploadUrl"]) == ("READY", sha256(PDF), None)
    got = await office.get(found["downloadUrl"])
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, PDF, "application/pdf")
    [path] = office.stored()
    assert path.read_bytes() == PDF
    assert await office.strays() == 0


async def test_a_download_is_never_shown_by_a_browser_as_a_page_and_kept_by_no_cache(office: Office) -> None:
    """What a client uploads runs nowhere."""
    document = await office.file("notes.txt", b"<script>alert(1)</script>")
    got = await office.get(document["downloadUrl"], accept_encoding="gzip")
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert (got.headers["cache-control"], got.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "set-cookie" not in got.headers


@pytest.mark.parametrize(
    "name",
    [
        "report.pdf",
        'say "yes"; filename=evil.exe.pdf',
        "Übersicht im März.pdf",
        "报告 📎.pdf",
        "100%25.pdf",
        "a'b*c.pdf",
    ],
)
async def test_a_download_has_its_name_whatever_that_holds(office: Office, name: str) -> None:
    """The name of today, in a header that no name breaks out of."""
    document = await office.file("first.pdf")
    await office.owner.do("updateDocument", documentId=document["id"], name=name)
    got = await office.get(document["downloadUrl"])
    plain, _, encoded = got.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert unquote(encoded) == name
    assert all(sign.isalnum() or sign in "%-._~" for sign in encoded)
    assert plain.isascii()
    assert (plain.count('"'), "\\" in plain) == (2, False)
    assert got.content == PDF


def test_a_header_holds_no_line_end_of_a_name() -> None:
    """Names with one are refused; were one stored, it would still end no header."""
    assert disposition("a\r\nSet-Cookie: b.pdf").isprintable()


async def test_a_large_download_is_not_compressed_and_says_how_long_it_is(office: Office) -> None:
    """Clients show progress by it, and compressing costs more than it saves."""
    content = b"a,b\n" * 10_000
    document = await office.file("table.csv", content)
    got = await office.get(document["downloadUrl"], accept_encoding="gzip")
    assert ("content-encoding" in got.headers, got.headers["content-length"]) == (False, str(len(content)))
    assert got.content == content


RANGES = {
    "bytes=0-3": (0, 4),
    "bytes=5-": (5, None),
    "bytes=-7": (-7, None),
    "bytes=2048-2048": (2048, 2049),
    "bytes=100-999999": (100, None),
    "bytes=-999999": (0, None),
}


async def test_parts_of_a_file_can_be_asked_for(office: Office) -> None:
    """A download that broke off goes on, and a player jumps (RFC 9110, 14)."""
    document = await office.file()
    size = len(PDF)
    for asked, (start, end) in RANGES.items():
        got = await office.get(document["downloadUrl"], range=asked)
        wanted = PDF[start:end]
        first = size - len(wanted) if start < 0 else start
        said = f"bytes {first}-{first + len(wanted) - 1}/{size}"
        if wanted == PDF:
            assert (got.status_code, got.content) == (200, PDF)
        else:
            assert (got.status_code, got.content, got.headers["content-range"]) == (206, wanted, said)
    for asked in ("bytes=9-2", "bytes=0-1,3-4", "lines=0-1", "bytes=-", "bytes=x-", "bytes=" + "9" * 5000 + "-"):
        got = await office.get(document["downloadUrl"], range=asked)
        assert (got.status_code, got.content) == (200, PDF), asked
    for asked in (f"bytes={size}-", "bytes=-0"):
        got = await office.get(document["downloadUrl"], range=asked)
        assert code_of(got) == (416, "RANGE_NOT_SATISFIABLE")
        assert got.headers["content-range"] == f"bytes */{size}"


async def test_a_part_is_only_given_of_the_content_that_the_client_has_begun_with(office: Office) -> None:
    """If-Range: of another content all of it comes."""
    document = await office.file()
    url, tag = document["downloadUrl"], f'"{document["sha256"]}"'
    assert (await office.get(url, range="bytes=0-3", if_range=tag)).content == PDF[:4]
    assert (await office.get(url, range="bytes=0-3", if_range='"other"')).content == PDF


async def test_head_says_what_get_would(office: Office) -> None:
    """All but the content."""
    document = await office.file()
    told = await office.served.http.head(document["downloadUrl"])
    got = await office.get(document["downloadUrl"])
    assert (told.status_code, told.content) == (200, b"")
    assert {**told.headers, "date": ""} == {**got.headers, "date": ""}


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    """A body that does not say how long it is."""
    for part in parts:
        yield part


@pytest.mark.parametrize("declared", [True, False])
async def test_more_or_less_than_was_announced_is_refused(office: Office, declared: bool) -> None:
    """Said before, or found out on the way; the address is still good for what was announced."""
    asked = await office.request()
    for content, code in ((PDF + b"!", (413, "FILE_TOO_LARGE")), (PDF[:-1], (400, "FILE_TOO_SHORT"))):
        body = content if declared else chunks(content)
        assert code_of(await office.served.http.put(asked["uploadUrl"], content=body)) == code
        assert await office.nothing_left()
    assert code_of(await office.put(asked["uploadUrl"], b"")) == (400, "FILE_TOO_SHORT")
    assert (await office.put(asked["uploadUrl"])).status_code == 201


async def test_a_file_larger_than_a_part_that_turns_out_too_long_leaves_nothing(office: Office) -> None:
    """Parts of it were in the storage already."""
    content = PDF + bytes(12 * 1024 * 1024)
    asked = await office.request(content=content)
    answer = await office.served.http.put(asked["uploadUrl"], content=chunks(content, b"!"))
    assert code_of(answer) == (413, "FILE_TOO_LARGE")
    assert await office.nothing_left()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.pdf", b"MZ\x90\x00" + bytes(100)),
        ("report.pdf", b"<html><script>alert(1)</script></html>"),
        ("photo.png", b"%PDF-1.7"),
        ("photo.jpg", b"<svg onload=alert(1)>"),
        ("notes.txt", b"\x7fELF\x02\x01\x01\x00" + bytes(100)),
        ("sheet.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("data.xml", b"name: no"),
    ],
)
async def test_what_is_not_of_the_type_that_its_name_says_is_refused(office: Office, name: str, content: bytes) -> None:
    """By how it begins; nothing of it stays."""
    asked = await office.request(name, content)
    assert code_of(await office.put(asked["uploadUrl"], content)) == (415, "TYPE_NOT_ALLOWED")
    assert await office.nothing_left()
    found = await office.seen(asked["id"])
    assert found is not None
    assert found["state"] == "UPLOADING"


async def test_what_comes_in_parts_or_compressed_is_refused_before_it_comes(office: Office) -> None:
    """It would be stored as it is, which is not the file."""
    asked = await office.request()
    assert code_of(await office.put(asked["uploadUrl"], content_range="bytes 0-9/99")) == (400, "BAD_REQUEST")
    assert code_of(await office.put(asked["uploadUrl"], content_encoding="gzip")) == (415, "ENCODING_NOT_ALLOWED")
    assert await office.nothing_left()


async def test_an_upload_that_breaks_off_leaves_nothing_and_can_be_begun_again(office: Office) -> None:
    """The connection is cut amid the body, once early and once after whole parts are in the storage."""
    content = PDF + bytes(14 * 1024 * 1024)
    asked = await office.request(content=content)
    for sent in (1000, 13 * 1024 * 1024):
        async with sending(office.served.port, asked["uploadUrl"], len(content)) as upload:
            await upload.write(content[:sent])
            await eventually(lambda: office.begun(1), "the upload has begun")
        await eventually(office.nothing_left, "nothing is left")
    found = await office.seen(asked["id"])
    assert found is not None
    assert found["state"] == "UPLOADING"
    assert (await office.put(found["uploadUrl"], content)).status_code == 201


async def test_an_upload_that_stops_coming_is_given_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its client is told, and nothing is left."""
    monkeypatch.setattr(uploads, "MEBIBYTE_WITHIN", timedelta(seconds=0.2))
    asked = await office.request()
    async with sending(office.served.port, asked["uploadUrl"], len(PDF)) as upload:
        await upload.write(PDF[:100])
        assert await upload.status() == 408
        assert await office.nothing_left()


async def test_a_server_that_stops_ends_long_uploads_in_order(office: Office) -> None:
    """A deploy leaves no parts in a bucket, which nobody could clean up after the process has ended."""
    content = PDF + bytes(4 * 1024 * 1024)
    asked = await office.request(content=content)
    async with sending(office.served.port, asked["uploadUrl"], len(content)) as upload:
        await upload.write(content[:1000])
        await eventually(lambda: office.begun(1), "the upload has begun")
        office.served.stop.set()
        await upload.write(content[1000 : 2 * 1024 * 1024])
        assert await upload.status() == 503
    assert await office.nothing_left()


async def test_an_address_takes_one_upload(office: Office) -> None:
    """The second is told so; a document's content never changes."""
    asked = await office.request()
    assert (await office.put(asked["uploadUrl"])).status_code == 201
    async with Unchanged(office.served.database):
        assert code_of(await office.put(asked["uploadUrl"])) == (409, "CONFLICT")
        assert code_of(await office.put(asked["uploadUrl"], PDF[::-1])) == (409, "CONFLICT")
    assert [path.read_bytes() for path in office.stored()] == [PDF]


async def test_of_uploads_at_the_same_time_one_counts(office: Office) -> None:
    """The others are refused, and leave nothing."""
    asked = await office.request()
    contents = [PDF[:-1] + bytes([n]) for n in range(3)]
    answers = await asyncio.gather(*(office.put(asked["uploadUrl"], content) for content in contents))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    [won] = [content for content, answer in zip(contents, answers, strict=True) if answer.status_code == 201]
    assert [path.read_bytes() for path in office.stored()] == [won]
    found = await office.seen(asked["id"])
    assert found is not None
    assert (found["sha256"], found["version"]) == (sha256(won), 2)
    assert await office.strays() == 0


async def test_a_document_is_uploaded_by_three_at_a_time_at_most(office: Office) -> None:
    """Whoever holds an address cannot fill the storage with attempts."""
    asked = await office.request()
    async with AsyncExitStack() as stack:
        for _ in range(3):
            upload = await stack.enter_async_context(sending(office.served.port, asked["uploadUrl"], len(PDF)))
            await upload.write(PDF[:100])
        await eventually(lambda: office.begun(3), "all have begun")
        assert code_of(await office.put(asked["uploadUrl"])) == (503, "BUSY")
    await eventually(office.nothing_left, "nothing is left")
    assert (await office.put(asked["uploadUrl"])).status_code == 201


async def test_a_storage_that_fails_is_said_and_nothing_is_lost(office: Office) -> None:
    """What cannot be written, read or deleted now is later."""
    document = await office.file()
    asked = await office.request("second.pdf")
    aside = office.folder.rename(office.folder.with_name("aside"))
    office.folder.write_text("in the way")
    assert code_of(await office.put(asked["uploadUrl"])) == (503, "STORAGE_UNAVAILABLE")
    assert code_of(await office.get(document["downloadUrl"])) == (503, "STORAGE_UNAVAILABLE")
    await office.owner.do("deleteDocument", documentId=document["id"])
    assert await office.swept() == 0
    assert await office.strays() == 2
    office.folder.unlink()
    aside.rename(office.folder)
    assert (await office.put(asked["uploadUrl"])).status_code == 201
    assert await office.swept(timedelta(minutes=11)) == 2
    assert [path.read_bytes() for path in office.stored()] == [PDF]
    assert await office.strays() == 0


async def test_a_client_that_leaves_amid_a_download_is_nobodys_trouble(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """The server stops reading for it, and logs no error."""
    document = await office.file("film.mp4", b"\x00\x00\x00\x20ftyp" + bytes(24 * 1024 * 1024))
    async with office.served.http.stream("GET", document["downloadUrl"]) as answer:
        first = await anext(aiter(answer.aiter_raw(1024)))
        assert first.startswith(b"\x00\x00\x00\x20ftyp")
    assert (await office.get(document["downloadUrl"], range="bytes=0-7")).content == first[:8]
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def test_pages_of_allowed_origins_may_upload_and_download(database: Database, office: Office) -> None:
    """As they may call the API; others' pages may not."""
    for origin, allowed in (("https://app.firm.test", True), ("https://evil.test", False)):
        headers = {"origin": origin, "access-control-request-method": "PUT"}
        async with office.beside(database, allowed_origins=("https://app.firm.test",)) as served:
            answer = await served.http.options("/files/x", headers=headers)
            assert (answer.headers.get("access-control-allow-origin") == origin) is allowed


async def test_bytes_of_every_length_around_a_piece_come_back(office: Office) -> None:
    """Pieces are a mebibyte, parts five."""
    mebibyte = 1024 * 1024
    for length in (n * mebibyte + more for n in (1, 5) for more in (-1, 0, 1)):
        content = PDF + bytes(length - len(PDF))
        document = await office.file(content=content)
        got = await office.get(document["downloadUrl"])
        assert (got.content == content, document["sha256"]) == (True, sha256(content))
