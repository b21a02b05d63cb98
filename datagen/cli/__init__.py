"""The command line: thin commands over `pipeline`; the only place that prints."""

import io
import sys
from collections.abc import Callable

import typer

from datagen import __version__
from datagen.cli import data, looking, mock, reviewing, run, viewing
from datagen.errors import DatagenError

app = typer.Typer(
    name="datagen",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_COMMANDS: dict[str, Callable[..., None]] = {
    "demo": run.demo,
    "plan": run.plan,
    "generate": run.generate,
    "build": run.build,
    "check": data.check,
    "contexts": data.contexts,
    "report": run.report,
    "spotcheck": looking.spotcheck,
    "search": looking.search,
    "view": viewing.view,
    "review-sample": reviewing.review_sample,
    "export-pairs": reviewing.export_pairs,
    "mock-server": mock.mock_server,
}
COMMANDS = tuple(_COMMANDS)

for _name, _command in _COMMANDS.items():
    app.command(_name)(_command)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"datagen {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Visual instruction data from COCO captions and boxes: a checked LLaVA data set.

    Exit codes:
    0 all is well
    1 done, but a record failed the check, or a run has something left to ask
    2 a flag is wrong, or a file cannot be used
    130 stopped by Ctrl-C
    """


def main(arguments: list[str] | None = None, *, standalone: bool = True) -> None:
    """Run a command; an error of the tree ends in one sentence on stderr and its exit code.

    Args:
        arguments: None for those of the process.
        standalone: whether success ends the process too.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # names of files and records may be anything
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app(arguments, standalone_mode=standalone)
    except DatagenError as error:
        print(f"datagen: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:  # the reader of a pipe went away: `datagen check … | head`
        sys.stderr.close()
        raise SystemExit(1) from None
