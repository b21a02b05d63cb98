"""Spot-check: local models look at the pictures of a sample of records.

A text filter cannot see the picture. Here a LLaVA (or any endpoint that sees) and a CLIP look at
it, each under controls: the picture of the record, the picture of another record, and a blank one.
What they say is weighed by how well they do on questions whose answers the annotations know.

    records ─list─▶ strata ─draw─▶ Subjects ─measure─▶ looks (on disk) ─judge─▶ flags, estimates ─▶ page

    subjects.py     what is looked at
    sampling.py     strata, sizes, the draw; every record at a known rate
    statistics.py   intervals, weighted shares, prevalence behind an imperfect test
    probes.py       yes/no questions out of boxes and absent categories
    twins.py        true records and false twins of them, to measure the models by
    likeness.py     a recorded answer against a model's own
    models/         what sees: LLaVA, CLIP, endpoints; the only importers of torch
    measuring.py    the looks that are wanted, in batches; what was looked at is not done again
    verdicts.py     thresholds from records known to be true, flags by record
    estimates.py    what holds for the whole set, with intervals
    page/           spotcheck.html and its plots
"""
