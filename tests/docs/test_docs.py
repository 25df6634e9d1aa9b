"""The documents are true: what they name exists, what exists is named, and nothing in them belongs to one machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer
import yaml
from typer.main import get_command

from bot.cli.main import app
from bot.kit.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
DOCUMENTS = [ROOT / "README.md", ARCHITECTURE, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Written by `make bench`, and none of anybody's words.
WRITTEN_BY_A_COMMAND = {ROOT / "docs/benchmarks.md"}
# A document that speaks of one folder names its files alone.
FOLDERS_THAT_DOCUMENTS_TELL = ("bot", "bot/conversation", "bot/knowledge/entries", "nlu")
BROUGHT_BY_THE_READER = {"FILE.yml", "FILE.csv"}
LONGEST_ARCHITECTURE, LONGEST_DECISION = 150, 60
BINARY = {".gz", ".png", ".jpg", ".pyc"}

# Where a home, a mount or a working folder of one machine begins, after anything that may stand before a path.
MACHINE_PATH = re.compile(r"""(?:^|[\s"'`(=:\[,])/(?:home|Users|root|work|mnt|srv)/\w""", re.MULTILINE)
REGISTRY = re.compile(r"https?://(?P<host>[^\s/\"'`\\]+)\S*?/(?:simple|repository|artifactory)\b|(?P<known>pypi\.org)")
COMMAND = re.compile(r"(?<![\w./-])(?:\.venv/bin/)?escale (?P<words>[a-z][a-z-]+(?: [a-z]+)?)")
MADE = re.compile(r"(?<![\w-])make (?P<target>[a-z]+(?:-[a-z]+)*)\b")
SPAN = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
LINK = re.compile(r"\]\((?P<target>[^)#\s]+)[^)]*\)")
PATH = re.compile(r"(?<![\w/<>*-])(?P<path>(?:[\w.-]+/)*[\w.-]+\.(?:py|yml|toml|md|csv))(?::\s(?P<name>\w+))?")

EVERY_DOCUMENT = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def code_of(text: str) -> str:
    """Return what a document writes as code: its blocks and spans."""
    return "\n".join(found.group() for found in SPAN.finditer(text))


def packages() -> set[str]:
    return {path.parent.name for path in (ROOT / "bot").glob("*/__init__.py")}


@cache
def commands() -> frozenset[str]:
    """Return every command of `escale`, those of a group after its name."""
    root = get_command(app)
    known: set[str] = set()
    for name, command in getattr(root, "commands", {}).items():
        known.add(name)
        known |= {f"{name} {part}" for part in getattr(command, "commands", {})}
    return frozenset(known)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+(?:-[a-z]+)*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def unknown_commands(text: str) -> set[str]:
    groups = {name.partition(" ")[0] for name in commands() if " " in name}
    unknown = set()
    for found in COMMAND.finditer(text):
        first, _, second = found["words"].partition(" ")
        if first not in commands() or (first in groups and second and f"{first} {second}" not in commands()):
            unknown.add(found["words"])
    return unknown


def kept_files() -> Iterator[Path]:
    """Yield the files of the project, without what .gitignore leaves out and what editors leave about."""
    ignored = {".git", ".idea", ".vscode"} | {
        line.strip().rstrip("/").rpartition("/")[2]
        for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
        if line.strip()
    }
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.name in ignored or path.name.endswith(".egg-info") or path.suffix in BINARY:
                continue
            if path.is_dir():
                folders.append(path)
            else:
                yield path


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading of ARCHITECTURE.md."""
    below = ARCHITECTURE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2]
    table = re.search(r"(?:^\|.*\|\n)+", below, re.MULTILINE)
    assert table is not None, heading
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.group().splitlines()[2:]]


def test_every_package_is_on_the_map_and_no_other() -> None:
    named = [cells[0].strip("`").removeprefix("bot/") for cells in rows("Map")]
    assert sorted(named) == sorted(packages())


def test_the_map_is_in_the_order_of_the_layers() -> None:
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("layers = [")[2].partition("]")[0]
    order = {name: rank for rank, layer in enumerate(re.findall(r'"(.+)"', contract)) for name in layer.split(" | ")}
    named = [cells[0].strip("`").removeprefix("bot/") for cells in rows("Map")]
    assert [name for name in named if name not in order] == []
    assert named == sorted(named, key=lambda name: order[name])


def test_where_to_start_exists() -> None:
    for package, _, start in rows("Map"):
        for file in re.findall(r"`([^`]+)`", start):
            assert (ROOT / package.strip("`") / file).is_file(), (package, file)


def test_every_process_is_a_command() -> None:
    named = {match.group(1) for cells in rows("Processes") if (match := re.fullmatch(r"`escale (\w+)`", cells[1]))}
    assert named
    assert named <= commands()


@EVERY_DOCUMENT
def test_commands_of_the_documents_exist(document: Path) -> None:
    code = code_of(document.read_text(encoding="utf-8"))
    assert unknown_commands(code) == set()
    assert {found["target"] for found in MADE.finditer(code)} <= targets()


def test_the_readme_names_commands() -> None:
    assert COMMAND.search(code_of((ROOT / "README.md").read_text(encoding="utf-8")))


def test_what_the_code_tells_people_to_run_exists() -> None:
    sources = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "bot").rglob("*.py"))]
    advised = [advice for source in sources for advice in re.findall(r'mend=f?"([^"]+)"', source)]
    assert any("make " in advice for advice in advised)
    for advice in advised:
        assert unknown_commands(advice) == set(), advice
        assert {found["target"] for found in MADE.finditer(advice)} <= targets(), advice


@EVERY_DOCUMENT
def test_links_lead_somewhere(document: Path) -> None:
    found = [link["target"] for link in LINK.finditer(document.read_text(encoding="utf-8"))]
    inside = [target for target in found if "://" not in target]
    missing = [target for target in inside if not (document.parent / target).exists()]
    assert [target for target in missing if ROOT / target not in WRITTEN_BY_A_COMMAND] == []


@EVERY_DOCUMENT
def test_files_that_the_documents_name_exist(document: Path) -> None:
    text = SPAN.sub(lambda span: span.group() if "<" not in span.group() else "", document.read_text(encoding="utf-8"))
    places = [ROOT, *(ROOT / folder for folder in FOLDERS_THAT_DOCUMENTS_TELL), document.parent]
    on_the_map = {file for _, _, start in rows("Map") for file in re.findall(r"`([^`]+)`", start)}
    for found in PATH.finditer(code_of(text)):
        path, name = found["path"], found["name"]
        if path in on_the_map | BROUGHT_BY_THE_READER or ROOT / path in WRITTEN_BY_A_COMMAND:
            continue
        files = [place / path for place in places if (place / path).is_file()]
        assert files, path
        assert name is None or any(name in file.read_text(encoding="utf-8") for file in files), (path, name)


@EVERY_DOCUMENT
def test_settings_of_the_documents_exist(document: Path) -> None:
    named = set(re.findall(r"ESCALE_[A-Z_]+", document.read_text(encoding="utf-8")))
    assert named <= {f"ESCALE_{name.upper()}" for name in Settings.model_fields}


def test_the_architecture_is_short() -> None:
    assert len(ARCHITECTURE.read_text(encoding="utf-8").splitlines()) <= LONGEST_ARCHITECTURE


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_one_page_of_the_same_shape(decision: Path) -> None:
    lines = decision.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LONGEST_DECISION
    assert lines[0].startswith(f"# {int(decision.stem[:4])}. ")
    for part in ("**Situation.**", "**Decision.**", "**Consequences.**"):
        assert sum(line.startswith(part) for line in lines) == 1, part


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(decision.stem[:4]) for decision in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@EVERY_DOCUMENT
def test_decisions_that_are_cited_exist(document: Path) -> None:
    cited = {int(number) for number in re.findall(r"\bdecision (\d+)", document.read_text(encoding="utf-8"))}
    assert cited <= {int(decision.stem[:4]) for decision in DECISIONS}


def test_figures_of_decision_5_are_those_that_were_measured() -> None:
    decision = (ROOT / "docs/decisions/0005-pipeline.md").read_text(encoding="utf-8")
    measured = decision.partition("**What was measured**")[2].partition("**Why not**")[0]
    figures = re.findall(r"\d+\.\d+|\d+ s\b", measured)
    assert len(figures) > 10
    known = (ROOT / "docs/nlu.md").read_text(encoding="utf-8")
    assert [figure for figure in figures if figure not in known] == []


def test_libraries_of_decision_8_are_required() -> None:
    wanted = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "requirements").glob("*.in")).lower()
    wanted += (ROOT / "nlu/requirements.in").read_text(encoding="utf-8").lower()
    table = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs/decisions/0008-libraries.md").read_text("utf-8"), re.MULTILINE)
    names = [re.sub(r"\(.*?\)|[\d.]+$", "", name).strip().lower() for cell in table[1:] for name in cell.split(",")]
    assert len(names) > 20
    assert [name for name in names if not re.search(rf"^{re.escape(name)}\b", wanted, re.MULTILINE)] == []


def test_the_numbers_of_intents_and_entities_are_those_of_the_domain() -> None:
    counts = {"intents": 0, "entities": 0}
    for path in (ROOT / "nlu/domain").glob("*.yml"):
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        for section in counts:
            counts[section] += len(declared.get(section) or [])
    learnt = counts["intents"] - 1  # nlu_fallback is given, not learnt
    assert f"({learnt} and {counts['entities']} of them)" in (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    said = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"{learnt} intents and {counts['entities']} entities" in said


def test_no_file_names_a_place_of_one_machine() -> None:
    found = {
        str(path.relative_to(ROOT)): hit.group().strip()
        for path in kept_files()
        if (hit := MACHINE_PATH.search(path.read_text(encoding="utf-8", errors="replace")))
    }
    assert found == {}


def test_no_file_names_a_registry() -> None:
    found = {
        str(path.relative_to(ROOT)): hit.group()
        for path in kept_files()
        if path != Path(__file__)
        for hit in REGISTRY.finditer(path.read_text(encoding="utf-8", errors="replace"))
        if not (hit["host"] or "").endswith(".example")
    }
    assert found == {}


def test_what_would_be_found_is_found() -> None:
    assert MACHINE_PATH.search('"' + "/".join(("", "home", "somebody", "project")) + '"')
    assert not MACHINE_PATH.search("docs/home/page and bin/root/x")
    assert REGISTRY.search("https://packages.town.fr" + "/simple")
    assert unknown_commands("run escale dance, or escale offers burn, or escale up") == {"dance", "offers burn"}
    assert isinstance(app, typer.Typer)
