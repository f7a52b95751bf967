"""What clients do with proposals: they sign them, or decline. The last signature accepts, and may make the invoice."""

from dataclasses import dataclass

from engine.checks import Checks
from engine.enums import ItemKind, JobState
from engine.items import clients, contents, mailing, making, proposals, signing
from engine.items.making import Draft
from engine.items.rules import kinds
from engine.items.signing import Sign
from engine.items.wording import Wording
from engine.work import Work
from store.database import Row
from store.writes import due, items
from store.writes import proposals as writes
from store.writes import signing as signing_writes


@dataclass(frozen=True, slots=True)
class DeclineProposal:
    """Says that one does not accept a proposal as it is."""

    item_id: str
    reason: str | None = None


async def sign_proposal(work: Work, command: Sign) -> str:
    """Signs a proposal; answers its id. The last signature accepts it."""
    item, last = await signing.sign(work, command, proposals.KIND)
    if last:
        await make_invoice(work, item)
    return command.item_id


async def decline_proposal(work: Work, command: DeclineProposal) -> str:
    """Declines a proposal; answers its id. It stays open: the firm cancels it, or the client signs it after all."""
    checks = Checks()
    reason = checks.text(command.reason, "reason")
    checks.done()
    item = await clients.own_open(work, command.item_id, "item_id", kind=proposals.KIND)
    me = signing.awaited(work, await signing_writes.signers(work.db, work.firm_id, item["id"]))
    await signing_writes.decline(work.db, work.firm_id, item["id"], me["contact_id"], reason, work.now)
    await due.drop(work.db, work.firm_id, [item["id"]])  # it is answered: nobody is reminded (RM1)
    await clients.begin(work, item)
    await clients.tell(work, item, "has declined")
    return command.item_id


async def make_invoice(work: Work, item: Row) -> None:
    """Makes and sends the invoice of an accepted proposal that says so: of all that is billed once.

    It belongs to the proposal's job, which does not wait for it. It stays unsent where nobody can be written to.
    """
    content: proposals.ProposalContent = contents.loaded(kinds()[proposals.KIND], item)
    if not content.invoices_on_acceptance:
        return
    rules, currency = kinds()[ItemKind.INVOICE], await writes.currency(work.db, work.firm_id, item["id"])
    words = Wording(rules, item["title"], None, proposals.invoice(content, currency))
    invoice_id, account_id = making.fresh_id(rules), item["account_id"]
    draft = Draft(words, account_id, job_id=await _job(work, item), blocking=False, id=invoice_id)
    await making.make(work, [draft])
    await writes.keep_invoice(work.db, work.firm_id, item["id"], invoice_id)
    if not await mailing.unreachable(work, [account_id]):
        await mailing.send(work, [draft.going])


async def _job(work: Work, item: Row) -> str | None:
    """The first of a locked item's jobs that is not archived."""
    held = await work.lock_jobs(await items.jobs_of(work.db, work.firm_id, [item["id"]]))
    return next((job["id"] for job in held if job["state"] != JobState.ARCHIVED), None)
