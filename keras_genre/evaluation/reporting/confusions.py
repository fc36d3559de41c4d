"""What one run confuses: genre by genre, and pair by pair."""

import numpy as np

from keras_genre.evaluation.confusion import confused_pairs, genre_confusion, pair_confusion
from keras_genre.evaluation.reporting.grids import genre_grid
from keras_genre.evaluation.reporting.subject import Subject
from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import listed, percent

_MOST_PAIRS = 20
_CELLS = (("true_positives", "false_negatives"), ("false_positives", "true_negatives"))


def matrices_section(subject: Subject) -> Section:
    """Draw each genre's confusion matrix, and predicted films against true ones."""
    table = genre_confusion(subject.predictions, subject.rule)
    text = (
        "In each matrix: above, films that have the genre, given it (left) or not (right); below, "
        "films that do not have it. The darker, the larger the share of its row."
    )
    columns = ["genre", "films", "predicted", *(c.replace("_", " ") for row in _CELLS for c in row)]
    shown = table.reset_index()[
        ["genre", "support", "predicted", *(c for row in _CELLS for c in row)]
    ].astype(str)
    shown.columns = columns
    plots = (_matrices(subject, table), _balance(subject, table))
    return Section("Confusion matrices", text, plots, shown.replace("<NA>", "-"))


def _matrices(subject: Subject, table) -> Plot:
    names = list(table.index)
    title = "What was found, missed and wrongly given"
    detail = "Left: given the genre, right: not. Above: films that have it, below: that do not"
    figure, grid = genre_grid(names, title, detail, "", "")
    for axes, (_, row) in zip(grid, table.fillna(0).iterrows(), strict=True):
        counts = np.array([[int(row[cell]) for cell in line] for line in _CELLS])
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axes.imshow(shares, cmap=style.SEQUENTIAL, vmin=0, vmax=1.3, extent=(0, 1, 0, 1))
        axes.set_xticks([])
        axes.set_yticks([])
        axes.grid(visible=False)
        for line in range(2):
            for column in range(2):
                ink = "white" if shares[line, column] > 0.7 else style.INK
                place = (0.25 + 0.5 * column, 0.75 - 0.5 * line)
                axes.text(
                    *place, f"{counts[line, column]:,}", ha="center", va="center", color=ink,
                    fontsize=style.SMALL,
                )  # fmt: skip
    said = [f"{name} {row['true_positives']} of {row['support']}" for name, row in table.iterrows()]
    alt = f"Confusion matrices. Found: {listed(said)}."
    return Plot(f"confusion_{subject.name}", style.rendered(figure), alt)


def _balance(subject: Subject, table) -> Plot:
    table = table.sort_values("support", ascending=False, kind="stable")
    ratio = table["predicted"].sum() / max(table["support"].sum(), 1)
    title = f"{ratio:.2f} genres are given for each true one"
    figure, (axes,) = style.new_figure(
        0.3 * len(table) + 0.5, title, "Films that have the genre, that are given it, and found"
    )
    places = np.arange(len(table))
    series = (
        ("support", "have it", style.GREY, "o"),
        ("predicted", "are given it", style.ORANGE, "D"),
        ("true_positives", "both", style.BLUE, "o"),
    )
    ends = table[["support", "predicted"]].to_numpy("float64")
    axes.hlines(places, ends.min(axis=1), ends.max(axis=1), color=style.RULE, linewidth=2)
    for column, label, color, marker in series:
        values = table[column].fillna(0).to_numpy("float64")
        axes.plot(values, places, marker, color=color, label=label, markersize=6)
    style.name_rows(axes, table.index)
    axes.set_xlim(left=0)
    axes.grid(axis="x", color=style.RULE, linewidth=0.5)
    axes.legend(loc="lower right", fontsize=style.SMALL, frameon=False)
    said = [f"{n} {row['predicted']} for {row['support']}" for n, row in table.iterrows()]
    alt = f"Predicted films for true ones: {listed(said)}."
    return Plot(f"balance_{subject.name}", style.rendered(figure), alt)


def pairs_section(subject: Subject) -> Section:
    """Draw which genre is given where another was missed."""
    heading = "Genres for genres"
    counts = pair_confusion(subject.predictions, subject.rule)
    pairs = confused_pairs(subject.predictions, subject.rule)
    if pairs.empty:
        return Section(heading, "No film misses one genre and is given another.")
    first = pairs.iloc[0]
    title = (
        f"{first['given']} is given where {first['missed']} is missed, in {first['films']} films"
    )
    matrix = counts.fillna(0).to_numpy("float64")
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    figure, (axes,) = style.new_figure(
        0.27 * len(counts) + 1.3, title, "Rows: the genre missed. Columns: the genre given instead"
    )
    axes.imshow(shares, cmap=style.SEQUENTIAL, vmin=0, aspect="auto")
    names = [style.drawable(name, 14) for name in counts.index]
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=style.SMALL)
    axes.set_yticks(range(len(names)), names, fontsize=style.SMALL)
    for line, column in np.argwhere(matrix > 0):
        ink = "white" if shares[line, column] > 0.6 * shares.max() else style.INK
        axes.text(
            column, line, f"{matrix[line, column]:.0f}", ha="center", va="center", color=ink,
            fontsize=style.SMALL - 2,
        )  # fmt: skip
    said = [f"{row.given} for {row.missed} {row.films}" for row in pairs.head(10).itertuples()]
    plot = Plot(f"pairs_{subject.name}", style.rendered(figure), f"Heat map. {listed(said)}.")
    text = (
        "Films that lack one of their genres and are given another instead. A genre that is often "
        "wrongly given stands in every row: a pair is confused where its share of the films that "
        "miss the first genre lies well above its share of all films."
    )
    shown = pairs.head(_MOST_PAIRS).assign(
        share=[percent(share) for share in pairs["share"].head(_MOST_PAIRS)],
        share_of_all=[percent(share) for share in pairs["share_of_all"].head(_MOST_PAIRS)],
    )
    shown.columns = [
        "missed", "given instead", "films", "of films that miss it", "share of those",
        "share of all films",
    ]  # fmt: skip
    return Section(heading, text, (plot,), shown)
