"""How a campaign's message looks to one person: their language, its one button, and the way out of all campaigns."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.campaigns.models import Campaign
from bot.chat.formatting import escape
from bot.chat.keyboards import Button
from bot.deliveries.models import Delivery
from bot.deliveries.service import Composed, Push, Recipient
from bot.locales.service import DEFAULT_LANGUAGE, say


async def compose_campaigns(
    session: AsyncSession,
    recipient: Recipient,
    deliveries: Sequence[Delivery],
    *,
    operator: str,
    too_young: Select[int],
) -> Composed:
    """Write the campaigns due to one person, each as a message of its own.

    Those of a campaign that is being paused or cancelled at this moment stay due; so do those of a paused one.

    Args:
        operator: who signs.
        too_young: the people to whom no campaign is sent.
    """
    people = too_young.subquery()
    is_young = exists().where(people.c[0] == recipient.person.id)
    # A pause or a cancellation locks the campaign whole, and waits in turn for the messages that are being written.
    query = select(Campaign, is_young).where(Campaign.id.in_({one.source_id for one in deliveries}))
    query = query.with_for_update(read=True, key_share=True, skip_locked=True, of=Campaign)
    found = (await session.execute(query.execution_options(populate_existing=True))).all()
    if any(young for _, young in found):
        return Composed(dropped={"muted": deliveries})
    campaigns = {campaign.id: campaign for campaign, _ in found}
    pushes, gone = [], []
    for delivery in deliveries:
        campaign = campaigns.get(delivery.source_id or 0)
        if campaign is None:
            continue
        if campaign.status in ("running", "done"):
            text, rows = message_of(campaign, recipient.voice, operator=operator)
            pushes.append(Push([delivery], text, rows))
        elif campaign.status == "cancelled":
            gone.append(delivery)
    return Composed(pushes, {"cancelled": gone} if gone else {})


def message_of(campaign: Campaign, language: str, *, operator: str) -> tuple[str, list[list[Button]]]:
    """Return the text and the buttons of a campaign as people of a language read them; French when it has no other."""
    written = language if language in campaign.texts else DEFAULT_LANGUAGE
    # The signature and the buttons stand under the text: in its language.
    voice = language if written == language else DEFAULT_LANGUAGE
    text = f"{campaign.texts[written]}\n\n{say('campaigns.signature', voice, operator=escape(operator))}"
    rows = [[Button(say("campaigns.stop", voice), "campaigns_stop")]]
    if campaign.link:
        label = campaign.link_labels.get(written) or say("campaigns.more", voice)
        rows.insert(0, [Button(label, url=campaign.link)])
    return text, rows
