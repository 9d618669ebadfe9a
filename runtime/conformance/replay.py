"""Replays what a package recorded and prints, for each package, one line of JSON that `limaml verify --runtime` reads."""
import json
import math
import sys

import numpy

from package import Package


def largest_error(found, expected):
    """The largest |a - b| / max(1, |b|); infinite where one is not finite and the other differs, or shapes differ."""
    if found.shape != expected.shape:
        return math.inf
    a, b = found.astype(numpy.float64), expected.astype(numpy.float64)
    with numpy.errstate(invalid="ignore"):
        errors = numpy.where(a == b, 0.0, numpy.abs(a - b) / numpy.maximum(1.0, numpy.abs(b)))
    return 0.0 if errors.size == 0 else float(numpy.max(numpy.where(numpy.isfinite(errors), errors, math.inf)))


def replay(package, graph, load):
    """What a graph's outputs are like: `load` makes a function of the graph, from inputs and output names to outputs."""
    run = load(package, graph)
    names = [output["name"] for output in graph["outputs"]]
    found = {name: {"output": name, "caseCount": 0, "largestError": 0.0, "worstCase": ""} for name in names}
    for case, inputs, outputs in package.cases(graph):
        results = run(inputs, names)
        for name, expected in outputs.items():
            report = found[name]
            error = largest_error(numpy.asarray(results[name]), expected)
            report["caseCount"] += 1
            if report["caseCount"] == 1 or error > report["largestError"]:
                report["largestError"], report["worstCase"] = error, case
    return [dict(report, largestError=report["largestError"] if math.isfinite(report["largestError"]) else None) for report in found.values()]


def report(package, runtime, load, unserved):
    graphs = []
    for graph in package.graphs:
        reason = unserved(graph)
        if reason:
            graphs.append({"graph": graph["name"], "unserved": reason})
            continue
        try:
            graphs.append({"graph": graph["name"], "outputs": replay(package, graph, load)})
        except Exception as fault:  # whatever a runtime throws at a graph, the others are still tried
            graphs.append({"graph": graph["name"], "fault": f"{type(fault).__name__}: {fault}"})
    return {"runtime": runtime, "package": package.folder, "graphs": graphs}


def main(runtime, load, unserved=lambda graph: None):
    """Runs the packages that the command line names."""
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} <package> [<package> ...]")
    for folder in sys.argv[1:]:
        print(json.dumps(report(Package(folder), runtime, load, unserved)), flush=True)
