"""Tortoise models. Link tables without an id of their own live in the migrations: Tortoise has no composite keys."""

from store.models.clients import Account, AccountRole, Contact, Tag
from store.models.firm import Firm, Invitation, Member, Session, User
from store.models.items import Item, Subtask, Task
from store.models.jobs import Job, StageVisit
from store.models.logs import AuditEntry, Event, HistoryEntry
from store.models.pipelines import JobStatus, Pipeline, Stage

__all__ = [
    "Account",
    "AccountRole",
    "AuditEntry",
    "Contact",
    "Event",
    "Firm",
    "HistoryEntry",
    "Invitation",
    "Item",
    "Job",
    "JobStatus",
    "Member",
    "Pipeline",
    "Session",
    "Stage",
    "StageVisit",
    "Subtask",
    "Tag",
    "Task",
    "User",
]
