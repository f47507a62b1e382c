"""Both languages complete, and no text anywhere else: every fault with its place."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

from portal.catalogue.code import AREAS, CJK, Use, python_files, read
from portal.catalogue.endings import Endings
from portal.i18n import LOCALES

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ("portal", "pages")
CHINESE = "zh_CN"
PLURAL_FORMS = {"zh_CN": 1, "en": 2}
# Latin words Chinese text may keep: the field's own, and codes shown as they are.
_LATIN_IN_CHINESE = {"CSV", "PDF", "SMS", "APR", "IRR", "CNY", "RMB", "ID", "URL", "PostgreSQL", "Art"}
_FORMULA = re.compile(r"\{[^}]*\}|<[^>]*>|`[^`]*`|https?://\S+|\(https?[^)]*\)")


@dataclass(frozen=True, slots=True)
class Text:
    """One message of one language: its text, or its plural forms."""

    where: str
    area: str
    key: str
    forms: tuple[str, ...]
    plural: bool
    fuzzy: bool

    @property
    def placeholders(self) -> frozenset[str]:
        """Names to fill, over all forms."""
        return frozenset().union(*(_placeholders(form) for form in self.forms))


def _placeholders(text: str) -> frozenset[str]:
    try:
        return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    except ValueError:
        return frozenset({"(unbalanced braces)"})


def catalogues(root: Path) -> tuple[dict[str, dict[str, Text]], list[str]]:
    """Per language its texts by key; and what is wrong with the files as files."""
    texts: dict[str, dict[str, Text]] = {}
    faults: list[str] = []
    for locale in LOCALES:
        found = texts[locale] = {}
        folder = root / "portal" / "locale" / locale / "LC_MESSAGES"
        for path in sorted(folder.glob("*.po")):
            name = path.relative_to(root).as_posix()
            if path.stem not in AREAS:
                faults.append(f"{name}: no area is called {path.stem}")
            for text in _texts(path, name):
                if text.key in found:
                    faults.append(f"{text.where}: {text.key} is also in {found[text.key].where}")
                found[text.key] = text
    return texts, faults


def _texts(path: Path, name: str) -> Iterator[Text]:
    with path.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    for message in catalogue:
        if not message.id:
            continue
        plural = isinstance(message.id, list | tuple)
        key = message.id[0] if plural else message.id
        forms = tuple(message.string) if plural else (message.string,)
        yield Text(f"{name}:{message.lineno}", path.stem, str(key), tuple(str(form) for form in forms), plural,
                   message.fuzzy)


def text_faults(texts: Mapping[str, Mapping[str, Text]]) -> Iterator[str]:
    """What is wrong with the texts: each by itself, and the languages against each other."""
    for locale, found in texts.items():
        for key, text in found.items():
            if not key.startswith(f"{text.area}."):
                yield f"{text.where}: {key} does not begin with its area {text.area}"
            if text.fuzzy:
                yield f"{text.where}: {key} is marked fuzzy"
            if not all(form.strip() for form in text.forms):
                yield f"{text.where}: {key} has no text"
            if text.plural and len(text.forms) != PLURAL_FORMS[locale]:
                yield f"{text.where}: {key} needs {PLURAL_FORMS[locale]} plural form(s)"
            if any("(unbalanced braces)" in _placeholders(form) for form in text.forms):
                yield f"{text.where}: {key} has unbalanced braces"
            yield from _language_faults(locale, text)
            for other, theirs in texts.items():
                if key not in theirs:
                    yield f"{text.where}: {key} is missing in {other}"
                elif locale < other and theirs[key].placeholders != text.placeholders:
                    yield (f"{text.where}: {key} fills {sorted(text.placeholders)} in {locale}, "
                           f"{sorted(theirs[key].placeholders)} in {other}")
                elif locale < other and theirs[key].plural != text.plural:
                    yield f"{text.where}: {key} has plural forms in one language only"


def _language_faults(locale: str, text: Text) -> Iterator[str]:
    for form in text.forms:
        plain = _FORMULA.sub(" ", form)
        if locale != CHINESE:
            if CJK.search(form):
                yield f"{text.where}: {text.key} has Chinese in {locale}"
            continue
        latin = [word for word in re.findall(r"[A-Za-z][A-Za-z'-]{2,}", plain) if word not in _LATIN_IN_CHINESE]
        if re.search(r"[A-Za-z]{3,} +[A-Za-z]{3,}", " ".join(latin) if not CJK.search(plain) else plain):
            yield f"{text.where}: {text.key} reads as English: {form!r}"
        elif latin and not CJK.search(plain):
            yield f"{text.where}: {text.key} has no Chinese: {form!r}"


def use_faults(root: Path, texts: Mapping[str, Mapping[str, Text]], uses: Iterable[Use],
               dynamic: Mapping[str, Endings]) -> Iterator[str]:
    """Keys asked for that are not there, values that do not fit, and keys nobody asks for."""
    known = texts[CHINESE]
    asked: set[str] = set()
    uses = list(uses)
    # A file may hand a declared beginning about by its name and put the ending to it elsewhere.
    naming = {_file(use) for use in uses if f"{use.key}." in dynamic}
    for use in uses:
        if f"{use.key}." in dynamic or (use.dynamic and not use.key and _file(use) in naming):
            continue
        if use.dynamic:
            if not any(use.key.startswith(beginning) for beginning in dynamic):
                yield f"{use.where}: keys beginning {use.key!r} are not declared in portal/catalogue/keys.py"
            continue
        asked.add(use.key)
        text = known.get(use.key)
        if text is None:
            yield f"{use.where}: {use.key} is in no catalogue"
        elif use.values is not None and use.values != text.placeholders:
            yield f"{use.where}: {use.key} is given {sorted(use.values)} but fills {sorted(text.placeholders)}"
    for beginning, endings in dynamic.items():
        for ending in endings(root) if endings else ():
            if beginning + ending not in known:
                yield f"portal/catalogue/keys.py: {beginning}{ending} is in no catalogue"
    for key, text in known.items():
        if key not in asked and not key.startswith(tuple(dynamic)):
            yield f"{text.where}: {key} is used nowhere"


def _file(use: Use) -> str:
    return use.where.rpartition(":")[0]


def check(root: Path, dynamic: Mapping[str, Endings]) -> list[str]:
    """Every fault of the catalogues and the code of the project at ``root``."""
    texts, faults = catalogues(root)
    faults += text_faults(texts)
    uses: list[Use] = []
    for path in python_files(root, *SCREENS):
        if path == root / "portal" / "catalogue" / "keys.py":  # says where keys come from; asks for none
            continue
        found, wrong = read(path, root)
        uses += found
        faults += [f"{fault.where}: {fault.problem}" for fault in wrong]
    faults += use_faults(root, texts, uses, dynamic)
    return list(dict.fromkeys(faults))
