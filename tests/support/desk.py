"""A shop that writes e-mails to its client by its second stage: with a real mail server, and a worker of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.due import Runner
from engine.enums import DueKind
from engine.mail.emails import EmailErrand
from engine.mail.letters import Send
from engine.work import system_clock
from server.delivery.smtp import SmtpSender
from server.delivery.smtp_url import MailServer
from store.database import Database
from tests.support.api import Client, Json, Shop
from tests.support.mail import PostOffice

MAIL_FROM = "mail@stageline.test"
TEXT = "Dear [CONTACT_FIRST_NAME], we have begun [JOB_NAME] for [ACCOUNT_NAME]."
HTML = "<p>Dear [CONTACT_FIRST_NAME], we have begun <b>[JOB_NAME]</b> for [ACCOUNT_NAME].</p>"
EMAIL = """id state version subject text html toName toAddress fromName fromAddress replyTo messageId attempts error
    sentAt nextAttemptAt job { id } account { id } contact { id } member { id } run { id state reason }"""


@dataclass
class Desk:
    """The shop, the mail server, and the worker."""

    shop: Shop
    office: PostOffice
    database: Database
    template: str = ""
    automation: str = ""
    ahead: timedelta = field(default_factory=timedelta)
    """How far the worker's clock is ahead."""

    @property
    def owner(self) -> Client:
        """The firm's owner."""
        return self.shop.owner

    @property
    def smtp_url(self) -> str:
        """The mail server, as the setting names it."""
        return f"smtp://127.0.0.1:{self.office.port}?tls=off"

    @property
    def send(self) -> Send:
        """Sends through the mail server."""
        return SmtpSender(MailServer.parse(self.smtp_url), MAIL_FROM)

    def now(self) -> datetime:
        """The worker's time."""
        return system_clock() + self.ahead

    async def open(self, **config: Any) -> None:
        """The firm goes live, and its second stage writes to clients."""
        await self.owner.do("updateFirm", holdsClientMail=False)
        given = {"name": "Begun", "subject": "[JOB_NAME] for [ACCOUNT_NAME]", "text": TEXT, "html": HTML}
        self.template = (await self.owner.do("createEmailTemplate", "template { id }", **given))["id"]
        await self.writes(**config)

    async def writes(self, **config: Any) -> None:
        """From now on the second stage writes to these."""
        if self.automation:
            await self.owner.do("deleteAutomation", automationId=self.automation)
        given = {"config": {"sendEmail": {"templateId": self.template, **config}}, "stageId": self.shop.stages[1]}
        self.automation = (await self.owner.do("createAutomation", "automation { id }", **given))["id"]

    async def contact(self, name: str, email: str | None, account: str | None = None) -> str:
        """A new contact of the shop's account."""
        given = {"name": name, "email": email, "accountIds": [account or self.shop.account]}
        return str((await self.owner.do("createContact", "contact { id }", **given))["id"])

    async def move(self, **given: Any) -> str:
        """A new job enters the second stage; answers its id."""
        job = await self.shop.job(**given)
        await self.owner.do("moveJob", jobId=job["id"], stageId=self.shop.stages[1], expect={"version": 1})
        return str(job["id"])

    async def work(self, send: Send | None = None) -> None:
        """The worker does all that is due."""
        errands = {DueKind.EMAIL: EmailErrand(send or self.send, self.database)}
        runner = Runner(self.database, lambda topic: None, errands, clock=self.now)
        while await runner.round():
            pass

    async def emails(self, client: Client | None = None, **wanted: Any) -> list[Json]:
        """The e-mails that somebody sees, newest first, or those of them that a filter wants."""
        document = f"query ($filter: EmailFilter) {{ emails(filter: $filter) {{ nodes {{ {EMAIL} }} totalCount }} }}"
        found = (await (client or self.owner).query(document, filter=wanted or None))["emails"]
        nodes: list[Json] = found["nodes"]
        assert found["totalCount"] == len(nodes)
        return nodes

    async def email(self, client: Client | None = None) -> Json:
        """The one e-mail that there is."""
        [found] = await self.emails(client)
        return found

    async def run(self, job_id: str) -> Json:
        """The one turn of the automation for a job."""
        document = "query ($id: ID!) { job(id: $id) { runs { nodes { id state reason attempts made { id } } } } }"
        [found] = (await self.owner.query(document, id=job_id))["job"]["runs"]["nodes"]
        run: Json = found
        return run
