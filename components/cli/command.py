"""Every command, argument and option of `nightdesk`, with its help.

What a command does is imported when it is run: help is shown without loading what draws, counts or asks.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from components.cli.exits import DONE

_PATH = click.Path(path_type=Path)
_TARGET = "TARGET is a folder, or s3://bucket/prefix."


class Moment(click.ParamType[datetime]):
    """A time with its zone, as UTC."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant of an ISO 8601 text; a usage error for anything else."""
        try:
            moment = datetime.fromisoformat(str(value))
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        wants = f"must be a time with its zone, like 2016-11-08T19:00:00-05:00, not {str(value)[:60]!r}"
        raise click.BadParameter(wants, ctx, param)


@click.group()
def nightdesk() -> None:
    """What people searched for, and what broke, as election results were called.

    Exit codes: 0 done, 1 failed, 2 bad usage, 3 try again later (refresh; follow and record with --once), 130
    stopped. What went wrong is one sentence on standard error.
    """


@nightdesk.command(epilog="Example: nightdesk check ~/newsroom-stories/first-calls")
@click.argument("path", type=_PATH, required=False)
@click.option("--convert", is_flag=True, help="Rewrite a results.csv that has a column for each party.")
def check(path: Path | None, convert: bool) -> int:
    """Print every fault in stories, with file, line and column.

    PATH is a story folder, a folder of stories, or a story's name; all stories if left out.
    """
    from components.cli import stories

    return stories.check(path, convert=convert)


@nightdesk.command(epilog="Example: nightdesk new first-calls --to ~/newsroom-stories")
@click.argument("name", metavar="STORY")
@click.option("--to", type=_PATH, help="The folder of stories; the first of NIGHTDESK_STORIES if left out.")
def new(name: str, to: Path | None) -> int:
    """Make a story folder to fill in.

    STORY is its name: lower-case letters, digits and hyphens. Nothing is ever overwritten.
    """
    from components.cli import stories

    return stories.new(name, to)


@nightdesk.command(epilog="Example: nightdesk results us-2016 --at 2016-11-08T22:43:00-05:00")
@click.argument("story")
@click.option("--at", required=True, metavar="TIME", help="A time with its zone.")
@click.option("--caller", help="Whose calls; the story's own default if left out.")
def results(story: str, at: str, caller: str | None) -> int:
    """Print what had been called at a given minute, as JSON.

    STORY is a story's name, like us-2016.
    """
    from components.cli import stories

    return stories.results(story, at, caller)


@nightdesk.command(epilog="Example: nightdesk trends multiTimeline.csv")
@click.argument("file", type=_PATH)
def trends(file: Path) -> int:
    """Print what a Google Trends export holds, as JSON.

    FILE is what the website's download button gave.
    """
    from components.cli import series

    return series.trends(file)


@nightdesk.command(epilog="Example: nightdesk spikes series.csv")
@click.argument("file", type=_PATH)
@click.option("--term", help="Which term of an export that holds several.")
@click.option("--zone", help="The clock of an export that does not name its own, like America/New_York.")
def spikes(file: Path, term: str | None, zone: str | None) -> int:
    """Find when a series rose far above its usual level, as JSON.

    FILE is a CSV with the columns timestamp (no zone: UTC) and value, or a Google Trends export over time.
    """
    from components.cli import series

    return series.spikes(file, term=term, zone=zone)


@nightdesk.command(epilog="Example: nightdesk refresh us-2016 --source wayback")
@click.argument("story")
@click.option("--source", help="One source only, like trends or wayback; all of them if left out.")
@click.option("--resolution", default="8 minutes", show_default=True, help="The bins that searches are drawn in.")
def refresh(story: str, source: str | None, resolution: str) -> int:
    """Ask the sources on a story's lists.

    Every answer is kept, so you can stop it at any moment. Exit code 3: try again later; the time is printed.
    """
    from components.cli import sources

    return sources.refresh(story, source, resolution)


@nightdesk.command(epilog="Example: nightdesk dumps us-2016 pageviews-20161109-050000.gz")
@click.argument("story")
@click.argument("files", type=_PATH, nargs=-1, required=True, metavar="FILE...")
def dumps(story: str, files: tuple[Path, ...]) -> int:
    """Keep a story's hours from Wikimedia dump files.

    The time in the name of a FILE is the end of its hour.
    """
    from components.cli import sources

    return sources.dumps(story, files)


@nightdesk.command(epilog="Example: nightdesk follow us-2028 --feed table --url https://desk.example.org/calls.csv")
@click.argument("story")
@click.option("--feed", "kind", required=True, metavar="FORMAT", help="The feed's format: table, ap, ddhq, ...")
@click.option("--url", default="", help="The feed's address, or the path of a file; the one in [[feeds]] if left out.")
@click.option("--once", is_flag=True, help="Take one version and stop.")
@click.option("--every", type=click.FloatRange(min=1), metavar="SECONDS", help="The feed's own pace if left out.")
@click.option("--name", default="", help="The id of the entry in [[feeds]], if the story has several.")
@click.option("--source", default="", help="The id in sources.csv that its rows name.")
@click.option("--caller", default="", help="Whose calls they are, if the feed does not say.")
def follow(
    story: str, kind: str, url: str, once: bool, every: float | None, name: str, source: str, caller: str
) -> int:
    """Record calls from a feed into a story, as they are made and taken back.

    Every answer is kept before anything is made of it, so you can stop it at any moment and it picks up where it
    was. A call lies between the last version without it and the first with it, unless the feed states its time. Exit
    codes with --once: 0 also where nothing changed; 3 try again later, with the time; 1 failed.
    """
    from components.cli import follow as calls

    return calls.follow(story, kind, url=url, once=once, every=every, name=name, source=source, caller=caller)


@nightdesk.command(epilog="Example: nightdesk probe us-2028 --place newsroom")
@click.argument("story")
@click.option("--place", default="", help="Where this machine is, in one word; NIGHTDESK_PLACE if left out.")
@click.option("--once", is_flag=True, help="Look at each site once and stop.")
@click.option("--every", type=click.FloatRange(min=1), default=60.0, show_default=True, metavar="SECONDS")
@click.option("--import", "file", type=_PATH, help="Import what another monitor recorded, and stop.")
@click.option("--as", "kind", type=click.Choice(["kuma", "gatus", "prometheus", "upptime"]), help="Whose file that is.")
@click.option("--monitor", default="", help="What the file calls the site, if it has several.")
@click.option("--service", default="", help="The id of the site in [[services]]; the main one if left out.")
@click.option(
    "--globalping", "elsewhere", multiple=True, metavar="PLACE",
    help="Look from there with Globalping, not from here: Canada, Toronto, AS577; may be repeated.",
)  # fmt: skip
@click.option("--own-site", is_flag=True, help="The sites are the newsroom's own and may be asked more often.")
def probe(
    story: str, place: str, once: bool, every: float, file: Path | None, kind: str | None, monitor: str, service: str,
    own_site: bool, elsewhere: tuple[str, ...],
) -> int:  # fmt: skip
    """Look at a story's sites, and record every attempt.

    It asks the addresses (url) of [[services]]. What the attempts show, a change of state or that nobody looked,
    is written into the story as a machine record.
    """
    from components.cli import probe as looks

    if file:
        return looks.bring(story, file, kind or "", place=place, monitor=monitor, service=service)
    return looks.probe(story, place=place, once=once, every=every, own=own_site, elsewhere=elsewhere)


@nightdesk.command(epilog="Example: nightdesk record us-2028")
@click.argument("story")
@click.option("--once", is_flag=True, help="Draw each search once and stop.")
@click.option("--every", type=click.FloatRange(min=60), default=600.0, show_default=True, metavar="SECONDS")
@click.option("--usa-gov", is_flag=True, help="Also record how many people are on U.S. government sites.")
def record(story: str, once: bool, every: float, usa_gov: bool) -> int:
    """Draw a story's searches through the night.

    Each round asks Google Trends for minutes of the last four full hours, at the polite pace; further draws of an hour
    are further samples of it. A source that asks to be left alone is left alone until the time that is printed.
    """
    from components.cli import record as searches

    return searches.record(story, once=once, every=every, government=usa_gov)


@nightdesk.command(epilog="Example: nightdesk alert us-2028 --kind call --kind withdrawal")
@click.argument("story")
@click.option("--once", is_flag=True, help="Send what is new and stop.")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(["call", "withdrawal", "correction", "site"]),
    help="Only this kind; may be repeated; all if left out.",
)  # fmt: skip
def alert(story: str, once: bool, kinds: tuple[str, ...]) -> int:
    """Send alerts about calls, withdrawals, corrections and the site.

    NIGHTDESK_ALERTS holds the addresses, separated by spaces, as Apprise takes them: Slack, Teams, mail, webhooks. What
    stood in the story before the first time is not news. A WebSub hub (NIGHTDESK_HUB) is told when feeds change.
    """
    from components.cli import alerts

    return alerts.alert(story, once=once, kinds=kinds)


@nightdesk.command(epilog="Example: nightdesk night us-2028 --config night.toml")
@click.argument("story")
@click.option("--config", type=_PATH, required=True, help="Which recorders to run; deploy/night.toml is an example.")
def night(story: str, config: Path) -> int:
    """Run a night's recorders together.

    Each is a process of its own, restarted when it ends, after a growing pause. One log says what each does.
    """
    from components.cli import night as supervisor

    return supervisor.night(story, config)


@nightdesk.command(epilog="Example: nightdesk rehearse us-2016 --speed 60 --to ~/newsroom-stories")
@click.argument("story")
@click.option(
    "--speed", type=float, default=60.0, show_default=True, help="How many minutes of the night to play in one."
)
@click.option("--to", type=_PATH, help="The folder of stories; the first of NIGHTDESK_STORIES if left out.")
@click.option("--name", default="", help="What to call the story there; rehearsal-STORY if left out.")
@click.option("--from", "start", type=Moment(), help="A time with its zone; the story's own start if left out.")
@click.option("--until", type=Moment(), help="A time with its zone; the story's own end if left out.")
@click.option(
    "--order",
    type=click.Choice(["known", "happened"]),
    default="known",
    show_default=True,
    help="known: calls as they are made, everything else once it was published; for most of it only the day is known, "
    "so it comes at the end. happened: everything when it happened.",
)
@click.option("--live", is_flag=True, help="Play it as a feed and a site, and have the recorders write the folder.")
@click.option("--keep", is_flag=True, help="Leave the folder at the end, with a banner that says it is over.")
def rehearse(
    story: str,
    speed: float,
    to: Path | None,
    name: str,
    start: datetime | None,
    until: datetime | None,
    order: str,
    live: bool,
    keep: bool,
) -> int:
    """Play a recorded night as if live.

    Everything that shows it says TEST. Ctrl-C and the end of the night remove its folder.
    """
    from components.cli import rehearsals

    return rehearsals.rehearse(
        story, speed=speed, to=to, name=name, start=start, until=until, order=order, keep=keep, live=live
    )


@nightdesk.command(epilog="Example: nightdesk publish us-2016 --to out/")
@click.argument("story")
@click.option("--to", required=True, metavar="TARGET", help="A folder, or s3://bucket/prefix.")
@click.option("--view", multiple=True, help="Freeze this view too: 'chart=timeline&from=...&to=...&clock=...'.")
@click.option("--site", default="", help="The public address of the app that documents link back to.")
def publish(story: str, to: str, view: tuple[str, ...], site: str) -> int:
    """Write a story's charts as lasting files."""
    from components.cli import bundles

    return bundles.publish_story(story, to, views=view, site=site)


@nightdesk.command(epilog="Example: nightdesk verify out/", help=f"Check every file of a bundle.\n\n{_TARGET}")
@click.argument("target")
def verify(target: str) -> int:
    """Check the checksums of every version of a target, and its latest."""
    from components.cli import bundles

    return bundles.verify(target)


@nightdesk.command(
    epilog="Example: nightdesk serve out/ --port 8502",
    help=f"Show a bundle on this machine, with its headers.\n\n{_TARGET}",
)
@click.argument("target")
@click.option("--port", type=click.IntRange(0, 65535), default=8502, show_default=True, help="0 picks a free one.")
def serve(target: str, port: int) -> int:
    """Serve a target on this machine only, for a look, until Ctrl-C."""
    from components.cli import bundles

    return bundles.serve_target(target, port)


@nightdesk.command(epilog="Example: NIGHTDESK_CACHE=/var/cache/nightdesk nightdesk compress")
def compress() -> int:
    """Compress the app's scripts and styles before its first start.

    For building an image: otherwise the app does the same by itself while it serves.
    """
    from components.cli.lookups import settings_here
    from components.server.static_files import streamlit_files

    streamlit_files(settings_here()).pack_all()
    return DONE


@nightdesk.group()
def desk() -> None:
    """Who may change stories, and the drafts that they keep.

    NIGHTDESK_DATABASE names the desk's database, the same for this command as for the app.
    """


@desk.command(epilog="Example: nightdesk desk link --email ana@example.org --role editor")
@click.option("--email", default="", metavar="ADDRESS", help="Who it signs in; you, on this machine, if left out.")
@click.option("--role", type=click.Choice(["reporter", "editor", "publisher"]), help="Their role from now on.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8501,
    show_default=True,
    help="The app's port, if NIGHTDESK_PUBLIC_URL is not set.",
)
def link(email: str, role: str | None, port: int) -> int:
    """Make a link that signs somebody in, once.

    It is good for ten minutes. Somebody new becomes a publisher unless --role says otherwise: anyone who can type this
    may do everything here anyway.
    """
    from components.cli import desk as desks

    return desks.link(email, role, port)


@desk.command("import", epilog="Example: nightdesk desk import us-2016")
@click.argument("story")
def bring(story: str) -> int:
    """Take a story's folder to the desk, as its first draft.

    The folder stays as it is, and stays what readers see until somebody publishes.
    """
    from components.cli import desk as desks

    return desks.bring(story)


@desk.command(epilog="Example: nightdesk desk export us-2016 ~/copies")
@click.argument("story")
@click.argument("folder", type=_PATH, metavar="DIR")
@click.option("--revision", type=click.IntRange(min=1), help="An earlier state; the latest if left out.")
def export(story: str, folder: Path, revision: int | None) -> int:
    """Write a draft into DIR as a story folder.

    Rows that nobody changed are byte for byte as they came in. Nothing is ever overwritten.
    """
    from components.cli import desk as desks

    return desks.export(story, folder, revision)


@desk.command("publish-due", epilog="Example: nightdesk desk publish-due --every 20")
@click.option("--every", type=click.FloatRange(min=1), metavar="SECONDS", help="Repeat this often, until Ctrl-C.")
def publish_due(every: float | None) -> int:
    """Publish the drafts whose time has come.

    A draft that cannot go out stays scheduled and is tried again; exit code 1 means there is at least one.
    """
    from components.cli import desk as desks

    return desks.publish_due(every)


@desk.command(epilog="Example: nightdesk desk audit us-2016")
@click.argument("story", default="")
def audit(story: str) -> int:
    """Print who did what, when and from where, as CSV.

    For one STORY, or for everything if left out.
    """
    from components.cli import desk as desks

    return desks.audit(story)


@desk.group()
def people() -> None:
    """Who has a role at the desk, and which."""


@people.command("add", epilog="Example: nightdesk desk people add ana@example.org --role editor --name Ana")
@click.argument("email")
@click.option("--role", type=click.Choice(["reporter", "editor", "publisher"]), required=True)
@click.option("--name", default="", help="The name others see; the first part of the address if left out.")
def add_person(email: str, role: str, name: str) -> int:
    """Give somebody a role at the desk, or another role."""
    from components.cli import desk as desks

    return desks.add_person(email, role, name)


@people.command("remove", epilog="Example: nightdesk desk people remove ana@example.org")
@click.argument("email")
def remove_person(email: str) -> int:
    """Take somebody's role at the desk away, and end their sessions."""
    from components.cli import desk as desks

    return desks.remove_person(email)


@people.command("list", epilog="Example: nightdesk desk people list")
def list_people() -> int:
    """Print everybody with their role and name."""
    from components.cli import desk as desks

    return desks.list_people()
