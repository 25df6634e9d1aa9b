"""Fixtures of this folder's tests."""

from tests.fixtures.servers import own_server, server_to_hurt

__all__ = ["own_server", "server_to_hurt"]
