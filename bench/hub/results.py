# A pytest plugin: one JSON line a test with its outcome and whether it asked the hub at HF_ENDPOINT anything (`pytest -p results`, RESULTS=FILE;
# a worker of pytest-xdist writes FILE.<worker>).
import json
import os

ENDPOINT = os.environ["HF_ENDPOINT"]
asked = False
tests = {}


def watch(client):
    send = client.send

    def watched(self, request, *args, **kwargs):
        global asked
        asked = asked or str(request.url).startswith(ENDPOINT)
        return send(self, request, *args, **kwargs)

    client.send = watched


for name in ("httpx", "httpx2"):
    try:
        library = __import__(name)
    except ImportError:
        continue
    watch(library.Client)
    watch(library.AsyncClient)


def pytest_runtest_logreport(report):
    global asked
    test = tests.setdefault(report.nodeid, {"test": report.nodeid, "outcome": "passed", "asked": False, "reason": ""})
    test["asked"] = test["asked"] or asked
    asked = False
    if report.outcome != "passed" and test["outcome"] == "passed":
        test["outcome"] = report.outcome
        test["reason"] = str(report.longrepr)[-2000:]


def pytest_sessionfinish(session):
    # Who only hands out tests to workers has seen nothing itself.
    if getattr(session.config.option, "numprocesses", None) and "PYTEST_XDIST_WORKER" not in os.environ:
        return
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    with open(os.environ["RESULTS"] + ("" if worker is None else "." + worker), "w") as out:
        for test in tests.values():
            out.write(json.dumps(test) + "\n")
