"""Proposals: what is signed is what was shown; the last signature accepts, and makes the invoice where it says so."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.checks import Checks
from engine.enums import Billing
from engine.items import money, proposals
from engine.items.proposals import ProposalContent, Service
from tests.access.digest import Unchanged
from tests.items.views import item, made, refusal, shown, stage, told
from tests.portal.kit import Guest, guest
from tests.support.api import Api, Json
from tests.support.contents import PROPOSAL
from tests.support.desk import Desk

INVOICE = "id state open links { job { id } blocking } ... on Invoice { details { number currency net tax total } }"


async def proposal(desk: Desk, content: Json | None = None, **given: Any) -> str:
    """A proposal of set-up at once and of books every month, unless something else is said."""
    return await made(desk, {"proposal": PROPOSAL["proposal"] | (content or {})}, **given)


async def signature(client: Guest, item_id: str, name: str = "Ann Client") -> Json:
    """What a client says who signs what they are shown."""
    digest = (await shown(client, item_id))["contentSha256"]
    return {"itemId": item_id, "name": name, "contentSha256": digest}


async def signs(client: Guest, item_id: str) -> Json:
    """A client signs; answers what the portal does."""
    return await client.payload("signProposal", "item { state open }", **await signature(client, item_id))


async def invoices(desk: Desk) -> list[str]:
    """The invoices that there are."""
    query = "{ items(filter: { kinds: [INVOICE] }) { nodes { id } } }"
    return [one["id"] for one in (await desk.owner.query(query))["items"]["nodes"]]


async def test_a_signed_proposal_is_accepted_invoiced_and_lets_its_job_go_on(desk: Desk) -> None:
    """AI1, AM2: with the currency and the prices that were signed, whatever the firm changes to meanwhile."""
    ann = await guest(desk, "Ann")
    await desk.owner.do("updateFirm", currency="CHF")
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    job = (await desk.shop.job())["id"]
    one = await proposal(desk, jobId=job, title="Our letter")
    await desk.owner.do("updateFirm", currency="JPY")
    found = await shown(ann, one)
    assert (found["currency"], found["totals"]) == (
        "CHF",
        [
            {"billing": "ONCE", "net": "100.00", "tax": "19.00", "total": "119.00"},
            {"billing": "MONTHLY", "net": "50.00", "tax": "0.00", "total": "50.00"},
        ],
    )
    assert found["content"]["services"] == [
        {"name": "Set-up", "description": "At once", "price": "100.00", "billing": "ONCE", "taxRate": "19"},
        {"name": "Books", "description": None, "price": "50.00", "billing": "MONTHLY", "taxRate": "0"},
    ]
    assert (found["content"]["introduction"], found["content"]["terms"], found["content"]["invoicesOnAcceptance"]) == (
        "We keep your books.",
        "For a year.",
        True,
    )
    assert found["contentSha256"] == hashlib.sha256(found["signedContent"].encode()).hexdigest()
    said = json.loads(found["signedContent"])
    assert (said["title"], said["currency"], said["content"]["terms"]) == ("Our letter", "CHF", "For a year.")
    assert [service["price"] for service in said["content"]["services"]] == ["100.00", "50.00"]
    assert await signs(ann, one) == {"item": {"state": "DONE", "open": False}, "errors": []}
    assert await stage(desk, job) == 1
    assert await told(desk) == ["Ann has signed Our letter."]
    details = (await item(desk.owner, one))["details"]
    [who] = details["signers"]
    assert (who["signedName"], who["address"], who["sha256"]) == ("Ann Client", "127.0.0.1", found["contentSha256"])
    [invoice] = await invoices(desk)
    assert details["invoice"] == {"id": invoice}
    assert await item(desk.owner, invoice, INVOICE) == {
        "id": invoice,
        "state": "SENT",
        "open": True,
        "links": [{"job": {"id": job}, "blocking": False}],
        "details": {"number": 1, "currency": "CHF", "net": "100.00", "tax": "19.00", "total": "119.00"},
    }
    assert (await shown(ann, invoice, "title state"))["title"] == "Our letter"


async def test_it_invoices_nothing_unless_it_says_so(desk: Desk) -> None:
    """Nor before the last has signed."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    plain, one = await proposal(desk, {"invoicesOnAcceptance": False}), await proposal(desk)
    for client in (ann, bob):
        await signs(client, plain)
    assert (await item(desk.owner, plain))["details"]["invoice"] is None
    await signs(ann, one)
    assert await invoices(desk) == []
    await signs(bob, one)
    assert len(await invoices(desk)) == 1


async def test_the_invoice_waits_as_all_mail_to_clients_does(desk: Desk) -> None:
    """AU9: it is held with its e-mails; where nobody can be written to, it is the firm's to send."""
    ann = await guest(desk, "Ann")
    held, unsent = await proposal(desk), await proposal(desk)
    await desk.owner.do("updateFirm", holdsClientMail=True)
    await signs(ann, held)
    [invoice] = await invoices(desk)
    assert (await item(desk.owner, invoice, INVOICE))["state"] == "HELD"
    await desk.owner.do("updateContact", contactId=ann.member_id, notifications=False)
    await signs(ann, unsent)
    [fresh] = set(await invoices(desk)) - {invoice}
    assert (await item(desk.owner, fresh, INVOICE))["state"] == "DRAFT"


async def test_the_last_two_signatures_at_the_same_instant_make_one_invoice(desk: Desk) -> None:
    """AM3: one acceptance."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    for turn in range(1, 6):
        one = await proposal(desk)
        said = [(who, await signature(who, one)) for who in (ann, bob)]
        await asyncio.gather(*(who.payload("signProposal", **given) for who, given in said))
        assert (await item(desk.owner, one))["state"] == "DONE"
        assert len(await invoices(desk)) == turn


async def test_who_declines_may_sign_after_all(desk: Desk) -> None:
    """It stays open for the firm to decide; members are told, and nobody is reminded any more (RM1)."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    one = await proposal(desk)
    due = "SELECT count(*) FROM due WHERE subject_id = $1"
    assert await desk.database.value(due, one) == 1
    said = {"itemId": one, "reason": "Too dear"}
    payload = await ann.payload("declineProposal", "item { state open }", **said)
    assert payload == {"item": {"state": "STARTED", "open": True}, "errors": []}
    assert await desk.database.value(due, one) == 0
    assert await told(desk) == ["Ann has declined Please."]
    first, second = (await item(desk.owner, one))["details"]["signers"]
    assert (first["declineReason"], second["declinedAt"]) == ("Too dear", None)
    assert first["declinedAt"] is not None
    assert (await signs(bob, one))["item"]["state"] == "STARTED"
    assert (await signs(ann, one))["item"]["state"] == "DONE"
    first, _ = (await item(desk.owner, one))["details"]["signers"]
    assert (first["declinedAt"], first["declineReason"], first["signedName"]) == (None, None, "Ann Client")


async def test_only_who_is_to_sign_declines_and_only_before(desk: Desk) -> None:
    """Nothing is kept of the rest."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    cem = await guest(desk, "Cem")
    one = await proposal(desk, {"signerIds": [ann.member_id, bob.member_id]})
    await signs(ann, one)
    cancelled = await proposal(desk)
    await desk.owner.do("cancelItem", itemId=cancelled)
    cases = (
        (cem, one, "FORBIDDEN"),
        (ann, one, "CLOSED"),
        (bob, cancelled, "CLOSED"),
        (bob, "proposal_0", "NOT_FOUND"),
    )
    async with Unchanged(desk.database):
        for who, item_id, code in cases:
            assert await refusal(who, "declineProposal", itemId=item_id) == (code, ["input", "itemId"])
        said = {"itemId": one, "reason": "x" * 10_001}
        assert await refusal(bob, "declineProposal", **said) == ("TOO_LONG", ["input", "reason"])


async def test_a_proposal_is_not_signed_as_a_document(desk: Desk) -> None:
    """Nor the other way round, by somebody else, or unseen."""
    ann = await guest(desk, "Ann")
    other = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    eve = await guest(desk, "Eve", other)
    one = await proposal(desk)
    said = await signature(ann, one)
    async with Unchanged(desk.database):
        assert await refusal(ann, "signDocument", **said) == ("NOT_FOUND", ["input", "itemId"])
        assert await refusal(eve, "signProposal", **said) == ("NOT_FOUND", ["input", "itemId"])
        wrong = said | {"contentSha256": "1" * 64}
        assert await refusal(ann, "signProposal", **wrong) == ("CONFLICT", ["input", "contentSha256"])
        assert await refusal(ann, "signProposal", **said | {"name": ""}) == ("REQUIRED", ["input", "name"])


async def test_an_automation_sends_it(desk: Desk) -> None:
    """AU7, AU8: its shortcodes are filled in, in what is signed as well."""
    ann = await guest(desk, "Ann")
    content = {"proposal": {"introduction": "Dear [ACCOUNT_NAME]", "terms": "For [JOB_NAME]"}}
    given = {"name": "Letter", "title": "Letter", "content": content}
    template = (await desk.owner.do("createItemTemplate", "template { id }", **given))["id"]
    config = {"sendProposal": {"templateId": template}}
    await desk.owner.do("createAutomation", stageId=desk.shop.stages[1], config=config)
    await desk.owner.do("updateStage", stageId=desk.shop.stages[1], automove="WHEN_ITEMS_DONE")
    job = await desk.move(name="Books")
    [one] = [thing["id"] for thing in (await desk.run(job))["made"] if thing["id"].startswith("proposal_")]
    found = await shown(ann, one)
    assert json.loads(found["signedContent"])["content"] == {
        "introduction": "Dear Acme",
        "services": [],
        "terms": "For Books",
        "invoices_on_acceptance": False,
    }
    await signs(ann, one)
    assert await stage(desk, job) == 2


def service(**said: Any) -> Json:
    """A proposal of one service."""
    return {"services": [{"name": "Books", "price": "1.00", **said}]}


WRONG: Mapping[str, tuple[Json, str, list[str]]] = {
    "nothing": ({"introduction": " ", "services": [], "terms": None}, "REQUIRED", ["services"]),
    "a price below zero": (service(price="-0.01"), "INVALID", ["services", "0", "price"]),
    "a price beyond all": (service(price="1000000000001"), "INVALID", ["services", "0", "price"]),
    "a fraction of a cent": (service(price="1.001"), "INVALID", ["services", "0", "price"]),
    "too fine a price": (service(price="0.00001"), "INVALID", ["services", "0", "price"]),
    "too high a tax": (service(taxRate="100.1"), "INVALID", ["services", "0", "taxRate"]),
    "no name": (service(name=" "), "REQUIRED", ["services", "0", "name"]),
    "too many": ({"services": [{"name": "Books", "price": "1"}] * 201}, "TOO_MANY", ["services"]),
    "nothing to pay at once": (service(billing="YEARLY"), "INVALID", ["invoicesOnAcceptance"]),
    "nothing to pay at all": (service(price="0"), "INVALID", ["invoicesOnAcceptance"]),
    "an unknown shortcode": ({"terms": "[NOW]"}, "UNKNOWN_SHORTCODE", []),
}


@pytest.mark.parametrize("what", WRONG)
async def test_what_cannot_be_proposed_is_refused(desk: Desk, what: str) -> None:
    """Neither as an item, nor as a template; nothing is kept of it."""
    await guest(desk, "Ann")
    content, code, path = WRONG[what]
    said = {"title": "Please", "content": {"proposal": PROPOSAL["proposal"] | content}}
    expected = (code, ["input", "content", "proposal", *path])
    async with Unchanged(desk.database):
        assert await desk.owner.code("createItem", accountId=desk.shop.account, **said) == expected
        assert await desk.owner.code("createItemTemplate", name="Letter", **said) == expected


async def test_it_takes_the_right_to_manage_proposals(desk: Desk, api: Api) -> None:
    """AC3: who manages documents alone sees title, kind and state; the invoice takes no right of the client."""
    ann = await guest(desk, "Ann")
    one = await proposal(desk)
    clerk = await api.member(desk.owner, rights=["MANAGE_DOCUMENTS"], accounts=[desk.shop.account])
    seller = await api.member(desk.owner, rights=["MANAGE_PROPOSALS"], accounts=[desk.shop.account])
    await signs(ann, one)
    found = await item(clerk, one)
    assert (found["title"], found["state"], found["details"]) == ("Please", "DONE", None)
    assert (await item(seller, one))["details"]["signers"][0]["signedName"] == "Ann Client"
    async with Unchanged(desk.database):
        said = {"accountId": desk.shop.account, "title": "Please", "content": PROPOSAL}
        assert await clerk.code("createItem", **said) == ("FORBIDDEN", None)
        path = ["input", "content", "proposal", "invoicesOnAcceptance"]
        assert await seller.code("createItem", **said) == ("FORBIDDEN", path)  # it would make an invoice
    quiet = {"proposal": PROPOSAL["proposal"] | {"invoicesOnAcceptance": False}}
    fresh = await seller.do("createItem", "item { id }", **said | {"content": quiet})
    assert (await item(seller, fresh["id"]))["details"]["currency"] == "EUR"


PRICES = st.decimals(min_value=0, max_value=1_000_000, places=2)
RATES = st.decimals(min_value=0, max_value=100, places=4)
SERVICES = st.lists(st.builds(Service, st.just("Books"), PRICES, st.sampled_from(Billing), RATES), max_size=20)


@given(SERVICES, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_it_comes_to_is_summed_apart_for_each_billing(some: list[Service], currency: str) -> None:
    """Money is exact: nothing is lost between the sums, their order is no matter, all is payable."""
    found = proposals.totals(ProposalContent(services=tuple(some)), currency)
    assert list(found) == [billing for billing in Billing if any(one.billing is billing for one in some)]
    turned = proposals.totals(ProposalContent(services=tuple(reversed(some))), currency)
    assert {billing: bill.total for billing, bill in turned.items()} == {one: bill.total for one, bill in found.items()}
    for billing, bill in found.items():
        prices = [money.rounded(one.price, currency) for one in some if one.billing is billing]
        assert bill.net == sum(prices)
        assert bill.total == bill.net + bill.tax
        assert money.rounded(bill.total, currency) == bill.total
    if Billing.ONCE in found:
        invoice = proposals.invoice(ProposalContent(services=tuple(some)), currency)
        charges = [money.Charge(line.quantity, line.unit_price, line.tax_rate) for line in invoice.lines]
        assert money.bill(charges, currency) == found[Billing.ONCE]


@given(st.decimals(min_value=0, max_value=10**12, allow_nan=False), RATES)
def test_numbers_are_kept_exactly_and_written_without_exponents(price: Decimal, rate: Decimal) -> None:
    """What is signed says 1000, not 1E+3."""
    checks = Checks()
    content = ProposalContent(services=(Service("Books", price, tax_rate=rate),))
    [fine] = proposals.check(checks, content, ()).services
    if checks.problems:
        assert not money.fits(price, money.MOST_DIGITS)
        return
    assert (fine.price, fine.tax_rate) == (price, rate)
    assert "E" not in f"{fine.price}{fine.tax_rate}"
    assert not str(fine.price).startswith("-")
