"""Spot-check: local models look at the pictures of a sample of records.

A text filter cannot see the picture. Here a LLaVA (or any endpoint that sees) and a CLIP look at
it, each under controls: the picture of the record, the picture of another record, and a blank one.
What they say is weighed by how well they do on questions whose answers the annotations know.

    records ─list─▶ strata ─draw─▶ Subjects ─measure─▶ looks (on disk) ─judge─▶ flags, estimates ─▶ page

    subjects.py     what is looked at
    sampling.py     strata, sizes, the draw; every record at a known rate
    statistics.py   intervals of weighted shares and means
    accuracy.py     how well a test tells, and what is behind its flags
    grounds.py      what the annotations know, through the grounding checks
    categories.py   how often categories stand in pictures, and which together
    probes.py       questions whose answers boxes and captions know
    references.py   records that are true, to measure the models by
    falsehoods.py   what can be made false in a true record
    twins.py        the same records with one claim made false
    likeness.py     a recorded answer against a model's own
    models/         what sees: LLaVA, CLIP, endpoints; the only importers of torch
    measuring.py    the looks that are wanted, in batches; what was looked at is not done again
    verdicts.py     thresholds from records known to be true, flags, their reliability
    estimates.py    what holds for the whole set, with intervals
    page/           spotcheck.html and its plots
"""
