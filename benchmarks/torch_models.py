"""The models of `training.py` as PyTorch users write them.

Each gives `weights()`: its tensors in the order in which Keras lists those of the same preset, so
that both sides begin with the same numbers.
"""

import torch
import transformers
from torch import nn

_MEAN = (123.675, 116.28, 103.53)
_DEVIATION = (58.395, 57.12, 57.375)


class LSTMText(nn.Module):
    """Embedding, LSTM, the largest state of each unit over the words."""

    width = 128

    def __init__(self, vocabulary_size=20_000):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, 128, padding_idx=None)
        self.dropout = nn.Dropout1d(0.4)
        self.lstm = nn.LSTM(128, 128, batch_first=True)

    def forward(self, batch):
        ids = batch["plot_token_ids"]
        x = self.embedding(ids)
        x = self.dropout(x.transpose(1, 2)).transpose(1, 2)
        states, _ = self.lstm(x)
        return states.masked_fill((ids == 0)[:, :, None], -1.0).amax(dim=1)

    def weights(self):
        nn.init.zeros_(self.lstm.bias_hh_l0)  # the second bias, which Keras does not have
        self.lstm.bias_hh_l0.requires_grad_(False)
        lstm = self.lstm
        return [self.embedding.weight, lstm.weight_ih_l0.T, lstm.weight_hh_l0.T, lstm.bias_ih_l0]


class DistilBertText(nn.Module):
    """DistilBERT's first vector, with PyTorch's own attention."""

    def __init__(self, **options):
        super().__init__()
        options = {"attn_implementation": "sdpa", **options}
        self.bert = transformers.DistilBertModel(transformers.DistilBertConfig(**options))
        self.width = self.bert.config.dim

    def forward(self, batch):
        ids = batch["plot_token_ids"]
        return self.bert(ids, attention_mask=(ids != 0).long()).last_hidden_state[:, 0]

    def weights(self):
        embeddings = self.bert.embeddings
        found = [embeddings.word_embeddings.weight, embeddings.position_embeddings.weight]
        found += [*embeddings.LayerNorm.parameters()]
        for layer in self.bert.transformer.layer:
            attention = layer.attention
            for dense in (attention.q_lin, attention.k_lin, attention.v_lin, attention.out_lin):
                found += dense_weights(dense)
            found += [*layer.sa_layer_norm.parameters(), *layer.output_layer_norm.parameters()]
            found += [*dense_weights(layer.ffn.lin1), *dense_weights(layer.ffn.lin2)]
        return found


class CNN224Poster(nn.Module):
    """Convolutions of 64, 128, 256 and 512 filters, batch normalised and averaged."""

    width = 512

    def __init__(self):
        super().__init__()
        self.stages, channels = nn.ModuleList(), 3
        for filters, size in ((64, 7), (128, 3), (256, 3), (512, 3)):
            convolution = nn.Conv2d(channels, filters, size, padding=size // 2)
            normalization = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
            self.stages.append(
                nn.Sequential(convolution, normalization, nn.ReLU(), nn.MaxPool2d(2))
            )
            channels = filters

    def forward(self, batch):
        x = scaled(batch["poster_image"])
        for stage in self.stages:
            x = stage(x)
        return x.mean(dim=(2, 3))

    def weights(self):
        found = []
        for stage in self.stages:
            found += [stage[0].weight.permute(2, 3, 1, 0), stage[0].bias]
        for stage in self.stages:
            found += norm_weights(stage[1])
        return found


class Block(nn.Module):
    """ResNet's basic block."""

    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.downsample = None
        if stride != 1 or channels != filters:
            shortcut = nn.Conv2d(channels, filters, 1, stride, bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(filters))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        x = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(x)) + shortcut)

    def weights(self):
        found = [self.conv1.weight.permute(2, 3, 1, 0), *norm_weights(self.bn1)]
        if self.downsample is not None:
            found.append(self.downsample[0].weight.permute(2, 3, 1, 0))
        found += [self.conv2.weight.permute(2, 3, 1, 0), *norm_weights(self.bn2)]
        return found + ([] if self.downsample is None else norm_weights(self.downsample[1]))


class ResNet18Poster(nn.Module):
    """ResNet-18 as it is tuned: two stages frozen, and the statistics that it came with."""

    width = 512

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(3, 2, padding=1)
        blocks, channels = [], 64
        for filters in (64, 128, 256, 512):
            stride = 1 if filters == 64 else 2
            blocks += [Block(channels, filters, stride), Block(filters, filters, 1)]
            channels = filters
        self.blocks = nn.ModuleList(blocks)
        for part in (self.conv1, *blocks[:4]):
            part.requires_grad_(False)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.requires_grad_(False)

    def train(self, mode=True):
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self

    def forward(self, batch):
        x = self.pool(torch.relu(self.bn1(self.conv1(scaled(batch["poster_image"])))))
        for block in self.blocks:
            x = block(x)
        return x.mean(dim=(2, 3))

    def weights(self):
        found = [self.conv1.weight.permute(2, 3, 1, 0), *norm_weights(self.bn1)]
        return found + [weight for block in self.blocks for weight in block.weights()]


class Classifier(nn.Module):
    """Encoders, their vectors projected and concatenated, and a classifier."""

    def __init__(self, genres, encoders, hidden, dropout, hidden_dropout, projection=None):
        super().__init__()
        self.encoders = nn.ModuleList(encoders)
        widths = [encoder.width for encoder in encoders]
        self.projections = nn.ModuleList(nn.Linear(w, projection) for w in widths if projection)
        self.missing = nn.ParameterList(torch.zeros(width) for width in widths)
        self.dropout, self.between = nn.Dropout(dropout), nn.Dropout(hidden_dropout)
        widths = [projection * len(widths) if projection else sum(widths), *hidden]
        self.hidden = nn.ModuleList(map(nn.Linear, widths, widths[1:]))
        self.logits = nn.Linear(widths[-1], genres)

    def forward(self, batch):
        names = ["has_poster", "has_plot"] if len(self.encoders) > 1 else [None]
        vectors = []
        for name, encoder, missing in zip(names, self.encoders, self.missing, strict=True):
            has = batch[name or ("has_plot" if "has_plot" in batch else "has_poster")]
            vector = encoder(batch)
            vectors.append(torch.where(has[:, None], vector, missing.to(vector.dtype)))
        if self.projections:
            layers = zip(self.projections, vectors, strict=True)
            vectors = [torch.relu(layer(vector)) for layer, vector in layers]
        x = self.dropout(torch.cat(vectors, dim=1))
        for layer in self.hidden:
            x = self.between(torch.relu(layer(x)))
        return self.logits(x)

    def weights(self):
        found = [weight for encoder in self.encoders for weight in encoder.weights()]
        for layer in (*self.hidden, self.logits):
            found += dense_weights(layer)
        found += list(self.missing)
        return found + [part for layer in self.projections for part in dense_weights(layer)]


def scaled(images):
    """Uint8 images as ImageNet's networks take them, channels first."""
    mean = torch.tensor(_MEAN, device=images.device)
    deviation = torch.tensor(_DEVIATION, device=images.device)
    return ((images.float() - mean) / deviation).permute(0, 3, 1, 2).contiguous()


def dense_weights(layer):
    return [layer.weight.T, layer.bias]


def norm_weights(layer):
    return [layer.weight, layer.bias, layer.running_mean, layer.running_var]


def make(preset: str, genres: int, small: bool = False) -> Classifier:
    """Make the model of one of our presets."""
    options = {"n_layers": 1, "dim": 64, "n_heads": 2, "hidden_dim": 128} if small else {}
    makers = {
        "lstm": lambda: Classifier(genres, [LSTMText()], [128], 0.4, 0.0),
        "cnn224": lambda: Classifier(genres, [CNN224Poster()], [256], 0.7, 0.0),
        "distilbert": lambda: Classifier(genres, [DistilBertText(**options)], [256], 0.3, 0.0),
        "early_fusion": lambda: Classifier(
            genres, [ResNet18Poster(), DistilBertText(**options)], [1024, 512, 256], 0.0, 0.3, 512
        ),
    }
    return makers[preset]()
