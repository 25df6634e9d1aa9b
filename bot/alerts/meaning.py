"""Finds the saved searches of words whose meaning is close to that of offers.

All pairs of a batch are one product of matrices, a few thousand searches at a time: some 14 ns a pair, where a walk
through an index of vectors costs 180 ns for each of the searches that it visits, and misses some.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.kit.embedding import DIMENSIONS

_OFFERS = text(
    "SELECT offer_id, halfvec_send(embedding) FROM offer_vector WHERE offer_id = ANY(CAST(:offers AS bigint[]))"
)
_SEARCHES = text(
    "SELECT id, halfvec_send(embedding) FROM saved_search"
    " WHERE met_by = 'words' AND NOT is_paused AND id > :after ORDER BY id LIMIT :most"
)
_AT_ONCE = 4000
# What `halfvec_send` writes: two short numbers, then the vector's.
_HALFVEC = np.dtype([("head", ">i2", 2), ("vector", ">f2", DIMENSIONS)])

Vectors = npt.NDArray[np.float32]


async def close_pairs(session: AsyncSession, offer_ids: Sequence[int], *, least: float) -> list[tuple[int, int]]:
    """Return each of the offers with each search of words whose cosine with it is `least` or more."""
    ids, offers = _unpacked((await session.execute(_OFFERS, {"offers": list(offer_ids)})).tuples())
    pairs: list[tuple[int, int]] = []
    after = 0
    while True:
        page = (await session.execute(_SEARCHES, {"after": after, "most": _AT_ONCE})).tuples().all()
        if not page:
            return pairs
        searches, vectors = _unpacked(page)
        rows, columns = np.nonzero(offers @ vectors.T >= least)
        pairs += zip(ids[rows].tolist(), searches[columns].tolist(), strict=True)
        after = int(searches[-1])


def _unpacked(rows: Iterable[tuple[int, bytes]]) -> tuple[npt.NDArray[np.int64], Vectors]:
    """Return the ids and the vectors, of length one, of rows of the database."""
    known = list(rows)
    ids = np.fromiter((identity for identity, _ in known), np.int64, len(known))
    packed = np.frombuffer(b"".join(vector for _, vector in known), _HALFVEC)
    vectors = packed["vector"].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return ids, vectors
