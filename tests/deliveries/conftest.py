"""Fixtures of this folder's tests."""

from tests.fixtures.servers import own_server, server_to_hurt
from tests.fixtures.telegram import bot, double, fake

__all__ = ["bot", "double", "fake", "own_server", "server_to_hurt"]
