"""The inspector: a local page to look at the data, judge it and decide."""
