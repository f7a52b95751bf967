"""The pages for people, and what stands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SPAN = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        """Its path in the repository."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """All but the fenced blocks."""
        return FENCE.sub("", self.text)

    def blocks(self, language: str, section: str = "") -> list[str]:
        """The fenced blocks of a language, in the section of a heading or everywhere."""
        text = re.split(rf"^## {section}$", self.text, flags=re.MULTILINE)[1] if section else self.text
        text = re.split(r"^## ", text, flags=re.MULTILINE)[0] if section else text
        return [body for kind, body in FENCE.findall(text) if kind == language]

    @property
    def code(self) -> list[str]:
        """Every fenced block and every span of code."""
        return [body for _, body in FENCE.findall(self.text)] + SPAN.findall(self.prose)

    @property
    def links(self) -> list[str]:
        """The targets of its links to this repository."""
        return [target for target in LINK.findall(self.prose) if "://" not in target]

    @property
    def anchors(self) -> set[str]:
        """What can be linked to in it, as GitHub names it."""
        headings = re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

    def rows(self, first: str) -> list[list[str]]:
        """The rows of the table whose first heading is ``first``, as lists of cells."""
        table = re.search(rf"^\| {first} \|.*\n\| ---.*\n((?:\|.*\n)+)", self.text, re.MULTILINE)
        assert table, f"{self.name} has no table of {first}"
        return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[1].splitlines()]


README = Page(ROOT / "README.md")
DOCS = [Page(path) for path in sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = [page for page in DOCS if page.path.parent.name == "decisions"]
PAGES = [README, Page(ROOT / "CHANGELOG.md"), *DOCS]
