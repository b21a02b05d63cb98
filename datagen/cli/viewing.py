"""Command that shows the data in a browser: view."""

import getpass
import secrets
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from datagen.cli.options import CHECKED, settle, settle_check, takes_settings
from datagen.config import RUN_FILE, RunSettings, load_settings
from datagen.errors import RunError, SettingsError

if TYPE_CHECKING:
    from datagen.viewer.session import Session
    from datagen.viewer.target import Target

SERVE = "How it is served"

console = Console(highlight=False, soft_wrap=True)


@takes_settings(CHECKED)
def view(
    given: dict[str, Any],
    target: Annotated[Path, typer.Argument(help="Run folder, or any LLaVA file.")],
    port: Annotated[
        int,
        typer.Option(help="Port; 0 for any that is free.", min=0, max=65535, rich_help_panel=SERVE),
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open it.", rich_help_panel=SERVE)
    ] = True,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on; others than this machine need --token.",
            rich_help_panel=SERVE,
        ),
    ] = "127.0.0.1",
    token: Annotated[
        str | None,
        typer.Option(
            help="What opens the page; default a random one.",
            show_default=False,
            rich_help_panel=SERVE,
        ),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            help="Write a static copy in place of serving: a folder, or one file NAME.html.",
            show_default=False,
        ),
    ] = None,
    reviewer: Annotated[
        str | None,
        typer.Option(
            help="Under whose name decisions are kept; default the user's.", show_default=False
        ),
    ] = None,
) -> None:
    """Look at a data set in the browser: filter, search, judge, decide; also while it is written.

    Example: [bold]datagen view run --images train2017[/bold]
    """
    # Here, for no other command needs a server.
    from datagen.viewer.guard import is_loopback
    from datagen.viewer.keeping import Keeper
    from datagen.viewer.serving import make_server, open_socket, run_server
    from datagen.viewer.target import open_target

    if not is_loopback(host) and token is None:
        raise SettingsError(
            f"--host {host} lets other machines in: give --token too, a secret of 16 characters or more"
        )
    if token is not None and len(token) < 16:
        raise SettingsError("--token: 16 characters or more, so that nobody guesses it")
    settings = _settle(given, target)
    found = open_target(target, settings)
    if export is not None:
        with _open_session(found, reviewer or _name_user()) as session:
            _say_missing(settings, found.images)
            _export(session, export)
        return
    with (
        open_socket(host, port) as listener,
        _open_session(found, reviewer or _name_user()) as session,
    ):
        _say_missing(settings, found.images)

        def say_ready(address: str) -> None:
            console.print(f"{session.view.index.size:,} records; the page is at")
            console.print(f"  {address}", markup=False)
            console.print("Ctrl-C ends it.")
            if browser:
                webbrowser.open(address)

        secret = token or secrets.token_urlsafe(24)
        server = make_server(session, listener, host=host, token=secret, on_ready=say_ready)
        with Keeper(session):
            run_server(server, listener)


def _open_session(target: "Target", reviewer: str) -> "Session":
    """Open the index, with a bar while it is built."""
    from datagen.viewer.session import Session

    with _make_bar() as bar:
        task = bar.add_task("reading", total=None, visible=False)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None, visible=True)

        return Session(target, reviewer=reviewer, on_progress=show)


def _export(session: "Session", place: Path) -> None:
    """Write a static copy, with a bar."""
    from datagen.viewer.export import export_copy

    with _make_bar() as bar:
        task = bar.add_task("copying", total=session.view.index.size)
        count = export_copy(
            session, place, lambda done, total: bar.update(task, completed=done, total=total)
        )
    console.print(f"{count:,} records copied to {place}", markup=False)


def _name_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        return "reviewer"


def _make_bar() -> Progress:
    return Progress(
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )


def _say_missing(settings: RunSettings, images: Path | None) -> None:
    if images is None:
        why = f"{settings.images} is gone" if settings.images is not None else "no --images FOLDER"
        console.print(f"without pictures: {why}", markup=False)


def _settle(given: dict[str, Any], target: Path) -> RunSettings:
    """The settings of the run with another picture folder where one is given; of a file the flags."""
    path = target / RUN_FILE
    if not target.is_dir():
        if not target.exists():
            raise RunError(target, "there is no such run folder or file")
        return settle_check(given)
    if not path.is_file():
        raise RunError(target, f"is no run folder: it holds no {RUN_FILE}")
    wanted = {"images": given["images"]} if given.get("images") is not None else {}
    return settle(wanted, base=load_settings(path)[0])
