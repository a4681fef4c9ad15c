# How the seeds asked their history: read every JSON line into dicts, or every run.json, then filter and sort lists. Standard library only.
import json, os, sys, time

history, outputs = sys.argv[1], sys.argv[2]


def timed(act):
    start = time.perf_counter()
    value = act()
    return value, 1000 * (time.perf_counter() - start)


def read_history():
    with open(history, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def read_records():
    records = []
    for name in os.listdir(outputs):
        with open(os.path.join(outputs, name, "run.json"), encoding="utf-8") as file:
            records.append(json.load(file))
    return records


def filter_history():
    return [r for r in read_history() if r["metadata"].get("tag") == "t07" and r["metrics"]["overall"].get("f1_micro", 0) > 0.8]


def sort_history():
    return sorted(read_history(), key=lambda r: r["metrics"]["overall"].get("f1_micro", 0), reverse=True)[:20]


def filter_records():
    return [r for r in read_records() if r["tag"] == "t07" and r["metrics"].get("f1_micro", 0) > 0.8]


found, history_filter_ms = timed(filter_history)
_, history_sort_ms = timed(sort_history)
records, records_filter_ms = timed(filter_records)
print(json.dumps({
    "python": sys.version.split()[0],
    "history_filter_ms": history_filter_ms,
    "history_sort_ms": history_sort_ms,
    "records_filter_ms": records_filter_ms,
    "history_matched": len(found),
    "records_matched": len(records),
}))
