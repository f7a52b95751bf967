"""Taking jobs and accounts out of the trash, with what went along (JB3)."""

from collections.abc import Collection, Mapping
from datetime import datetime

from store.database import Db, Row
from store.writes.trashing import leading_reminders


async def jobs_of(db: Db, firm_id: str, trash_id: str) -> list[Row]:
    """Locks the jobs that were deleted together, and answers their rows, sorted by id."""
    return await db.rows(
        "SELECT * FROM all_jobs WHERE firm_id = $1 AND trash_id = $2 ORDER BY id FOR NO KEY UPDATE", firm_id, trash_id
    )


async def hold_account(db: Db, firm_id: str, account_id: str) -> bool:
    """Whether an account is not in the trash; if so, that lasts until this transaction ends."""
    sql = "SELECT TRUE FROM accounts WHERE firm_id = $1 AND id = $2 FOR KEY SHARE"
    return bool(await db.value(sql, firm_id, account_id))


async def ranks_taken(db: Db, firm_id: str, job_ids: Collection[str]) -> list[Row]:
    """Those of the jobs whose places in their columns others have taken: id, stage_id and rank."""
    return await db.rows(
        """
        SELECT t.id, t.stage_id, t.rank FROM all_jobs t
        JOIN jobs j ON j.firm_id = $1 AND j.stage_id = t.stage_id AND j.rank = t.rank
        WHERE t.firm_id = $1 AND t.id = ANY($2) ORDER BY t.id
        """,
        firm_id,
        list(job_ids),
    )


async def take_jobs(db: Db, firm_id: str, trash_id: str, ranks: Mapping[str, str], now: datetime) -> None:
    """Takes jobs out of the trash; those named get other places in their columns."""
    await db.rows(
        """
        WITH time AS (UPDATE all_time_entries SET trash_id = NULL WHERE firm_id = $1 AND trash_id = $2)
        UPDATE all_jobs j SET trash_id = NULL, version = version + 1, updated_at = $5, rank = coalesce((
            SELECT g.rank FROM unnest($3::text[], $4::text[]) AS g (id, rank) WHERE g.id = j.id
        ), j.rank)
        WHERE j.firm_id = $1 AND j.trash_id = $2
        """,
        firm_id,
        trash_id,
        list(ranks),
        list(ranks.values()),
        now,
    )


async def items_back(db: Db, firm_id: str, trash_id: str, job_ids: Collection[str]) -> list[Row]:
    """What comes back with jobs, or an account: what went with them, and what belongs to them; locked."""
    return await db.rows(
        """
        SELECT i.id, i.kind, ci.account_id, ci.delivery FROM all_items i
        LEFT JOIN all_client_items ci ON ci.firm_id = $1 AND ci.id = i.id
        WHERE i.firm_id = $1 AND i.trash_id IS NOT NULL AND (i.trash_id = $2 OR i.id IN (
            SELECT item_id FROM item_links WHERE firm_id = $1 AND job_id = ANY($3)
        ))
        ORDER BY i.id FOR NO KEY UPDATE OF i
        """,
        firm_id,
        trash_id,
        list(job_ids),
    )


async def take_items(db: Db, firm_id: str, ids: Collection[str]) -> None:
    """Takes items out of it."""
    these = "SET trash_id = NULL WHERE firm_id = $1 AND id = ANY($2)"
    await db.rows(
        f"""
        WITH item AS (UPDATE all_items {these}), task AS (UPDATE all_tasks {these})
        UPDATE all_client_items {these}
        """,
        firm_id,
        list(ids),
    )


async def take_mail(db: Db, firm_id: str, trash_id: str, item_ids: Collection[str]) -> None:
    """Takes e-mails out of the trash with what they are about, and lets go on what is due of all that comes back."""
    given = (firm_id, trash_id, list(item_ids))
    await db.rows(
        """
        UPDATE all_emails SET trash_id = NULL
        WHERE firm_id = $1 AND trash_id IS NOT NULL AND (trash_id = $2 OR item_id = ANY($3))
        """,
        *given,
    )
    await db.rows(
        """
        UPDATE all_due d SET trash_id = NULL
        WHERE d.firm_id = $1 AND d.trash_id IS NOT NULL AND (d.trash_id = $2 OR d.subject_id = ANY($3) OR EXISTS (
            SELECT FROM emails e WHERE e.firm_id = $1 AND e.id = d.subject_id AND e.item_id = ANY($3)
        ))
        """,
        *given,
    )


async def join_reminders(db: Db, firm_id: str, job_ids: Collection[str]) -> None:
    """Has reminders of items that belong to the jobs wait with one that is not in the trash, if they do with none."""
    of_jobs = "k.subject_id IN (SELECT item_id FROM item_links WHERE firm_id = $1 AND job_id = ANY($2))"
    without = "NOT EXISTS (SELECT FROM jobs j WHERE j.firm_id = $1 AND j.id = k.job_id)"
    await db.rows(leading_reminders(f"{of_jobs} AND {without}"), firm_id, list(job_ids))


async def take_account(db: Db, firm_id: str, account_id: str, trash_id: str, now: datetime) -> None:
    """Takes an account out of the trash, before its jobs and items, with all else that is its own."""
    await db.rows(
        "UPDATE all_accounts SET trash_id = NULL, version = version + 1, updated_at = $3"
        " WHERE firm_id = $1 AND id = $2",
        firm_id,
        account_id,
        now,
    )
    await db.rows("UPDATE all_documents SET trash_id = NULL WHERE firm_id = $1 AND trash_id = $2", firm_id, trash_id)


async def take_contacts(db: Db, firm_id: str, account_id: str, trash_id: str) -> None:
    """Takes contacts out of the trash: those that went there with the account, and all others of it.

    Who was let into the portal by the same login in another contact's place meanwhile has it: the access of the one
    who comes back has ended.
    """
    await db.rows(
        """
        WITH back AS (
            SELECT c.id, c.user_id IS NULL OR row_number() OVER (PARTITION BY c.user_id ORDER BY c.id) > 1 OR EXISTS (
                SELECT FROM contacts o WHERE o.firm_id = $1 AND o.user_id = c.user_id
            ) AS shut
            FROM all_contacts c WHERE c.firm_id = $1 AND c.trash_id IS NOT NULL AND (c.trash_id = $3 OR c.id IN (
                SELECT contact_id FROM account_contacts WHERE firm_id = $1 AND account_id = $2
            ))
        )
        UPDATE all_contacts c SET trash_id = NULL, user_id = CASE WHEN NOT b.shut THEN c.user_id END,
            joined_at = CASE WHEN NOT b.shut THEN c.joined_at END,
            password_hash = CASE WHEN NOT b.shut THEN c.password_hash END
        FROM back b WHERE c.firm_id = $1 AND c.id = b.id
        """,
        firm_id,
        account_id,
        trash_id,
    )


async def pausing(db: Db, firm_id: str, job_ids: Collection[str]) -> set[str]:
    """Those of the jobs whose clocks stand still by their status."""
    found = await db.rows(
        "SELECT j.id FROM jobs j JOIN job_statuses s ON s.firm_id = $1 AND s.id = j.status_id AND s.pauses"
        " WHERE j.firm_id = $1 AND j.id = ANY($2)",
        firm_id,
        list(job_ids),
    )
    return {row["id"] for row in found}


async def stages_gone(db: Db, firm_id: str, job_ids: Collection[str]) -> list[Row]:
    """Jobs whose stage was deleted while they were in the trash, with the stage that has taken its jobs since."""
    return await db.rows(
        """
        WITH RECURSIVE way AS (
            SELECT j.id AS job_id, s.id, s.heir_id, s.deleted_at FROM jobs j
            JOIN stages s ON s.firm_id = $1 AND s.id = j.stage_id AND s.deleted_at IS NOT NULL
            WHERE j.firm_id = $1 AND j.id = ANY($2)
            UNION ALL
            SELECT w.job_id, s.id, s.heir_id, s.deleted_at FROM way w
            JOIN stages s ON s.firm_id = $1 AND s.id = w.heir_id WHERE w.deleted_at IS NOT NULL
        )
        SELECT job_id, id AS stage_id FROM way WHERE deleted_at IS NULL ORDER BY job_id
        """,
        firm_id,
        list(job_ids),
    )


async def pipelines_of(db: Db, firm_id: str, trash_id: str) -> list[str]:
    """The pipelines of the jobs that were deleted together, in the order in which they are locked."""
    found = await db.rows(
        "SELECT DISTINCT pipeline_id FROM all_jobs WHERE firm_id = $1 AND trash_id = $2 ORDER BY 1", firm_id, trash_id
    )
    return [row["pipeline_id"] for row in found]


async def contacts_of(db: Db, firm_id: str, account_id: str) -> list[str]:
    """The contacts of an account."""
    found = await db.rows(
        "SELECT contact_id FROM account_contacts WHERE firm_id = $1 AND account_id = $2 ORDER BY 1", firm_id, account_id
    )
    return [row["contact_id"] for row in found]
