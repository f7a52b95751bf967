"""The GraphiQL page: an editor for the API in the browser, for development.

Its files come from `.ide/` at the root of the repository, where `make ide` puts them; without them the page loads the
same versions from a CDN. Either way the browser takes them only if their hash is the one below.
"""

import secrets
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

FOLDER: Final = Path(__file__).resolve().parents[2] / ".ide"
CDN: Final = "https://unpkg.com"


@dataclass(frozen=True, slots=True)
class File:
    """One file of the page, as npm publishes it."""

    package: str
    version: str
    path: str
    sha384: str
    """The hash of its content, in base 64."""

    @property
    def name(self) -> str:
        """Its name at `/ide/`."""
        return self.path.rpartition("/")[2]

    def local(self, folder: Path) -> Path | None:
        """Where `make ide` put it, if it did."""
        places = (folder / self.name, folder / "node_modules" / self.package / self.path)
        return next((place for place in places if place.is_file()), None)

    def tag(self, folder: Path) -> str:
        """The HTML element that loads it."""
        url = f"/ide/{self.name}" if self.local(folder) else f"{CDN}/{self.package}@{self.version}/{self.path}"
        checked = f'integrity="sha384-{self.sha384}" crossorigin="anonymous"'
        if self.name.endswith(".css"):
            return f'<link rel="stylesheet" href="{url}" {checked}>'
        return f'<script src="{url}" {checked}></script>'


# fmt: off
FILES: Final = (
    File(
        "react",
        "18.2.0",
        "umd/react.production.min.js",
        "tMH8h3BGESGckSAVGZ82T9n90ztNXxvdwvdM6UoR56cYcf+0iGXBliJ29D+wZ/x8",
    ),
    File(
        "react-dom",
        "18.2.0",
        "umd/react-dom.production.min.js",
        "bm7MnzvK++ykSwVJ2tynSE5TRdN+xL418osEVF2DE/L/gfWHj91J2Sphe582B1Bh",
    ),
    File("graphiql", "3.8.3", "graphiql.min.js",
         "HbRVEFG0JGJZeAHCJ9Xm2+tpknBQ7QZmNlO/DgZtkZ0aJSypT96YYGRNod99l9Ie"),
    File("graphiql", "3.8.3", "graphiql.min.css",
         "Mq3vbRBY71jfjQAt/DcjxUIYY33ksal4cgdRt9U/hNPvHBCaT2JfJ/PTRiPKf0aM"),
)
# fmt: on

_PAGE: Final = Path(__file__).with_name("graphiql.html").read_text(encoding="utf-8")
_POLICY: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline' {cdn}; "
    "script-src 'self' 'nonce-{nonce}' {cdn}"
)


def is_wanted(request: Request) -> bool:
    """Whether a browser opens the address, rather than a client sending a query."""
    accepts = "text/html" in request.headers.get("accept", "")
    return request.method in {"GET", "HEAD"} and accepts and "query" not in request.query_params


def page() -> Response:
    """The page. It is shown in no frame, and runs no script but its own and its files."""
    nonce = secrets.token_urlsafe(16)
    tags = "\n".join(file.tag(FOLDER) for file in FILES)
    html = _PAGE.replace("{{files}}", tags).replace("{{nonce}}", nonce)
    headers = {
        "content-security-policy": _POLICY.format(cdn=CDN, nonce=nonce),
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    return HTMLResponse(html, headers=headers)


async def file(request: Request) -> Response:
    """One of the page's files, from `.ide/`."""
    name = request.path_params["name"]
    found = next((entry.local(FOLDER) for entry in FILES if entry.name == name), None)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return FileResponse(found, headers={"cache-control": "max-age=3600"})
