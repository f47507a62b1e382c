"""The check of the message catalogues passes on this project and fails on each fault it is there for."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.catalogue.check import ROOT, check
from portal.catalogue.endings import error_codes
from portal.catalogue.keys import DYNAMIC

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: {plural}\\n"\n\n'
PLURAL = {"zh_CN": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
CODE = "from portal.i18n import t\nprint(t('staff.title'))\nprint(t('staff.count', requests=1))\n"
GOOD = {
    "zh_CN": {"staff.title": "统计", "staff.count": "{requests} 笔"},
    "en": {"staff.title": "Statistics", "staff.count": "{requests} requests"},
}


class Project:
    """A small project whose catalogues and code are complete, to be spoiled."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for locale, texts in GOOD.items():
            self.write(locale, "".join(f'msgid "{key}"\nmsgstr "{text}"\n\n' for key, text in texts.items()))
        self.code(CODE)

    def write(self, locale: str, body: str, area: str = "staff") -> None:
        path = self.root / "portal" / "locale" / locale / "LC_MESSAGES" / f"{area}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD.format(plural=PLURAL[locale]) + body, encoding="utf-8")

    def replace(self, locale: str, old: str, new: str) -> None:
        path = self.root / "portal" / "locale" / locale / "LC_MESSAGES" / "staff.po"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def code(self, source: str, file: str = "pages/staff/page.py") -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")

    def faults(self) -> list[str]:
        return check(self.root, {})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    assert project.faults() == []
    return project


def test_this_project_has_no_fault() -> None:
    assert check(ROOT, DYNAMIC) == []


@pytest.mark.parametrize(("locale", "old", "new", "expected"), [
    ("en", 'msgstr "Statistics"', 'msgstr ""', "staff.title has no text"),
    ("zh_CN", 'msgstr "统计"', 'msgstr "  "', "staff.title has no text"),
    ("en", 'msgid "staff.title"\nmsgstr "Statistics"\n', "", "staff.title is missing in en"),
    ("zh_CN", 'msgid "staff.title"\nmsgstr "统计"\n', "", "staff.title is missing in zh_CN"),
    ("en", 'msgid "staff.title"', '#, fuzzy\nmsgid "staff.title"', "staff.title is marked fuzzy"),
    ("en", "{requests} requests", "{count} requests", "staff.count fills ['count'] in en"),
    ("zh_CN", "{requests} 笔", "若干笔", "staff.count fills ['requests'] in en, [] in zh_CN"),
    ("en", "{requests} requests", "{requests requests", "staff.count has unbalanced braces"),
    ("en", '"Statistics"', '"Statistics 统计"', "staff.title has Chinese in en"),
    ("en", '"Statistics"', '"Statistics（all）"', "staff.title has Chinese in en"),
    ("zh_CN", '"统计"', '"Request statistics"', "staff.title reads as English"),
    ("zh_CN", '"统计"', '"统计 of all requests"', "staff.title reads as English"),
    ("zh_CN", '"统计"', '"Statistics"', "staff.title has no Chinese"),
    ("en", 'msgid "staff.title"', 'msgid "admin.title"', "admin.title does not begin with its area staff"),
])
def test_a_fault_in_a_catalogue_is_found(project: Project, locale: str, old: str, new: str, expected: str) -> None:
    project.replace(locale, old, new)
    assert any(expected in fault for fault in project.faults())


def test_a_key_in_two_files_is_found(project: Project) -> None:
    for locale in GOOD:
        project.write(locale, f'msgid "staff.title"\nmsgstr "{GOOD[locale]["staff.title"]}"\n', area="admin")
    assert any("staff.title is also in" in fault for fault in project.faults())


def test_a_file_of_no_area_is_found(project: Project) -> None:
    project.write("en", "", area="other")
    assert any("no area is called other" in fault for fault in project.faults())


def test_a_missing_plural_form_is_found(project: Project) -> None:
    project.code(CODE + "from portal.i18n import tn\nprint(tn('staff.days', 2))\n")
    days = 'msgid "staff.days"\nmsgid_plural "staff.days.many"\n'
    for locale, texts in GOOD.items():
        body = "".join(f'msgid "{key}"\nmsgstr "{text}"\n\n' for key, text in texts.items())
        forms = ["{count} 天"] if locale == "zh_CN" else ["{count} day", "{count} days"]
        project.write(locale, body + days + "".join(f'msgstr[{n}] "{form}"\n' for n, form in enumerate(forms)))
    assert project.faults() == []
    project.replace("en", 'msgstr[1] "{count} days"\n', 'msgstr[1] ""\n')
    assert any("staff.days has no text" in fault for fault in project.faults())


@pytest.mark.parametrize(("source", "expected"), [
    ("t('staff.other')", "staff.other is in no catalogue"),
    ("t('Statistics')", "not a key: 'Statistics'"),
    ("t('staff.count')", "staff.count is given [] but fills ['requests']"),
    ("t('staff.count', count=1)", "staff.count is given ['count'] but fills ['requests']"),
    ("t('staff.title' if 1 else 'staff.nothing')", "staff.nothing is in no catalogue"),
    ("t(f'staff.state.{1}')", "keys beginning 'staff.state.' are not declared"),
    ("t(f'{1}.title')", "keys beginning '' are not declared"),
    ("spec(title_key='staff.nothing')", "staff.nothing is in no catalogue"),
    ("st.write('Hello there')", "words for the reader in code: 'Hello there'"),
    ("st.markdown(f'## Hello {1}')", "words for the reader in code"),
    ("column.button(label='Send')", "words for the reader in code: 'Send'"),
    ("st.text_input(t('staff.title'), help='Type here')", "words for the reader in code: 'Type here'"),
    ("st.tabs(['One thing', t('staff.title')])", "words for the reader in code: 'One thing'"),
    ("st.info('Good ' + t('staff.title'))", "words for the reader in code: 'Good '"),
    ("x = '\u7edf\u8ba1'", "Chinese text or punctuation in code"),
    ("# \u7edf\u8ba1", "Chinese text or punctuation in code"),
])
def test_a_fault_in_code_is_found(project: Project, source: str, expected: str) -> None:
    project.code(f"{CODE}{source}\n")
    assert any(expected in fault for fault in project.faults())


@pytest.mark.parametrize("source", [
    "st.markdown(f\"<div class='card'>{t('staff.title')}</div>\")",
    "st.markdown(f\"#### {t('staff.title')}\")",
    "st.text_input(t('staff.title'), key='staff_title', autocomplete='username')",
    "_log.error('went wrong')",
    "st.write(f'{1:%H:%M}')",
])
def test_markup_keys_and_logs_are_not_taken_for_words(project: Project, source: str) -> None:
    project.code(f"{CODE}{source}\n")
    assert project.faults() == []


def test_a_text_nobody_asks_for_is_found(project: Project) -> None:
    project.code("from portal.i18n import t\nprint(t('staff.title'))\n")
    assert any("staff.count is used nowhere" in fault for fault in project.faults())


def test_a_key_kept_in_a_table_counts_as_used(project: Project) -> None:
    project.code("KEYS = ['staff.title', 'staff.count']\n")
    assert project.faults() == []


def test_a_declared_beginning_needs_every_ending(project: Project) -> None:
    project.code("from portal.i18n import t\nprint(t(f'staff.{1}'))\n")
    assert check(project.root, {"staff.": None}) == []
    faults = check(project.root, {"staff.": lambda root: ["title", "count", "gone"]})
    assert faults == ["portal/catalogue/keys.py: staff.gone is in no catalogue"]


def test_a_declared_beginning_may_be_handed_about_by_its_name(project: Project) -> None:
    source = "from portal.i18n import t\nOF = 'staff.kind'\nprint(t(f'{OF}.{1}'))\n"
    project.code(source, "pages/staff/other.py")
    assert any("keys beginning ''" in fault for fault in project.faults())
    assert check(project.root, {"staff.kind.": None}) == []


def test_a_new_error_code_of_a_service_needs_words(project: Project) -> None:
    project.code("raise Conflict('taken')\nraise InvalidInput('too_long', 'x')\n", "core/services/requests.py")
    project.code("raise InvalidInput('bad_row', 'x')\n", "core/services/importing/load.py")
    assert error_codes(project.root) == ["taken", "too_long"]
