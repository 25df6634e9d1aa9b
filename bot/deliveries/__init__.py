"""What the assistant sends by itself: a ledger of what is due to whom, when it may come, and what became of it."""
