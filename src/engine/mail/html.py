"""HTML that members write and clients read: what of it is safe, and the same as text."""

from html.parser import HTMLParser
from typing import Final

import nh3

_BLOCKS: Final = frozenset(
    {"address", "article", "blockquote", "center", "div", "dl", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"header", "hr", "ol", "p", "pre", "section", "table", "ul"}
)
_LINES: Final = frozenset({"br", "caption", "dd", "dt", "li", "tr"})
_ATTRIBUTES: Final = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "*": {"align", "dir", "lang", "style", "title"},
    "table": {"bgcolor", "border", "cellpadding", "cellspacing", "width"},
    "td": {"bgcolor", "colspan", "height", "rowspan", "valign", "width"},
    "th": {"bgcolor", "colspan", "height", "rowspan", "scope", "valign", "width"},
    "tr": {"bgcolor", "valign"},
}
_STYLES: Final = {
    *("background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left", "border-radius"),
    *("border-right", "border-spacing", "border-style", "border-top", "border-width", "color", "display", "font"),
    *("font-family", "font-size", "font-style", "font-weight", "height", "letter-spacing", "line-height"),
    *("list-style-type", "margin", "margin-bottom", "margin-left", "margin-right", "margin-top", "max-width"),
    *("min-width", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align"),
    *("text-decoration", "text-transform", "vertical-align", "white-space", "width"),
}
_CLEANER: Final = nh3.Cleaner(
    clean_content_tags={"head", "script", "style", "title"},
    attributes=_ATTRIBUTES,
    filter_style_properties=_STYLES,
    url_schemes={"http", "https", "mailto", "tel"},
    url_relative="deny",  # an e-mail has no place that an address could be relative to
)


def cleaned(html: str) -> str:
    """The HTML with nothing that runs, loads, or covers what is around it: tags, attributes and styles from a list."""
    return _CLEANER.clean(html).strip()


def as_text(html: str) -> str:
    """What the HTML says, for programs that show text only: paragraphs, lists, and the addresses of links."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text


class _Reader(HTMLParser):
    """Collects the words; breaks of lines are kept until there is a word behind them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self._break = ""
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A new line, a dash for a list's, an image's words."""
        self._end_line(tag)
        if tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.text)))
        elif tag == "li":
            self._add("- ")
        elif tag in {"td", "th"}:
            self._space()
        elif tag == "img":
            self._add(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        """The end of a line; behind a link its address, unless that is what it shows."""
        if tag == "a" and self._links:
            address, begin = self._links.pop()
            if address and address.removeprefix("mailto:") not in self.text[begin:]:
                self._add(f" ({address})")
        self._end_line(tag)

    def handle_data(self, data: str) -> None:
        """Words, with single spaces between."""
        words = data.split()
        if data[:1].isspace() or not words:
            self._space()
        if words:
            self._add(" ".join(words))
            if data[-1:].isspace():
                self._space()

    def _end_line(self, tag: str) -> None:
        wanted = "\n\n" if tag in _BLOCKS else "\n" if tag in _LINES else ""
        if len(wanted) > self._break.count("\n"):
            self._break = wanted

    def _space(self) -> None:
        self._break = self._break or " "

    def _add(self, words: str) -> None:
        if words:
            self.text += self._break + words if self.text else words
            self._break = ""
