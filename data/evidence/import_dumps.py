"""Import hourly Wikimedia dump files at a terminal: `python -m data.evidence.import_dumps us-2016 pageviews-*.gz`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from data.core.errors import DataError
from data.core.program import utc_now
from data.core.settings import read_settings
from data.net.snapshots import snapshot_folder
from data.sources.wikimedia_dumps import import_dumps
from data.story.store import find_story


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m data.evidence.import_dumps",
        description="Keep the hours of a story's articles from dump files. A file's name has the END of its hour.",
    )
    parser.add_argument("story", help="a story's folder name, like us-2016")
    parser.add_argument("files", nargs="+", type=Path, help="files such as pageviews-20161109-050000.gz")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Keep the rows of the story's articles; 1 and a sentence on standard error for what cannot be used."""
    wanted = _arguments(argv)
    try:
        settings = read_settings(os.environ)
        story = find_story(wanted.story, settings)
        folder = snapshot_folder(story, settings)
        for project in dict.fromkeys(article.project for article in story.about.articles):
            titles = [article.title for article in story.about.articles if article.project == project]
            with tqdm(total=len(wanted.files), desc=project, unit="file") as bar:
                records = import_dumps(
                    wanted.files,
                    titles,
                    project=project,
                    folder=folder,
                    now=utc_now(),
                    progress=partial(_advance, bar),
                )
            sys.stdout.write(" ".join([f"{project}: {len(records.rows):,} hours held.", *records.warnings]) + "\n")
    except (DataError, ValueError, OSError) as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    return 0


def _advance(bar: tqdm[NoReturn], done: int, total: int, name: str) -> None:
    bar.total = total
    bar.set_postfix_str(name)
    bar.update(done - bar.n)


if __name__ == "__main__":
    raise SystemExit(main())
