"""Asset libraries and what is kept about their assets: licences, trials, records, the index."""
