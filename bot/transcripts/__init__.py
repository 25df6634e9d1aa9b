"""The conversation log: each message in and out, masked before it is stored."""
