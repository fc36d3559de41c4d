"""Ctrl-C and SIGTERM, wherever they catch a command."""

import os
import signal
import sys
import time

import pytest

from keras_genre.errors import ServerError

_SIGNALS = [(signal.SIGINT, 130, "Interrupted.\n"), (signal.SIGTERM, 143, "Terminated.\n")]


@pytest.fixture
def run_doing(run, monkeypatch):
    """Run a command that does what the test says; give exit code, standard output and error."""

    def call(what):
        def do(folder):
            what()
            raise ServerError("It came so far.")

        monkeypatch.setattr("keras_genre.server.find_models", do)
        return run("serve", "nothing")

    return call


@pytest.mark.parametrize(("number", "code", "told"), _SIGNALS)
def test_signal_ends_a_command_at_once_with_its_code(run_doing, number, code, told):
    went_on = []
    ending = run_doing(lambda: (os.kill(os.getpid(), number), went_on.append(True)))
    assert not went_on
    assert (ending[0], ending[1], ending[2].lstrip()) == (code, "", told)


@pytest.mark.parametrize(("number", "code", "told"), _SIGNALS)
def test_signal_that_becomes_another_error_on_its_way_is_still_told(run_doing, number, code, told):
    def lose():
        try:
            os.kill(os.getpid(), number)
        except KeyboardInterrupt:
            raise AttributeError("as TensorFlow does at times") from None

    assert run_doing(lose) == (code, "", told)


@pytest.fixture
def after_the_command():
    """The signals that come once no command catches them."""
    came = []
    before = {number: signal.signal(number, lambda *_: came.append(1)) for number, *_ in _SIGNALS}
    yield came
    for number, handler in before.items():
        signal.signal(number, handler)


def test_second_signal_does_not_disturb_the_cleaning_up(run_doing):
    cleaned = []

    def clean():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1.5)  # the first comes again meanwhile
            cleaned.append(True)

    assert run_doing(clean)[0] == 143
    assert cleaned


def test_no_signal_comes_again_when_the_command_is_over(run_doing, after_the_command):
    def clean():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)

    assert run_doing(clean)[0] == 143
    time.sleep(1.5)
    assert after_the_command == []


@pytest.mark.parametrize(("number", "code", "told"), _SIGNALS)
def test_signal_that_a_destructor_swallows_comes_again(run_doing, monkeypatch, number, code, told):
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: None)  # it is loud

    class Swallowing:
        def __del__(self):
            os.kill(os.getpid(), number)

    def lose():
        Swallowing()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            time.sleep(0.01)

    ending = run_doing(lose)
    assert (ending[0], ending[1], ending[2].lstrip()) == (code, "", told)


def test_signal_that_is_ignored_stays_so(run_doing):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        ending = run_doing(lambda: os.kill(os.getpid(), signal.SIGINT))
    finally:
        signal.signal(signal.SIGINT, before)
    assert ending == (1, "", "Error: It came so far.\n")


def test_command_leaves_handlers_as_they_were(run):
    def installed():
        return [signal.getsignal(number) for number, *_ in _SIGNALS]

    before = installed()
    assert run("--version")[0] == 0
    assert installed() == before
