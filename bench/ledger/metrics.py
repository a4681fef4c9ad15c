# Logging points as Python programs do: JSON lines through one buffered file, or one file a series opened for every point (the way of MLflow's
# file store). Reading: every line parsed, then lows and highs of equal buckets. Standard library only.
import json, math, os, sys, time

folder, appends, log, points = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])


def value(step):
    return 2 / (1 + step / 1000) + ((step * 2654435761) % 4294967296) / 4294967296 / 10


def timed(act):
    start = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - start)


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + ".000Z"


def append_lines():
    with open(os.path.join(folder, "lines.jsonl"), "w", encoding="utf-8") as file:
        synced = time.monotonic()
        for step in range(appends):
            file.write(json.dumps({"step": step, "loss": value(step), "time": now()}) + "\n")
            if time.monotonic() - synced > 1:
                file.flush()
                os.fsync(file.fileno())
                synced = time.monotonic()
        file.flush()
        os.fsync(file.fileno())


def append_opening(count):
    path = os.path.join(folder, "loss")
    for step in range(count):
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{int(time.time() * 1000)} {value(step)} {step}\n")


def read_downsampled():
    series = {}
    with open(log, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            series[row["step"]] = row["loss"]
    ordered = sorted(series.items())
    buckets = (points - 2) // 2
    kept = [ordered[0]]
    for bucket in range(buckets):
        share = ordered[1 + bucket * (len(ordered) - 2) // buckets : 1 + (bucket + 1) * (len(ordered) - 2) // buckets]
        finite = [point for point in share if not math.isnan(point[1])]
        if finite:
            kept += sorted({min(finite, key=lambda point: point[1]), max(finite, key=lambda point: point[1])})
    kept.append(ordered[-1])
    assert len(kept) <= points


few = max(1, appends // 100)
print(json.dumps({
    "python": sys.version.split()[0],
    "lines_ms": timed(append_lines),
    "opening_ms_each": timed(lambda: append_opening(few)) / few,
    "read_ms": min(timed(read_downsampled) for _ in range(3)),
}))
