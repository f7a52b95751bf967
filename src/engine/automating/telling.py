"""Texts that tell of accounts what is for those with access to the whole of them (AC3).

Whoever sees the job reads what automations and templates say of it, so it takes the right to see every account to have
them say this. What another has said may stay.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from engine.automating import setting
from engine.enums import AccessRight
from engine.mail import shortcodes
from engine.work import Work
from store.database import Db
from store.ids import prefix_of
from store.writes import job_templates, task_templates

_TEXTS: Final[Mapping[str, Callable[[Db, str, str], Awaitable[str]]]] = {
    "jobtemplate": job_templates.texts,
    "tasktemplate": task_templates.texts,
}
"""All that the templates say of whose texts whoever sees the job reads what is made by them, by their prefixes."""


def permit_text(work: Work, text: str | None, *path: str) -> None:
    """Refuses a text that tells more than the viewer may have told."""
    if shortcodes.is_private(text):
        work.viewer.need(AccessRight.VIEW_ALL_ACCOUNTS, *path)


async def permit_template(work: Work, template_id: str, *path: str) -> None:
    """Refuses to have jobs or tasks made by a template that tells more; the template is there."""
    permit_text(work, await _TEXTS[prefix_of(template_id)](work.db, work.firm_id, template_id), *path)


async def permit(work: Work, config: Any, before: Any, *path: str) -> None:
    """Refuses to have an automation say more, or to others, than it does by the configuration ``before``, if any."""
    if config == before:
        return
    for name, one in setting.settings(type(config)).items():
        value = getattr(config, name)
        if isinstance(one, setting.Text) and one.shortcodes:
            permit_text(work, value, *path, name)
        if isinstance(one, setting.Reference) and one.prefix in _TEXTS and value is not None:
            await permit_template(work, value, *path, name)
