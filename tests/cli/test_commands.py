"""The command line: its help, its errors, its settings."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from bot.cli.deliveries import Kind
from bot.deliveries.models import KINDS
from bot.kit.clock import local_day, utc_now
from bot.kit.settings import PROJECT_ROOT, Settings
from tests.fixtures.installation import Installation

COMMANDS = (
    "up", "chat", "telegram", "worker", "batch", "jobs", "scheduler", "console", "migrate", "demo-data", "offers",
    "campaigns", "knowledge", "log", "deliveries", "train", "parse", "doctor", "erase",
)  # fmt: skip
HUGE = "9" * 20


@pytest.fixture
def escale(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


def test_every_command_stands_in_the_help_with_the_exit_codes(escale: Installation) -> None:
    helped = escale.run("--help")
    listed = re.findall(r"^│ ([a-z][a-z-]+)  ", helped.stdout, re.MULTILINE)
    assert (helped.returncode, sorted(listed)) == (0, sorted(COMMANDS))
    assert "Exit codes: 0 done" in helped.stdout


def test_every_setting_stands_in_the_example_with_its_default() -> None:
    lines = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    written = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    defaults = {f"ESCALE_{name.upper()}": field.default for name, field in Settings.model_fields.items()}
    expected = {
        name: str(value.get_secret_value() if hasattr(value, "get_secret_value") else value)
        for name, value in defaults.items()
    }
    assert {name: value.strip('"') for name, value in written.items()} == expected


def test_every_kind_of_the_ledger_can_be_asked_for() -> None:
    assert tuple(Kind) == KINDS


def test_the_version_is_printed(escale: Installation) -> None:
    assert re.fullmatch(r"escale \d+\.\d+\S*\n", escale.run("--version").stdout)


def test_a_wrong_setting_is_one_line_that_names_it_and_hides_its_value(escale: Installation) -> None:
    escale.extra["ESCALE_WORKER_CONCURRENCY"] = "a secret"
    wrong = escale.run("doctor")
    assert wrong.returncode == 3
    assert "ESCALE_WORKER_CONCURRENCY" in wrong.stderr
    assert "a secret" not in wrong.stderr
    assert len(wrong.stderr.strip().splitlines()) == 1


def test_a_database_that_does_not_answer_is_one_line(escale: Installation) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/nothing"
    away = escale.run("offers", "list")
    assert (away.returncode, len(away.stderr.strip().splitlines())) == (5, 1)


def test_telegram_without_a_token_names_the_setting(escale: Installation, database_url: str) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    refused = escale.run("telegram")
    assert refused.returncode == 3
    assert "ESCALE_TELEGRAM_TOKEN" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_doctor_tells_what_is_missing_and_the_command_that_mends_it(escale: Installation, database_url: str) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    examined = escale.run("doctor")
    assert examined.returncode == 1
    assert "✓ Migrations: all applied" in examined.stdout
    assert "✗ Catalogue: 0 published offers" in examined.stdout
    assert "→ escale offers import FILE.csv, or escale demo-data" in examined.stdout
    assert "– Telegram: no token" in examined.stdout


def test_offers_are_added_listed_and_closed(escale: Installation, database_url: str, tmp_path: Path) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    file = tmp_path / "offer.yml"
    file.write_text(
        "kind: internship\ntitle: Stage au port de Lisbonne\norganisation: Porto Azul\nfield: tourism\n"
        "description: Accueil des bateaux et aide à la capitainerie pendant la saison.\n"
        "places: [{country: PT, city: Lisbonne}]\nhow_to_apply: Écrire un message\n",
        encoding="utf-8",
    )
    added = escale.run("offers", "add", str(file), "--publish")
    assert (added.returncode, "1 new" in added.stderr) == (0, True), added.stderr
    (offer,) = json.loads(escale.run("offers", "list", "--json").stdout)
    assert (offer["title"], offer["status"]) == ("Stage au port de Lisbonne", "published")
    assert escale.run("offers", "close", str(offer["id"])).returncode == 0
    (closed,) = json.loads(escale.run("offers", "list", "--json").stdout)
    assert closed["status"] == "closed"


def add_person(database_url: str, chat_id: int, language: str) -> int:
    """Add somebody who agreed to be written to."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "INSERT INTO person (channel, chat_id, language, language_chosen, first_seen_at, last_seen_at)"
            " VALUES ('telegram', %s, %s, false, now(), now()) RETURNING id",
            [chat_id, language],
        ).fetchone()
        assert row
        connection.execute(
            "INSERT INTO push_preferences (person_id, agreed_at, updated_at) VALUES (%s, now(), now())", row
        )
    return int(row[0])


def write_campaign(escale: Installation, french: str = "Viens au forum") -> Path:
    """Write the file of a campaign for everybody."""
    file = escale.data_path / "campaign.yml"
    file.write_text(f"name: Forum\ntexts:\n  fr: {french}\n", encoding="utf-8")
    return file


def test_a_campaign_is_written_seen_tested_scheduled_paused_and_cancelled(
    escale: Installation, database_url: str
) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    adviser = add_person(database_url, 7, "fr")
    begins, expires = (utc_now().date() + timedelta(days=days) for days in (50, 54))
    template = (PROJECT_ROOT / "docs" / "campaign-template.yml").read_text(encoding="utf-8")
    assert "expires: 2027-01-19" in template
    file = write_campaign(escale)
    file.write_text(template.replace("expires: 2027-01-19", f"expires: {expires}"), encoding="utf-8")
    written = escale.run("campaigns", "new", str(file), "--by", "Inès")
    assert (written.returncode, "Draft 1" in written.stderr) == (0, True), written.stderr
    (listed,) = json.loads(escale.run("campaigns", "list", "--json").stdout)
    assert (listed["id"], listed["status"], listed["created_by"]) == (1, "draft", "Inès")
    seen = escale.run("campaigns", "preview", "1")
    assert "Ne plus recevoir ces messages" in seen.stdout
    assert "For 0 people." in seen.stdout  # nobody saved such a search
    assert escale.run("campaigns", "test", "1", "--person", str(adviser)).returncode == 0
    assert escale.run("campaigns", "schedule", "1", "--at", f"{begins} 09:00").returncode == 0
    assert "held" in escale.run("campaigns", "pause", "1").stderr
    assert escale.run("campaigns", "resume", "1").returncode == 0
    assert escale.run("campaigns", "cancel", "1").returncode == 0
    report = json.loads(escale.run("campaigns", "report", "1", "--json").stdout)
    assert (report["status"], report["total"]) == ("cancelled", 0)
    refused = escale.run("campaigns", "resume", "1")
    assert (refused.returncode, "Traceback" in refused.stderr) == (4, False)
    with psycopg.connect(database_url) as connection:
        left = connection.execute("SELECT chat_id, status FROM outbox_call").fetchall()
        jobs = connection.execute("SELECT task_name, queue_name FROM procrastinate_jobs").fetchall()
    assert left == [(7, "pending")]
    assert set(jobs) == {("campaigns:expand", "batch")}


def test_square_brackets_of_advisers_are_shown_as_they_are_written(
    escale: Installation, database_url: str, tmp_path: Path
) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    file = write_campaign(escale)
    file.write_text("name: '[Loire] forum [/red] du 12'\ntexts: {fr: Viens au forum}\n", encoding="utf-8")
    assert escale.run("campaigns", "new", str(file), "--by", "[Inès]").returncode == 0
    listed = escale.run("campaigns", "list").stdout
    assert "[Loire] forum [/red] du 12" in listed
    assert "[Inès]" in listed
    assert "[Loire] forum [/red] du 12: draft" in escale.run("campaigns", "report", "1").stdout
    offer = tmp_path / "offer.yml"
    offer.write_text(
        "kind: internship\ntitle: '[Urgent] Stage [/b] au port'\norganisation: '[Porto] Azul'\nfield: tourism\n"
        "description: Accueil des bateaux et aide à la capitainerie pendant la saison.\n"
        "places: [{country: PT, city: Lisbonne}]\nhow_to_apply: Écrire un message\n",
        encoding="utf-8",
    )
    assert escale.run("offers", "add", str(offer), "--publish").returncode == 0
    shown = escale.run("offers", "list").stdout
    assert "[Urgent] Stage [/b] au port" in shown
    assert "[Porto] Azul" in shown


def test_erasing_nobody_is_refused_and_erasing_somebody_is_said(escale: Installation, database_url: str) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    somebody = add_person(database_url, 7, "fr")
    refused = escale.run("erase", "9999", "--yes")
    assert (refused.returncode, "there is no person 9999" in refused.stderr) == (4, True), refused.stderr
    erased = escale.run("erase", str(somebody), "--yes")
    assert (erased.returncode, f"Person {somebody} is erased" in erased.stderr) == (0, True)
    assert escale.run("erase", str(somebody), "--yes").returncode == 4


def test_people_at_a_terminal_are_asked_before_a_campaign_leaves(escale: Installation, database_url: str) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    add_person(database_url, 7, "fr")
    add_person(database_url, 8, "ar")
    assert escale.run("campaigns", "new", str(write_campaign(escale))).returncode == 0

    def stands() -> str:
        (listed,) = json.loads(escale.run("campaigns", "list", "--json").stdout)
        return str(listed["status"])

    refused, shown = escale.run_at_terminal("campaigns", "schedule", "1", "--at", "2020-01-15 09:00", typed="y\n")
    assert (refused, "est passé" in shown, "[y/N]" in shown) == (4, True, False), shown
    kept, shown = escale.run_at_terminal("campaigns", "schedule", "1", "--at", "2100-01-15 09:00", typed="n\n")
    assert (kept, stands()) == (1, "draft"), shown
    assert "Send Forum to 2 people (ar 1 (in French), fr 1), from 2100-01-15 09:00? [y/N]" in shown
    agreed, shown = escale.run_at_terminal("campaigns", "schedule", "1", "--at", "2100-01-15 09:00", typed="y\n")
    assert (agreed, stands()) == (0, "scheduled"), shown
    sure, shown = escale.run_at_terminal("campaigns", "schedule", "1", "--yes", typed="")
    assert (sure, "[y/N]" in shown, "for 2 people (ar 1 (in French), fr 1)" in shown) == (0, False, True), shown


def test_a_preview_reads_as_people_read_it(escale: Installation, database_url: str) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    escale.extra["ESCALE_OPERATOR_NAME"] = "Maison de l'emploi"
    add_person(database_url, 7, "fr")
    add_person(database_url, 8, "ar")
    text = "\"<b>Forum</b> &amp; café, <a href='https://example.org/a?b=1&amp;c=2'>le programme</a>\""
    assert escale.run("campaigns", "new", str(write_campaign(escale, text))).returncode == 0
    seen = escale.run("campaigns", "preview", "1").stdout
    assert "Forum & café, le programme (https://example.org/a?b=1&c=2)\n\n— Maison de l'emploi\n" in seen
    assert "For 2 people (ar 1 (in French), fr 1)." in seen


def test_a_report_says_what_uncertain_means_when_there_is_some(escale: Installation, database_url: str) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    somebody = add_person(database_url, 7, "fr")
    assert escale.run("campaigns", "new", str(write_campaign(escale))).returncode == 0
    assert "answer was lost" not in escale.run("campaigns", "report", "1").stdout
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO delivery (person_id, kind, reason, source_id, details, status, due_at, stale_at, created_at)"
            " VALUES (%s, 'campaign', 'campaign:1', 1, '{}', 'uncertain', now(), now(), now())",
            [somebody],
        )
    told = escale.run("campaigns", "report", "1").stdout.splitlines()
    (line,) = [line for line in told if line.startswith("uncertain:")]
    assert [words in line for words in ("answer was lost", "may have arrived", "not sent again")] == [True] * 3


def test_the_log_shows_the_hour_of_the_town_and_says_when_there_is_no_such_person(
    escale: Installation, database_url: str
) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    somebody = add_person(database_url, 7, "fr")
    assert (escale.run("log", str(somebody)).returncode, escale.run("log", str(somebody), "--seen").returncode) == (
        0,
        0,
    )
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO logged_message (person_id, at, direction, text, language, entities)"
            " VALUES (%s, '2026-07-14 22:30:05+00', 'in', 'Bonjour', 'fr', '[]')",
            [somebody],
        )
        connection.execute(
            "INSERT INTO conversation_flag (person_id, reason, at, times)"
            " VALUES (%s, 'emergency', '2026-07-14 22:31+00', 1)",
            [somebody],
        )
    assert "2026-07-15 00:30:05 → Bonjour" in escale.run("log", str(somebody)).stdout
    listed = escale.run("log", "--flagged").stdout
    assert ("2026-07-15 00:30" in listed, "2026-07-15 00:31" in listed) == (True, True)
    (read,) = json.loads(escale.run("log", str(somebody), "--json").stdout)
    assert datetime.fromisoformat(read["at"]) == datetime(2026, 7, 14, 22, 30, 5, tzinfo=UTC)
    for more in ((), ("--json",), ("--seen",)):
        nobody = escale.run("log", "9999", *more)
        assert (nobody.returncode, nobody.stdout) == (4, "")
        assert nobody.stderr == "escale: Il n'y a pas de personne n° 9999.\n"


def test_a_wrong_campaign_is_refused_by_line(escale: Installation, database_url: str, tmp_path: Path) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    file = tmp_path / "campaign.yml"
    file.write_text("name: Forum\ntexts:\n  fr: <h1>Forum</h1>\n", encoding="utf-8")
    refused = escale.run("campaigns", "new", str(file))
    assert (refused.returncode, "Ligne 3" in refused.stderr) == (4, True), refused.stderr
    assert json.loads(escale.run("campaigns", "list", "--json").stdout) == []


def test_a_wrong_file_is_refused_by_line_and_nothing_is_written(
    escale: Installation, database_url: str, tmp_path: Path
) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    file = tmp_path / "offers.csv"
    file.write_text("kind;title\ncircus;A\n", encoding="utf-8")
    refused = escale.run("offers", "import", str(file))
    assert refused.returncode == 4
    assert "2" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert json.loads(escale.run("offers", "list", "--json").stdout) == []


def test_migrate_makes_a_database_of_its_own_when_there_is_none(escale: Installation) -> None:
    migrated = escale.run("migrate")
    assert migrated.returncode == 0, migrated.stderr
    assert not (escale.data_path / "postgres" / "postmaster.pid").exists()


def test_entries_to_read_again_are_listed_and_a_wrong_one_is_named(escale: Installation, database_url: str) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    everything = json.loads(escale.run("knowledge", "list", "--json", "--topic", "helplines").stdout)
    assert {row["topic"] for row in everything} == {"helplines"}
    assert json.loads(escale.run("knowledge", "list", "--json", "--topic", "helplines", "--due").stdout) == [
        row for row in everything if row["review"] <= str(local_day(utc_now()))
    ]
    assert escale.run("knowledge", "check").returncode == 0
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE knowledge_entry SET content = content - 'names' WHERE id = '112'")
    wrong = escale.run("knowledge", "check")
    assert wrong.returncode == 4
    assert "entry '112', names: add the field" in wrong.stderr
    assert escale.run("knowledge", "list", "--topic", "bananas").returncode == 4


def test_a_title_is_shown_as_it_is_written_and_breaks_no_table(escale: Installation, database_url: str) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    file = write_campaign(escale)
    file.write_text("name: Forum [h/f] [/b]\ntexts: {fr: Bonjour}\n", encoding="utf-8")
    assert escale.run("campaigns", "new", str(file)).returncode == 0
    for command in ("list",), ("report", "1"):
        shown = escale.run("campaigns", *command)
        assert (shown.returncode, "Forum [h/f] [/b]" in shown.stdout) == (0, True), shown.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("campaigns", "report", HUGE), ("campaigns", "cancel", HUGE), ("campaigns", "list", "--limit", HUGE),
        ("offers", "close", HUGE), ("erase", HUGE, "--yes"), ("log", HUGE), ("deliveries", "--days", "999999999"),
    ],
)  # fmt: skip
def test_a_number_that_is_too_large_is_a_wrong_argument(
    escale: Installation, database_url: str, arguments: tuple[str, ...]
) -> None:
    escale.extra["ESCALE_DATABASE_URL"] = database_url
    refused = escale.run(*arguments)
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False), refused.stderr
