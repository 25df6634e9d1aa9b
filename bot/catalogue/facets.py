"""How many of the offers found stand in each country, kind and field: what buttons that narrow are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.criteria import Criteria
from bot.catalogue.filters import filter_values, passes

Counts = tuple[tuple[str, int], ...]


_COUNTS = text(f"""
WITH found AS MATERIALIZED (SELECT s.kind, s.field, s.countries FROM offer_search s WHERE {passes()})
SELECT 'country' AS facet, country AS code, count(*) AS offers FROM found, unnest(countries) AS country GROUP BY country
UNION ALL SELECT 'kind', kind, count(*) FROM found GROUP BY kind
UNION ALL SELECT 'field', field, count(*) FROM found GROUP BY field
""")  # noqa: S608 - `passes` is constant text; values are bound


@dataclass(frozen=True)
class Facets:
    """Codes with the number of offers of each, the most frequent first; an offer in two countries counts in both."""

    countries: Counts = ()
    kinds: Counts = ()
    fields: Counts = ()


async def facets(session: AsyncSession, criteria: Criteria, *, today: date) -> Facets:
    """Return the counts among the offers that pass the filters; values already chosen or refused are left out."""
    rows = (await session.execute(_COUNTS, filter_values(criteria, today))).all()
    chosen: dict[str, set[str | None]] = {
        "country": {*criteria.countries, *criteria.excluded_countries},
        "kind": {criteria.kind, *criteria.excluded_kinds},
        "field": {*criteria.fields, *criteria.excluded_fields},
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
