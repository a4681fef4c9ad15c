"""The catalog as the seeds made it: every file found recursively, a sidecar read as YAML, else a configuration, else torch.load.

    python catalog.py write DIR N        N small checkpoints like those of a Lightning training, as DIR/0.ckpt ...
    python catalog.py read OUTPUTS N     prints JSON: seconds for a catalog of N files spread evenly over the tree, files in all
"""
import json
import sys
import time
from pathlib import Path

import torch
import yaml


def write(directory, count):
    for number in range(count):
        torch.manual_seed(number)
        state = {
            "model.encoder.model.conv1.weight": torch.randn(8, 3, 3, 3),
            "model.encoder.model.layer1.0.conv1.weight": torch.randn(64, 4, 1, 1),
            "model.encoder.model.layer1.0.conv2.weight": torch.randn(4, 4, 3, 3),
            "model.encoder.model.layer2.0.conv1.weight": torch.randn(8, 4, 3, 3),
            "model.decoder.inners.0.weight": torch.randn(8, 4, 1, 1),
            "model.decoder.outers.0.weight": torch.randn(8, 8, 3, 3),
            "model.head.binarize.0.weight": torch.randn(4, 8, 3, 3),
        }
        torch.save(
            {
                "epoch": number,
                "global_step": 273 * (number + 1),
                "pytorch-lightning_version": "2.4.0",
                "state_dict": state,
                "hyper_parameters": {"lr": 1e-3},
                "callbacks": {"ModelCheckpoint{'monitor': 'val/hmean'}": {"monitor": "val/hmean", "best_model_score": torch.tensor(0.5 + number / 100), "best_model_path": "best.ckpt"}},
            },
            Path(directory) / f"{number}.ckpt",
        )


def describe(path):
    for suffix in (".metadata.yaml", ".metadata.json"):
        sidecar = path.with_suffix(suffix)
        if sidecar.exists():
            record = yaml.safe_load(sidecar.read_text())
            if record.get("metrics", {}).get("hmean") is not None:
                return record["training"]["epoch"], record["metrics"]["hmean"]
    config = path.parent.parent / ".hydra" / "config.yaml"
    if config.exists():
        yaml.safe_load(config.read_text())
    checkpoint = torch.load(path, map_location="cpu", weights_only=False)
    scores = [state["best_model_score"].item() for state in checkpoint["callbacks"].values() if "best_model_score" in state]
    return checkpoint["epoch"], scores[0] if scores else None


def read(outputs, wanted):
    started = time.perf_counter()
    paths = sorted(Path(outputs).rglob("*.ckpt"))
    found = time.perf_counter() - started
    sample = paths[:: max(1, len(paths) // wanted)][:wanted]
    started = time.perf_counter()
    for path in sample:
        describe(path)
    print(json.dumps({"files": len(paths), "find_s": found, "sampled": len(sample), "sample_s": time.perf_counter() - started}))


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2], int(sys.argv[3]))
    else:
        read(sys.argv[2], int(sys.argv[3]))
