"""Spot-check, page: matplotlib figures -> SVG that belongs to the page it stands in.

Colours become the page's CSS variables, so one drawing serves light and dark; text stays text in
the page's own font. The same values give the same bytes, whatever the reader's matplotlibrc says.
"""

import io
import re
import warnings
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH = 352
"""Of every figure, in CSS pixels: it fits a phone, and three stand side by side on a screen."""

TEXT_SIZE = 12.0
CHAR_WIDTH = 6.4
"""Of a letter at that size, on average and a little more; the page's font is not known here."""

INK = "#010101"
MUTED = "#010102"
FAINT = "#010103"
WASH = "#010104"
PAPER = "#010105"
RIGHT = "#010106"
SHUFFLED = "#010107"
BLANK = "#010108"

# Colours that nothing else uses stand for the page's variables until the drawing is done.
_VARIABLES = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    FAINT: "var(--faint)",
    WASH: "var(--wash)",
    PAPER: "var(--paper)",
    RIGHT: "var(--right)",
    SHUFFLED: "var(--shuffled)",
    BLANK: "var(--blank)",
}

_SETTINGS: dict[Any, object] = {  # the type of the names differs between versions
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar sign in a title is a dollar sign
    "axes.unicode_minus": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": MUTED,
    "axes.labelsize": TEXT_SIZE,
    "font.size": TEXT_SIZE,
    "text.color": INK,
    "xtick.color": FAINT,
    "xtick.labelcolor": MUTED,
    "xtick.labelsize": TEXT_SIZE,
    "ytick.color": FAINT,
    "ytick.labelcolor": MUTED,
    "ytick.labelsize": TEXT_SIZE,
}


def draw(
    name: str, height: float, margins: tuple[float, ...], paint: Callable[[Axes], None]
) -> str:
    """Draw one pair of axes.

    Args:
        name: unique within the page; ids inside the drawing are made from it.
        height: of the figure, in pixels.
        margins: left, right, bottom and top of the axes, in pixels.
        paint: draws into the axes.

    Returns:
        An `<svg>` element to stand inside HTML.
    """
    left, right, bottom, top = margins
    box = (left / WIDTH, bottom / height, 1 - (left + right) / WIDTH, 1 - (bottom + top) / height)
    # Settings of matplotlib are global: ours hold while we draw, from the defaults on.
    with matplotlib.rc_context(), warnings.catch_warnings():
        # Only the reader's browser needs to have the letters.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**_SETTINGS, "svg.hashsalt": name})
        figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72, frameon=False)
        axes = figure.add_axes(box)
        axes.patch.set_visible(False)
        paint(axes)
        return _to_svg(figure)


def _to_svg(figure: Figure) -> str:
    data = io.StringIO()
    # Without these entries the file names neither the time nor the version.
    figure.savefig(data, format="svg", metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(data.getvalue())
    used = set(re.findall(r'(?:url\(|href=")#([\w.-]+)', data.getvalue()))
    _clean(root, used)
    for name in ("width", "height"):
        root.set(name, root.get(name, "").removesuffix("pt"))  # drawn at 72 to the inch: pixels
    root.attrib.update({"class": "plot", "aria-hidden": "true", "focusable": "false"})
    return ElementTree.tostring(root, encoding="unicode")


def _clean(element: ElementTree.Element, used: set[str]) -> None:
    """Leave out what is for files of their own: namespaces, metadata, styles, ids of groups."""
    element.tag = element.tag.rpartition("}")[2]
    for child in list(element):
        if child.tag.rpartition("}")[2] in {"metadata", "style"}:
            element.remove(child)
        else:
            _clean(child, used)
    attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
    if attributes.get("id") not in used:
        attributes.pop("id", None)
    if "style" in attributes:
        attributes["style"] = _restyle(attributes["style"])
    for key in ("d", "transform", "x", "y"):
        if key in attributes:
            attributes[key] = _round(attributes[key])
    if attributes.get("transform", "").startswith("rotate(0 "):
        del attributes["transform"]
    element.attrib.clear()
    element.attrib.update(attributes)
    element.tail = None
    if element.tag != "text":
        element.text = None


def _restyle(style: str) -> str:
    rules = [rule.strip() for rule in style.split(";")]
    kept = "; ".join(rule for rule in rules if rule and not rule.startswith("font-family:"))
    return re.sub(r"#0101\d\d", lambda match: _VARIABLES.get(match[0], match[0]), kept)


def _round(text: str) -> str:
    """A hundredth of a pixel is enough, and one line a path."""
    return " ".join(re.sub(r"-?\d+\.\d+|-0\b", _shorten, text).split())


def _shorten(number: re.Match[str]) -> str:
    return f"{float(number[0]) + 0.0:.2f}".rstrip("0").rstrip(".")
