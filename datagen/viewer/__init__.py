"""The inspector: a local page to look at the data, judge it and decide.

    target.py       a run folder or a file, and where its index goes
    rows.py         what the list knows of a record; file_rows.py the same of any LLaVA file
    facts.py        cost and categories of a run's items
    filling.py      rows -> view.sqlite: thin rows, facets, full text
    bitmaps.py      sets of records as numbers
    index.py        view.sqlite, opened
    searching.py    what is typed into the search field
    listing.py      filters, sorting, pages, counts
    details.py      one record whole
    pictures.py     pictures by record only; thumbnails
    reviews.py      what people decide
    session.py      what one start holds
    guard.py        who may ask
    app.py          routes
    serving.py      the server
    static/         the page

The run is opened read-only. The index can be thrown away at any time.
"""
