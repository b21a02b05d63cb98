"""Spot-check, page: Results -> `spotcheck.html` for people, `spotcheck.json` for programs.

texts.py       text from records made safe to show; answers cut at their doubtful words
wording.py     numbers and sentences
pictures.py    picture files -> small JPEGs inside the page
figures.py     matplotlib -> SVG that follows the page's colours; with the two modules below
               the only importers of matplotlib
intervals.py   dots and whiskers
curves.py      control curves
writing.py     everything put together
json_file.py   the same results as JSON
templates/     the page's HTML and CSS
"""

from datagen.spotcheck.page.json_file import read_json, write_json
from datagen.spotcheck.page.writing import write_page

__all__ = ["read_json", "write_json", "write_page"]
