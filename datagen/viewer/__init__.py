"""The inspector: a local page to look at the data, judge it and decide.

    target.py       a run folder or a file, and where its index goes
    rows.py         what the list knows of a record; file_rows.py the same of any LLaVA file
    facts.py        cost and categories of a run's items
    filling.py      rows -> view.sqlite: thin rows, facets, full text
    bitmaps.py      sets of records as numbers
    index.py        view.sqlite, opened
    searching.py    what is typed into the search field
    listing.py      filters, search, counts; ordering.py sorts and finds pages
    appending.py    rows that come while the index is looked at
    following.py    a run that is writing -> rows; keeping.py looks again and again
    examining.py    a file that no run made, checked while it is looked at
    details.py      one record whole
    overview.py     figures of the set
    pictures.py     pictures by record only; thumbnails
    reviews.py      what a reviewer does: decide, undo, redo; progress
    decisions.py    which records of the index have which decision
    sampling.py     which records to review, each with its weight
    agreement.py    checks against reviewers, reviewers against each other
    candidates.py   several replies to one request, blind
    pairs.py        choices and edits as preference pairs
    session.py      what one start holds
    view.py         lists as plain values
    export.py       static copies
    guard.py        who may ask
    app.py          routes
    serving.py      the server
    static/         the page

The run is opened read-only. The index can be thrown away at any time.
"""
