"""The inspector: a local page to look at the data, judge it and decide.

reviews.py      what a reviewer does: decide, undo, redo; progress
sampling.py     which records to review, each with its weight
agreement.py    checks against reviewers, reviewers against each other
candidates.py   several replies to one request, blind
pairs.py        choices and edits as preference pairs
"""
