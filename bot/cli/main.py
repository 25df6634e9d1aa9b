"""Puts the commands together, and turns every foreseen error into one clear line and an exit code."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from pydantic import ValidationError

from bot import __version__
from bot.cli.campaigns import add_to as add_campaigns
from bot.cli.conversations import add_to as add_conversations
from bot.cli.deliveries import add_to as add_deliveries
from bot.cli.installation import add_to as add_installation
from bot.cli.jobs import add_to as add_jobs
from bot.cli.knowledge import add_to as add_knowledge
from bot.cli.language import add_to as add_language
from bot.cli.offers import add_to as add_offers
from bot.cli.processes import add_to as add_processes
from bot.cli.shared import complain
from bot.kit.errors import ConfigurationError, EscaleError, InputError, Unavailable

FAILED, CONFIGURATION, INPUT, UNAVAILABLE, INTERRUPTED = 1, 3, 4, 5, 130
_EXIT_CODES = (
    "Exit codes: 0 done; 1 failed, or doctor found something; 2 wrong arguments; 3 the installation is incomplete or"
    " contradictory; 4 a file or an argument was refused, such as the number of nobody, and nothing was"
    " written; 5 a part does not answer; 130 interrupted."
)

app = typer.Typer(
    name="escale",
    help="Escale, the assistant that helps young people find their way abroad.",
    epilog=_EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"escale {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    del version


for _add in (
    add_processes,
    add_conversations,
    add_deliveries,
    add_offers,
    add_campaigns,
    add_knowledge,
    add_language,
    add_installation,
    add_jobs,
):
    _add(app)


def main() -> None:
    """Run the command line; never shows a traceback for an error that was foreseen."""
    try:
        app(prog_name="escale")
    except EscaleError as error:
        complain(str(error))
        sys.exit(_exit_code(error))
    except ValidationError as error:
        # The values stay out: one of them may be the token.
        wrong = "; ".join(f"ESCALE_{str(part['loc'][0]).upper()}: {part['msg']}" for part in error.errors())
        complain(f"a setting is wrong. {wrong}. To mend it: change it in the environment or in .env")
        sys.exit(CONFIGURATION)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        from bot.db.service import is_connection_fault

        if not is_connection_fault(error):
            raise
        complain(f"the database does not answer ({type(error).__name__}). To mend it: escale doctor")
        sys.exit(UNAVAILABLE)


def _exit_code(error: EscaleError) -> int:
    match error:
        case ConfigurationError():
            return CONFIGURATION
        case InputError():
            return INPUT
        case Unavailable():
            return UNAVAILABLE
    return FAILED
