"""Checks a running server: TensorFlow Serving or the development server.

    python serving/smoke_test.py --model concat_fusion_small
    python serving/smoke_test.py --model concat_fusion_small --label canary --grpc films:8500

Asks over gRPC and REST, and says for each check whether it holds. Exit code 0: all of them hold; 1:
one does not, and standard output says which, and why.
"""

import argparse
import io
import sys
from collections.abc import Callable, Iterator

from PIL import Image

import keras_genre as kg

_PLOTS = ["A heist goes wrong.", "", "Zwei Roboter heiraten am Meer. 🤖", "word " * 2000]


def main() -> None:
    """Check, print and exit."""
    arguments = _arguments()
    options = {"version": arguments.version, "label": arguments.label, "timeout": arguments.timeout}
    num_failed = 0
    with (
        kg.GenreClient(arguments.grpc, arguments.model, **options) as grpc,
        kg.RestGenreClient(arguments.rest, arguments.model, **options) as rest,
    ):
        for name, check in _checks(arguments, grpc, rest):
            try:
                found = check()
            except (kg.errors.KerasGenreError, _FailedCheckError) as cause:
                num_failed += 1
                print(f"FAILED  {name}: {cause}")
            else:
                print(f"ok      {name}{f': {found}' if found else ''}")
    print(f"{num_failed} checks failed" if num_failed else "all checks hold")
    sys.exit(1 if num_failed else 0)


class _FailedCheckError(Exception):
    """The server answers otherwise than it should."""


def _checks(arguments, grpc, rest) -> Iterator[tuple[str, Callable[[], str | None]]]:
    yield "gRPC: a version is available", lambda: _available(grpc)
    yield "REST: a version is available", lambda: _available(rest)
    for name, client in (("gRPC", grpc), ("REST", rest)):
        yield f"{name}: plots are answered", lambda client=client: _answers_plots(client)
        yield f"{name}: posters are answered", lambda client=client: _answers_posters(client)
    yield "gRPC and REST agree", lambda: _agree(grpc, rest)
    yield "a film alone is answered as among others", lambda: _neighbours(grpc)
    yield "an unknown model is refused", lambda: _refuses_unknown(arguments)


def _available(client) -> str:
    states = client.version_states()
    _expect("AVAILABLE" in states.values(), f"expected an available version, received {states}")
    return ", ".join(f"version {version} {state}" for version, state in states.items())


def _answers_plots(client) -> str:
    found = client.predict(_PLOTS)
    for prediction in found:
        values = prediction.probabilities.values()
        _expect(all(0 <= p <= 1 for p in values), f"expected probabilities, received {found}")
    return (
        f"{len(found[0].probabilities)} genres, {', '.join(found[0].genres) or 'none'} for a heist"
    )


def _answers_posters(client) -> None:
    pictures = {kind: _picture(kind) for kind in ("JPEG", "PNG")}
    _expect(
        len(client.predict(posters=[*pictures.values(), None])) == 3, "expected three predictions"
    )


def _agree(grpc, rest) -> None:
    for one, other in zip(grpc.predict(_PLOTS), rest.predict(_PLOTS), strict=True):
        _expect(_same(one, other), f"received {one} over gRPC and {other} over REST")


def _neighbours(client) -> None:
    together, (alone,) = client.predict(_PLOTS)[0], client.predict(_PLOTS[:1])
    _expect(_same(together, alone), f"received {together} among others and {alone} alone")


def _refuses_unknown(arguments) -> None:
    with kg.GenreClient(arguments.grpc, "no such model", timeout=arguments.timeout) as client:
        try:
            client.predict(["A heist."])
        except kg.errors.ModelNotFoundError:
            return
    raise _FailedCheckError("expected NOT_FOUND, received a prediction")


def _same(one, other) -> bool:
    return all(
        abs(probability - other.probabilities[name]) < 1e-4
        for name, probability in one.probabilities.items()
    )


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise _FailedCheckError(otherwise)


def _picture(kind: str) -> bytes:
    content = io.BytesIO()
    Image.effect_noise((96, 144), 80).convert("RGB").save(content, kind)
    return content.getvalue()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check a running server of a genre model.")
    parser.add_argument("--model", required=True, help="name of the model")
    parser.add_argument("--version", type=int, help="a version of it")
    parser.add_argument("--label", help="a label of it, such as canary, in place of a version")
    parser.add_argument("--grpc", default="localhost:8500", help="host:port [%(default)s]")
    parser.add_argument("--rest", default="http://localhost:8501", help="URL [%(default)s]")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds [%(default)s]")
    return parser.parse_args()


if __name__ == "__main__":
    main()
