"""Messages of the advisers to many people: who is meant, a preview, a test, a schedule, a report."""
