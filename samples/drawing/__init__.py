"""The sample pictures: shapes -> canvas -> things -> scenes -> COCO files.

`shapes` makes outlines, `canvas` paints them and remembers who owns which pixel, the modules of
things (people, animals, vehicles, ...) draw one object each, the modules of scenes compose them,
and `annotations` reads boxes, areas and masks off the finished canvas.
"""
