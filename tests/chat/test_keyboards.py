"""Buttons survive restarts, belong to one person, and expire: F26."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.keyboards import LIFETIME, Button, Press, forget_last_buttons, last_buttons, read_press, store_keyboard
from bot.kit.errors import UserError
from tests.fixtures.bot_api.keyboards import check_markup


async def stored(session: AsyncSession, now: datetime) -> list[str]:
    rows = [
        [Button("Voir", "show_offer", {"offer": 5}), Button("Site", url="https://example.org")],
        [Button("Suite " + "😀" * 20, "more", {"page": 2})],
    ]
    markup = await store_keyboard(session, rows, person_id=7, now=now)
    check_markup(markup)
    await session.flush()
    return [button["callback_data"] for row in markup["inline_keyboard"] for button in row if "callback_data" in button]


async def test_a_button_means_what_it_meant(session: AsyncSession, now: datetime) -> None:
    first, second = await stored(session, now)
    assert await read_press(session, first, person_id=7, now=now) == Press("show_offer", {"offer": 5})
    assert await read_press(session, second, person_id=7, now=now + LIFETIME) == Press("more", {"page": 2})
    assert len(first.encode()) <= 64


async def test_a_button_of_somebody_else_or_too_old_or_made_up_has_expired(
    session: AsyncSession, now: datetime
) -> None:
    # F26: the three read the same.
    first, _ = await stored(session, now)
    late = now + LIFETIME + timedelta(seconds=1)
    attempts = [(first, 8, now), (first, 7, late), (first[:-1] + "9", 7, now), ("k1:aaaaaaaaaaaa:0", 7, now),
                ("", 7, now), ("k1:" + "é" * 12 + ":0", 7, now), (first + "\n", 7, now), ("k2:x", 7, now)]  # fmt: skip
    for data, person_id, moment in attempts:
        with pytest.raises(UserError, match=r"chat\.button_expired"):
            await read_press(session, data, person_id=person_id, now=moment)


@pytest.mark.parametrize("verb", ["pushes_stop", "campaigns_stop"])
async def test_what_stops_messages_works_under_the_oldest_of_them(
    session: AsyncSession, now: datetime, verb: str
) -> None:
    rows = [[Button("1", "show_offer", {"offer_id": 5}), Button("Stop", verb)]]
    markup = await store_keyboard(session, rows, person_id=7, now=now)
    check_markup(markup)
    await session.flush()
    (first, stop) = (button["callback_data"] for button in markup["inline_keyboard"][0])
    years_later = now + timedelta(days=800)
    assert await read_press(session, stop, person_id=7, now=years_later) == Press(verb, {})
    assert await read_press(session, first, person_id=7, now=now) == Press("show_offer", {"offer_id": 5})
    assert dict(await last_buttons(session, person_id=7, now=now))["Stop"] == Press(verb, {})
    for made_up in ("v1:alerts_clear", "v1:", f"v1:{verb}\n"):
        with pytest.raises(UserError, match=r"chat\.button_expired"):
            await read_press(session, made_up, person_id=7, now=now)


async def test_labels_shown_before_are_typed_in_vain_once_forgotten_and_still_pressed(
    session: AsyncSession, now: datetime
) -> None:
    data = await stored(session, now)
    await session.flush()
    assert await last_buttons(session, person_id=7, now=now)
    forget_last_buttons(session, person_id=7, now=now + timedelta(seconds=1))
    await session.flush()
    assert await last_buttons(session, person_id=7, now=now) == []
    assert await read_press(session, data[0], person_id=7, now=now)
