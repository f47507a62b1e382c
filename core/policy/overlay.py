"""A policy as it would be: one changed file laid over the files in force, by the same strict reader.

The changed file is a section with the parameters that change, or an issuer profile. Its values replace those
in force from its own first date on; what it does not name stays as it is.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from core.policy.book import SHIPPED, PolicyBook, laid_over
from core.policy.files import Fault, Issuer, PolicyFiles, PolicyInvalid
from core.policy.loader import read_content, read_directory
from core.policy.model import Parameter


@lru_cache(maxsize=4)
def overlaid(name: str, content: bytes, directory: Path | None = None) -> PolicyBook:
    """The policy of ``directory`` (the shipped one by default) with the file ``name`` laid over it.

    Raises ``PolicyInvalid`` with every fault of the changed file and its line: a value without source, unit
    or date, a parameter nobody declares, another unit.
    """
    files = read_directory(directory or SHIPPED)
    # An issuer profile is read against the parameters that are there; a section declares its own.
    changed = PolicyFiles(parameters=dict(files.parameters) if _is_issuer(content) else {})
    read_content(name, content, changed)
    if not changed.faults and not changed.issuers and not changed.parameters:
        changed.faults.append(Fault(name, 1, "", "no parameter and no issuer profile is changed here"))
    if not changed.issuers:
        changed.faults += [fault for one in changed.parameters.values() if (fault := _unfit(one, files))]
    if changed.faults:
        raise PolicyInvalid(changed.faults)
    if changed.issuers:
        for issuer in changed.issuers.values():
            files.issuers[issuer.name] = _issuer(files.issuers.get(issuer.name), issuer)
    else:
        for parameter in changed.parameters.values():
            files.parameters[parameter.name] = laid_over(files.parameters[parameter.name], parameter.values)
    files.version = f"{files.version}~{hashlib.sha256(content).hexdigest()[:8]}"
    return PolicyBook(files)


def _is_issuer(content: bytes) -> bool:
    return any(line.startswith(b"issuer:") for line in content.splitlines())


def _unfit(parameter: Parameter, files: PolicyFiles) -> Fault | None:
    known = files.parameters.get(parameter.name)
    if known is None:
        return Fault(parameter.file, parameter.line, parameter.name, "no file in force declares this parameter")
    if (known.unit, known.shape) != (parameter.unit, parameter.shape):
        return Fault(parameter.file, parameter.line, parameter.name, f"the unit in force is {known.unit}")
    return None


def _issuer(known: Issuer | None, changed: Issuer) -> Issuer:
    if known is None:
        return changed
    overrides = dict(known.overrides)
    for name, values in changed.overrides.items():
        kept = tuple(value for value in overrides.get(name, ()) if value.from_date < values[0].from_date)
        overrides[name] = kept + values
    return replace(known, overrides=overrides)
