"""Who sees and may do what (AC1 to AC5): as predicates over a viewer, and as SQL conditions for reads.

Every SQL condition speaks of a row by its alias and takes its values through ``Params``, so that a read combines it
with its own. They are the one place that decides sight: lists, counts, look-ups and commands all use them.

What is in the trash is not in the tables by the names that stand here: they are views (JB3, migration 0023). Conditions
have to do with it only where something hangs on a job or item without being one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from engine.enums import AccessRight, ItemKind, Role, TokenScope
from engine.errors import denied
from store.sql import Params

EVERYONE: Final = "TRUE"
NOBODY: Final = "FALSE"

ITEM_RIGHTS: Final[Mapping[ItemKind, AccessRight]] = MappingProxyType(
    {
        ItemKind.ORGANIZER: AccessRight.MANAGE_ORGANIZERS,
        ItemKind.INVOICE: AccessRight.MANAGE_INVOICES,
        ItemKind.PROPOSAL: AccessRight.MANAGE_PROPOSALS,
        ItemKind.SIGNATURE_REQUEST: AccessRight.MANAGE_DOCUMENTS,
        ItemKind.DOCUMENT_REQUEST: AccessRight.MANAGE_DOCUMENTS,
        ItemKind.APPROVAL: AccessRight.MANAGE_DOCUMENTS,
    }
)
"""What managing items of a kind takes, and seeing more of them than title, kind and state (AC3)."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A member of a firm who looks or acts, with the rights of this moment."""

    firm_id: str
    member_id: str
    user_id: str
    role: Role
    rights: frozenset[AccessRight]
    scopes: frozenset[TokenScope]
    time_zone: str
    clock_date: date  # the firm's, as its log has announced it (LV7)

    @property
    def is_system(self) -> bool:
        """Whether nobody acts: automations and the worker do."""
        return not self.member_id

    @property
    def manages(self) -> bool:
        """OWNER and ADMIN see and manage everything in the firm (AC1)."""
        return self.role is not Role.EMPLOYEE

    @property
    def sees_all_accounts(self) -> bool:
        """Whether no account is hidden."""
        return self.has(AccessRight.VIEW_ALL_ACCOUNTS)

    def has(self, right: AccessRight) -> bool:
        """Whether the viewer has a right, by itself or by role."""
        return self.manages or right in self.rights

    def need(self, right: AccessRight, *path: str) -> None:
        """Refuses a viewer without the right."""
        if not self.has(right):
            raise denied(f"This needs the right {right}.", right, *path)

    def need_manager(self, *path: str) -> None:
        """Refuses whoever is neither owner nor admin."""
        if not self.manages:
            raise denied("Only an owner or an admin may do this.", None, *path)


@dataclass(frozen=True, slots=True)
class Client:
    """A contact of a firm in its portal: another sort of person than a viewer, whom no viewer's rule lets in (AC5)."""

    firm_id: str
    contact_id: str
    user_id: str
    time_zone: str
    clock_date: date  # as a viewer's


Party = Viewer | Client
"""Whoever is logged in."""


def id_of(party: Party) -> str:
    """The id of the member or of the contact."""
    return party.contact_id if isinstance(party, Client) else party.member_id


def is_clients_account(client: Client, p: Params, account: str) -> str:
    """AC5: a client has to do with the accounts of the contact, and with no other. ``account`` is an expression."""
    firm, contact = p(client.firm_id), p(client.contact_id)
    there = "accounts pa ON pa.firm_id = px.firm_id AND pa.id = px.account_id"
    mine = f"SELECT pa.id FROM account_contacts px JOIN {there} WHERE px.firm_id = {firm} AND px.contact_id = {contact}"
    return f"{account} IN ({mine})"


def is_shared_with(client: Client, p: Params, document: str) -> str:
    """AC5: a document that is shared, of a client's own account, or of the firm's own with all or with their account.

    ``document`` is the alias of a row.
    """
    mine = f"({document}.account_id IS NULL OR {is_clients_account(client, p, f'{document}.account_id')})"
    single = (
        f"SELECT FROM document_shares ds WHERE ds.firm_id = {p(client.firm_id)} AND ds.document_id = {document}.id"
        f" AND {is_clients_account(client, p, 'ds.account_id')}"
    )
    shared = f"(({document}.shared_at IS NOT NULL AND {mine}) OR EXISTS ({single}))"
    return f"({document}.state = 'READY' AND {shared})"


def is_awaited_from(client: Client, p: Params, document: str) -> str:
    """A document of a client's own account, whose content the client is to upload. ``document`` is an alias."""
    mine = is_clients_account(client, p, f"{document}.account_id")
    return f"({document}.state = 'UPLOADING' AND {document}.uploaded_by_contact = {p(client.contact_id)} AND {mine})"


def sees_pipeline(viewer: Viewer, p: Params, pipeline: str) -> str:
    """AC2: an employee sees a pipeline when on its available-to list. ``pipeline`` is an expression for its id."""
    if viewer.manages:
        return EVERYONE
    return f"{pipeline} IN ({_pipelines(viewer, p)})"


def sees_account(viewer: Viewer, p: Params, account: str) -> str:
    """Access to the whole of an account. ``account`` is an expression for its id."""
    if viewer.sees_all_accounts:
        return EVERYONE
    return f"{account} IN ({_accounts(viewer, p)})"


def names_account(viewer: Viewer, p: Params, account: str) -> str:
    """AC3: who sees a job sees its account's name and tags, even without access to the rest."""
    if viewer.sees_all_accounts:
        return EVERYONE
    jobs = (
        f"SELECT FROM jobs seen WHERE seen.firm_id = {p(viewer.firm_id)} AND seen.account_id = {account}"
        f" AND {sees_job(viewer, p, 'seen')}"
    )
    return f"({sees_account(viewer, p, account)} OR EXISTS ({jobs}))"


def sees_job(viewer: Viewer, p: Params, job: str) -> str:
    """AC3: a job inside a visible pipeline, by its account or by assignment. ``job`` is the alias of a row of jobs."""
    if viewer.manages:
        return EVERYONE
    pipeline = sees_pipeline(viewer, p, f"{job}.pipeline_id")
    if viewer.sees_all_accounts:
        return pipeline
    firm, member = p(viewer.firm_id), p(viewer.member_id)
    assigned = f"SELECT job_id FROM job_assignees WHERE firm_id = {firm} AND member_id = {member}"
    tasked = (
        "SELECT tl.job_id FROM task_assignees ta"
        " JOIN item_links tl ON tl.firm_id = ta.firm_id AND tl.item_id = ta.task_id"
        f" WHERE ta.firm_id = {firm} AND ta.member_id = {member}"
    )
    account = sees_account(viewer, p, f"{job}.account_id")
    return f"({pipeline} AND ({account} OR {job}.id IN ({assigned}) OR {job}.id IN ({tasked})))"


def sees_task(viewer: Viewer, p: Params, task: str) -> str:
    """A task is seen with its job, and by its assignees; one without a job by its maker, too. ``task`` is an alias."""
    if viewer.manages:
        return EVERYONE
    firm, member = p(viewer.firm_id), p(viewer.member_id)
    own = f"SELECT task_id FROM task_assignees WHERE firm_id = {firm} AND member_id = {member}"
    linked = (
        f"SELECT FROM item_links sl JOIN jobs sj ON sj.firm_id = sl.firm_id AND sj.id = sl.job_id"
        f" WHERE sl.firm_id = {firm} AND sl.item_id = {task}.id AND {sees_job(viewer, p, 'sj')}"
    )
    lone = f"NOT EXISTS (SELECT FROM item_links ll WHERE ll.firm_id = {firm} AND ll.item_id = {task}.id)"
    return f"({task}.id IN ({own}) OR EXISTS ({linked}) OR ({task}.created_by = {member} AND {lone}))"


def sees_item(viewer: Viewer, p: Params, item: str) -> str:
    """An item for a client is seen with its account, or with any of its jobs; a task as tasks are.

    ``item`` is the alias of a row of items.
    """
    if viewer.manages:
        return EVERYONE
    firm = p(viewer.firm_id)
    task = f"SELECT FROM tasks it WHERE it.firm_id = {firm} AND it.id = {item}.id AND {sees_task(viewer, p, 'it')}"
    account = (
        f"SELECT FROM client_items ic WHERE ic.firm_id = {firm} AND ic.id = {item}.id"
        f" AND {sees_account(viewer, p, 'ic.account_id')}"
    )
    linked = (
        f"SELECT FROM item_links il JOIN jobs ij ON ij.firm_id = il.firm_id AND ij.id = il.job_id"
        f" WHERE il.firm_id = {firm} AND il.item_id = {item}.id AND {sees_job(viewer, p, 'ij')}"
    )
    return f"CASE WHEN {item}.kind = 'TASK' THEN EXISTS ({task}) ELSE EXISTS ({account}) OR EXISTS ({linked}) END"


def sees_contact(viewer: Viewer, p: Params, contact: str) -> str:
    """A contact is seen with any of its accounts; one without accounts by whoever manages accounts."""
    if viewer.sees_all_accounts:
        return EVERYONE
    firm = p(viewer.firm_id)
    there = "accounts ca ON ca.firm_id = cx.firm_id AND ca.id = cx.account_id"
    mine = (
        f"SELECT cx.contact_id FROM account_contacts cx JOIN {there}"
        f" WHERE cx.firm_id = {firm} AND cx.account_id IN ({_accounts(viewer, p)})"
    )
    if not viewer.has(AccessRight.MANAGE_ACCOUNTS):
        return f"{contact} IN ({mine})"
    lone = f"NOT EXISTS (SELECT FROM account_contacts lc WHERE lc.firm_id = {firm} AND lc.contact_id = {contact})"
    return f"({contact} IN ({mine}) OR {lone})"


def sees_comment(viewer: Viewer, p: Params, comment: str) -> str:
    """JB3: a comment is seen with its job. ``comment`` is the alias of a row of comments."""
    if viewer.manages:
        return _job_not_trashed(viewer, p, f"{comment}.job_id")
    job = f"SELECT FROM jobs cj WHERE cj.firm_id = {p(viewer.firm_id)} AND cj.id = {comment}.job_id"
    return f"EXISTS ({job} AND {sees_job(viewer, p, 'cj')})"


def sees_time_entry(viewer: Viewer, p: Params, entry: str) -> str:
    """JB3: time is seen with its job, and one's own wherever it was spent. ``entry`` is the alias of a row."""
    seen = sees_job(viewer, p, "tj")
    if seen == EVERYONE:
        return EVERYONE
    job = f"SELECT FROM jobs tj WHERE tj.firm_id = {p(viewer.firm_id)} AND tj.id = {entry}.job_id AND {seen}"
    return f"({entry}.member_id = {p(viewer.member_id)} OR EXISTS ({job}))"


def sees_history(viewer: Viewer, p: Params, entry: str) -> str:
    """AC4: a history's entry is seen with its job; one of a link with the other job, too. ``entry`` is an alias."""
    seen = sees_job(viewer, p, "hj")
    if seen == EVERYONE:
        return EVERYONE
    other = f"coalesce({entry}.changes -> 0 ->> 'to', {entry}.changes -> 0 ->> 'from')"
    job = f"SELECT FROM jobs hj WHERE hj.firm_id = {p(viewer.firm_id)} AND hj.id = {other} AND {seen}"
    return f"({entry}.action NOT IN ('LINKED', 'UNLINKED') OR EXISTS ({job}))"


def sees_run(viewer: Viewer, p: Params, run: str) -> str:
    """AC4: an automation's turn is seen with its job, but not in a stay elsewhere. ``run`` is the alias of a row."""
    if viewer.manages:
        return _job_not_trashed(viewer, p, f"{run}.job_id")
    stay = (
        "SELECT FROM stage_visits rv JOIN jobs rj ON rj.firm_id = rv.firm_id AND rj.id = rv.job_id"
        f" WHERE rv.firm_id = {p(viewer.firm_id)} AND rv.id = {run}.visit_id"
    )
    seen = f"{sees_pipeline(viewer, p, 'rv.pipeline_id')} AND {sees_job(viewer, p, 'rj')}"
    return f"EXISTS ({stay} AND {seen})"


def sees_recurrence(viewer: Viewer, p: Params, recurrence: str) -> str:
    """A recurrence that was not deleted is seen with its pipeline. ``recurrence`` is the alias of a row."""
    return f"({recurrence}.deleted_at IS NULL AND {sees_pipeline(viewer, p, f'{recurrence}.pipeline_id')})"


def sees_recurrence_run(viewer: Viewer, p: Params, run: str) -> str:
    """A run of a recurrence is seen with it. ``run`` is the alias of a row."""
    recurrence = f"SELECT FROM recurrences sr WHERE sr.firm_id = {p(viewer.firm_id)} AND sr.id = {run}.recurrence_id"
    return f"EXISTS ({recurrence} AND {sees_recurrence(viewer, p, 'sr')})"


def sees_notification(viewer: Viewer, p: Params, notification: str) -> str:
    """One's own, as long as one sees the job that it is about. ``notification`` is the alias of a row."""
    gone = f"SELECT FROM all_items ng WHERE ng.firm_id = {p(viewer.firm_id)} AND ng.id = {notification}.subject_id"
    there = f"{notification}.subject_id IS NULL OR NOT EXISTS ({gone} AND ng.trash_id IS NOT NULL)"
    own = f"({notification}.member_id = {p(viewer.member_id)} AND ({there}))"
    if viewer.manages:
        return f"({own} AND {_job_not_trashed(viewer, p, f'{notification}.job_id')})"
    job = f"SELECT FROM jobs nj WHERE nj.firm_id = {p(viewer.firm_id)} AND nj.id = {notification}.job_id"
    return f"({own} AND ({notification}.job_id IS NULL OR EXISTS ({job} AND {sees_job(viewer, p, 'nj')})))"


def sees_webhook_call(viewer: Viewer, p: Params, call: str) -> str:
    """API6: who manages integrations sees the calls for jobs that they see. ``call`` is the alias of a row."""
    if not viewer.has(AccessRight.MANAGE_INTEGRATIONS):
        return NOBODY
    if viewer.manages:
        return _job_not_trashed(viewer, p, f"{call}.job_id")
    job = f"SELECT FROM jobs wj WHERE wj.firm_id = {p(viewer.firm_id)} AND wj.id = {call}.job_id"
    return f"EXISTS ({job} AND {sees_job(viewer, p, 'wj')})"


def sees_bulk(viewer: Viewer, p: Params, operation: str) -> str:
    """MV10: a bulk operation is seen by who began it. ``operation`` is the alias of a row."""
    return EVERYONE if viewer.manages else f"{operation}.member_id = {p(viewer.member_id)}"


def sees_email(viewer: Viewer, p: Params, email: str) -> str:
    """AU9: an e-mail is seen with the whole of its account, and by the member it went to. ``email`` is an alias.

    What tells a member of a notification is for that member alone, as the notification is. One about an item says more
    than its title, kind and state: it is for who has the right that the kind takes (AC3).
    """
    if viewer.manages:
        return f"({email}.notification_id IS NULL OR {email}.member_id = {p(viewer.member_id)})"
    hidden = [kind.value for kind, right in ITEM_RIGHTS.items() if not viewer.has(right)]
    item = (
        f"SELECT FROM all_client_items ei WHERE ei.firm_id = {p(viewer.firm_id)} AND ei.id = {email}.item_id"
        f" AND ei.kind = ANY({p(hidden)}::text[])"
    )
    seen = f"{sees_account(viewer, p, f'{email}.account_id')} AND NOT EXISTS ({item})"
    account = f"({email}.account_id IS NOT NULL AND {seen})"
    return f"({email}.member_id = {p(viewer.member_id)} OR {account})"


def sees_document(viewer: Viewer, p: Params, document: str) -> str:
    """JB3: with the whole of its account, or the job it was added to; the firm's own everybody sees.

    One whose content has not come is there for who uploads it. ``document`` is the alias of a row.
    """
    come = f"({document}.state = 'READY' OR {document}.uploaded_by = {p(viewer.member_id)})"
    if viewer.sees_all_accounts:
        return come
    account = sees_account(viewer, p, f"{document}.account_id")
    job = f"SELECT FROM jobs dj WHERE dj.firm_id = {p(viewer.firm_id)} AND dj.id = {document}.job_id"
    place = f"{document}.account_id IS NULL OR {account} OR EXISTS ({job} AND {sees_job(viewer, p, 'dj')})"
    return f"({come} AND ({place}))"


def _job_not_trashed(viewer: Viewer, p: Params, job: str) -> str:
    """JB3: what hangs on a job in the trash is not there. ``job`` is an expression, which may be null."""
    gone = f"SELECT FROM all_jobs tj WHERE tj.firm_id = {p(viewer.firm_id)} AND tj.id = {job}"
    return f"NOT EXISTS ({gone} AND tj.trash_id IS NOT NULL)"


def _pipelines(viewer: Viewer, p: Params) -> str:
    return (
        f"SELECT pipeline_id FROM pipeline_members"
        f" WHERE firm_id = {p(viewer.firm_id)} AND member_id = {p(viewer.member_id)}"
    )


def _accounts(viewer: Viewer, p: Params) -> str:
    firm, member = p(viewer.firm_id), p(viewer.member_id)
    return f"SELECT account_id FROM member_accounts WHERE firm_id = {firm} AND member_id = {member}"


@dataclass(frozen=True, slots=True)
class JobKey:
    """What decides who sees a job on which board; events carry it before and after a change (AC4)."""

    pipeline_id: str
    stage_id: str
    on_board: bool
    account_id: str
    assignees: frozenset[str]
    task_assignees: frozenset[str]

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "JobKey":
        """From the form in which events store it."""
        return cls(
            pipeline_id=str(stored["pipeline"]),
            stage_id=str(stored["stage"]),
            on_board=bool(stored["on_board"]),
            account_id=str(stored["account"]),
            assignees=frozenset(stored["assignees"]),
            task_assignees=frozenset(stored["task_assignees"]),
        )


@dataclass(frozen=True, slots=True)
class Sight:
    """A viewer's access at one moment of the log, as sets."""

    member_id: str
    all_accounts: bool
    accounts: frozenset[str]

    def sees(self, key: JobKey) -> bool:
        """AC3 inside a pipeline that the viewer sees."""
        return (
            self.all_accounts
            or key.account_id in self.accounts
            or self.member_id in key.assignees
            or self.member_id in key.task_assignees
        )
