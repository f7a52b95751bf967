"""Who of several members sees which of several jobs or accounts: ``access.sees_job`` and the like, for all at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from engine.access import JobKey, Sight
from engine.enums import AccessRight, Role
from store.database import Row
from store.writes import log, notifications

if TYPE_CHECKING:
    from engine.work import Work


@dataclass(frozen=True, slots=True)
class Audience:
    """Some members and some jobs, with what decides who of them sees which."""

    people: Mapping[str, Row]
    """The active ones."""
    keys: Mapping[str, JobKey]

    def sees(self, member_id: str, job_id: str | None) -> bool:
        """Whether a member is active and sees a job; nobody sees none."""
        person, key = self.people.get(member_id), self.keys.get(job_id or "")
        return person is not None and key is not None and _sees(person, key)


async def of(work: "Work", member_ids: Collection[str], job_ids: Collection[str]) -> Audience:
    """The members and jobs as they are now."""
    stored = await log.job_keys(work.db, work.firm_id, job_ids)
    keys = {job_id: JobKey.of(key) for job_id, key in stored.items()}
    pipelines, accounts = ({getattr(key, name) for key in keys.values()} for name in ("pipeline_id", "account_id"))
    found = await notifications.sights(work.db, work.firm_id, member_ids, pipelines, accounts)
    return Audience({row["id"]: row for row in found}, keys)


async def seeing(work: "Work", wanted: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Those of each job's members who are active and see the job, each once, in the order given."""
    members = set(chain.from_iterable(wanted.values()))
    if not members:
        return {job_id: [] for job_id in wanted}
    them = await of(work, members, wanted)
    return {job_id: [one for one in dict.fromkeys(ids) if them.sees(one, job_id)] for job_id, ids in wanted.items()}


async def knowing(work: "Work", member_ids: Collection[str], account_ids: Collection[str]) -> set[tuple[str, str]]:
    """Which active member has access to the whole of which account: pairs of the two (AC3)."""
    found = await notifications.sights(work.db, work.firm_id, member_ids, (), account_ids) if member_ids else []
    return {
        (row["id"], account_id)
        for row in found
        for account_id in (account_ids if _manages(row) or _sight(row).all_accounts else row["accounts"])
    }


def _sees(member: Row, key: JobKey) -> bool:
    return _manages(member) or (key.pipeline_id in member["pipelines"] and _sight(member).sees(key))


def _manages(member: Row) -> bool:
    return bool(member["role"] != Role.EMPLOYEE)


def _sight(member: Row) -> Sight:
    return Sight(member["id"], AccessRight.VIEW_ALL_ACCOUNTS in member["rights"], frozenset(member["accounts"]))
