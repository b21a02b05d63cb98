"""One sample picture: its size, how it is drawn, and what people said about it."""

from collections.abc import Callable
from dataclasses import dataclass

from drawing.canvas import Canvas, Pen

LANDSCAPE = (864, 648)
PORTRAIT = (648, 864)
SQUARE = (720, 720)


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture to draw.

    Attributes:
        id: COCO image id.
        size: width and height in pixels.
        draw: paints the whole scene with a pen at the top left corner.
        captions: as an annotator typed them, so blanks at the ends are possible.
    """

    id: int
    size: tuple[int, int]
    draw: Callable[[Pen], None]
    captions: tuple[str, ...]

    @property
    def file_name(self) -> str:
        """COCO's name for the picture: twelve digits."""
        return f"{self.id:012d}.jpg"

    def paint(self) -> Canvas:
        """The finished canvas."""
        canvas = Canvas(*self.size)
        self.draw(canvas.pen())
        return canvas
