"""Text in columns, as wide on a terminal as it looks: some characters take two cells, some none."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

_GAP = "  "


def in_columns(lines: Sequence[Sequence[str]], widest: int | None = None) -> Iterator[str]:
    """Iterate over lines whose cells begin below each other.

    A cell wider than ``widest`` shifts what follows in its own line.
    """
    if not lines:
        return
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    if widest is not None:
        widths = [min(widest, width) for width in widths]
    for line in lines:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True))
        yield _GAP.join(padded).rstrip()
