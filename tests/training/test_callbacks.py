"""What is told of epochs, without a training."""

import pytest

from keras_genre.training.callbacks import EpochLog


class _Clock:
    """Goes on by as many seconds as each look at it is to take."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.now = 1000.0

    def monotonic(self):
        self.now += self.seconds
        return self.now


def _told(monkeypatch, epochs, logs, seconds=0.0, batches=2):
    """What an `EpochLog` tells of a training."""
    monkeypatch.setattr("keras_genre.training.callbacks.time", _Clock(seconds))
    lines = []
    log = EpochLog(lines.append, films=9_000)
    log.set_params({"epochs": epochs, "steps": batches})
    log.on_train_begin()
    for epoch in range(epochs):
        log.on_epoch_begin(epoch)
        for batch in range(batches):
            log.on_train_batch_end(batch, {"loss": logs["loss"]})
        log.on_epoch_end(epoch, logs)
    return lines


def test_epoch_log_has_a_head_once_and_a_row_an_epoch(monkeypatch):
    logs = {"loss": 0.4254, "val_loss": 0.3581, "val_macro_f1": 0.5784}
    head, *rows = _told(monkeypatch, 3, logs, seconds=10.0)
    assert head.endswith("  loss  validation loss  macro F1    time  films/s  left at most")
    assert [row.split() for row in rows] == [
        ["1/3", "0.425", "0.358", "0.578", "30", "s", "450", "60", "s"],
        ["2/3", "0.425", "0.358", "0.578", "30", "s", "450", "30", "s"],
        ["3/3", "0.425", "0.358", "0.578", "30", "s", "450", "-"],
    ]
    assert {len(row) for row in rows} == {len(head)}


@pytest.mark.parametrize("loss", [0.425, 123.456, 123456.0, float("nan")])
@pytest.mark.parametrize("seconds", [0.0, 60.0, 40_000.0])
def test_epoch_log_of_hundreds_of_epochs_fits_80_columns_in_the_demo_too(
    monkeypatch, loss, seconds
):
    logs = {"loss": loss, "val_loss": loss, "val_macro_f1": 0.578}
    lines = _told(monkeypatch, 150, logs, seconds)
    assert any(line.startswith("150/150") for line in lines)
    assert max(map(len, lines)) <= 80 - 6  # the demo sets them in by six
    told_within = [line for line in lines if line.endswith("left in this epoch)")]
    assert len(told_within) == (0 if seconds == 0 else 300)


def test_epoch_log_without_validation_has_the_columns_that_there_are(monkeypatch):
    head, row = _told(monkeypatch, 1, {"loss": 0.5})
    assert head.split() == ["epoch", "loss", "time", "films/s", "left", "at", "most"]
    assert row.split()[:2] == ["1/1", "0.500"]
