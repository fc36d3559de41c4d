"""The network of genres in truth, and in what a run says."""

import numpy as np

from keras_genre.catalog.exploration.genre_network import drawn_network, nearest_genres
from keras_genre.catalog.genre_graphs import graph_of_labels
from keras_genre.evaluation.reporting.subject import Subject
from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import count, listed


def section(subject: Subject, seed: int) -> Section:
    """Draw both networks, their genres in the same places.

    Args:
        subject: The run.
        seed: Of the layout.
    """
    heading, names = "Network of genres", subject.predictions.vocabulary.names
    if len(names) < 2:
        return Section(heading, "There is one genre alone, so there is no network to draw.")
    graphs = {
        "truth": graph_of_labels(subject.predictions.labels, names),
        "predicted": graph_of_labels(subject.decisions.selected, names),
    }
    plots = tuple(
        _plot(f"network_{which}_{subject.name}", which, graph, graphs["truth"], seed)
        for which, graph in graphs.items()
    )
    text = (
        "Genres that occur together: in truth above, in what the run says below. A line that is "
        "there below alone joins genres that the run cannot keep apart."
    )
    return Section(heading, text, plots, _table(graphs))


def _plot(name: str, which: str, graph, truth, seed: int) -> Plot:
    strongest = sorted(graph.edges(data="strength"), key=lambda edge: -edge[2])[:10]
    said = [f"{a} and {b} {100 * strength:.0f}%" for a, b, strength in strongest]
    pairs = count(graph.number_of_edges(), "pair")
    titles = {"truth": "True genres", "predicted": "Predicted genres"}
    figure, _ = drawn_network(graph, f"{titles[which]}: {pairs} occur together", seed, truth)
    alt = f"Network of {titles[which].lower()}. Strongest: {listed(said) or 'none'}."
    return Plot(name, style.rendered(figure), alt)


def _table(graphs):
    truth, said = (nearest_genres(graphs[which]) for which in ("truth", "predicted"))
    shown = truth[["genre", "films", "nearest"]].copy()
    shown["nearest as predicted"] = said["nearest"]
    shown["predicted films"] = said["films"]
    columns = ["genre", "films", "predicted films", "nearest", "nearest as predicted"]
    return shown[columns].replace({np.nan: ""})
