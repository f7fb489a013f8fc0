"""Results as JSON and as a table of Markdown."""

import json
import statistics

import plan


def spread(samples):
    """Median and quartiles."""
    if len(samples) < 2:
        return samples[0], samples[0], samples[0]
    low, median, high = statistics.quantiles(samples, n=4, method="inclusive")
    return median, low, high


def duration(seconds):
    for factor, unit in ((1, "s"), (1e3, "ms")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} us"


def lines(result):
    """A row's lines, the fastest first and the refused ones last."""
    timed = [c for c in result["contenders"] if c.get("samples")]
    timed.sort(key=lambda c: statistics.median(c["samples"]))
    peers = [statistics.median(c["samples"]) for c in timed if not plan.is_ours(c["name"])]
    for c in timed:
        median, low, high = spread(c["samples"])
        step = median / result["steps"]
        best = f"{median / min(peers):.2f}" if peers else ""
        yield [c["name"], duration(median), f"{duration(low)} - {duration(high)}", duration(step), best, f"{c['error']:.0e}", f"{c['setup_seconds']:.0f} s"]
    for c in result["contenders"]:
        if not c.get("samples"):
            yield [c["name"], "refused", c["refused"], "", "", "", ""]


HEAD = ["contender", "time", "quartiles", "a step", "of the best peer", "loss off by", "set-up"]


def markdown(results, banner):
    """All rows as Markdown."""
    text = [banner, ""] if banner else []
    for result in results:
        text += [f"### {result['title']}", "", result["device"], ""]
        head = HEAD if "steps" in result else COLD_HEAD
        body = list(lines(result) if "steps" in result else cold_lines(result))
        widths = [max(len(cells[i]) for cells in [head] + body) for i in range(len(head))]
        for cells in [head, ["-" * w for w in widths]] + body:
            text.append("| " + " | ".join(cell.ljust(w) for cell, w in zip(cells, widths)) + " |")
        text.append("")
    return "\n".join(text)


COLD_HEAD = ["contender", "start to exit", "quartiles", "epochs"]


def cold_lines(result):
    for c in sorted(result["contenders"], key=lambda c: statistics.median(c["samples"] or [1e9])):
        if not c["samples"]:
            yield [c["name"], "refused", c["refused"], ""]
            continue
        median, low, high = spread(c["samples"])
        yield [c["name"], duration(median), f"{duration(low)} - {duration(high)}", str(c["epochs"])]


def write(folder, results, banner):
    """Writes both forms into a folder and returns the table."""
    (folder / "peers.json").write_text(json.dumps(results, indent=1) + "\n")
    text = markdown(results, banner)
    (folder / "peers.md").write_text(text + "\n")
    return text
