"""Tortoise models. Link tables without an id of their own live in the migrations: Tortoise has no composite keys."""

from store.models.automations import Automation, Due, Run
from store.models.clients import Account, AccountRole, ClientStatus, Contact, CustomField, Tag
from store.models.documents import Document
from store.models.firm import Firm, Invitation, Member, PortalLink, Session, User
from store.models.items import Item, ItemTemplate, Subtask, Task, TaskTemplate
from store.models.jobs import Comment, Job, JobTemplate, Notification, StageVisit, StatusStay, TimeEntry
from store.models.logs import AuditEntry, Event, HistoryEntry
from store.models.mail import Email, EmailTemplate, WebhookCall
from store.models.pipelines import JobStatus, Pipeline, Stage
from store.models.recurrences import Recurrence

__all__ = [
    "Account",
    "AccountRole",
    "AuditEntry",
    "Automation",
    "ClientStatus",
    "Comment",
    "Contact",
    "CustomField",
    "Document",
    "Due",
    "Email",
    "EmailTemplate",
    "Event",
    "Firm",
    "HistoryEntry",
    "Invitation",
    "Item",
    "ItemTemplate",
    "Job",
    "JobStatus",
    "JobTemplate",
    "Member",
    "Notification",
    "Pipeline",
    "PortalLink",
    "Recurrence",
    "Run",
    "Session",
    "Stage",
    "StageVisit",
    "StatusStay",
    "Subtask",
    "Tag",
    "Task",
    "TaskTemplate",
    "TimeEntry",
    "User",
    "WebhookCall",
]
