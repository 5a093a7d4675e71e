"""How rows of any list are selected, searched, sorted and counted; what a row says is decided elsewhere."""
