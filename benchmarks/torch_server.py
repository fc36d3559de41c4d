"""The network of `torch_compact.py` behind FastAPI, as `serving.py`, which starts it, says.

A form with the plot and the file of the poster comes in, JSON goes out. Requests are read, decoded
and answered in the threads that FastAPI has for functions that block. Requests are not batched:
FastAPI brings nothing that would. One request at a time has the network, which uses all cores; with
as many at a time as there are requests it would answer fewer.
"""

import json
import sys
import threading
from pathlib import Path

import torch
import torch_compact
import uvicorn
from fastapi import FastAPI, File, Form
from raw_films import Decider, FilmReader

app = FastAPI()


def main() -> None:
    """Load the model of a folder, and serve at a port."""
    folder, port, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    about = json.loads(Path(folder, "about.json").read_text())
    torch.set_num_threads(threads)
    network = torch_compact.load(folder)
    read = FilmReader(Path(folder, "vocabulary.txt"), about["max_tokens"])
    decide = Decider(about["rule"])
    turn = threading.Lock()

    @app.post("/predict")
    def predict(plot: str = Form(), poster: bytes = File()) -> dict:
        inputs = map(torch.from_numpy, read([plot], [poster]))
        with turn, torch.inference_mode():
            logits = network(*inputs).numpy()
        probabilities, selected = decide(logits)
        return {"probabilities": probabilities[0].tolist(), "selected": selected[0].tolist()}

    @app.get("/versions")
    def versions() -> str:
        return f"PyTorch {torch.__version__}"

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
