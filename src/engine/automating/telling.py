"""Texts that tell of accounts what is for those with access to the whole of them (AC3).

Whoever sees the job reads what automations and templates say of it, so it takes the right to see every account to have
them say this. What another has said may stay.
"""

from typing import Any

from engine.automating import setting
from engine.enums import AccessRight
from engine.mail import shortcodes
from engine.work import Work
from store.writes import job_templates


def permit_text(work: Work, text: str | None, *path: str) -> None:
    """Refuses a text that tells more than the viewer may have told."""
    if shortcodes.is_private(text):
        work.viewer.need(AccessRight.VIEW_ALL_ACCOUNTS, *path)


async def permit_template(work: Work, template_id: str, *path: str) -> None:
    """Refuses to have jobs made by a job template that tells more; the template is there."""
    permit_text(work, await job_templates.texts(work.db, work.firm_id, template_id), *path)


async def permit(work: Work, config: Any, before: Any, *path: str) -> None:
    """Refuses to have an automation say more, or to others, than it does by the configuration ``before``, if any."""
    if config == before:
        return
    for name, one in setting.settings(type(config)).items():
        value = getattr(config, name)
        if isinstance(one, setting.Text) and one.shortcodes:
            permit_text(work, value, *path, name)
        if isinstance(one, setting.Reference) and one.prefix == "jobtemplate" and value is not None:
            await permit_template(work, value, *path, name)
