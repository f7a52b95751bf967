"""What a desk remembers of what changes seldom, from one snapshot to the next, until the log says that it has changed.

An answer that was read in one snapshot is that of a later one as well, if nothing that it was read from has changed in
between: whatever changes one of the tables below says so in the same transaction, by a change of one of these types.
"""

import re
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any, Final

from live.cursor import Position
from live.recent import Recent
from store.database import Db, Row

TOLD_BY: Final[Mapping[str, frozenset[str]]] = {
    table: frozenset(types.split())
    for table, types in {
        "accounts": "account",
        "account_tags": "account",
        "all_accounts": "account",
        "allowed_moves": "pipeline",
        "job_statuses": "status",
        "member_accounts": "member",
        "pipeline_members": "pipeline",
        "pipeline_statuses": "pipeline",
        "pipelines": "pipeline job_template",
        "stages": "pipeline",
        "tags": "tag",
    }.items()
}
"""By what the log tells of each table. Whoever is told of any of these changes reads anew.

What is deleted for good is not told: nothing names it any more.
"""

_OTHERS: Final = """
    account_contacts account_field_values account_role_members account_roles all_client_items all_contacts
    all_documents all_due all_emails all_items all_jobs all_tasks all_time_entries approval_answers audit
    automation_editions automations budget_alerts bulk_operations bulk_results cascades client_items client_statuses
    client_tasks comment_documents comment_mentions comments contacts creates custom_fields document_requests
    document_shares document_texts documents due email_templates emails event_heads events firm_holidays firms
    history invitations invoice_heads invoice_payments invoices item_documents item_links item_signers
    item_templates items job_assignees job_followers job_links job_templates jobs last_moves members notifications
    organizer_answers organizer_files portal_links proposals purged_invoices recurrence_accounts recurrence_jobs
    recurrence_runs recurrence_tags recurrences request_documents request_lines run_things runs sessions
    stage_visits status_stays stray_objects subtasks task_assignees task_templates tasks template_versions
    thread_messages throttles time_entries tortoise_migrations trash users uses webhook_calls
"""
RESTLESS: Final = frozenset(_OTHERS.split())
"""All other tables: a statement that names one of them is always run."""

_NEVER_SAME: Final = frozenset({"now", "clock_timestamp", "current_date", "current_timestamp", "random"})

MOST_ROWS: Final = 1_000
"""Rows that are remembered of one firm; beyond them the oldest answers are forgotten."""


class Memory:
    """The answers of one firm's snapshots."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, tuple[frozenset[str], list[Row]]] = {}
        self._rows = 0
        self._position: Position | None = None

    @property
    def since(self) -> int | None:
        """After which sequence it has to be told what has changed; None while there is nothing to be forgotten."""
        return self._position.seq if self._answers and self._position is not None else None

    def over(self, recent: Recent) -> Db:
        """The snapshot of a part of the log, of which it has to be asked but what is not known."""
        events = None if self._position is None else recent.after(self._position)
        if events is None:
            self._answers, self._rows = {}, 0
        else:
            changed = {change["type"] for event in events for change in event.changes}
            for key in [key for key, (told_by, _) in self._answers.items() if not changed.isdisjoint(told_by)]:
                self._forget(key)
        self._position = recent.here
        return _Remembering(recent.db, self)

    def recall(self, key: Hashable) -> list[Row] | None:
        """An answer that is known."""
        found = self._answers.pop(key, None)
        if found is None:
            return None
        self._answers[key] = found  # the newest now
        return [*found[1]]

    def keep(self, key: Hashable, told_by: frozenset[str], rows: list[Row]) -> None:
        """Remembers an answer."""
        self._forget(key)
        self._answers[key] = told_by, [*rows]
        self._rows += 1 + len(rows)
        while self._rows > MOST_ROWS:
            self._forget(next(iter(self._answers)))

    def _forget(self, key: Hashable) -> None:
        found = self._answers.pop(key, None)
        if found is not None:
            self._rows -= 1 + len(found[1])


class _Remembering(Db):
    """A snapshot with a memory of those before it."""

    def __init__(self, db: Db, memory: Memory) -> None:
        super().__init__(db.client, db.on_statement)
        self._memory = memory

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a statement, as this snapshot shows them."""
        told_by = _told_by(sql)
        if told_by is None:
            return await super().rows(sql, *values)
        key = sql, tuple(tuple(value) if isinstance(value, list) else value for value in values)
        found = self._memory.recall(key)
        if found is None:
            found = await super().rows(sql, *values)
            self._memory.keep(key, told_by, found)
        return found


@lru_cache(maxsize=1_000)
def _told_by(sql: str) -> frozenset[str] | None:
    """What tells of all that a statement reads; None where nothing does.

    A word that is the name of a table counts as one, whatever it is.
    """
    words = set(re.findall(r"\w+", sql.lower()))
    tables = words & TOLD_BY.keys()
    if not tables or words & (RESTLESS | _NEVER_SAME):
        return None
    return frozenset().union(*(TOLD_BY[table] for table in tables))
