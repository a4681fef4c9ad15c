"""A data set prepared as it is done with Python's `datasets`, pandas and numpy: clean, validate, exact and near-duplicates, groups, split, gate, save.

    python prepare.py ROWS.jsonl OUT [PROCESSES]     prints JSON: seconds, rows kept, groups, near-duplicates, peak memory

Cleaning and MinHash run in `Dataset.map` with one process a core; signatures are numpy over all permutations at once (faster than datasketch,
which makes an object a row); bands are grouped with pandas; every candidate is verified by its Jaccard similarity.
"""
import hashlib
import html
import json
import os
import re
import resource
import sys
import time
import unicodedata
import zlib

import numpy as np
import pandas as pd
from datasets import DatasetDict, disable_progress_bars, load_dataset

BANDS, ROWS_PER_BAND, SIMILARITY, SEED = 16, 4, 0.8, 42
PRIME = np.uint64((1 << 61) - 1)
RANDOM = np.random.default_rng(SEED)
FACTORS = RANDOM.integers(1, PRIME, BANDS * ROWS_PER_BAND, dtype=np.uint64)[:, None]
SUMMANDS = RANDOM.integers(0, PRIME, BANDS * ROWS_PER_BAND, dtype=np.uint64)[:, None]
URL = re.compile(r"\b(?:https?://|www\.)[^\s<>\"'`]+", re.I)
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
SPACES = re.compile(r"(?<=\S)[ \t]+")
TRAILING = re.compile(r"[ \t]+$", re.M)
NEWLINES = re.compile(r"\n{3,}")
WORD = re.compile(r"\w+")
MOJIBAKE = re.compile("Ã[\u0080-\u00bf]|â€")
TEXTS = ("instruction", "input", "output")


def clean(text):
    text = unicodedata.normalize("NFC", EMAIL.sub("", URL.sub("", html.unescape(text))))
    return NEWLINES.sub("\n\n", TRAILING.sub("", SPACES.sub(" ", text.replace("\r\n", "\n")))).strip()


def words_of(text):
    return WORD.findall(unicodedata.normalize("NFKC", text).lower())


def runs_of(words):
    return {zlib.crc32(" ".join(words[at : at + 3]).encode()) for at in range(max(1, len(words) - 2))}


def compared(row):
    return words_of(row["input"] or row["instruction"]) + words_of(row["output"])


def scan(row):
    row = {**row, **{name: clean(row[name] or "") for name in TEXTS}}
    text = "\n\n".join(row[name] for name in TEXTS)
    runs = np.fromiter(runs_of(compared(row)), dtype=np.uint64)
    signature = ((FACTORS * runs + SUMMANDS) % PRIME & np.uint64(0xFFFFFFFF)).min(axis=1).reshape(BANDS, ROWS_PER_BAND)
    return {
        **row,
        "digest": hashlib.sha256(json.dumps([row[name] for name in TEXTS]).encode()).hexdigest(),
        "words": len(words_of(text)),
        "empty": row["output"] == "" or row["instruction"] == "",
        "mojibake": MOJIBAKE.search(text) is not None,
        "foreign": sum(character > "\x7f" for character in text) > 0.1 * len(text),
        "bands": [hash(tuple(band)) for band in signature.tolist()],
    }


class Sets:
    def __init__(self, count):
        self.parent = list(range(count))

    def root(self, at):
        while self.parent[at] != at:
            self.parent[at] = self.parent[self.parent[at]]
            at = self.parent[at]
        return at

    def join(self, first, second):
        first, second = self.root(first), self.root(second)
        self.parent[max(first, second)] = min(first, second)


def link(data, frame):
    """The group of every row, and the number of rows that nearly repeat another."""
    sets, near = Sets(len(frame)), Sets(len(frame))
    answers = frame["output"].map(lambda text: " ".join(words_of(text)))
    inputs = frame["input"].map(lambda text: " ".join(words_of(text)))
    for keys in (frame["group"], inputs[inputs != ""], answers[answers.str.count(" ") >= 5]):
        keys = keys.dropna()
        keys = keys[keys.duplicated(keep=False)]
        for members in keys.groupby(keys).groups.values():
            for member in members[1:]:
                sets.join(members[0], member)
    bands = np.asarray(data.with_format("numpy")["bands"][:]).reshape(len(frame), BANDS)
    texts = frame[list(TEXTS)].to_dict("records")
    seen = {}
    for band in range(BANDS):
        column = pd.Series(bands[:, band])
        column = column[column.duplicated(keep=False)]
        for members in column.groupby(column).groups.values():
            for at, first in enumerate(members):
                for second in members[at + 1 :]:
                    if near.root(first) == near.root(second):
                        continue
                    for member in (first, second):
                        if member not in seen:
                            seen[member] = runs_of(compared(texts[member]))
                    if len(seen[first] & seen[second]) / len(seen[first] | seen[second]) >= SIMILARITY:
                        near.join(first, second)
                        sets.join(first, second)
    groups = np.fromiter((sets.root(at) for at in range(len(frame))), dtype=np.int64)
    return groups, sum(near.root(at) != at for at in range(len(frame))), answers, inputs


def split(groups):
    """0 train, 1 validation, 2 test: whole groups, in random order, until a split has its share."""
    names, sizes = np.unique(groups, return_counts=True)
    order = np.random.default_rng(SEED).permutation(len(names))
    filled = np.cumsum(sizes[order]) / len(groups)
    of_group = np.empty(len(names), dtype=np.int8)
    of_group[order] = np.where(filled <= 0.1, 2, np.where(filled <= 0.2, 1, 0))
    return of_group[np.searchsorted(names, groups)]


def main():
    source, output = sys.argv[1:3]
    processes = int(sys.argv[3]) if len(sys.argv) > 3 else os.cpu_count()
    disable_progress_bars()
    started = time.perf_counter()
    data = load_dataset("json", data_files=source, split="train", cache_dir=f"{output}.cache")
    data = data.map(scan, num_proc=processes)
    checks = data.select_columns(["digest", "words", "empty", "mojibake", "foreign"]).to_pandas()
    findings = {"empty": checks["empty"].sum(), "short": (checks["words"] < 10).sum(), "long": (checks["words"] > 2048).sum(), "mojibake": checks["mojibake"].sum(), "foreign": checks["foreign"].sum()}
    kept = ~checks["empty"] & ~checks["digest"].duplicated()
    data = data.select(np.flatnonzero(kept))
    frame = data.select_columns([*TEXTS, "group"]).to_pandas()
    groups, near, answers, inputs = link(data, frame)
    of_row = split(groups)
    for keys in (frame["group"], inputs.where(inputs != ""), answers.where(answers.str.count(" ") >= 5)):
        assert (pd.Series(of_row).groupby(keys).nunique() <= 1).all(), "rows leak"
    rows = data.select_columns([*TEXTS, "group"])
    parts = {name: rows.select(np.random.default_rng(SEED).permutation(np.flatnonzero(of_row == at))) for at, name in enumerate(("train", "validation", "test"))}
    DatasetDict(parts).save_to_disk(output)
    seconds = time.perf_counter() - started
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) * 1024
    print(json.dumps({"ms": 1000 * seconds, "peak_rss_bytes": peak, "rows": len(frame), "groups": len(np.unique(groups)), "near": int(near), "splits": {name: len(part) for name, part in parts.items()}, "findings": {name: int(count) for name, count in findings.items()}}))


if __name__ == "__main__":
    main()
