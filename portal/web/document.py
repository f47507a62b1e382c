"""The one HTML document: Streamlit's start page with our language, title, style and script put in.

Built once per language when the server starts. Its only inline script is dropped, so that the
content security policy needs no exception; should a later Streamlit bring another, its hash is allowed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from streamlit.file_util import get_static_dir

from portal import i18n

STATIC = Path(__file__).resolve().parent.parent / "static"
_PRERENDER = re.compile(r"<script>\s*window\.prerenderReady = false\s*</script>")
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_LANG = {"zh_CN": "zh-CN", "en": "en"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of ours, with the address that changes when it does."""

    name: str
    body: bytes
    media_type: str

    @property
    def url(self) -> str:
        """Cacheable for ever: another content has another address."""
        return f"/assets/{self.name}?v={hashlib.sha256(self.body).hexdigest()[:12]}"


_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@cache
def assets() -> dict[str, Asset]:
    """Our own static files by name."""
    return {path.name: Asset(path.name, path.read_bytes(), _TYPES[path.suffix])
            for path in sorted(STATIC.iterdir()) if path.suffix in _TYPES}


@cache
def document(locale: str) -> str:
    """The start page in ``locale``."""
    ours = assets()
    with i18n.speaking(locale):
        title, noscript = escape(i18n.t("common.product")), escape(i18n.t("common.noscript"))
    html = (Path(get_static_dir()) / "index.html").read_text(encoding="utf-8")
    html = re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)
    html = _PRERENDER.sub("", html)
    html = re.sub(r'<html lang="[^"]*">', f'<html lang="{_LANG[locale]}" translate="no">', html)
    html = re.sub(r"<title>.*?</title>", f"<title>{title}</title>", html, flags=re.DOTALL)
    html = re.sub(r"<noscript>.*?</noscript>", f"<noscript><p>{noscript}</p></noscript>", html, flags=re.DOTALL)
    html = re.sub(r"<link[^>]*\b(shortcut icon|service-desc|preload)\"[^>]*/>", "", html)
    # Ours comes first: it tells Streamlit's front end where its server is before that looks.
    head = (f'<link rel="icon" type="image/svg+xml" href="{ours["mark.svg"].url}" />'
            f'<script src="{ours["portal.js"].url}"></script>')
    html = html.replace('<meta charset="UTF-8" />', f'<meta charset="UTF-8" />{head}', 1)
    return html.replace("</head>", f'<link rel="stylesheet" href="{ours["portal.css"].url}" /></head>', 1).strip()


@cache
def lost(locale: str) -> str:
    """The page in ``locale`` for an address that leads nowhere, with the way home."""
    ours = assets()
    with i18n.speaking(locale):
        product, title, text, home = (escape(i18n.t(key)) for key in (
            "common.product", "common.lost.title", "common.lost.text", "common.lost.home"))
    return (f'<!DOCTYPE html><html lang="{_LANG[locale]}" translate="no"><head><meta charset="UTF-8" />'
            f'<meta name="viewport" content="width=device-width, initial-scale=1" />'
            f'<title>{title} · {product}</title><link rel="icon" type="image/svg+xml" href="{ours["mark.svg"].url}" />'
            f'<link rel="stylesheet" href="{ours["portal.css"].url}" /></head><body class="portal-lost">'
            f'<main><p><strong>{product}</strong></p><h1>{title}</h1><p>{text}</p><a href="/">{home}</a></main>'
            f'</body></html>')


@cache
def content_security_policy() -> str:
    """What the browser may load and run: ours only, plus the inline styles Streamlit cannot do without."""
    hashes = {base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
              for locale in i18n.LOCALES for script in _INLINE.findall(document(locale))}
    scripts = " ".join(["'self'", *(f"'sha256-{value}'" for value in sorted(hashes))])
    return "; ".join((
        "default-src 'none'", f"script-src {scripts}", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:",
        "font-src 'self' data:", "connect-src 'self'", "manifest-src 'self'", "form-action 'self'", "base-uri 'none'",
        "frame-ancestors 'none'"))
