"""Web addresses of webhooks: what is never called is refused when it is saved (API6)."""

from __future__ import annotations

import pytest

from store.database import Database
from tests.rules.kit import digest
from tests.support.api import Api, Shop, open_shop, running_api

URL_PATH = ["input", "config", "callWebhook", "url"]


@pytest.mark.parametrize(
    ("url", "says_so"),
    [
        ("", "whole web address"),
        ("hooks.example.com", "whole web address"),
        ("//hooks.example.com/", "whole web address"),
        ("ftp://hooks.example.com/", "whole web address"),
        ("https://", "whole web address"),
        ("https:///path", "whole web address"),
        ("https://hooks .example.com/", "whole web address"),
        ("https://hooks.example.com/\nHost: x", "whole web address"),
        ("https://hooks.example.com\\@127.0.0.1/", "whole web address"),
        ("https://höks.example.com/", "whole web address"),
        ("https://hooks.example.com:port/", "whole web address"),
        ("https://[::1/", "whole web address"),
        ("https://2130706433/", "whole web address"),
        ("https://127.1/", "whole web address"),
        ("https://0x7f.1/", "whole web address"),
        ("https://0x7f000001/", "whole web address"),
        ("https://-hooks.example.com/", "whole web address"),
        ("https://user:secret@hooks.example.com/", "Leave user and password out"),
        ("https://user@hooks.example.com/", "Leave user and password out"),
        ("https://hooks.example.com:25/", "Use port 443"),
        ("https://hooks.example.com:0/", "Use port 443"),
        ("https://localhost/", "public internet only"),
        ("https://LOCALHOST:8443/", "public internet only"),
        ("https://localhost./", "public internet only"),
        ("https://intranet/", "public internet only"),
        ("https://127.0.0.1/", "public internet only"),
        ("https://10.1.2.3:8443/", "public internet only"),
        ("https://169.254.169.254/latest/meta-data", "public internet only"),
        ("https://[::1]/", "public internet only"),
        ("https://[::ffff:127.0.0.1]/", "public internet only"),
        ("https://[fd00::1]:8443/", "public internet only"),
        ("http://hooks.example.com/", "Use https://"),
    ],
)
async def test_an_address_that_is_never_called_is_refused_when_it_is_saved(
    shop: Shop, database: Database, url: str, says_so: str
) -> None:
    """API6: the error names the field; nothing is kept of it."""
    before = await digest(database)
    [error] = await shop.owner.refused("createAutomation", stageId=shop.stages[0], config={"callWebhook": {"url": url}})
    assert error["path"] == URL_PATH
    assert error["code"] == ("INVALID" if url else "REQUIRED")
    assert says_so in error["message"] or not url
    assert await digest(database) == before


async def test_a_long_address_is_refused_and_one_of_two_thousand_characters_is_not(shop: Shop) -> None:
    """Addresses that other services hand out carry long keys."""
    base = "https://hooks.example.com/"
    fits = base + "a" * (2_000 - len(base))
    for url, problem in ((fits, None), (fits + "a", "TOO_LONG")):
        payload = await shop.owner.payload(
            "createAutomation", stageId=shop.stages[0], config={"callWebhook": {"url": url}}
        )
        assert [error["code"] for error in payload["errors"]] == ([problem] if problem else [])


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com",
        "https://Hooks.Example.COM:8443/a/b?c=d&e=%20#f",
        "HTTPS://xn--hks-5qa.example.com/",
        "https://8.8.8.8/",
        "https://[2606:4700:4700::1111]:443/~hook_1",
        "  https://hooks.example.com/trimmed  ",
    ],
)
async def test_addresses_on_the_public_internet_are_taken_as_they_are(shop: Shop, url: str) -> None:
    """API6: whether there is anybody is seen when they are called."""
    selection = "automation { config { ... on CallWebhookConfig { url } } }"
    given = {"stageId": shop.stages[0], "config": {"callWebhook": {"url": url}}}
    made = await shop.owner.do("createAutomation", selection, **given)
    assert made["config"]["url"] == url.strip()


async def test_what_the_operator_lists_may_be_called_by_http_as_well(database: Database) -> None:
    """ALLOW_PRIVATE_WEBHOOKS: hosts and networks; what is next to them stays refused."""
    async with running_api(database, allow_private_webhooks="hooks.intern, intranet,10.1.0.0/16") as api:
        shop = await open_shop(api)
        for url, fine in {
            "http://hooks.intern/": True,
            "https://Intranet:8443/": True,
            "http://10.1.2.3:8080/hook": True,
            "http://10.2.0.1/": False,
            "http://other.intern/": False,
            "http://intranet:25/": False,
        }.items():
            given = {"stageId": shop.stages[0], "config": {"callWebhook": {"url": url}}}
            payload = await shop.owner.payload("createAutomation", **given)
            assert (payload["errors"] == []) is fine, url


async def test_an_address_is_shown_only_to_those_who_may_configure_it(shop: Shop, api: Api) -> None:
    """AU5: it may be a secret, so whoever merely sees the pipeline sees that there is a webhook, and not where."""
    config = {"callWebhook": {"url": "https://hooks.example.com/secret"}}
    await shop.owner.do("createAutomation", "automation { id }", stageId=shop.stages[0], config=config)
    plain = await api.member(shop.owner)
    trusted = await api.member(shop.owner, rights=["MANAGE_INTEGRATIONS"])
    given = {"pipelineId": shop.pipeline, "addAvailableToIds": [plain.member_id, trusted.member_id]}
    await shop.owner.do("updatePipeline", **given)
    document = """query ($id: ID!) { pipeline(id: $id) { stages { automations {
        kind config { ... on CallWebhookConfig { url } } } } } }"""
    shown = {}
    for who, client in (("owner", shop.owner), ("plain", plain), ("trusted", trusted)):
        found = await client.query(document, id=shop.pipeline)
        [shown[who]] = found["pipeline"]["stages"][0]["automations"]
    address = {"kind": "CALL_WEBHOOK", "config": {"url": "https://hooks.example.com/secret"}}
    assert shown == {"owner": address, "trusted": address, "plain": {"kind": "CALL_WEBHOOK", "config": {"url": None}}}
