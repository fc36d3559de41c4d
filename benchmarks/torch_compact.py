"""The network of `inference.py` and `serving.py` as PyTorch users write it.

MiniLM as sentence-transformers runs it (the BERT of `transformers`, averaged over its tokens),
MobileNet with batch normalisation, and a head. It takes our weights, so that both sides give the
same answers. Every film has a plot and a poster.
"""

import json
from pathlib import Path

import numpy as np
import torch
import transformers
from torch import nn
from torch_models import dense_weights, norm_weights

_BLOCKS = (  # filters at full width, stride
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2),
    (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
)  # fmt: skip


class MiniLM(nn.Module):
    """BERT's last states, averaged over the tokens that are no padding."""

    def __init__(self, vocabulary_size, num_layers, width=384, heads=12, intermediate=1536):
        super().__init__()
        config = transformers.BertConfig(
            vocab_size=vocabulary_size,
            num_hidden_layers=num_layers,
            hidden_size=width,
            num_attention_heads=heads,
            intermediate_size=intermediate,
            hidden_act="gelu_pytorch_tanh",  # KerasHub's
            attn_implementation="sdpa",
        )
        self.bert = transformers.BertModel(config, add_pooling_layer=False)
        self.width = width

    def forward(self, ids):
        mask = (ids != 0).long()
        states = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state
        mask = mask[:, :, None].to(states.dtype)
        return (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)

    def weights(self):
        embeddings = self.bert.embeddings
        found = [
            embeddings.word_embeddings.weight,
            embeddings.position_embeddings.weight,
            embeddings.token_type_embeddings.weight,
            *embeddings.LayerNorm.parameters(),
        ]
        for layer in self.bert.encoder.layer:
            attention = layer.attention
            for dense in (attention.self.query, attention.self.key, attention.self.value):
                found += dense_weights(dense)
            found += [
                *dense_weights(attention.output.dense),
                *attention.output.LayerNorm.parameters(),
            ]
            found += [*layer.output.LayerNorm.parameters()]
            found += [*dense_weights(layer.intermediate.dense), *dense_weights(layer.output.dense)]
        return found


class MobileNet(nn.Module):
    """MobileNet, first version: convolutions over positions and over channels by turns."""

    def __init__(self, alpha):
        super().__init__()
        channels = int(32 * alpha)
        self.layers = nn.ModuleList([_convolution(3, channels, 3, 2)])
        for filters, stride in _BLOCKS:
            filters = int(filters * alpha)
            self.layers.append(_convolution(channels, channels, 3, stride, groups=channels))
            self.layers.append(_convolution(channels, filters, 1))
            channels = filters
        self.width = channels

    def forward(self, images):
        x = images.permute(0, 3, 1, 2).float() / 127.5 - 1
        for layer in self.layers:
            x = layer(x)
        return x.mean(dim=(2, 3))

    def weights(self):
        found = []
        for layer in self.layers:
            convolution, norm = layer[-3], layer[-2]
            found += [
                convolution.weight.permute(2, 3, *_channels(convolution)),
                *norm_weights(norm),
            ]
        return found


def _convolution(channels, filters, size, stride=1, groups=1):
    # Keras pads what is halved at the end alone.
    padding = [nn.ZeroPad2d((0, 1, 0, 1))] if stride == 2 else []
    own = 0 if stride == 2 else size // 2
    return nn.Sequential(
        *padding,
        nn.Conv2d(channels, filters, size, stride, padding=own, groups=groups, bias=False),
        nn.BatchNorm2d(filters, eps=1e-3),
        nn.ReLU6(),
    )


def _channels(convolution):
    """The order of (inputs, filters) in Keras, whose depthwise kernels are (channels, 1)."""
    return (0, 1) if convolution.groups > 1 else (1, 0)


class GatedHead(nn.Module):
    """A gate between both vectors, and two maxout layers."""

    def __init__(self, poster_width, text_width, genres, vocabulary_size, hidden=512):
        super().__init__()
        self.poster = nn.Linear(poster_width, hidden)
        self.text = nn.Linear(text_width, hidden)
        self.gate = nn.Linear(poster_width + text_width, hidden)
        self.maxouts = nn.ModuleList(nn.Linear(hidden, 2 * hidden) for _ in range(2))
        self.logits = nn.Linear(hidden, genres)

    def forward(self, poster, text, ids):
        gate = torch.sigmoid(self.gate(torch.cat([poster, text], dim=1)))
        x = gate * torch.tanh(self.poster(poster)) + (1 - gate) * torch.tanh(self.text(text))
        for maxout in self.maxouts:
            x = maxout(x).unflatten(1, (-1, 2)).amax(dim=2)
        return self.logits(x)

    def weights(self):
        layers = (self.poster, self.text, self.gate, *self.maxouts, self.logits)
        return [part for layer in layers for part in dense_weights(layer)]


class AdditiveHead(nn.Module):
    """The logits of poster, plot, both together and single words, added up."""

    def __init__(self, poster_width, text_width, genres, vocabulary_size, hidden=512, poster=256):
        super().__init__()
        widths = ((poster_width, poster), (text_width, hidden), (poster_width + text_width, hidden))
        self.witnesses = nn.ModuleList(
            nn.Sequential(nn.Linear(inputs, width), nn.GELU(), nn.Linear(width, genres))
            for inputs, width in widths
        )
        self.words = nn.Embedding(vocabulary_size, genres)

    def forward(self, poster, text, ids):
        vectors = (poster, text, torch.cat([poster, text], dim=1))
        logits = sum(witness(x) for witness, x in zip(self.witnesses, vectors, strict=True))
        is_word = (ids != 0).to(logits.dtype)[:, :, None]
        words = (self.words(ids) * is_word).sum(1)
        return logits + words / (1 + is_word.sum(1)).sqrt()

    def weights(self):
        layers = [layer for witness in self.witnesses for layer in (witness[0], witness[2])]
        return [part for layer in layers for part in dense_weights(layer)] + [self.words.weight]


HEADS = {"GatedFusionHead": GatedHead, "AdditiveFusionHead": AdditiveHead}
"""By the name of ours: another head is a class more, its `weights()` in the order of Keras."""


class CompactFusion(nn.Module):
    """Logits of films: int64 ids `(films, tokens)`, uint8 images `(films, 224, 224, 3)`."""

    def __init__(self, about: dict):
        super().__init__()
        self.poster = MobileNet(about["alpha"])
        self.text = MiniLM(about["vocabulary_size"], about["num_layers"])
        self.head = HEADS[about["head"]](
            self.poster.width, self.text.width, about["num_genres"], about["vocabulary_size"]
        )

    def forward(self, ids, images):
        return self.head(self.poster(images), self.text(ids), ids)

    def weights(self):
        return [*self.poster.weights(), *self.text.weights(), *self.head.weights()]


def load(folder: str) -> CompactFusion:
    """Make the network of a folder that `compact_model.make` wrote, with its weights."""
    model = CompactFusion(json.loads(Path(folder, "about.json").read_text())).eval()
    arrays = np.load(Path(folder, "weights.npz"))
    weights = model.weights()
    if len(weights) != len(arrays.files):
        raise SystemExit(f"{len(weights)} weights in PyTorch, {len(arrays.files)} in Keras.")
    with torch.no_grad():
        for weight, name in zip(weights, arrays.files, strict=True):
            weight.copy_(torch.from_numpy(arrays[name]).reshape(weight.shape))
    return model


def export(model: CompactFusion, path: str) -> None:
    """Write it for ONNX Runtime, for any number of films and tokens."""
    films, tokens = torch.export.Dim("films"), torch.export.Dim("tokens", max=512)
    torch.onnx.export(
        model,
        (torch.ones(2, 16, dtype=torch.int64), torch.zeros(2, 224, 224, 3, dtype=torch.uint8)),
        path,
        input_names=["ids", "images"],
        output_names=["logits"],
        dynamic_shapes=({0: films, 1: tokens}, {0: films}),
        dynamo=True,
    )
