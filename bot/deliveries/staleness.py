"""How long a thing is worth telling: from `stale_at` on it is dropped instead, and counted as stale.

The rule, by kind:

- an **alert**: 14 days; an offer found a fortnight ago is in no news any more (an earlier deadline of the offer ends it
  sooner);
- a **change** or a **question**: 7 days;
- a **reminder** of a deadline in seven days: until the third day before; in one day: until the deadline has passed;
- a **step** of a departure: until the end of its day, in the person's time zone;
- a **silence** (whether to go on after six silent months, the warning before everything is erased): 30 days;
- a **campaign** has an end of its own, 7 days after it began to leave when its authors gave none.

What became due in quiet hours waits for their end if that comes before `stale_at`; nothing is told at 3 in the morning
because it would be too late at 8.
"""

from __future__ import annotations

from datetime import timedelta

LIFETIMES = {
    "alert": timedelta(days=14),
    "change": timedelta(days=7),
    "question": timedelta(days=7),
    "silence": timedelta(days=30),
    "campaign": timedelta(days=7),
}
