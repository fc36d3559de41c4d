"""How a training went."""

import pandas as pd

from keras_genre.evaluation.reporting.subject import Subject
from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import count


def section(subject: Subject) -> Section:
    """Draw losses and macro F1 of training and validation films, epoch by epoch."""
    heading, history = "Training", subject.history
    if history is None:
        return Section(heading, f"{subject.name} was not trained in epochs.")
    best = history.loc[history["val_macro_f1"].idxmax()]
    title = f"Epoch {best['epoch']:.0f} of {len(history)} was kept"
    detail = "Training films (grey) with dropout and augmentation, validation films (blue) without"
    figure, (losses, scores) = style.new_figure(4.2, title, detail, rows=2)
    for axes, column, label in ((losses, "loss", "loss"), (scores, "macro_f1", "macro F1")):
        for name, color in ((column, style.GREY), (f"val_{column}", style.BLUE)):
            if name in history:
                axes.plot(history["epoch"], history[name], "o-", color=color, markersize=3)
        axes.axvline(best["epoch"], color=style.ORANGE, linewidth=1.2)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_ylabel(label, fontsize=style.TEXT)
        axes.grid(color=style.RULE, linewidth=0.5)
    scores.set_xlabel("epoch", fontsize=style.TEXT)
    alt = f"Losses and macro F1 over {count(len(history), 'epoch')}; {title.lower()}."
    text = (
        "Macro F1 at the best single threshold. The epoch with the highest one on validation films "
        "is kept, so that one is a little too high. The scores of training films say nothing of "
        "new ones."
    )
    plot = Plot(f"training_{subject.name}", style.rendered(figure), alt)
    return Section(heading, text, (plot,), _shown(history))


def _shown(history: pd.DataFrame) -> pd.DataFrame:
    shown = history.astype({"epoch": "int64"})
    for name in shown.columns.drop("epoch"):
        shown[name] = [f"{value:.4g}" for value in shown[name]]
    return shown
