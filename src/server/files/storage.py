"""Where this installation keeps the bytes of files."""

from __future__ import annotations

from typing import Final

from server.settings import Settings
from store.objects import Objects

FOLDER: Final = "files"
"""Of DATA_DIR, where files go without FILES_URL."""


def storage(settings: Settings) -> Objects:
    """The storage of FILES_URL, or without one a folder."""
    if settings.files_url is None:
        return Objects.in_folder((settings.data_dir / FOLDER).absolute())
    return Objects.of(settings.files_url)
