"""How many of the offers found stand in each country, kind and field: what buttons that narrow are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.criteria import Criteria
from bot.catalogue.filters import conditions
from bot.catalogue.models import Offer

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Facets:
    """Codes with the number of offers of each, the most frequent first; an offer in two countries counts in both."""

    countries: Counts = ()
    kinds: Counts = ()
    fields: Counts = ()


async def facets(session: AsyncSession, criteria: Criteria, *, today: date) -> Facets:
    """Return the counts among the offers that pass the filters; values already chosen or refused are left out."""
    found = select(Offer.kind, Offer.field, Offer.countries).where(*conditions(criteria, today)).cte("found")
    found = found.prefix_with("MATERIALIZED")
    country = func.unnest(found.c.countries)
    counted = union_all(
        select(literal("country").label("facet"), country.label("code"), func.count().label("offers")).group_by(
            country
        ),
        select(literal("kind"), found.c.kind, func.count()).group_by(found.c.kind),
        select(literal("field"), found.c.field, func.count()).group_by(found.c.field),
    )
    rows = (await session.execute(counted)).all()
    chosen = {
        "country": {*criteria.countries, *criteria.excluded_countries},
        "kind": {criteria.kind},
        "field": set(criteria.fields),
    }
    by_facet = {
        facet: tuple(
            sorted(
                ((row.code, row.offers) for row in rows if row.facet == facet and row.code not in chosen[facet]),
                key=lambda pair: (-pair[1], pair[0]),
            )
        )
        for facet in chosen
    }
    return Facets(countries=by_facet["country"], kinds=by_facet["kind"], fields=by_facet["field"])
