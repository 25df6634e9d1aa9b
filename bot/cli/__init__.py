"""The command `escale`: one module a group of commands, each of which parses, calls the application, and prints."""

from bot.cli.main import main

__all__ = ["main"]
