"""How long plots are, and how many of them fit into a model's tokens."""

import re

import numpy as np
import pandas as pd

from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import count, percent

TOKEN_LIMITS = (64, 128, 256, 512)

# BERT's tokenizers part words, punctuation marks and ideographs first, then words into wordpieces.
_IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_PIECES = re.compile(rf"[{_IDEOGRAPHS}]|[^\W{_IDEOGRAPHS}]+|[^\w\s]")
# Measured on 13,312 English plots with the uncased wordpieces of BERT: 1.074 a word or mark; the
# estimate of a plot is within 10% for 95% of them, and the shares below within 1 point.
_WORDPIECES = 1.074
_FRAME = 2  # what stands before and after every text: [CLS] and [SEP]
_BASIS = (
    "Tokens are estimated, not counted: 1.074 for every word or punctuation mark, and 2 for the "
    "text. That is the mean of 13,312 English plots in BERT's uncased wordpieces, where 95% of "
    "the estimates were within 10%. Other languages need more."
)

_MOST_PLOTS = 200_000
_BARS = 40


def plot_lengths(plots: pd.Series, seed: int = 0) -> pd.DataFrame:
    """Count the words of plots, and estimate their tokens.

    Args:
        plots: Texts; those of white space alone are missing and left out. Of more than 200,000,
            so many are chosen at random.
        seed: Of this choice.

    Returns:
        Columns `words` (parted by white space) and `tokens`, one row a plot.
    """
    plots = plots[plots.str.strip() != ""]
    if len(plots) > _MOST_PLOTS:
        plots = plots.sample(_MOST_PLOTS, random_state=seed)
    words = [len(plot.split()) for plot in plots]
    tokens = [round(_WORDPIECES * len(_PIECES.findall(plot))) + _FRAME for plot in plots]
    return pd.DataFrame({"words": words, "tokens": tokens}, dtype="int64")


def coverage(tokens: pd.Series) -> dict[int, float]:
    """Say for each of `TOKEN_LIMITS` which share of texts fits whole, from 0 to 1."""
    return {limit: float((tokens <= limit).mean()) for limit in TOKEN_LIMITS}


def section(plots: pd.Series, seed: int) -> Section:
    """Draw the lengths in words as a histogram, and the shares that fit as bars."""
    heading = "Length of plots"
    lengths = plot_lengths(plots, seed)
    if lengths.empty:
        return Section(heading, "No film has a plot, so there are no lengths to draw.")
    fits, median = coverage(lengths["tokens"]), _median(lengths["words"])
    enough = next((limit for limit, share in fits.items() if share >= 0.95), None)
    said = f"{enough} tokens hold {percent(fits[enough])}" if enough else (
        f"{TOKEN_LIMITS[-1]} tokens hold no more than {percent(fits[TOKEN_LIMITS[-1]])}"
    )  # fmt: skip
    finding = f"Half of the plots have up to {count(median, 'word')}; {said} of them whole"
    num_plots = int((plots.str.strip() != "").sum())
    detail = count(len(lengths), "plot")
    if len(lengths) < num_plots:
        detail += f", chosen at random from {num_plots:,}"
    figure = _drawn(lengths["words"], fits, median, finding, detail)
    spread = lengths.quantile([0.05, 0.25, 0.5, 0.75, 0.95, 1.0]).round().astype(int)
    shares = ", ".join(f"{percent(share)} within {limit}" for limit, share in fits.items())
    alt = f"Histogram of words; median {median}, longest {lengths['words'].max():,}. "
    alt += f"Plots that fit whole into tokens (estimated): {shares}."
    return Section(
        heading, _BASIS, (Plot("plot_length", style.rendered(figure), alt),), _table(spread, fits)
    )


def _median(words: pd.Series) -> int:
    """The least length that half of the plots do not exceed."""
    return int(np.quantile(words, 0.5, method="inverted_cdf"))


def _table(spread: pd.DataFrame, fits: dict[int, float]) -> pd.DataFrame:
    rows = [
        (
            f"{100 * part:.0f}% of plots have at most",
            f"{row.words:,} words, about {row.tokens:,} tokens",
        )
        for part, row in zip(spread.index, spread.itertuples(), strict=True)
    ]
    rows += [(f"fit whole into {limit} tokens", percent(share)) for limit, share in fits.items()]
    return pd.DataFrame(rows, columns=["measure", "value"])


def _drawn(words: pd.Series, fits: dict[int, float], median: int, finding: str, detail: str):
    figure, (top, bottom) = style.new_figure(4.9, finding, detail, rows=2)
    top.get_gridspec().set_height_ratios([3, 1.9])
    end = max(int(np.percentile(words, 99)), 2)
    step = max(round(end / _BARS), 1)
    edges = np.arange(0, end + 2 * step, step)
    heights, _ = np.histogram(np.minimum(words, edges[-1] - 0.5), edges)
    colors = [style.BLUE] * len(heights)
    longer = int((words >= edges[-2]).sum())
    if longer > heights[-2] or words.max() >= edges[-1]:
        colors[-1] = style.GREY
        top.annotate(
            f"{edges[-2]:,} or more: {count(longer, 'plot')}", (edges[-1] - step / 2, heights[-1]),
            (edges[-1] - 2 * step, 0.45 * heights.max()), ha="right", fontsize=style.SMALL,
            color=style.FAINT, arrowprops={"arrowstyle": "-", "color": style.GREY},
        )  # fmt: skip
    top.bar(edges[:-1], heights, width=0.92 * step, align="edge", color=colors)
    top.axvline(median, color=style.ORANGE, linewidth=2)
    top.text(median, 1.14 * heights.max(), f" median {median:,}", fontsize=style.TEXT, va="top")
    top.set_ylim(0, 1.15 * heights.max())
    top.set_xlim(0, edges[-1])
    top.set_xlabel("words of a plot", fontsize=style.TEXT)
    top.set_yticks([])
    shares = list(fits.values())
    bottom.barh(range(len(fits)), shares, height=0.7, color=style.BLUE)
    for place, share in enumerate(shares):
        bottom.text(share, place, f" {percent(share)}", va="center", fontsize=style.TEXT)
    style.name_rows(bottom, [f"{limit} tokens" for limit in fits])
    bottom.set_xlim(0, 1.14)
    bottom.set_xticks([])
    bottom.spines["bottom"].set_visible(False)
    bottom.set_xlabel("plots that fit whole (estimated)", fontsize=style.TEXT)
    return figure
