"""What the rules so far take, found quickly among a thousand of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from config.lint.boxes import Box, Dimension, left_of
from config.lint.sets import Span, Texts, implies
from router.rules import Comparison

_MOST_TAKERS = 100
_MOST_PATTERNS = 100
_BANDS = ("low", "high")


class Taken:
    """The boxes of the rules so far. One bit a box, as in the router's own index.

    Boxes that cannot help to take all of another are left aside, without loss: a few listed texts where any text may
    come; part of a stretch of numbers, since the widest band of it then stays; a pattern that the other has not.
    """

    def __init__(self) -> None:
        self._boxes: list[Box] = []
        self._of: dict[Dimension, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._listed: dict[Dimension, int] = defaultdict(int)
        self._like: dict[Dimension, dict[Comparison, int]] = defaultdict(lambda: defaultdict(int))
        self._open: set[Dimension] = set()
        self._unlike: set[Dimension] = set()
        self._patterned: dict[Dimension, int] = defaultdict(int)

    def add(self, box: Box) -> None:
        """Take a box in; one that is not exact takes nothing for certain."""
        if not box.exact:
            return
        bit = 1 << len(self._boxes)
        self._boxes.append(box)
        for dimension, values in box.sets.items():
            if isinstance(values, Texts):
                self._add(dimension, values, bit)

    def _add(self, dimension: Dimension, values: Texts, bit: int) -> None:
        if values.only is None:
            self._open.add(dimension)
            if values.unlike or values.never:
                self._unlike.add(dimension)
            for pattern in values.like:
                self._like[dimension][pattern] |= bit
                self._patterned[dimension] |= bit
            return
        self._listed[dimension] |= bit
        for text in values.only:
            self._of[dimension][text] |= bit

    def left_of(self, box: Box) -> list[Box]:
        """Return what is left of a box after what those so far take of it, or more than that."""
        return left_of([box], islice(self._near(box), _MOST_TAKERS))

    def _near(self, box: Box) -> Iterator[Box]:
        near = (1 << len(self._boxes)) - 1
        for dimension, bits in self._listed.items():
            near &= self._sharing(dimension, bits, box) | ~bits
        for dimension, patterns in self._like.items():
            near &= ~self._foreign(dimension, patterns, box)
        while near:
            lowest = near & -near
            taker = self._boxes[lowest.bit_length() - 1]
            if _spans(taker, box):
                yield taker
            near ^= lowest

    def _sharing(self, dimension: Dimension, bits: int, box: Box) -> int:
        """Return the boxes of `bits` that list a text which the box may have there."""
        values, of = box.at(dimension), self._of[dimension]
        if not isinstance(values, Texts) or values.only is None:
            return bits if dimension in self._open else 0  # no number of listed texts comes to all texts
        if dimension[1] not in ("text", "flag") and not values.only <= of.keys():
            return 0  # nobody so far takes the leads that have no value there
        sharing = 0
        for text in values.only if len(values.only) < len(of) else of.keys() & values.only:
            sharing |= of.get(text, 0)
        return sharing

    def _foreign(self, dimension: Dimension, patterns: dict[Comparison, int], box: Box) -> int:
        """Return the boxes with a pattern that the box does not have, where nobody takes what does not fit it."""
        values = box.at(dimension)
        if not isinstance(values, Texts) or values.only is not None or dimension in self._unlike:
            return 0
        known = 0
        for pattern in values.like:
            known |= patterns.get(pattern, 0)
        for pattern, bits in islice(patterns.items(), _MOST_PATTERNS):
            if any(implies(one, pattern) for one in values.like):
                known |= bits
        return self._patterned[dimension] & ~known


def _spans(taker: Box, box: Box) -> bool:
    """Whether the taker's numbers are all of the box's."""
    for dimension, values in taker.sets.items():
        if dimension[1] in _BANDS and isinstance(values, Span):
            mine = box.at(dimension)
            if not isinstance(mine, Span) or mine.low < values.low or values.high < mine.high:  # type: ignore[operator]  # of one sort
                return False
    return True
