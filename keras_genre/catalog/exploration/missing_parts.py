"""Which films lack a plot or a poster."""

import pandas as pd

from keras_genre.features import SPLITS
from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import count, percent

_COLORS = {
    "plot and poster": style.BLUE,
    "plot alone": "#7cc0e8",
    "poster alone": style.ORANGE,
    "neither": "#5a5a5a",
}
_WITHOUT_SPLIT = "no split"


def missing_parts(frame: pd.DataFrame) -> pd.DataFrame:
    """Count the films with and without plot and poster.

    A plot of white space alone is missing. Posters are those that the table names; whether the
    files can be read is another question.

    Args:
        frame: A catalogue's table.

    Returns:
        Row: "all films", then each split that has films (films without a split as "no split", if
        there are both); columns: `plot and poster`, `plot alone`, `poster alone`, `neither`.
    """
    plot, poster = frame["plot"].str.strip() != "", frame["poster"] != ""
    kinds = {
        "plot and poster": plot & poster,
        "plot alone": plot & ~poster,
        "poster alone": ~plot & poster,
        "neither": ~plot & ~poster,
    }
    present = set(frame["split"])
    groups = {"all films": pd.Series(True, index=frame.index)}
    if present != {""}:
        groups |= {split: frame["split"] == split for split in SPLITS if split in present}
        groups |= {_WITHOUT_SPLIT: frame["split"] == ""} if "" in present else {}
    rows = {
        name: {kind: int((films & group).sum()) for kind, films in kinds.items()}
        for name, group in groups.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def section(frame: pd.DataFrame) -> Section:
    """Draw the four kinds of films as shares of a bar, overall and per split."""
    table = missing_parts(frame)
    whole = table.loc["all films"]
    total = int(whole.sum())
    lacking = 1 - whole["plot and poster"] / total
    finding = (
        f"{percent(lacking)} of films lack a plot or a poster"
        if lacking
        else "Every film has a plot and a poster"
    )
    figure = _drawn(table, finding, f"Share of films, of {count(total, 'film')}")
    said = "; ".join(
        f"{name}: " + ", ".join(f"{kind} {films:,}" for kind, films in row.items())
        for name, row in table.iterrows()
    )
    text = "A poster counts where the table names one, whether or not its file can be read."
    shown = table.rename_axis("films").reset_index()
    plot = Plot("missing_parts", style.rendered(figure), f"Stacked bars. {said}.")
    return Section("Missing plots and posters", text, (plot,), shown)


def _drawn(table: pd.DataFrame, finding: str, detail: str):
    from matplotlib.patches import Patch

    figure, (axes,) = style.new_figure(0.5 * len(table) + 0.75, finding, detail)
    sums = table.sum(axis=1)
    for place, (name, row) in enumerate(table.iterrows()):
        start = 0.0
        for kind, films in row.items():
            share = films / sums[name]
            axes.barh(place, share, left=start, height=0.66, color=_COLORS[kind], edgecolor="white")
            if share >= 0.09:
                color = style.INK if kind in ("plot alone", "poster alone") else "white"
                axes.text(
                    start + share / 2, place, percent(share), ha="center", va="center",
                    fontsize=style.TEXT, color=color,
                )  # fmt: skip
            start += share
    names = [f"{name} ({films:,})" for name, films in sums.items()]
    style.name_rows(axes, names)
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    kinds = [kind for kind in table if table[kind].any()]
    figure.legend(
        handles=[Patch(color=_COLORS[kind], label=kind) for kind in kinds],
        loc="outside lower center", ncols=len(kinds), frameon=False, fontsize=style.TEXT,
        handlelength=1, columnspacing=1.2,
    )  # fmt: skip
    return figure
