"""Ask stage: Prompt -> Reply, from whichever model stands behind a `Client`.

`client` holds the seam, `openai_chat` any OpenAI-compatible endpoint, `offline` the writer that
needs no model, `mock_server` the endpoint that serves it over HTTP and fails on demand. Nothing
is imported here: the openai package alone takes 0.4 s and 40 MB, which a run without an endpoint
shall not pay.
"""
