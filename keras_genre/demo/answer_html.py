"""What the page shows of an answer, as HTML. Everything from outside is escaped here."""

import html

from keras_genre.client import GenrePrediction
from keras_genre.demo.thresholds import FilmRule


def escaped(text: object) -> str:
    """Return a text that shows itself, in HTML and in the templates that Gradio puts it into."""
    text = html.escape(str(text))
    for character in "${}":
        text = text.replace(character, f"&#{ord(character)};")
    return text


def message_html(heading: str, advice: str, detail: str = "") -> str:
    """A message in place of an answer."""
    parts = [f"<strong>{escaped(heading)}</strong> {escaped(advice)}"]
    if detail:
        parts.append(f"<small>{escaped(detail)}</small>")
    return f'<div class="kg-message" role="alert"><p>{"</p><p>".join(parts)}</p></div>'


def connection_html(model: str, address: str, version: int | None, trouble: str) -> str:
    """A line that says who is asked, and whether that one is there."""
    asked = f"model <b>{escaped(model)}</b> at {escaped(address)}"
    if version is not None:
        return f'<p class="kg-connection kg-there">Asking {asked}, version {version}.</p>'
    trouble = trouble or "the model is not loaded"
    return (
        f'<p class="kg-connection kg-away" role="alert"><b>Server away.</b> Cannot ask {asked}: '
        f"{escaped(trouble)}. This line tells when it is back.</p>"
    )


def answer_html(
    prediction: GenrePrediction, rule: FilmRule | None, plot: str, poster: bytes
) -> str:
    """The genres of a film, and a bar for each genre that the model knows."""
    rows = "".join(
        _row(name, probability, name in prediction.genres, rule)
        for name, probability in prediction.top(len(prediction.probabilities))
    )
    return (
        f'<div class="kg-answer"><p class="kg-genres">{_genres(prediction)}</p>'
        f'<table class="kg-bars"><tbody>{rows}</tbody></table>'
        f'<p class="kg-note">{_legend(rule)} {_missing(plot, poster)}'
        f"Answered by {escaped(prediction.model)}, version {escaped(prediction.version)}.</p></div>"
    )


def _genres(prediction: GenrePrediction) -> str:
    if not prediction.genres:
        return "No genre is over its threshold."
    return " ".join(f'<span class="kg-genre">{escaped(name)}</span>' for name in prediction.genres)


def _row(name: str, probability: float, selected: bool, rule: FilmRule | None) -> str:
    said = f"{name}: probability {probability:.2f}"
    mark = ""
    if rule is not None:
        threshold = rule.thresholds[name]
        said += f", threshold {threshold:.2f}"
        mark = f'<i class="kg-threshold" style="left: {100 * threshold:.1f}%"></i>'
    said += ", given" if selected else ", not given"
    return (
        f'<tr class="{"kg-selected" if selected else "kg-other"}" title="{escaped(said)}">'
        f'<th scope="row">{escaped(name)}</th>'
        f'<td class="kg-bar" role="img" aria-label="{escaped(said)}"><div class="kg-track">'
        f'<i class="kg-fill" style="width: {100 * probability:.1f}%"></i>{mark}</div></td>'
        f'<td class="kg-number">{probability:.2f}</td></tr>'
    )


def _legend(rule: FilmRule | None) -> str:
    if rule is None:
        return (
            "Blue: given by the model's decision rule. Where each genre's threshold lies, this "
            "server does not tell."
        )
    most = "" if rule.top_k is None else f", the {rule.top_k} most probable at most"
    return f"The line in each bar is its genre's threshold. Blue: over it, and so given{most}."


def _missing(plot: str, poster: bytes) -> str:
    if not poster:
        return "Read from the plot alone. "
    return "" if plot.strip() else "Read from the poster alone. "
