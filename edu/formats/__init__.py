"""How dates and times are written, a module for each language of the site."""
