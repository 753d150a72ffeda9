"""Sources as links that a reader can follow, one way on all pages."""

from __future__ import annotations

from collections.abc import Sequence

from components.text import markdown
from data.core.model import Source
from data.story.story import Story


def source_link(source: Source) -> str:
    """A source as a Markdown link that a reader can follow."""
    return f"[{markdown(source.org)}]({source.url.replace(')', '%29').replace('(', '%28')})"


def source_links(story: Story, cell: str, fetched: Sequence[Source] = ()) -> str:
    """The sources that a cell of column `source` names, as links in parentheses; empty for none.

    `fetched` are sources that are not the story's own, such as a capture's.
    """
    known = {source.id: source for source in (*fetched, *story.sources)}
    links = [source_link(known[name]) for name in cell.split()]
    return f"({'; '.join(dict.fromkeys(links))})" if links else ""
