"""build_page: what is on the page, and what happens when it is touched."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keras_genre.demo.explanation_html import explanation_html
from keras_genre.demo.film_asker import Film, FilmAsker
from keras_genre.demo.sample_films import SampleFilm

if TYPE_CHECKING:
    import gradio

_TITLE = "The genres of a film"
_LOOK_EVERY = 4.0  # seconds between two looks at whether the server is there
_KEPT = (600, 3600)  # seconds: every ten minutes, uploads that are an hour old are deleted
_NOTHING_YET = (
    '<p class="kg-empty">Give a poster, a plot, or both; or choose one of the sample films.</p>'
)
# On a phone the answer lies below the film.
_SHOW_ANSWER = (
    "() => { if (window.innerWidth < 768) "
    "document.querySelector('#answer').scrollIntoView({behavior: 'smooth'}) }"
)
# Ctrl-V anywhere gives the poster: Gradio itself has a button for that alone. Where there is a
# poster already, or the camera is open, the place for a file comes back a moment later.
_TAKE_PASTED = """() => document.addEventListener('paste', async (event) => {
    const picture = [...event.clipboardData.files].find((file) => file.type.startsWith('image/'));
    if (!picture) return;
    event.preventDefault();
    const place = () => document.querySelector('#poster input[type=file]');
    document.querySelector('#poster [aria-label="Remove Image"]')?.click();
    document.querySelector('#poster [aria-label="Upload file"]')?.click();
    for (let waits = 0; waits < 50 && !place(); waits++)
        await new Promise((go) => setTimeout(go, 20));
    const files = new DataTransfer();
    files.items.add(picture);
    place().files = files.files;
    place().dispatchEvent(new Event('change', {bubbles: true}));
})"""
_NO_SPINNER = {"show_progress": "hidden", "api_visibility": "private"}
_SPINNER = {"show_progress": "minimal", "api_visibility": "private"}


def build_page(asker: FilmAsker, samples: Sequence[SampleFilm]) -> "gradio.Blocks":
    """Build the page.

    Args:
        asker: Whom to ask.
        samples: Films to try it with.
    """
    import gradio

    with gradio.Blocks(title=_TITLE, analytics_enabled=False, delete_cache=_KEPT) as page:
        parts = _Parts(gradio, samples)
        _Behaviour(gradio, parts, asker, samples).wire(page)
    return page


class _Parts:
    """The components, from top to bottom."""

    def __init__(self, gradio, samples: Sequence[SampleFilm]):
        gradio.HTML(f"<h1>{_TITLE}</h1>")
        self.connection = gradio.HTML(elem_id="connection")
        gradio.HTML("<h2>Sample films, invented for this page</h2>", visible=bool(samples))
        self.gallery = gradio.Gallery(
            [(str(film.thumbnail), film.caption) for film in samples],
            label="Sample films",
            show_label=False,
            elem_id="samples",
            visible=bool(samples),
            allow_preview=False,
            interactive=False,
            buttons=[],
        )
        with gradio.Row():
            with gradio.Column(min_width=320):
                self._add_film(gradio)
            with gradio.Column(min_width=320):
                self._add_answer(gradio)
        self.film = gradio.State()
        self.explanation = gradio.State()
        self.timer = gradio.Timer(_LOOK_EVERY)

    def _add_film(self, gradio) -> None:
        self.poster = gradio.Image(
            label="Poster",
            sources=["upload", "clipboard", "webcam"],
            type="filepath",
            height=320,
            elem_id="poster",
            buttons=[],
            placeholder="Drop the poster here, or choose a file",
        )
        # The file as it came: the client says better than Gradio what is wrong with a bad one.
        self.poster.preprocess = lambda upload: upload and upload.path
        self.plot = gradio.Textbox(
            label="Plot",
            lines=5,
            max_lines=12,
            elem_id="plot",
            placeholder="What happens in the film?",
        )
        with gradio.Row():
            self.clear = gradio.Button("Clear", min_width=80)
            self.ask = gradio.Button("Say its genres", variant="primary", min_width=160, scale=3)

    def _add_answer(self, gradio) -> None:
        self.answer = gradio.HTML(_NOTHING_YET, elem_id="answer")
        self.why = gradio.Button("Why these genres?", visible=False)
        self.genre = gradio.Dropdown([], label="What spoke for", visible=False, elem_id="genre")
        self.reasons = gradio.HTML(elem_id="reasons")


class _Behaviour:
    """What happens when something is touched."""

    def __init__(self, gradio, parts: _Parts, asker: FilmAsker, samples: Sequence[SampleFilm]):
        self._gradio, self._parts = gradio, parts
        self._asker, self._samples = asker, samples

    def wire(self, page: "gradio.Blocks") -> None:
        """Join the components to what they do."""
        parts = self._parts
        film = [parts.poster, parts.plot]
        answered = [parts.answer, parts.film, parts.why, *self._reasons()]
        page.load(None, js=_TAKE_PASTED)
        for starting in (page.load, parts.timer.tick):
            starting(self._look, parts.connection, parts.connection, **_NO_SPINNER)
        for asked in (
            parts.ask.click(self._ask, film, answered, **_SPINNER),
            parts.plot.submit(self._ask, film, answered, **_SPINNER),
            parts.gallery.select(self._chooser(), None, film, **_NO_SPINNER).then(
                self._ask, film, answered, **_SPINNER
            ),
        ):
            asked.then(None, js=_SHOW_ANSWER)
        parts.why.click(
            self._explainer(), parts.film, [parts.explanation, *self._shown()], **_SPINNER
        )
        parts.genre.input(
            self._show, [parts.explanation, parts.genre], parts.reasons, **_NO_SPINNER
        )
        parts.clear.click(self._clear, None, [*film, *answered], **_NO_SPINNER)

    def _shown(self) -> list:
        return [self._parts.genre, self._parts.reasons]

    def _reasons(self) -> list:
        return [self._parts.explanation, *self._shown()]

    def _look(self, shown: str):
        seen = self._asker.connection()
        return self._gradio.skip() if seen == shown else seen

    def _chooser(self):
        gradio, samples = self._gradio, self._samples

        def choose(event: gradio.SelectData):
            film = samples[event.index]
            return film.poster and str(film.poster), film.plot

        return choose

    def _ask(self, poster: str | None, plot: str | None):
        film = Film(plot or "", Path(poster).read_bytes() if poster else b"")
        said, answered = self._asker.answer(film)
        return said, film, self._gradio.update(visible=answered), *self._no_reasons()

    def _explainer(self):
        gradio, asker = self._gradio, self._asker
        bar = gradio.Progress()

        def explain(film: Film, progress=bar):
            explanation = asker.explain(
                film, lambda done, total: progress((done, total), unit="films", desc="Asking")
            )
            if isinstance(explanation, str):
                return None, gradio.update(visible=False), explanation
            genres = explanation.top_genres(len(explanation.genres))
            choice = gradio.update(choices=genres, value=genres[0], visible=True)
            return explanation, choice, explanation_html(explanation, genres[0])

        return explain

    def _show(self, explanation, genre: str) -> str:
        return explanation_html(explanation, genre)

    def _clear(self):
        nothing = (_NOTHING_YET, None, self._gradio.update(visible=False))
        return None, "", *nothing, *self._no_reasons()

    def _no_reasons(self) -> tuple:
        return None, self._gradio.update(visible=False), ""
