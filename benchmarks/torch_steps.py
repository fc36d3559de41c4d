"""Trains a model of PyTorch as `training.py`, which starts it, says over a pipe."""

import contextlib
import functools

import numpy as np
import torch
import torch_models
from pipe import serve
from step_worker import Turns, films_of
from torch import nn


class TorchSteps:
    """A model, its optimizer, and training steps with gradients clipped and a weighted loss."""

    def __init__(self, options: dict, films, weights_file: str):
        if not options["device"].startswith("cuda"):
            torch.set_num_threads(options["threads"])
        torch.manual_seed(0)
        self.device, self.films = options["device"], films
        self.model = torch_models.make(
            options["preset"], len(films["genre_weights"]), options["small"]
        )
        self._take(np.load(weights_file))
        self.model.to(self.device)
        self.call = torch.compile(self.model, dynamic=None) if options["compile"] else self.model
        self.kind = self.device.split(":")[0]
        self.bfloat16 = options["dtype"] == "mixed_bfloat16"
        self.genre_weights = torch.from_numpy(films["genre_weights"]).to(self.device)
        learning = options["learning"]
        self.optimizer = torch.optim.AdamW(
            [weight for weight in self.model.parameters() if weight.requires_grad],
            lr=learning["rate"],
            weight_decay=learning["weight_decay"],
            eps=1e-7,
            fused=self.kind == "cuda" or None,
        )
        self.clip_norm = learning["clip_norm"]

    def _take(self, arrays) -> None:
        ours = self.model.weights()
        if len(ours) != len(arrays.files):
            raise SystemExit(f"{len(ours)} weights in PyTorch, {len(arrays.files)} in Keras.")
        with torch.no_grad():
            for weight, name in zip(ours, arrays.files, strict=True):
                weight.copy_(torch.from_numpy(arrays[name]).reshape(weight.shape))

    def about(self) -> dict:
        """Versions, and what is counted."""
        return {
            "versions": f"PyTorch {torch.__version__}",
            "device": torch.cuda.get_device_name() if self.kind == "cuda" else "",
            "parameters": sum(weight.numel() for weight in self.model.weights()),
        }

    def prepare(self, rows, width: int):
        """The films of a batch, on the device."""
        batch, labels = films_of(self.films, rows, width)
        on_device = {name: torch.from_numpy(part).to(self.device) for name, part in batch.items()}
        return on_device, torch.from_numpy(labels).to(self.device)

    def evaluate(self, batch) -> float:
        """The loss without dropout."""
        self.model.eval()
        with torch.no_grad():
            loss = self._loss(self.model, *batch).item()
        self.model.train()
        return loss

    def step(self, batch):
        """One training step."""
        self.optimizer.zero_grad()
        loss = self._loss(self.call, *batch)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.clip_norm)
        self.optimizer.step()
        return loss.detach()

    def finish(self, losses) -> list[float]:
        """Wait for the device; give the losses."""
        return torch.stack(losses).tolist()

    def _loss(self, model, inputs, labels):
        lower = contextlib.nullcontext()
        if self.bfloat16:
            lower = torch.autocast(self.kind, torch.bfloat16)
        with lower:
            logits = model(inputs)
        return nn.functional.binary_cross_entropy_with_logits(
            logits.float(), labels, weight=self.genre_weights
        )


if __name__ == "__main__":
    serve(functools.partial(Turns, TorchSteps))
