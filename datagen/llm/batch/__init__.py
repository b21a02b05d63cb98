"""Ask stage, the Batch API: many requests in files, answered within a day at half the price.

asker.py        the order: write, submit, wait, collect
start.py        the steps of it
gate.py         how much is handed in at a time
submission.py   a part becomes a batch at the endpoint, once
collection.py   a finished batch becomes results
endpoint.py     files and batches over HTTP
parts.py        the files of requests in the run folder
journal.py      what is known of them, in SQLite; survives a kill at any moment
outstanding.py  what is still at the endpoint
lines.py        a line of such a file, there and back

Parts, their results and the journal lie in the run folder (`batches/`, `batches.sqlite`). Nothing
is imported here, as in `datagen.llm`. The mock endpoint's half is `mock_records` and `mock_worker`.
"""
