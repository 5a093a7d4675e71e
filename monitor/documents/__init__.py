"""YAML 1.2 and JSON as plain Python values with the line of every key; knows nothing of what the keys mean.

The node graph is read instead of loading objects: so duplicate keys and tags are detected, every value has a
line, and no type of the YAML library leaves this package.
"""

from monitor.documents.files import Document, read, read_list
from monitor.documents.loose import loose
from monitor.documents.nodes import Keys, dotted
from monitor.documents.sections import read_sections

__all__ = ["Document", "Keys", "dotted", "loose", "read", "read_list", "read_sections"]
