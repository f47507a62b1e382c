"""Policy files that cannot be trusted are refused, with file, line and parameter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.policy.book import SHIPPED, PolicyBook
from core.policy.files import PolicyInvalid
from core.policy.loader import read_directory, read_path

SOUND = """\
section: A
title: Interest
parameters:
  late_fee.floor:
    title: Least late fee
    chinese: least
    unit: yuan
    allowed: {min: "0.00", max: "30.00"}
    values:
      2017-01-01:
        value: "10.00"
        source: {title: A law, reference: Art. 1, status: found, confidence: H}
"""


def faults_of(text: str, tmp_path: Path) -> list[str]:
    file = tmp_path / "a.yaml"
    file.write_text(text, "utf-8")
    return [str(fault).removeprefix(str(tmp_path)) for fault in read_path(file).faults]


def test_a_sound_file_has_no_fault(tmp_path: Path) -> None:
    assert faults_of(SOUND, tmp_path) == []


@pytest.mark.parametrize(("good", "bad", "line", "words"), [
    ('value: "10.00"', "value: 10.00", 11, "float"),
    ('value: "10.00"', "value: 10", 11, "not a value of unit yuan"),
    ('value: "10.00"', 'value: "10.001"', 11, "not a value of unit yuan"),
    ('value: "10.00"', 'value: "1e1"', 11, "not a value of unit yuan"),
    ('value: "10.00"', 'value: ["10.00"]', 11, "one value of unit yuan"),
    ('value: "10.00"', 'value: "31.00"', 11, "out of its allowed range"),
    ('        value: "10.00"\n', "", 11, "explicit null"),
    ("2017-01-01:", "always:", 11, "not a date"),
    ("2017-01-01:", "2017-02-30:", 11, "not a date"),
    ("unit: yuan", "unit: dollars", 7, "unknown unit"),
    ("    unit: yuan\n", "", 5, "unit is missing"),
    ('    allowed: {min: "0.00", max: "30.00"}\n', "", 5, "allowed range is missing"),
    ("        source: {title: A law, reference: Art. 1, status: found, confidence: H}\n", "", 11, "source is missing"),
    (", status: found", "", 12, "status is missing"),
    (", confidence: H", "", 12, "confidence is missing"),
    ("confidence: H", "confidence: X", 12, "confidence is"),
    ("confidence: H", 'confidence: "-"', 12, "only a design default"),
    ("status: found", "status: guess", 12, "a status is one of"),
    ("title: A law", "title: ", 12, "title must be a text"),
    ("reference: Art. 1", "reference: Art. 1, href: x", 12, "unknown key 'href'"),
    ("    chinese: least", "    chinese: least\n    color: red", 7, "unknown key 'color'"),
    ("    title: Least late fee", "    title: Least late fee\n    title: Again", 6, "duplicate key 'title'"),
    ("late_fee.floor:", "Late Fee:", 5, "a name is lower case"),
])
def test_a_fault_names_its_line_and_parameter(good: str, bad: str, line: int, words: str, tmp_path: Path) -> None:
    assert good in SOUND
    faults = faults_of(SOUND.replace(good, bad, 1), tmp_path)
    parameter = "Late Fee" if bad == "Late Fee:" else "late_fee.floor"
    assert any(fault.startswith(f"/a.yaml:{line}: {parameter}: ") and words in fault for fault in faults), faults


def test_the_same_date_twice_is_a_fault(tmp_path: Path) -> None:
    again = SOUND[SOUND.index("      2017-01-01"):]
    assert faults_of(SOUND + again, tmp_path) == ["/a.yaml:13: late_fee.floor: duplicate key '2017-01-01'"]


def test_all_faults_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    broken = SOUND.replace('"10.00"', "10.00").replace("confidence: H", "confidence: X").replace(
        "    chinese: least\n", "")
    assert len(faults_of(broken, tmp_path)) == 3


def test_a_repealed_value_is_an_explicit_null(tmp_path: Path) -> None:
    assert faults_of(SOUND.replace('value: "10.00"', "value: null"), tmp_path) == []


@pytest.mark.parametrize("text", ["", "[", "a: [1", "- 1", "\x00", "parameters: 3", "section: A\ntitle: T\n",
                                  "a: &a [*a]", "section: [A]\ntitle: {}\nparameters: []"])
def test_any_text_is_refused_with_a_line_and_never_crashes(text: str, tmp_path: Path) -> None:
    faults = faults_of(text, tmp_path)
    assert faults
    assert all(fault.split(":")[1].isdigit() for fault in faults)


def test_bytes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00a: b\xc3")
    assert read_path(tmp_path / "a.yaml").faults


def test_a_folder_needs_a_version_and_a_standard_issuer(tmp_path: Path) -> None:
    assert "policy.yaml" in str(read_directory(tmp_path).faults[0])
    (tmp_path / "policy.yaml").write_text('version: "1"\n', "utf-8")
    (tmp_path / "a.yaml").write_text(SOUND, "utf-8")
    problems = "\n".join(map(str, read_directory(tmp_path).faults))
    assert "version is" in problems
    assert "'standard' is missing" in problems
    with pytest.raises(PolicyInvalid, match="standard"):
        PolicyBook.load(tmp_path)


def test_an_issuer_may_only_override_what_is_declared_and_within_its_range(tmp_path: Path) -> None:
    folder = tmp_path / "issuers"
    folder.mkdir()
    (tmp_path / "a.yaml").write_text(SOUND, "utf-8")
    source = "{title: T, reference: R, status: found, confidence: M}"
    profile = folder / "dear.yaml"
    profile.write_text(
        "issuer: dear\ntitle: Dear\noverrides:\n"
        f'  late_fee.floor:\n    2020-01-01:\n      value: "99.00"\n      source: {source}\n'
        f'  late_fee.ceiling:\n    2020-01-01:\n      value: "1.00"\n      source: {source}\n', "utf-8")
    faults = [str(fault).removeprefix(str(folder)) for fault in read_path(profile).faults]
    assert faults == ["/dear.yaml:6: late_fee.floor: 99.00 is out of its allowed range",
                      "/dear.yaml:9: late_fee.ceiling: no section declares this parameter"]


def test_the_command_reports_faults_and_exits_1(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(SOUND.replace('"10.00"', "10.00"), "utf-8")
    wrong = portal("policy", "validate", str(file))
    assert (wrong.returncode, wrong.stdout.strip()) == (
        1, f"{file}:11: late_fee.floor: 10.00 is a float and not exact; put it in quotes")
    assert portal("policy", "validate", str(SHIPPED)).returncode == 0


def test_the_command_shows_a_value_with_its_source_and_marks_the_unconfirmed() -> None:
    shown = portal("policy", "show", "complaint", "--on", "2026-11-22")
    assert shown.returncode == 0
    assert "12378" in shown.stdout
    assert "unconfirmed" in shown.stdout
    assert "values in force on 2026-11-22" in shown.stdout
    assert f"newest: {PolicyBook.load(SHIPPED).newest_date}" in shown.stdout
    history = portal("policy", "show", "grace.interest_free_max")
    assert "1999-03-01" in history.stdout
    assert "none" in history.stdout
    unknown = portal("policy", "show", "no.such")
    assert (unknown.returncode, "Traceback" in unknown.stderr) == (1, False)


def portal(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", "from portal.cli import main; main()", *arguments],
                          capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "COLUMNS": "200"})


@pytest.mark.parametrize(("said", "fault"), [("basis: practice", None), ("basis: rule", None),
                                             ("title_zh: \u6cd5", None),
                                             ("basis: hearsay", "a basis is"), ("title_zh: ''", "title_zh must be")])
def test_a_source_may_say_its_chinese_title_and_whether_it_binds(said: str, fault: str | None, tmp_path: Path) -> None:
    faults = faults_of(SOUND.replace("status: found", f"{said}, status: found"), tmp_path)
    assert [fault in found for found in faults] == [True] if fault else faults == []
