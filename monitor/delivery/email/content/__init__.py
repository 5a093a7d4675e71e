"""What a mail says: headlines, a summary, and each alert once with its facts and steps; no layout."""
