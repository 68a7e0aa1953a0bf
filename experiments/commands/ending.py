"""The way a program ends: each error as one line on stderr, never a traceback, and an exit code.

With NQPF_DEBUG set in the environment, the traceback of an unforeseen error is shown as well.
"""

import errno
import io
import os
import sys
from contextlib import suppress
from typing import Any

import typer

DONE, OWN_FAILURE, BAD_INPUT, RUNS_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
CLOSED_PIPE = 141
"""What a shell gives for a program that ended since nobody read its output: 128 + SIGPIPE."""


def run_program(app: typer.Typer, arguments: list[str]) -> int:
    """Run a command line and return its exit code."""
    if sys.stderr is None:
        sys.stderr = io.StringIO()  # or messages would go to stdout
    if sys.stdout is None:
        return _complain("stdout is closed", OWN_FAILURE)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = _invoke(app, arguments or ["--help"])
        sys.stdout.flush()
        return code
    except typer.Exit as leave:
        return leave.exit_code
    except KeyboardInterrupt as stop:
        return _complain(f"interrupted{f'; {stop}' if str(stop) else ''}", INTERRUPTED)
    except BrokenPipeError:
        return _end_of_reading()
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        code = BAD_INPUT if error.errno == errno.ENAMETOOLONG else OWN_FAILURE
        return _complain(f"{place}{(error.strerror or str(error)).lower()}", code)
    except Exception as error:
        return _explain(app, error, arguments)


def _end_of_reading() -> int:
    """Leave without a word, as other tools do when nobody reads on. What Python still holds back goes nowhere."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    return CLOSED_PIPE


def _explain(app: typer.Typer, error: Exception, arguments: list[str]) -> int:
    from model.declaration.errors import BadInput

    if isinstance(error, BadInput):
        return _complain(error, BAD_INPUT)
    if hasattr(error, "format_message"):
        return _complain(_usage_error(app, error, arguments), BAD_INPUT)
    if os.environ.get("NQPF_DEBUG"):
        raise error
    return _complain(f"{type(error).__name__}: {error} (set NQPF_DEBUG=1 for the traceback)", OWN_FAILURE)


def _invoke(app: typer.Typer, arguments: list[str]) -> int:
    """Run a command without Typer's own handling of errors, which prints several lines."""
    command = typer.main.get_command(app)
    with command.make_context("nqpf", list(arguments)) as context:
        return int(command.invoke(context) or DONE)


def _usage_error(app: typer.Typer, error: Any, arguments: list[str]) -> str:
    """Return one line for a wrong option or command that names the nearest one."""
    from model.declaration.errors import unknown

    command = typer.main.get_command(app)
    names = list(getattr(command, "commands", {}))
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoSuchOption" and context is not None:
        allowed = sorted(
            option
            for parameter in context.command.params
            for option in (*parameter.opts, *parameter.secondary_opts)
            if option[:2] == "--"
        )
        return str(unknown("option", error.option_name, allowed))
    word = next((argument for argument in arguments if not argument.startswith("-")), "")
    if word and word not in names:
        return str(unknown("command", word, names))
    return str(error.format_message())


def _complain(message: object, code: int) -> int:
    from model.declaration.errors import printable

    with suppress(OSError):
        print(f"nqpf: {printable(' '.join(str(message).split()))}", file=sys.stderr, flush=True)
    return code
