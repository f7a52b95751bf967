"""Letters on their way: a real conversation with a mail server that may refuse, stall or break off, and the folder."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errands import Undelivered
from engine.mail.letters import Letter
from server.delivery.mail import mail
from server.delivery.mailbox import Mailbox
from server.delivery.message import message
from server.delivery.smtp import SmtpSender
from server.delivery.smtp_url import MailServer
from server.settings import Settings
from tests.support.mail import PASSWORD, USER, Certificates, PostOffice, post_office
from tests.support.redis import free_port

FROM = "mail@stageline.test"
LETTER = Letter(
    message_id="<email_0192a0b1c2d37e4f8a5b000000000001@kontor.test>",
    dated=datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
    from_name="Kontor Müller",
    from_address="office@kontor.test",
    reply_to="answers@kontor.test",
    to_name="Åsa",
    to_address="asa@client.test",
    subject="Ihre Unterlagen für März",
    text="Guten Tag Åsa,\n.\nFrom here on:\n" + "long " * 300,
    html="<p>Guten Tag Åsa</p>",
)


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    """A certificate for the mail server."""
    return Certificates.fresh()


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    """A mail server that encrypts nothing."""
    async with post_office() as running:
        yield running


def sender(office: PostOffice, *, letter_seconds: float = 20.0) -> SmtpSender:
    """Who sends through a mail server that encrypts nothing."""
    return SmtpSender(MailServer.parse(f"smtp://127.0.0.1:{office.port}?tls=off"), FROM, letter_seconds=letter_seconds)


def encrypted(scheme: str, office: PostOffice, tls: ssl.SSLContext | None, password: str = PASSWORD) -> SmtpSender:
    """Who sends through one that encrypts, and wants to know who that is."""
    url = f"{scheme}://{USER}:{quote(password, safe='')}@localhost:{office.port}"
    return SmtpSender(MailServer.parse(url), FROM, tls=tls)


def read(content: bytes) -> EmailMessage:
    """A message as a mail program reads it."""
    return message_from_bytes(content, _class=EmailMessage, policy=default)


async def test_a_letter_arrives_as_it_was_written(office: PostOffice) -> None:
    """AU1: with its own Message-ID, text and HTML side by side, and a word for answering machines."""
    assert await sender(office)(LETTER) == "Taken"
    [received] = office.received
    assert (received.envelope_from, received.envelope_to) == ("office@kontor.test", ["asa@client.test"])
    assert {name: str(value) for name, value in received.message.items() if name != "Content-Type"} == {
        "MIME-Version": "1.0",
        "From": "Kontor Müller <office@kontor.test>",
        "To": "Åsa <asa@client.test>",
        "Reply-To": "answers@kontor.test",
        "Subject": "Ihre Unterlagen für März",
        "Date": "Sun, 01 Mar 2026 12:30:00 +0000",
        "Message-ID": LETTER.message_id,
        "Auto-Submitted": "auto-generated",
    }
    assert received.message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in received.message.iter_parts()] == ["text/plain", "text/html"]
    assert (received.part("plain"), received.part("html")) == (LETTER.text, LETTER.html)
    assert received.content.isascii()
    assert max(map(len, received.content.splitlines())) <= 78


async def test_a_letter_without_html_is_a_text(office: PostOffice) -> None:
    """Nothing is made up. Without an address of its own it comes from the installation's."""
    await sender(office)(replace(LETTER, html=None, from_address=None, reply_to=None))
    [received] = office.received
    assert received.message.get_content_type() == "text/plain"
    assert received.part("plain") == LETTER.text
    assert (received.envelope_from, received.message["From"].addresses[0].addr_spec) == (FROM, FROM)
    assert received.message["Reply-To"] is None


NAMES = [
    "Ann",
    'Ann "the" Smith, Ltd; <ann@evil.test>',
    "Ann\r\nBcc: evil@evil.test",
    "=?utf-8?q?=0D=0ABcc=3A_evil=40evil=2Etest?=",
    "Ann\u2028Bcc: evil@evil.test",
    "Ünïcödé " * 20,
    "名前" * 60,
    "a" * 200,
    " ",
    "",
]


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_is_nothing_but_a_name(name: str, office: PostOffice) -> None:
    """Whatever members and clients are called, and whatever a subject says, no header comes of it."""
    await sender(office)(replace(LETTER, from_name=name, to_name=name, subject=name))
    [received] = office.received
    shown = " ".join(name.split("\r\n")).replace("\u2028", " ").strip()
    for header, address in (("From", "office@kontor.test"), ("To", "asa@client.test")):
        [mailbox] = received.message[header].addresses
        assert mailbox.addr_spec == address
        assert "".join(mailbox.display_name.split()) == "".join(shown.split())
    assert str(received.message["Subject"]) == shown
    assert received.message["Bcc"] is None
    assert received.envelope_to == ["asa@client.test"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=120) | st.from_regex(r"(=\?utf-8\?[qb]\?.*\?=)+")


@given(name=TEXTS, subject=TEXTS, text=TEXTS)
def test_no_text_changes_the_shape_of_a_message(name: str, subject: str, text: str) -> None:
    """The same headers, the same two parts, the same two addresses, for any words."""
    made = read(message(replace(LETTER, from_name=name, to_name=name, subject=subject, text=text, html=text), FROM))
    assert sorted(made.keys()) == sorted(read(message(LETTER, FROM)).keys())
    assert [address.addr_spec for address in made["To"].addresses] == ["asa@client.test"]
    assert [address.addr_spec for address in made["From"].addresses] == ["office@kontor.test"]
    assert [part.get_content_type() for part in made.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("when", "answer", "permanent"),
    [
        ("RCPT", "550 5.1.1 No such user", True),
        ("RCPT", "450 4.2.1 Try again later", False),
        ("DATA", "554 5.7.1 This looks like spam", True),
        ("DATA", "451 4.3.0 Out of space", False),
    ],
)
async def test_what_the_server_says_to_a_letter_decides(
    when: str, answer: str, permanent: bool, office: PostOffice
) -> None:
    """AU1: 4xx is for now, 5xx for good; the words are those of the server."""
    office.answers[when] = answer
    with pytest.raises(Undelivered, match=f"^The mail server answered {answer}\\.$") as refused:
        await sender(office)(LETTER)
    assert refused.value.permanent is permanent
    assert office.received == []


async def test_a_server_that_says_nothing_is_not_waited_for(office: PostOffice) -> None:
    """AU1: whether it took the letter is unknown, so it is tried again, under the same id."""
    office.stalls = True
    with pytest.raises(Undelivered, match="did not answer in time") as refused:
        await sender(office, letter_seconds=0.2)(LETTER)
    assert not refused.value.permanent
    office.stalls = False
    await sender(office)(LETTER)
    assert office.ids == [LETTER.message_id, LETTER.message_id]


async def test_a_connection_that_breaks_before_the_yes_is_tried_again(office: PostOffice) -> None:
    """AU1: the server may have it; it then gets it twice, under the same id."""
    office.drops = True
    with pytest.raises(Undelivered, match="connection to the mail server broke") as refused:
        await sender(office)(LETTER)
    assert not refused.value.permanent
    office.drops = False
    await sender(office)(LETTER)
    assert office.ids == [LETTER.message_id, LETTER.message_id]


async def test_a_connection_that_breaks_after_the_yes_does_not_matter(office: PostOffice) -> None:
    """AU1: what was accepted is delivered."""
    office.hangs_up = True
    assert await sender(office)(LETTER) == "Taken"


async def test_no_server_is_trouble_for_now() -> None:
    """AU1: the letter waits until there is one."""
    port = free_port()
    with pytest.raises(Undelivered, match=f"127.0.0.1:{port} does not let us in") as refused:
        await sender(PostOffice(port))(LETTER)
    assert not refused.value.permanent


async def test_with_starttls_the_letter_and_the_password_are_encrypted(certificates: Certificates) -> None:
    """The password may hold any character."""
    async with post_office(starttls=certificates.server, login=True) as office:
        await encrypted("smtp", office, certificates.client)(LETTER)
    assert [(received.encrypted, received.user) for received in office.received] == [(True, USER)]


async def test_with_smtps_all_is_encrypted(certificates: Certificates) -> None:
    """From the first byte on."""
    async with post_office(tls=certificates.server, login=True) as office:
        await encrypted("smtps", office, certificates.client)(LETTER)
    assert [(received.encrypted, received.user) for received in office.received] == [(True, USER)]


async def test_a_server_that_does_not_encrypt_gets_nothing(certificates: Certificates) -> None:
    """STARTTLS is demanded unless the operator says otherwise; until the operator does, letters wait."""
    async with post_office(login=True) as office:
        with pytest.raises(Undelivered, match="STARTTLS") as refused:
            await encrypted("smtp", office, certificates.client)(LETTER)
    assert (refused.value.permanent, office.received, office.connections) == (False, [], 1)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_server_that_nobody_vouches_for_gets_nothing(scheme: str, certificates: Certificates) -> None:
    """Its certificate is checked."""
    kind = {"smtp": "starttls", "smtps": "tls"}[scheme]
    async with post_office(**{kind: certificates.server}, login=True) as office:
        with pytest.raises(Undelivered, match=r"(?i)certificate") as refused:
            await encrypted(scheme, office, None)(LETTER)
    assert (refused.value.permanent, office.received) == (False, [])


async def test_a_wrong_password_costs_no_letter(certificates: Certificates) -> None:
    """A setting of ours is wrong, not the letter: it waits until that is put right. The password is not told."""
    async with post_office(starttls=certificates.server, login=True) as office:
        with pytest.raises(Undelivered, match="does not let us in: 535") as refused:
            await encrypted("smtp", office, certificates.client, password="wrong")(LETTER)
    assert (refused.value.permanent, office.received) == (False, [])
    assert "wrong" not in str(refused.value)


async def test_a_domain_may_have_any_letters(office: PostOffice) -> None:
    """Mail servers know it by its ASCII name."""
    await sender(office)(replace(LETTER, to_address="asa@straße.test", from_address="office@büro.test"))
    [received] = office.received
    assert (received.envelope_from, received.envelope_to) == ("office@xn--bro-hoa.test", ["asa@xn--strae-oqa.test"])


@pytest.mark.parametrize("address", ["åsa@client.test", "asa@-.tëst", "asa", "a b@client.test", "a@b>, <c@d"])
async def test_an_address_that_nobody_can_write_to_is_given_up(address: str, office: PostOffice) -> None:
    """Trying again would not help; the error names the address."""
    with pytest.raises(Undelivered, match=address) as refused:
        await sender(office)(replace(LETTER, to_address=address))
    assert (refused.value.permanent, office.received) == (True, [])


async def test_without_a_mail_server_letters_are_files(tmp_path: Path) -> None:
    """Named by the Message-ID: the same letter again is the same file again (AU1)."""
    box = mail(Settings(data_dir=tmp_path))
    name = "email_0192a0b1c2d37e4f8a5b000000000001@kontor.test.eml"
    assert [await box(LETTER), await box(replace(LETTER, subject="Again"))] == [name, name]
    assert [path.name for path in (tmp_path / "mail").iterdir()] == [name]
    assert read((tmp_path / "mail" / name).read_bytes())["Subject"] == "Again"


async def test_a_message_id_names_no_file_elsewhere(tmp_path: Path) -> None:
    """Whatever the domain of the sender may hold."""
    await Mailbox(tmp_path / "mail", FROM)(replace(LETTER, message_id="<x@../../\0evil>"))
    assert [path.parent.name for path in tmp_path.rglob("*.eml")] == ["mail"]


async def test_a_folder_that_cannot_be_written_to_is_trouble_for_now(tmp_path: Path) -> None:
    """The operator is told; the letter waits."""
    (tmp_path / "mail").write_text("no folder")
    with pytest.raises(Undelivered, match="cannot be written to") as refused:
        await Mailbox(tmp_path / "mail", FROM)(LETTER)
    assert not refused.value.permanent
    assert [path.name for path in tmp_path.iterdir()] == ["mail"]


async def test_settings_choose_the_way(office: PostOffice) -> None:
    """SMTP_URL and MAIL_FROM."""
    url = f"smtp://127.0.0.1:{office.port}?tls=off"
    await mail(Settings(smtp_url=url, mail_from=FROM))(replace(LETTER, from_address=None))
    assert [received.envelope_from for received in office.received] == [FROM]
