"""Reads policy files and refuses what is not dated, sourced, typed and in range."""

from __future__ import annotations

import hashlib
from pathlib import Path

import yaml

from core.policy.files import Fault, PolicyFiles
from core.policy.reader import Reader

_SafeLoader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader where libyaml is there


def read_directory(directory: Path) -> PolicyFiles:
    """Read ``policy.yaml``, the section files beside it and ``issuers/*.yaml``; collects all faults."""
    files = PolicyFiles()
    if not (directory / "policy.yaml").is_file():
        files.faults.append(Fault(str(directory), 0, "", "no policy.yaml with the version is here"))
        return files
    digest = hashlib.sha256()
    sections = sorted(directory.glob("*.yaml"))
    issuers = sorted((directory / "issuers").glob("*.yaml"))
    for path in [*sections, *issuers]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
        read_file(path, files)
    if "standard" not in files.issuers:
        files.faults.append(Fault(str(directory / "issuers"), 0, "", "the issuer profile 'standard' is missing"))
    files.version = f"{files.version}+{digest.hexdigest()[:8]}"
    return files


def read_path(path: Path) -> PolicyFiles:
    """Read a folder, or one file; an issuer profile is read against the sections of the folder above it."""
    if path.is_dir():
        return read_directory(path)
    files = PolicyFiles()
    if path.parent.name == "issuers":
        for section in sorted(path.parent.parent.glob("*.yaml")):
            read_file(section, files)
        files.faults.clear()  # the sections' own faults are not asked about
    read_file(path, files)
    return files


def read_file(path: Path, files: PolicyFiles) -> None:
    """Read one file into ``files``: which of the three kinds it is, its keys say."""
    read_content(str(path), path.read_bytes(), files)


def read_content(name: str, content: bytes, files: PolicyFiles) -> None:
    """Read what a file called ``name`` holds; see ``read_file``."""
    reader = Reader(name, files)
    try:
        root = yaml.compose(content, Loader=_SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        reader.fault_at(mark.line + 1 if mark else 1, "", f"is not YAML: {problem}")
        return
    if root is None:
        reader.fault_at(1, "", "the file is empty")
        return
    keys = reader.mapping(root, "")
    if "version" in keys:
        reader.version(keys)
    elif "issuer" in keys:
        reader.issuer(root, keys)
    else:
        reader.section(root, keys)
