"""Charts as SVG elements. Widths are in percent, so that a chart fits any screen and its letters keep their size.

What is drawn is also in a table beside it: each chart is one picture with a label to who cannot see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import NamedTuple
from unicodedata import bidirectional

from rich.cells import cell_len, set_cell_size

from sync.screen import visible

_BAR = 9
_ROW = 2 * _BAR + 4
_FLOW, _LINE, _GAP, _LONGEST = 360.0, 14.0, 8.0, 15
_CURVE = 150


class Both(NamedTuple):
    """One thing before and after."""

    name: str
    before: float
    after: float


class Flow(NamedTuple):
    """So many leads that were with one and would be with another."""

    before: str
    after: str
    leads: int


def text(value: object) -> str:
    """Return a value as it may stand in a page; one that is written from the right does not turn its neighbours."""
    shown = escape(visible(str(value)))
    turns = not shown.isascii() and any(bidirectional(letter) in ("R", "AL") for letter in shown)
    return f"\u2068{shown}\u2069" if turns else shown


def number(value: float) -> str:
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:,.1f}"


def picture(label: str, height: float, parts: Iterable[str]) -> str:
    """Return a picture as wide as there is room."""
    return (
        f'<svg role="img" aria-label="{text(label)}" width="100%" height="{height:g}">{"".join(parts)}</svg>'
    )


def bars(rows: Sequence[Both]) -> list[str]:
    """Return a pair of bars for each row, below its name."""
    most = max((max(row.before, row.after) for row in rows), default=0) or 1
    return [
        _row(
            row.name,
            f"{number(row.before)} → {number(row.after)}{_change(row)}",
            _bar("before", 0, 100 * row.before / most, row.before),
            _bar("after", 0, 100 * row.after / most, row.after),
        )
        for row in rows
    ]


def _change(row: Both) -> str:
    return f" ({row.after - row.before:+,.0f})" if row.after != row.before else ""


def deviations(rows: Sequence[Both]) -> list[str]:
    """Return bars to both sides of a line; half of the width is one, or the furthest if that is more."""
    most = max((1.0, *(max(abs(row.before), abs(row.after)) for row in rows)))
    return [
        _row(
            row.name,
            f"{row.before:+.2f} → {row.after:+.2f}",
            f'<line x1="50%" x2="50%" y1="0" y2="{_ROW}" class="axis"/>',
            _bar("before", *_from_the_middle(row.before / most), row.before),
            _bar("after", *_from_the_middle(row.after / most), row.after),
        )
        for row in rows
    ]


def _row(name: str, told: str, *parts: str) -> str:
    """Return a name and numbers, which break where there is no room, and a picture of the numbers."""
    return (
        f'<div class="row"><p><b>{text(name)}</b><span>{text(told)}</span></p>'
        f'<svg aria-hidden="true" width="100%" height="{_ROW}">{"".join(parts)}</svg></div>'
    )


def _from_the_middle(part: float) -> tuple[float, float]:
    return (50 + min(part, 0) * 50, abs(part) * 50)


def _bar(side: str, left: float, width: float, value: float) -> str:
    top = 0 if side == "before" else _BAR + 2
    return (
        f'<rect class="{side}" x="{left:.2f}%" width="{width:.2f}%" y="{top}" height="{_BAR}" rx="2">'
        f"<title>{side}: {value:,g}</title></rect>"
    )


# --- flows ------------------------------------------------------------------------------------------------


class _Node(NamedTuple):
    top: float
    height: float
    leads: int


def flows(label: str, moves: Sequence[Flow], right_side: Sequence[str]) -> str:
    """Return bands from those who had the leads to those who would have them; what stays is pale.

    On the left names stand in the order of the moves, on the right in their own.
    """
    total = sum(move.leads for move in moves) or 1
    left = _nodes([(move.before, move.leads) for move in moves], total)
    places = {name: place for place, name in enumerate(right_side)}
    ends = sorted(moves, key=lambda move: places[move.after])
    right = _nodes([(move.after, move.leads) for move in ends], total)
    height = max(node.top + node.height for side in (left, right) for node in side.values())
    inside = "".join(_bands(moves, left, right, _FLOW / total))
    return picture(
        label,
        height,
        (
            f'<svg x="32%" width="36%" height="{height:g}" viewBox="0 0 100 {height:g}" preserveAspectRatio="none">',
            f"{inside}</svg>",
            *(_node(name, node, "31%", "30%", "end") for name, node in left.items()),
            *(_node(name, node, "68%", "70%", "start") for name, node in right.items()),
        ),
    )


def _nodes(ends: Sequence[tuple[str, int]], total: int) -> dict[str, _Node]:
    """Place one side: each as high as its leads, at least as high as its name."""
    sums: dict[str, int] = {}
    for name, leads in ends:
        sums[name] = sums.get(name, 0) + leads
    placed: dict[str, _Node] = {}
    top = 0.0
    for name, leads in sums.items():
        placed[name] = _Node(top, max(_FLOW * leads / total, _LINE), leads)
        top += placed[name].height + _GAP
    return placed


def _bands(
    moves: Sequence[Flow], left: Mapping[str, _Node], right: Mapping[str, _Node], scale: float
) -> Iterable[str]:
    used_left = {name: node.top for name, node in left.items()}
    used_right = {name: node.top for name, node in right.items()}
    for move in moves:
        thick = max(move.leads * scale, 0.75)
        a, b = used_left[move.before], used_right[move.after]
        used_left[move.before] += move.leads * scale
        used_right[move.after] += move.leads * scale
        stays = " stays" if move.before == move.after else ""
        path = (
            f"M0 {a:.1f}C50 {a:.1f} 50 {b:.1f} 100 {b:.1f}"
            f"V{b + thick:.1f}C50 {b + thick:.1f} 50 {a + thick:.1f} 0 {a + thick:.1f}Z"
        )
        yield (
            f'<path class="flow{stays}" d="{path}">'
            f"<title>{text(move.before)} → {text(move.after)}: {move.leads:,}</title></path>"
        )


def _node(name: str, node: _Node, bar: str, label: str, anchor: str) -> str:
    roomy = node.height > 2.5 * _LINE
    middle = node.top + node.height / 2 + (-3 if roomy else 4.5)
    count = (
        f'<text x="{label}" y="{middle + 17:.1f}" text-anchor="{anchor}" class="faint">{node.leads:,}</text>'
    )
    return (
        f'<rect class="node" x="{bar}" width="1%" y="{node.top:.1f}" height="{node.height:.1f}" rx="1"/>'
        f'<text x="{label}" y="{middle:.1f}" text-anchor="{anchor}">{text(_short(name))}'
        f"<title>{text(name)}: {node.leads:,}</title></text>{count if roomy else ''}"
    )


def _short(name: str) -> str:
    """Return as much of a name as has room; letters that are two wide have half of it."""
    if cell_len(name) <= _LONGEST:
        return name
    return f"{set_cell_size(name, _LONGEST - 1).rstrip()}…"


# --- time -------------------------------------------------------------------------------------------------


def curves(label: str, points: Sequence[Both]) -> str:
    """Return both series over their names, of which the first, the middle and the last are written."""
    most = max((max(point.before, point.after) for point in points), default=0) or 1
    step = 100 / max(len(points) - 1, 1)

    def path(values: Iterable[float]) -> str:
        places = (f"{at * step:.2f} {_CURVE - value / most * _CURVE:.1f}" for at, value in enumerate(values))
        return "M" + "L".join(places)

    inside = (
        f'<path class="curve of-before" d="{path(point.before for point in points)}"/>'
        f'<path class="curve of-after" d="{path(point.after for point in points)}"/>'
    )
    return picture(
        label,
        _CURVE + 44,
        (
            f'<text x="0" y="12" class="faint">{number(most)}</text>',
            f'<line x1="0" x2="100%" y1="{_CURVE + 20}" y2="{_CURVE + 20}" class="axis"/>',
            '<line x1="0" x2="100%" y1="20" y2="20" class="axis"/>',
            f'<svg y="20" width="100%" height="{_CURVE}" viewBox="0 0 100 {_CURVE}" preserveAspectRatio="none">',
            f"{inside}</svg>",
            *_names(points),
        ),
    )


def _names(points: Sequence[Both]) -> Iterable[str]:
    if not points:
        return
    places = {0: ("0", "start"), len(points) // 2: ("50%", "middle"), len(points) - 1: ("100%", "end")}
    for at, (x, anchor) in places.items():
        yield f'<text x="{x}" y="{_CURVE + 38}" text-anchor="{anchor}" class="faint">{text(points[at].name)}</text>'


def columns(label: str, points: Sequence[Both]) -> str:
    """Return a pair of columns for each point, such as the hours of a day."""
    most = max((max(point.before, point.after) for point in points), default=0) or 1
    step = 100 / max(len(points), 1)
    parts = [f'<line x1="0" x2="100%" y1="{_CURVE}" y2="{_CURVE}" class="axis"/>']
    for at, point in enumerate(points):
        for place, side, value in ((0.1, "before", point.before), (0.5, "after", point.after)):
            high = value / most * (_CURVE - 16)
            parts.append(
                f'<rect class="{side}" x="{(at + place) * step:.2f}%" width="{step * 0.38:.2f}%" '
                f'y="{_CURVE - high:.1f}" height="{high:.1f}" rx="1">'
                f"<title>{text(point.name)}, {side}: {number(value)}</title></rect>"
            )
        if at % 6 == 0:
            parts.append(
                f'<text x="{at * step:.2f}%" y="{_CURVE + 18}" class="faint">{text(point.name)}</text>'
            )
    return picture(label, _CURVE + 24, parts)
