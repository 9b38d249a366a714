"""Which mistake made this signature? Recipes as data, a search over them, a report."""
