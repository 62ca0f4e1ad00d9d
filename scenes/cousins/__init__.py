"""Digital cousins: what a word means, how alike two assets are, and which ones to take."""
