#!/usr/bin/env python3
"""Text and faces: what is found on covers, held against what was drawn on them.

    tests/pictures_text.py draw FOLDER     covers to FOLDER/covers, and what is on them to FOLDER/truth.json
    tests/pictures_text.py judge FOLDER    compares FOLDER/covers/answers.json with it

Between the two, the ignored test `answers::text_and_faces_are_told_for_comparison` of `crates/picture` looks at the covers in
the folder that `COVERLEDGER_PICTURES_TEXT` names, and never at the truth. Everything is drawn from fixed seeds.

A line is found if a line that is told covers it with an intersection over union of 0.5 or more; each counts once. What is asked
for leaves room below what was measured.
"""

import json
import multiprocessing
import sys
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np

from covers import drawing, scripts

SAME = 0.5
# What `crates/picture` takes for a face: `LEAST_SCORE` in `faces/mod.rs`. The answers tell more.
SURE = 4.0
wrong = []


def demand(what, found, least=None, most=None):
    if least is not None and not found >= least:
        wrong.append(f"{what}: {found:.3f}, and {least} at least was asked for")
    if most is not None and not found <= most:
        wrong.append(f"{what}: {found:.3f}, and {most} at most was asked for")


def draw_one(task):
    name, make, arguments, path = task
    picture, truth = make(*arguments)
    # JPEG, as covers are; text is drawn before and not after.
    picture.save(path / f"{name}.jpg", quality=88)
    return name, dict(truth, size=picture.size)


def draw(folder):
    covers = folder / "covers"
    covers.mkdir(parents=True, exist_ok=True)
    tasks = [(name, make, arguments, covers) for name, make, arguments in drawing.all_covers()]
    with multiprocessing.Pool() as pool:
        truth = dict(pool.imap(draw_one, tasks, chunksize=8))
    (folder / "truth.json").write_text(json.dumps(truth))
    print(f"{len(truth)} covers drawn")


def quads(found, size):
    return [np.array(quad, np.float32) * np.array(size, np.float32) for quad in found]


def overlap(one, other):
    """Intersection over union."""
    shared = cv2.intersectConvexConvex(one, other)[0]
    return shared / (cv2.contourArea(one) + cv2.contourArea(other) - shared)


def matched(found, true):
    """Pairs of places that are the same, the most alike first."""
    pairs = sorted(((overlap(a, b), i, j) for i, a in enumerate(found) for j, b in enumerate(true)), reverse=True)
    taken, kept = (set(), set()), []
    for alike, i, j in pairs:
        if alike >= SAME and i not in taken[0] and j not in taken[1]:
            taken[0].add(i), taken[1].add(j)
            kept.append((i, j))
    return kept


def joint(places, size):
    """The share of a picture that places cover together."""
    scale = 512 / max(size)
    mask = np.zeros((round(size[1] * scale), round(size[0] * scale)), np.uint8)
    for place in places:
        cv2.fillConvexPoly(mask, np.round(place * scale).astype(np.int32), 1)
    return float(mask.mean())


def typical(lines):
    """The contrast that half of the area of text has less of; `None` if one is not known."""
    if not lines or any(line["contrast"] is None for line in lines):
        return None
    areas = [cv2.contourArea(np.array(line["quad"], np.float32)) for line in lines]
    below, half = 0, sum(areas) / 2
    for contrast, area in sorted(zip([line["contrast"] for line in lines], areas)):
        below += area
        if below >= half:
            return contrast


def f_score(precision, recall):
    return 2 * precision * recall / (precision + recall)


def judge_lines(truth, answers, method):
    """Precision, recall and F of the lines that a method told, in all and by script."""
    lines, found, told = defaultdict(int), defaultdict(int), 0
    for name, cover in truth.items():
        if cover["kind"] != "text":
            continue
        true = [np.array(line["quad"], np.float32) for line in cover["lines"]]
        places = quads(answers[name][method], cover["size"])
        told += len(places)
        pairs = {j for _, j in matched(places, true)}
        for j, line in enumerate(cover["lines"]):
            lines[line["script"]] += 1
            found[line["script"]] += j in pairs
    recall, precision = sum(found.values()) / sum(lines.values()), sum(found.values()) / told
    by_script = {script: (lines[script], found[script] / lines[script]) for script in scripts.PHRASES}
    return precision, recall, by_script


def false_covers(truth, answers, method):
    without = [name for name, cover in truth.items() if cover["kind"] == "none"]
    boxes = [len(answers[name][method]) for name in without]
    return len(without), sum(1 for count in boxes if count), sum(boxes)


def judge_text(truth, answers):
    names = {"boxes": "boxes, 480 px, one look", "found": "lines, 480 px, second look", "finer": "lines, 640 px, second look"}
    names = {method: about for method, about in names.items() if any(method in answer for answer in answers.values())}
    print("\n| method | " + " | ".join(scripts.PHRASES) + " | recall | precision | F | covers without text with a box |")
    print("| --- |" + " --- |" * (len(scripts.PHRASES) + 4))
    judged = {}
    for method, about in names.items():
        precision, recall, by_script = judge_lines(truth, answers, method)
        without, wronged, boxes = false_covers(truth, answers, method)
        judged[method] = precision, recall, by_script, wronged
        cells = [f"{share:.2f}" for _, share in by_script.values()]
        print(f"| {about} | {' | '.join(cells)} | {recall:.2f} | {precision:.2f} | {f_score(precision, recall):.2f} "
              f"| {wronged} of {without} ({boxes} boxes) |")
    _, _, by_script, _ = judged["found"]
    print("lines: " + ", ".join(f"{script} {lines}" for script, (lines, _) in by_script.items()))
    return judged


def spread(values):
    """The median and the middle nine tenths."""
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return f"{middle:.2f} | {low:.2f} to {high:.2f}"


def judge_measures(truth, answers):
    """What is told of a cover's text against what was drawn."""
    off, shares, guessed, true_shares = defaultdict(list), [], [], []
    for name, cover in truth.items():
        if cover["kind"] not in ("text", "none"):
            continue
        answer, size = answers[name], cover["size"]
        places = [np.array(line["quad"], np.float32) for line in cover["lines"]]
        true = joint(places, size)
        true_shares.append(true), shares.append(answer["share"]), guessed.append(answer["coarse"])
        if cover["kind"] == "none":
            continue
        off["share / drawn"].append(answer["share"] / true)
        off["lines − drawn"].append(answer["lines"] - len(places))
        if answer["height"] is not None:
            off["height / drawn"].append(answer["height"] / max(line["height"] for line in cover["lines"]))
        contrast = typical(cover["lines"])
        if contrast and answer["contrast"] is not None:
            off["contrast / drawn"].append(answer["contrast"] / contrast)
    print("\n| measure | covers | median | from 5 % to 95 % |\n| --- | --- | --- | --- |")
    for what, values in off.items():
        print(f"| {what} | {len(values)} | {spread(values)} |")
    with_model, without_model = ([abs(a - b) for a, b in zip(told, true_shares)] for told in (shares, guessed))
    ranks = [float(np.corrcoef(np.argsort(np.argsort(told)), np.argsort(np.argsort(true_shares)))[0, 1]) for told in (shares, guessed)]
    print(f"\nshare of text off by {np.mean(with_model):.3f} on average with the model (rank correlation {ranks[0]:.2f}), "
          f"by {np.mean(without_model):.3f} without (rank correlation {ranks[1]:.2f}); mean {np.mean(true_shares):.3f}")
    return off, ranks


def judge_faces(truth, answers):
    """Faces found of those drawn, and false ones, by kind of cover, and by how sure the detector must be."""
    limits = [2.0, SURE, 8.0]
    print("\n| covers | pictures | faces |" + "".join(f" found, false at {limit:.0f} |" for limit in limits))
    print("| --- | --- | --- |" + " --- |" * len(limits))
    table = {}
    kinds = {"faces": "faces of LFW, on grounds and photographs", "astronaut": "the astronaut", "drawn faces": "drawn faces",
             "no faces": "photographs and cuts without a face", "none": "covers without text", "text": "covers with text"}
    for kind, about in kinds.items():
        covers = [name for name, cover in truth.items() if cover["kind"] == kind]
        faces, cells = sum(len(truth[name].get("faces", [])) for name in covers), []
        for limit in limits:
            found, false = 0, 0
            for name in covers:
                true = [np.array(face, np.float32) for face in truth[name].get("faces", [])]
                sure = [place for place, score in zip(answers[name]["faces"], answers[name]["scores"]) if score >= limit]
                places = quads(sure, truth[name]["size"])
                # Detectors disagree on how much of a head is face.
                pairs = [(i, j) for i, a in enumerate(places) for j, b in enumerate(true) if overlap(a, b) >= 0.3]
                found, false = found + len({j for _, j in pairs}), false + len(places) - len({i for i, _ in pairs})
            cells.append(f"{found}, {false}")
            if limit == SURE:
                table[kind] = len(covers), faces, found, false
        print(f"| {about} | {len(covers)} | {faces} | {' | '.join(cells)} |")
    return table


def judge(folder):
    truth = json.loads((folder / "truth.json").read_text())
    answers = json.loads((folder / "covers" / "answers.json").read_text())
    times = {name: answers.pop(name) for name in list(answers) if name.startswith("milliseconds")}
    missing = sorted(set(truth) - set(answers))
    if missing:
        sys.exit(f"no answer for {missing[:5]}")
    judged = judge_text(truth, answers)
    off, ranks = judge_measures(truth, answers)
    faces = judge_faces(truth, answers)
    print("\n" + ", ".join(f"{name}: {value:.0f}" for name, value in times.items()))

    precision, recall, by_script, wronged = judged["found"]
    demand("F of lines", f_score(precision, recall), least=0.85)
    for script, (_, share) in by_script.items():
        demand(f"recall of lines in {script}", share, least=0.7)
    demand("covers without text that have a line", wronged, most=8)
    demand("median of told by drawn share of text", float(np.median(off["share / drawn"])), least=0.85, most=1.2)
    demand("median of told by drawn height", float(np.median(off["height / drawn"])), least=0.9, most=1.2)
    demand("median of told by drawn contrast", float(np.median(off["contrast / drawn"])), least=0.9, most=1.1)
    demand("rank correlation of the share of text", ranks[0], least=0.85)
    demand("rank correlation of the coarse share", ranks[1], least=0.4)
    _, drawn, found, _ = faces["faces"]
    demand("recall of frontal faces", found / drawn, least=0.85)
    pictures, _, _, false = (sum(faces[kind][at] for kind in ("no faces", "none", "text")) for at in range(4))
    demand("false faces by picture without one", false / pictures, most=0.1)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("draw", "judge"):
        sys.exit(__doc__)
    folder = Path(sys.argv[2])
    if sys.argv[1] == "draw":
        draw(folder)
        return
    judge(folder)
    if wrong:
        sys.exit("\n" + "\n".join(wrong))


if __name__ == "__main__":
    main()
