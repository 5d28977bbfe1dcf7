"""The graph of rules as a picture: columns from data to figures, drawn as SVG while the site is built."""

import html
import textwrap
from dataclasses import dataclass, field

#: Units of the picture: a phone shows it at about 0.9 of this size, a desk at 1.3 (``.graph`` in site.css).
_LINE, _LETTER, _PADDING, _GAP, _BETWEEN, _HEAD = 13.0, 6.3, 4.0, 8.0, 26.0, 20.0


@dataclass
class Column:
    """Nodes below each other.

    Parameters
    ----------
    heading : str
    width : float
        In units of the picture, of 380 or so for all columns and what is between them.
    nodes : dict of str to str
        Name of a node to its text, which is wrapped.
    top : float
        Height that the column leaves free above its nodes; ``spread`` puts the rest of the height between them.
    """

    heading: str
    width: float
    nodes: dict
    top: float = 0.0
    spread: bool = True
    boxes: dict = field(default_factory=dict)

    def place(self, left, height):
        """Set ``boxes``: name to ``(x, y, width, height, lines of text)``."""
        texts = {name: self._lines(text) for name, text in self.nodes.items()}
        sizes = {name: len(lines) * _LINE + 2 * _PADDING for name, lines in texts.items()}
        free = height - self.top - sum(sizes.values()) - _GAP * len(sizes)
        between = _GAP + (free / len(sizes) if self.spread and sizes else 0.0)
        y = _HEAD + self.top + (between - _GAP) / 2
        for name, size in sizes.items():
            self.boxes[name] = (left, y, self.width, size, texts[name])
            y += size + between

    def height(self):
        """Least height of the column."""
        return self.top + sum(len(self._lines(text)) * _LINE + 2 * _PADDING + _GAP for text in self.nodes.values())

    def _lines(self, text):
        width = int((self.width - 2 * _PADDING) / _LETTER)
        return [line for part in text.split("\n") for line in textwrap.wrap(part, width)]


def graph(columns, edges, label):
    """SVG of a layered graph.

    Parameters
    ----------
    columns : list of Column
        From left to right.
    edges : iterable of (str, str)
        Names of nodes, from the left of the picture to the right, or within one column.
    label : str
        What the picture shows, for readers who do not see it.

    Returns
    -------
    str
        Each node in a group with the edges that leave it, which are set off while the pointer is on the node.
    """
    height, left, boxes, heads = max(column.height() for column in columns), 1.0, {}, []
    for column in columns:
        column.place(left, height)
        boxes |= column.boxes
        heads.append(f"<text class='head' x='{left:g}' y='{_LINE:g}'>{html.escape(column.heading)}</text>")
        left += column.width + _BETWEEN
    drawn = [
        f"<g>{''.join(_edge(boxes[name], boxes[end]) for start, end in edges if start == name)}{_node(*box)}</g>"
        for name, box in boxes.items()
    ]
    return (
        f"<svg class='graph' role='img' aria-label='{html.escape(label, quote=True)}' "
        f"viewBox='0 0 {left - _BETWEEN + 1:g} {_HEAD + height:g}'>{''.join([*heads, *drawn])}</svg>"
    )


def _node(x, y, width, height, lines):
    text = "".join(
        f"<text x='{x + _PADDING:g}' y='{y + (k + 0.8) * _LINE + _PADDING - 1:.1f}'>{html.escape(line)}</text>"
        for k, line in enumerate(lines)
    )
    return f"<rect x='{x:g}' y='{y:.1f}' width='{width:g}' height='{height:g}' rx='3'/>{text}"


def _edge(start, end):
    """From the right side of a node to the left side of another, or to the right side of one in the same column."""
    x, y = start[0] + start[2], start[1] + start[3] / 2
    beyond, over = end[0], end[1] + end[3] / 2
    if beyond < x:
        beyond, bend, turn = end[0] + end[2], x + _BETWEEN * 0.7, x + _BETWEEN * 0.7
    else:
        bend, turn = x + (beyond - x) / 2, beyond - (beyond - x) / 2
    return f"<path d='M{x:g} {y:.1f}C{bend:g} {y:.1f} {turn:g} {over:.1f} {beyond:g} {over:.1f}'/>"
