"""How a command ends: its exit code, and one sentence on standard error for whatever went wrong."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from data.core.errors import DataError

#: Done; failed, with a sentence; typed wrongly; a source wants to be asked later; stopped by Ctrl-C.
DONE, FAILED, MISTYPED, LATER, STOPPED = 0, 1, 2, 3, 130


def run(command: click.Command, argv: Sequence[str]) -> int:
    """Do what `argv` asks of this command, and give the exit code; nobody meets a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that cannot show a letter still shows the fault
    try:
        code = _answer(command, list(argv) or ["--help"])
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever read has gone. What is left must not be written by the interpreter either, as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _answer(command: click.Command, argv: list[str]) -> int:
    try:
        with command.make_context("nightdesk", argv) as context:
            code: int = command.invoke(context)
            return code
    except click.exceptions.Exit as shown:
        return shown.exit_code
    except click.ClickException as mistyped:
        return fail(_said(mistyped), mistyped.exit_code)
    except BrokenPipeError:
        raise
    except (DataError, ValueError) as refused:
        return fail(str(refused))
    except OSError as refused:
        return fail(_reason(refused))
    except KeyboardInterrupt as stopped:
        return fail(" ".join(["Stopped.", *map(str, stopped.args)]), STOPPED)
    except Exception as bug:  # noqa: BLE001 - the last line of defence: nobody at a terminal meets a traceback
        at = traceback.extract_tb(bug.__traceback__)[-1]
        where = f"{Path(at.filename).name}, line {at.lineno}"
        return fail(f"This is a bug in Nightdesk, not in what you typed: {type(bug).__name__}: {bug} ({where})")


def say(text: str) -> None:
    """Write the text and the end of its line to standard output, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def fail(sentence: str, code: int = FAILED) -> int:
    """Write the sentence to standard error as one line, and give the exit code."""
    sys.stderr.write(f"{' '.join(sentence.split())}\n")
    return code


def _said(mistyped: click.ClickException) -> str:
    """What was typed wrongly with what may have been meant, or else where to read what may be typed."""
    said = mistyped.format_message()
    context = mistyped.ctx if isinstance(mistyped, click.UsageError) else None
    if context is None or "Did you mean" in said or "did you mean" in said:
        return said
    return f"{said.rstrip('.')}; see {context.command_path} --help"


def _reason(refused: OSError) -> str:
    """The sentence that the error was given, or else the file's name and the system's reason."""
    if refused.strerror is None:
        return str(refused)
    return f"{refused.filename}: {refused.strerror}" if refused.filename else refused.strerror
