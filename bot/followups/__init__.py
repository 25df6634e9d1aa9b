"""Kept offers: reminders before the deadline, changes, what became of the application, the departure plan."""
