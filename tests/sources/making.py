"""Images without a file that they came from."""

from collections.abc import Iterable

from datagen.records import AnnotatedImage, ImageSet
from datagen.sources.image_rows import ImageRows


def make_image_set(images: Iterable[AnnotatedImage] = ()) -> ImageSet:
    """The images as a source gives them."""
    rows = ImageRows()
    for image in images:
        rows.add(image)
    return rows.show(()).images
