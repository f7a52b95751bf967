"""One call of a webhook: signed, to the address that was checked and to no other, bounded in time and size."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import ip_addresses
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from engine.errands import Undelivered
from engine.hooks.calls import Answer, Call, Unaccepted
from engine.hooks.reach import Reach, is_public
from engine.hooks.webhooks import new_secret
from server.delivery.webhook import ANSWER_CHARACTERS, Poster, Resolver
from store.database import Database
from tests.support.api import open_shop, running_api
from tests.support.databases import on_database
from tests.support.hooks import (
    Authority,
    Behaviour,
    Hooks,
    cut,
    drips,
    floods,
    gibberish,
    hooks,
    says,
    stall,
)
from tests.support.processes import PATIENCE, running
from tests.support.wait import eventually

HOME = Reach.of(["127.0.0.0/8"])
"""What the servers of these tests need."""
SECRET, EARLIER = new_secret(), new_secret()
BODY = '{"type":"job.stage_entered","data":{"name":"Größe"}}'
SOON = 0.3  # seconds: a time-out that tests can wait for


def call(url: str, *secrets: str) -> Call:
    """A call of an address."""
    return Call("webhook_1", "firm_1", url, BODY, secrets or (SECRET,))


def to(*addresses: str) -> Resolver:
    """A name server that answers these addresses to everything."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


async def refusal(poster: Poster, url: str) -> Undelivered:
    """How a call that must fail fails."""
    with pytest.raises(Undelivered) as raised:
        await poster(call(url))
    return raised.value


async def test_a_call_is_one_post_of_json_with_a_signature_that_the_specification_verifies() -> None:
    """API6: Standard Webhooks; the id is the call's own, and the time is that of the try."""
    async with hooks() as server:
        answer = await Poster(HOME)(call(server.url + "?a=1"))
    assert answer == Answer(200, "thank you")
    [seen] = server.seen
    assert seen.line == "POST /hook?a=1 HTTP/1.1"
    assert seen.body == BODY.encode()
    Webhook(SECRET).verify(seen.body, seen.headers)
    assert abs(int(seen.headers.pop("webhook-timestamp")) - datetime.now(UTC).timestamp()) < 60
    assert seen.headers.pop("webhook-signature").startswith("v1,")
    assert seen.headers == {
        "host": f"127.0.0.1:{server.port}",
        "content-type": "application/json",
        "content-length": str(len(BODY.encode())),
        "user-agent": "Stageline",
        "accept": "*/*",
        "accept-encoding": "identity",
        "connection": "close",
        "webhook-id": "webhook_1",
    }


async def test_each_try_has_a_time_of_its_own_and_the_same_id() -> None:
    """AU1: the id tells a receiver that it has seen the call; the time keeps others from sending it again later."""
    times = iter([datetime(2026, 5, 1, 12, tzinfo=UTC), datetime(2026, 5, 1, 12, 5, tzinfo=UTC)])
    poster = Poster(HOME, clock=lambda: next(times))
    async with hooks() as server:
        for _ in range(2):
            await poster(call(server.url))
    first, second = (seen.headers for seen in server.seen)
    assert first["webhook-id"] == second["webhook-id"] == "webhook_1"
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 300
    assert first["webhook-signature"] != second["webhook-signature"]


async def test_while_a_secret_is_exchanged_a_call_is_signed_by_both() -> None:
    """API6: so that a receiver may have either."""
    async with hooks() as server:
        await Poster(HOME)(call(server.url, SECRET, EARLIER))
    [seen] = server.seen
    Webhook(SECRET).verify(seen.body, seen.headers)
    Webhook(EARLIER).verify(seen.body, seen.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(seen.body, seen.headers)


# --- where calls go -------------------------------------------------------------------------------------------------

NOT_PUBLIC = re.findall(
    r"\S+",
    """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.254
    168.63.129.16 169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1
    192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
    255.255.255.255
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::10.0.0.1
    64:ff9b::8.8.8.8 64:ff9b:1::1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1
    2001:db8::1 2002:7f00:1::1 2002:0a00:0001::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 fe80::1%eth0
    2606:4700::1111%eth0 fec0::1 ff02::1 ff0e::1
    """,
)
PUBLIC = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e"]


@pytest.mark.parametrize("address", NOT_PUBLIC)
async def test_an_address_that_is_not_public_is_not_called(address: str) -> None:
    """API6: neither written out nor behind a name, not even as one of several; nor is it said which address it was."""
    written = f"https://[{address}]/" if ":" in address else f"https://{address}/"
    if "%" not in address:
        assert (await refusal(Poster(Reach()), written)).permanent
    for behind in ([address], ["8.8.8.8", address], [address, "8.8.8.8"]):
        error = await refusal(Poster(Reach(), resolve=to(*behind)), "https://hooks.example/")
        assert error.permanent
        assert str(error) == "hooks.example has an address that is not public, and webhooks go to public ones only."


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_public_internet_are_public(address: str) -> None:
    """API6: what borders on a private network is not in it."""
    assert is_public(ip_address(address))


@given(ip_addresses())
def test_what_python_does_not_call_public_is_not_public(address: IPv4Address | IPv6Address) -> None:
    """API6: of all addresses, the special ones foremost."""
    assert address.is_global or not is_public(address)


async def connected(server: Hooks, poster: Poster, url: str) -> Answer:
    """What a server answers to a call that must reach it."""
    answer = await poster(call(url))
    assert len(server.seen) == 1
    return answer


async def test_the_address_that_was_checked_is_the_one_that_is_called() -> None:
    """API6: the name is looked up once; what its name server says a moment later does not matter."""
    authority = Authority()
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    async with hooks(tls=authority.server("hooks.example")) as server:
        poster = Poster(HOME, resolve=resolve, tls=authority.client())
        await connected(server, poster, f"https://hooks.example:{server.port}/hook")
    assert asked == ["hooks.example"]
    assert server.names == ["hooks.example"], "the certificate was asked for by the name"
    assert server.seen[0].headers["host"] == f"hooks.example:{server.port}"


@pytest.mark.parametrize("names", [["other.example"], ["127.0.0.1"]])
async def test_a_certificate_must_be_that_of_the_name(names: list[str]) -> None:
    """API6: that it fits the address does not help."""
    authority = Authority()
    async with hooks(tls=authority.server(*names)) as server:
        poster = Poster(HOME, resolve=to("127.0.0.1"), tls=authority.client())
        error = await refusal(poster, f"https://hooks.example:{server.port}/")
    assert "certificate" in str(error)
    assert not error.permanent, "certificates are renewed"
    assert server.seen == []


async def test_a_certificate_of_nobody_that_is_trusted_is_refused() -> None:
    """API6: by default those count that this machine trusts."""
    async with hooks(tls=Authority().server("hooks.example")) as server:
        error = await refusal(Poster(HOME, resolve=to("127.0.0.1")), f"https://hooks.example:{server.port}/")
    assert "certificate" in str(error)
    assert server.seen == []


async def test_an_address_in_place_of_a_name_needs_a_certificate_for_the_address() -> None:
    """API6: such URLs work like others."""
    authority = Authority()
    async with hooks(tls=authority.server("127.0.0.1")) as server:
        await connected(server, Poster(HOME, tls=authority.client()), f"https://127.0.0.1:{server.port}/")


async def test_where_the_first_address_does_not_answer_the_next_one_is_tried() -> None:
    """A host with IPv6 that we cannot reach is called by IPv4."""
    async with hooks() as server:
        poster = Poster(Reach.of(["127.0.0.0/8", "::1"]), resolve=to("::1", "127.0.0.2", "127.0.0.1"))
        assert (await poster(call(f"http://hooks.example:{server.port}/"))).status_code == 200
    assert len(server.seen) == 1


async def test_a_host_that_the_operator_lists_is_called_wherever_it_is() -> None:
    """ALLOW_PRIVATE_WEBHOOKS: by name, in any case, and then by http:// as well."""
    async with hooks() as server:
        poster = Poster(Reach.of(["Hooks.Intern"]), resolve=to("127.0.0.1"))
        await connected(server, poster, f"http://hooks.intern:{server.port}/")
        assert (await refusal(poster, f"http://other.intern:{server.port}/")).permanent
    assert len(server.seen) == 1


async def test_a_list_of_one_network_opens_no_other() -> None:
    """ALLOW_PRIVATE_WEBHOOKS: every address of a name must be public or listed."""
    poster = Poster(HOME, resolve=to("127.0.0.1", "10.0.0.1"))
    assert (await refusal(poster, "https://hooks.example/")).permanent


async def test_plain_http_is_for_listed_hosts_only() -> None:
    """API6: others could read along."""
    error = await refusal(Poster(HOME, resolve=to("8.8.8.8")), "http://hooks.example/")
    assert error.permanent
    assert "https://" in str(error)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "hooks.example",
        "https://user:secret@hooks.example/",
        "https://user@hooks.example/",
        "https://hooks.example:25/",
        "https://hooks.example:6/",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://hooks.example:x/",
        "https://[::1/",
        "https://hooks.example\x00/",
        "",
    ],
)
async def test_what_is_no_web_address_is_not_called(url: str) -> None:
    """Whatever stands in the database: neither other protocols nor credentials nor ports of other services."""
    error = await refusal(Poster(HOME, resolve=to("127.0.0.1")), url)
    assert error.permanent


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "localhost", "localhost."])
async def test_other_ways_to_write_the_loopback_address_are_seen_through(host: str) -> None:
    """API6: what this machine makes of a name is what is checked."""
    error = await refusal(Poster(Reach()), f"https://{host}/")
    assert any(word in str(error) for word in ("not public", "looked up", "not a web address"))


async def test_a_name_that_cannot_be_looked_up_may_be_there_later() -> None:
    """AU2: name servers have bad hours, too."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("temporary failure in name resolution")

    for resolver in (resolve, to()):
        assert not (await refusal(Poster(Reach(), resolve=resolver), "https://hooks.example/")).permanent


async def test_a_name_that_no_name_server_could_know_is_only_a_failure() -> None:
    """The label is longer than names can be: the machine's own look-up raises something odd."""
    assert not (await refusal(Poster(Reach()), f"https://{'a' * 70}.example/")).permanent


async def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """API6: a proxy would look the name up anew, and connect where it likes."""
    async with hooks() as proxy, hooks() as server:
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        await connected(server, Poster(HOME), server.url)
    assert proxy.connections == 0


async def test_the_worker_of_an_operator_makes_the_calls(database: Database, postgres_url: str, tmp_path: Path) -> None:
    """AU1, API6: the process as it is run, with a server of the operator's own network."""
    url = on_database(postgres_url, str(await database.value("SELECT current_database()")))
    async with running_api(database, allow_private_webhooks="127.0.0.1") as api, hooks() as server:
        shop = await open_shop(api)
        config = {"callWebhook": {"url": server.url}}
        await shop.owner.do("createAutomation", stageId=shop.stages[0], config=config)
        await shop.job()
        settings = {"DATABASE_URL": url, "ALLOW_PRIVATE_WEBHOOKS": "127.0.0.1"}
        async with running("worker", folder=tmp_path, **settings):
            [seen] = await eventually(lambda: server.seen, "the server is called", within=PATIENCE)
        secret = await shop.owner.query("{ firm { webhookSecret } }")
        Webhook(secret["firm"]["webhookSecret"]).verify(seen.body, seen.headers)
        data = await shop.owner.query("{ webhookCalls { nodes { state } } }")
    assert data["webhookCalls"]["nodes"] == [{"state": "SENT"}]


# --- what is answered -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_2xx_is_an_acceptance(status: int) -> None:
    """API6: as the specification says."""
    async with hooks(says(status)) as server:
        assert await Poster(HOME)(call(server.url)) == Answer(status, "")


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [((400, 401, 403, 404, 405, 410, 418, 422), True), ((408, 425, 429, 500, 501, 502, 503, 504, 599), False)],
)
async def test_other_answers_are_final_or_may_change(statuses: Sequence[int], permanent: bool) -> None:
    """API6: what is wrong with the call itself stays wrong; the answer is kept for whoever looks at it."""
    for status in statuses:
        async with hooks(says(status, "no, because")) as server:
            error = await refusal(Poster(HOME), server.url)
        assert isinstance(error, Unaccepted)
        assert (error.permanent, error.answer) == (permanent, Answer(status, "no, because"))
        assert str(error) == f"The server answered {status} Said."


@pytest.mark.parametrize(("status", "permanent"), [(301, True), (302, False), (303, False), (307, False), (308, True)])
async def test_redirects_are_not_followed(status: int, permanent: bool) -> None:
    """API6: as the specification advises; one that is meant for good is final."""
    async with hooks() as elsewhere, hooks(says(status, location=elsewhere.url)) as server:
        error = await refusal(Poster(HOME), server.url)
    assert (error.permanent, len(server.seen), elsewhere.connections) == (permanent, 1, 0)
    assert "redirects are not followed" in str(error)


async def test_cookies_are_not_kept() -> None:
    """One call knows nothing of another, of perhaps another firm."""
    async with hooks(says(200, **{"set-cookie": "a=b; Path=/"})) as server:
        poster = Poster(HOME)
        for _ in range(2):
            await poster(call(server.url))
    assert [seen.headers.get("cookie") for seen in server.seen] == [None, None]
    assert server.connections == 2


async def test_of_a_long_answer_the_beginning_is_kept() -> None:
    """What cannot be stored or shown is left out."""
    async with hooks(says(200, "a\x00b\x1b[31m\n" + "é" * 5_000)) as server:
        answer = await Poster(HOME)(call(server.url))
    assert answer.text.startswith("ab[31m\néé")
    assert len(answer.text) == ANSWER_CHARACTERS


async def test_an_answer_that_is_no_text_is_no_trouble() -> None:
    """Bytes that are not UTF-8, and a packing that nobody asked for, are shown as far as they can be."""

    async def packed(writer: asyncio.StreamWriter, reader: asyncio.StreamReader) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\nok \xff\xfe")

    async with hooks(packed) as server:
        assert await Poster(HOME)(call(server.url)) == Answer(200, "ok ��")


# --- what takes too long, or is too much ----------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", [stall, drips(None)], ids=["stalls", "drips"])
async def test_a_server_that_does_not_come_to_an_answer_is_left(behaviour: Behaviour) -> None:
    """API6: after a time in all, however the bytes come; and the connection is closed."""
    async with hooks(behaviour) as server:
        error = await refusal(Poster(HOME, seconds=SOON), server.url)
        await eventually(lambda: server.left == 1, "the connection is closed")
    assert str(error) == "No answer came within 0.3 seconds."
    assert not error.permanent


async def test_a_name_server_that_does_not_answer_is_waited_for_no_longer_than_a_server() -> None:
    """API6: the time counts from the very beginning."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    error = await refusal(Poster(HOME, resolve=resolve, seconds=SOON), "https://hooks.example/")
    assert not error.permanent


@pytest.mark.parametrize(("behaviour", "seconds"), [(drips(200), SOON), (floods(200), 60)], ids=["drips", "floods"])
async def test_an_acceptance_counts_however_the_answer_goes_on(behaviour: Behaviour, seconds: float) -> None:
    """API6: a call is not made again because its answer has no end, of which no more is read than some kilobytes."""
    async with hooks(behaviour) as server, asyncio.timeout(10):
        answer = await Poster(HOME, seconds=seconds)(call(server.url))
        await eventually(lambda: server.left == 1, "the connection is closed")
    assert answer.status_code == 200
    assert set(answer.text) == {"a"}


@pytest.mark.parametrize("behaviour", [floods(None), cut, gibberish], ids=["floods", "cuts", "mails"])
async def test_a_server_that_does_not_speak_http_is_a_failure_for_now(behaviour: Behaviour) -> None:
    """AU2: endless headers, a connection that is cut, another protocol."""
    async with hooks(behaviour) as server:
        error = await refusal(Poster(HOME), server.url)
        await eventually(lambda: server.left == 1, "the connection is closed")
    assert not error.permanent
    assert str(error).startswith("The connection broke: ")


async def test_a_server_that_is_not_there_is_a_failure_for_now() -> None:
    """AU2: it may be started again."""
    async with hooks() as server:
        gone = server.url
    error = await refusal(Poster(HOME), gone)
    assert (error.permanent, str(error).startswith("No connection could be made: ")) == (False, True)


async def test_a_call_that_is_cancelled_leaves_no_connection_behind() -> None:
    """A worker that stops lets go of what is under way."""
    async with hooks(stall) as server:
        calling = asyncio.ensure_future(Poster(HOME)(call(server.url)))
        await eventually(lambda: server.seen, "the server has the call")
        calling.cancel()
        await asyncio.wait([calling])
        await eventually(lambda: server.left == 1, "the connection is closed")
    assert calling.cancelled()


async def test_a_clock_in_another_zone_signs_the_same_moment() -> None:
    """The specification counts seconds since 1970 in UTC."""
    east = timezone(timedelta(hours=5))
    async with hooks() as server:
        await Poster(HOME, clock=lambda: datetime.now(east))(call(server.url))
    [seen] = server.seen
    Webhook(SECRET).verify(seen.body, seen.headers)
