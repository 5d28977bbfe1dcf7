"""The reading edition: a static site made by Sphinx from ledger, coverage, figures and captions, readable offline."""
