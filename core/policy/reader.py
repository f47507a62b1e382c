"""From the YAML nodes of one policy file to typed values; every fault names its line.

Works on nodes, not on loaded objects, so that duplicate keys are seen and a number never passes
through a float on its way to exact money.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import yaml

from core.domain.errors import InvalidInput
from core.domain.money import parse_yuan
from core.policy.files import Fault, Issuer, PolicyFiles
from core.policy.model import (
    DECIMAL_UNITS,
    INTEGER_UNITS,
    MONEY_UNITS,
    Allowed,
    Basis,
    Confidence,
    DatedValue,
    Parameter,
    Scalar,
    Shape,
    Source,
    Status,
    Unit,
    Value,
)

_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
_INTEGER = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = re.compile(r"([01][0-9]|2[0-4]):[0-5][0-9]", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*", re.ASCII)
_VERSION = re.compile(r"[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,3}", re.ASCII)

_PARAMETER_KEYS = {"title", "chinese", "unit", "shape", "allowed", "values"}
_NEED_RANGE = DECIMAL_UNITS | INTEGER_UNITS | MONEY_UNITS | {Unit.CHOICE}


class Reader:
    """Turns the nodes of one file into values; notes every fault instead of stopping at the first."""

    def __init__(self, file: str, files: PolicyFiles) -> None:
        self.file = file
        self.files = files

    # Faults and nodes

    def fault_at(self, line: int, parameter: str, problem: str) -> None:
        self.files.faults.append(Fault(self.file, line, parameter, problem))

    def fault(self, node: yaml.Node, parameter: str, problem: str) -> None:
        self.fault_at(node.start_mark.line + 1, parameter, problem)

    def mapping(self, node: yaml.Node, parameter: str, allowed: set[str] | None = None) -> dict[str, yaml.Node]:
        """Keys as written, in order; a key twice or one nobody reads is a fault."""
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, parameter, "a mapping is needed here")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name in found:
                self.fault(key, parameter or name, f"duplicate key {name!r}")
            elif allowed is not None and name not in allowed:
                self.fault(key, parameter, f"unknown key {name!r}")
            found[name] = value
        return found

    def words(self, keys: Mapping[str, yaml.Node], name: str, parent: yaml.Node, parameter: str) -> str:
        """A non-empty text under ``name``; its absence is a fault of the parent's line."""
        node = keys.get(name)
        if node is None:
            self.fault(parent, parameter, f"{name} is missing")
            return ""
        if not isinstance(node, yaml.ScalarNode) or node.tag.endswith((":null", ":float")) or not node.value.strip():
            self.fault(node, parameter, f"{name} must be a text")
            return ""
        return str(node.value).strip()

    # The three kinds of file

    def version(self, keys: Mapping[str, yaml.Node]) -> None:
        node = keys["version"]
        if not isinstance(node, yaml.ScalarNode) or not _VERSION.fullmatch(node.value):
            self.fault(node, "", "version is YEAR.MONTH.NUMBER, such as 2026.11.1")
            return
        self.files.version = node.value

    def section(self, root: yaml.Node, keys: Mapping[str, yaml.Node]) -> None:
        section = self.words(keys, "section", root, "")
        self.words(keys, "title", root, "")
        if "parameters" not in keys:
            self.fault(root, "", "parameters are missing")
            return
        for name, node in self.mapping(keys["parameters"], "").items():
            self.parameter(name, node, section)

    def issuer(self, root: yaml.Node, keys: Mapping[str, yaml.Node]) -> None:
        name = self.words(keys, "issuer", root, "")
        title = self.words(keys, "title", root, "")
        overrides: dict[str, tuple[DatedValue, ...]] = {}
        for parameter, node in self.mapping(keys["overrides"], "").items() if "overrides" in keys else ():
            known = self.files.parameters.get(parameter)
            if known is None:
                self.fault(node, parameter, "no section declares this parameter")
                continue
            overrides[parameter] = self.values(node, parameter, known.unit, known.shape, known.allowed)
        if name in self.files.issuers:
            self.fault(root, "", f"issuer {name!r} is declared twice")
        self.files.issuers[name] = Issuer(name, title, MappingProxyType(overrides))

    # One parameter

    def parameter(self, name: str, node: yaml.Node, section: str) -> None:
        if not _NAME.fullmatch(name):
            self.fault(node, name, "a name is lower case words joined by dots")
        if name in self.files.parameters:
            self.fault(node, name, "is declared twice")
        keys = self.mapping(node, name, _PARAMETER_KEYS)
        if not keys:
            return
        title = self.words(keys, "title", node, name)
        chinese = self.words(keys, "chinese", node, name)
        unit = self.unit(keys, node, name)
        if unit is None:
            return
        shape = self.shape(keys, name)
        allowed = self.allowed(keys.get("allowed"), name, unit)
        if "allowed" not in keys and unit in _NEED_RANGE:
            self.fault(node, name, "allowed range is missing")
        if "values" not in keys:
            self.fault(node, name, "values are missing")
            return
        values = self.values(keys["values"], name, unit, shape, allowed)
        self.files.parameters[name] = Parameter(name, section, title, chinese, unit, shape, allowed, values,
                                                self.file, node.start_mark.line)

    def unit(self, keys: Mapping[str, yaml.Node], parent: yaml.Node, name: str) -> Unit | None:
        text = self.words(keys, "unit", parent, name)
        if not text:
            return None
        try:
            return Unit(text)
        except ValueError:
            self.fault(keys["unit"], name, f"unknown unit {text!r}; known are {', '.join(Unit)}")
            return None

    def shape(self, keys: Mapping[str, yaml.Node], name: str) -> Shape:
        if "shape" not in keys:
            return Shape.SCALAR
        try:
            return Shape(keys["shape"].value)
        except ValueError:
            self.fault(keys["shape"], name, f"a shape is one of {', '.join(Shape)}")
            return Shape.SCALAR

    def allowed(self, node: yaml.Node | None, name: str, unit: Unit) -> Allowed:
        if node is None:
            return Allowed()
        keys = self.mapping(node, name, {"min", "max", "one_of"})
        choices: tuple[Scalar, ...] = ()
        if "one_of" in keys:
            read = self.value(keys["one_of"], name, unit, Shape.LIST, Allowed())
            choices = read if isinstance(read, tuple) else ()
        ends = [self.scalar(keys[end], name, unit) if end in keys else None for end in ("min", "max")]
        return Allowed(ends[0], ends[1], choices)

    def values(self, node: yaml.Node, name: str, unit: Unit, shape: Shape, allowed: Allowed) -> tuple[DatedValue, ...]:
        dated = []
        entries = self.mapping(node, name)
        if not entries:
            self.fault(node, name, "no value has a date")
        for key, entry in entries.items():
            from_date = self.date(key, entry, name)
            keys = self.mapping(entry, name, {"value", "source", "allowed", "note"})
            if not keys:
                continue
            own = self.allowed(keys["allowed"], name, unit) if "allowed" in keys else allowed
            source = self.source(keys, entry, name)
            note = self.words(keys, "note", entry, name) if "note" in keys else ""
            if "value" not in keys:
                self.fault(entry, name, "value is missing; a repealed one is an explicit null")
                continue
            value = self.value(keys["value"], name, unit, shape, own)
            if from_date and source:
                dated.append(DatedValue(from_date, value, source, own, note))
        return tuple(sorted(dated, key=lambda one: one.from_date))

    def date(self, text: str, node: yaml.Node, name: str) -> date | None:
        if _DATE.fullmatch(text):
            with suppress(ValueError):
                return date.fromisoformat(text)
        self.fault(node, name, f"{text!r} is not a date; every value stands under the date it took effect")
        return None

    def source(self, keys: Mapping[str, yaml.Node], parent: yaml.Node, name: str) -> Source | None:
        node = keys.get("source")
        if node is None:
            self.fault(parent, name, "source is missing")
            return None
        parts = self.mapping(node, name, {"title", "title_zh", "reference", "status", "confidence", "basis"})
        title, reference, status, confidence = (
            self.words(parts, part, node, name) for part in ("title", "reference", "status", "confidence"))
        if not (title and reference and status and confidence):
            return None
        if status not in tuple(Status):
            self.fault(parts["status"], name, f"a status is one of {', '.join(Status)}")
            return None
        graded = confidence in ("H", "M", "L") or (confidence == "-" and status == Status.DESIGN)
        if not graded:
            self.fault(parts["confidence"], name, "confidence is H, M or L; only a design default may have '-'")
            return None
        title_zh = self.words(parts, "title_zh", node, name) if "title_zh" in parts else title
        return Source(title, reference, Status(status), Confidence(confidence), title_zh,
                      self.basis(parts, status, name))

    def basis(self, parts: Mapping[str, yaml.Node], status: str, name: str) -> Basis:
        """What the source is to this lender; a design default is its own setting, anything else a rule unless said."""
        if "basis" not in parts:
            return Basis.OWN if status == Status.DESIGN else Basis.RULE
        text = self.words(parts, "basis", parts["basis"], name)
        if text not in (Basis.RULE, Basis.PRACTICE):
            self.fault(parts["basis"], name, "a basis is rule or practice; a design default needs none")
            return Basis.RULE
        return Basis(text)

    # Values

    def value(self, node: yaml.Node, name: str, unit: Unit, shape: Shape, allowed: Allowed) -> Value | None:
        if node.tag.endswith(":null"):
            return None
        if shape is Shape.LIST:
            if not isinstance(node, yaml.SequenceNode) or not node.value:
                self.fault(node, name, "a list with at least one item is needed")
                return None
            items = [self.checked(item, name, unit, allowed) for item in node.value]
            return tuple(item for item in items if item is not None)
        if shape is Shape.TABLE:
            cells = {key: self.checked(cell, name, unit, allowed) for key, cell in self.mapping(node, name).items()}
            return MappingProxyType({key: cell for key, cell in cells.items() if cell is not None})
        return self.checked(node, name, unit, allowed)

    def checked(self, node: yaml.Node, name: str, unit: Unit, allowed: Allowed) -> Scalar | None:
        value = self.scalar(node, name, unit)
        if value is not None and not allowed.holds(value):
            self.fault(node, name, f"{node.value} is out of its allowed range")
            return None
        return value

    def scalar(self, node: yaml.Node, name: str, unit: Unit) -> Scalar | None:
        """One typed value, or None and a fault."""
        kind = node.tag.rpartition(":")[2]
        if not isinstance(node, yaml.ScalarNode):
            self.fault(node, name, f"one value of unit {unit} is needed here")
        elif kind == "float":
            self.fault(node, name, f"{node.value} is a float and not exact; put it in quotes")
        elif (value := _typed(node.value, kind, unit)) is not None:
            return value
        else:
            self.fault(node, name, f"{node.value!r} is not a value of unit {unit}")
        return None


def _typed(text: str, kind: str, unit: Unit) -> Scalar | None:
    """``text`` as a value of ``unit``, or None. Money and rates are quoted, counts and flags are not."""
    if unit in MONEY_UNITS:
        try:
            return parse_yuan(text) if kind == "str" else None
        except InvalidInput:
            return None
    if unit in DECIMAL_UNITS:
        return Decimal(text) if kind in ("str", "int") and _DECIMAL.fullmatch(text) else None
    if unit in INTEGER_UNITS:
        return int(text) if kind == "int" and _INTEGER.fullmatch(text) else None
    if unit is Unit.FLAG:
        return {"true": True, "false": False}.get(text) if kind == "bool" else None
    if unit is Unit.TIME:
        return text if kind == "str" and _TIME.fullmatch(text) else None
    return text if kind == "str" and text.strip() else None
