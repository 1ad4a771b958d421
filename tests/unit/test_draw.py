"""The draw: its arithmetic is the published one, it favours nobody, and the command finds whatever was changed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.queue import draw
from chalicelib.seeds import seed_of

ROOT = Path(__file__).parents[2]
MODULE = ["-m", "chalicelib.queue.draw"]
EVENT = "9f3a61b0-7c2e-8123-9abc-0123456789ab"
OTHER = "01234567-89ab-8000-8000-000000000000"
SEED = seed_of("sixteen or more letters", EVENT)
COMMITMENT = draw.commitment_of(SEED)
MANY = 100_000
HEX_64 = st.binary(min_size=32, max_size=32).map(bytes.hex)

# What chi-square stays below in 999 of 1,000 fair draws, by its degrees of freedom: 100 bins have 99; a table of ten by
# ten, all of whose rows and columns have a fixed sum, has 9 * 9. The seeds are fixed: a test passes always or never.
CHI_SQUARE_99, CHI_SQUARE_81 = 148.23, 126.08


ADA = "54327ce3967f05496768bc67f166df85be5477443c7485c74cee24af25216e6e"
EVE = "a9cbfe8d0c31c9507b2e71f2b25afbb574a9ec562850ada43394224e31a5cab4"


def test_the_answers_are_those_of_another_program() -> None:
    """All constants were made with the openssl command: published draws must never change their meaning."""
    assert SEED.hex() == "027d9b0efb44cd74197067ae61503eba7acbcc0c64bebfeacedb884216b08fad"
    assert COMMITMENT == "6dc3475936a06b4aafd8bbfe1872637719bf8972d51c2d74f7f7fc790fdcd33e"
    assert _run([*MODULE, "receipt", "ada", "7f3c"]).stdout == ADA + "\n"
    assert (draw.receipt_of("ada", "7f3c"), draw.receipt_of("ada@\u00e9", "")) == (ADA, EVE)
    assert (draw.place_of(SEED, ADA), draw.place_of(SEED, EVE)) == (2370125264395830, 1593231197519716)
    assert draw.chained(COMMITMENT, ADA) == "c19996dd4d75a728d055aa69c5350f449439e592"
    assert draw.chained("c19996dd4d75a728d055aa69c5350f449439e592", EVE) == "476d1280092d156e1a7a319da68748619f46b8bc"


@settings(deadline=None)
@given(st.text(), st.text(), st.text(), st.text())
@example("ab", "c", "a", "bc")
@example("ada", "7f3c", "ada", "7f3c")
def test_only_the_same_person_and_nonce_have_the_same_receipt(user: str, nonce: str, other: str, another: str) -> None:
    """Each stands behind its length: "ab", "c" is not "a", "bc"."""
    assert (draw.receipt_of(user, nonce) == draw.receipt_of(other, another)) == ((user, nonce) == (other, another))


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), HEX_64)
def test_a_place_is_a_number_that_every_reader_holds_exactly(seed: bytes, receipt: str) -> None:
    """Also one that keeps numbers as floating point."""
    assert 0 <= int(float(draw.place_of(seed, receipt))) == draw.place_of(seed, receipt) < 2**52


@settings(deadline=None)
@given(st.lists(HEX_64, max_size=6), st.lists(HEX_64, max_size=6), st.randoms(use_true_random=False))
def test_the_digest_depends_on_every_receipt_and_their_order(left: list[str], other: list[str], luck: Any) -> None:
    """Only the same list has the same digest."""
    shuffled = luck.sample(left, len(left))
    for right in (other, shuffled, left[:-1]):
        assert (_digest(left) == _digest(right)) == (left == right)


def _chi_square(bins: Iterable[object]) -> float:
    """Give how far 100,000 things are from being a thousand in each of 100 bins, none of which is empty."""
    counts = Counter(bins)
    assert (len(counts), counts.total()) == (100, MANY)
    return sum((count - 1_000) ** 2 for count in counts.values()) / 1_000


def test_places_are_uniform_and_know_nothing_of_the_order_of_joining() -> None:
    """100,000 people with dull names: in 100 bins, and each tenth of the joining in each tenth of the order.

    The same measure notices it when the first thousand who joined stand at the front.
    """
    places = [draw.place_of(SEED, draw.receipt_of(f"user{n}", str(n))) for n in range(MANY)]
    assert len(set(places)) == MANY
    assert _chi_square(place * 100 >> 52 for place in places) < CHI_SQUARE_99
    order = sorted(range(MANY), key=places.__getitem__)
    assert _chi_square((rank // 10_000, joined // 10_000) for rank, joined in enumerate(order)) < CHI_SQUARE_81
    favoured = [*range(1_000), *(joined for joined in order if joined >= 1_000)]
    assert _chi_square((rank // 10_000, joined // 10_000) for rank, joined in enumerate(favoured)) > CHI_SQUARE_81


class Paper:
    """A draw as it is published, and one that holds as long as nobody tampers with it."""

    def __init__(self, entrants: int, page: int = 1_000) -> None:
        numbers = range(1, entrants + 1)
        receipts = [_receipt(number) for number in numbers]
        self.draw: dict[str, Any] = {"event_id": EVENT, "queue_mode": "draw", "commitment": COMMITMENT}
        self.draw |= {"entrants": entrants, "digest": _digest(receipts), "seed": SEED.hex(), "opened_at": "2030"}
        places = (draw.place_of(SEED, receipt) for receipt in receipts)
        fields = zip(numbers, receipts, places, strict=True)
        self.entries: list[Any] = [{"number": nth, "receipt": text, "place": place} for nth, text, place in fields]
        self.page = page

    def written(self, folder: Path) -> list[str]:
        """Write it as it is fetched; gives the paths, the pages in a wrong order."""
        (folder / "draw.json").write_text(json.dumps(self.draw))
        starts = range(0, len(self.entries) or 1, self.page)
        for at in starts:
            answer = {"event_id": EVENT, "entries": self.entries[at : at + self.page]}
            (folder / f"{at}.json").write_text(json.dumps(answer | {"next_cursor": None if at == starts[-1] else "on"}))
        return [str(folder / "draw.json"), *(str(folder / f"{at}.json") for at in reversed(starts))]


def _receipt(number: int) -> str:
    return draw.receipt_of(f"user{number}", f"nonce{number}")


def _digest(receipts: Iterable[str]) -> str:
    return reduce(draw.chained, receipts, COMMITMENT)


def _run(arguments: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(command, **{"cwd": ROOT, "timeout": 60, **how}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("entrants", [0, 1, 2, 1_000, 1_001, 100_000])
def test_a_draw_that_holds_is_accepted_soon_and_the_first_wrong_place_named(entrants: int, tmp_path: Path) -> None:
    """In one line; the files may be given in any order."""
    paper = Paper(entrants)
    run = _run([*MODULE, "verify", *paper.written(tmp_path)], timeout=10)
    said = f"OK: {entrants} entrants of event {EVENT}, every place is right, digest {paper.draw['digest']}\n"
    assert (run.returncode, run.stdout, run.stderr) == (0, said, "")
    for entry in paper.entries[entrants // 2 :]:
        entry["place"] ^= 1
    run = _run([*MODULE, "verify", *paper.written(tmp_path)])
    assert run.returncode == (1 if entrants else 0)
    assert run.stderr.startswith(f"entry {entrants // 2 + 1} (receipt " if entrants else "")


@pytest.mark.parametrize("how", [["-S", *MODULE], ["-I", "-S", str(ROOT / "chalicelib/queue/draw.py")]])
def test_it_needs_only_the_standard_library(how: list[str], tmp_path: Path) -> None:
    """Without site-packages, from anywhere; a copy of the file alone will do."""
    clean = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    run = _run([*how, "verify", *Paper(3).written(tmp_path)], cwd=tmp_path, env=clean)
    assert (run.returncode, run.stderr) == (0, "")


def _entry(nth: int, **fields: Any) -> Callable[[Paper], object]:
    return lambda paper: paper.entries[nth - 1].update(fields)


def _draw(**fields: Any) -> Callable[[Paper], object]:
    return lambda paper: paper.draw.update(fields)


ENTRY_5 = rf"entry 5 \(receipt {_receipt(5)[:12]}\.\.\.\): "
PLACE_5 = draw.place_of(SEED, _receipt(5))
BAD_DIGEST = "the digest of all 12 receipts is [0-9a-f]{40}, not [0-9a-f]{40}"
TAMPERED: dict[str, tuple[Callable[[Paper], object], str]] = {
    "a place": (_entry(5, place=17), f"{ENTRY_5}place 17 should be {PLACE_5}"),
    "a place out of range": (_entry(5, place=2**60), f"{ENTRY_5}place {2**60} should be {PLACE_5}"),
    "no place": (_entry(5, place=None), f"{ENTRY_5}the missing place should be {PLACE_5}"),
    "swapped receipts": (lambda paper: (_entry(3, number=4)(paper), _entry(4, number=3)(paper)), BAD_DIGEST),
    "another receipt": (_entry(12, receipt="0" * 64), BAD_DIGEST),
    "another digest": (_draw(digest="0" * 40), "the digest of all 12 receipts is [0-9a-f]{40}, not 0{40}"),
    "a receipt twice": (_entry(9, receipt=_receipt(3)), r"entry 9 \(.*\): the receipt is that of entry 3 too"),
    "a dropped entry": (lambda paper: paper.entries.pop(6), "entry 7 is missing"),
    "the last one dropped": (lambda paper: paper.entries.pop(), "entry 12 is missing: the draw has 12 entrants"),
    "a doubled entry": (lambda paper: paper.entries.append(paper.entries[4]), "entry 5 is there twice"),
    "one too many": (_draw(entrants=11), "entry 12 is one too many: the draw has 11 entrants"),
    "another seed": (_draw(seed="0" * 64), f"the commitment of the seed is [0-9a-f]{{64}}, not {COMMITMENT}"),
    "another commitment": (_draw(commitment="0" * 64), f"the commitment of the seed is {COMMITMENT}, not 0{{64}}"),
    "not open yet": (_draw(seed=None, opened_at=None), "the draw is not open yet: its seed is published when .*"),
    "another event": (_draw(event_id=OTHER), rf".*\.json is of event {EVENT}, the draw of event {OTHER}"),
}
# What stands where something else should: a truth value is no number, and one with a point is no whole one.
MISSHAPEN: dict[str, tuple[Callable[[Paper], object], str]] = {
    "less than nobody": (_draw(entrants=-1), '.*/draw.json: "entrants" is missing, or .*'),
    "another mode": (_draw(queue_mode="fifo"), '.*/draw.json: "queue_mode" is missing, or .*'),
    "capitals": (_draw(commitment=COMMITMENT.upper()), '.*/draw.json: "commitment" is missing, or .*'),
    "a digit too many": (_draw(seed=SEED.hex() + "0"), '.*/draw.json: "seed" is missing, or .*'),
    "a missing field": (lambda paper: paper.draw.pop("opened_at"), '.*/draw.json: "opened_at" is missing, or .*'),
    "a truth value": (_entry(7, place=True), '.*/5.json: item 2 of the entries: "place" is missing, or .*'),
    "a point": (_entry(7, place=1.0), '.*/5.json: item 2 of the entries: "place" is missing, or .*'),
    "a list": (lambda paper: paper.entries.insert(0, []), ".*/0.json: item 1 of the entries: this is not a JSON .*"),
}


@pytest.mark.parametrize("what", TAMPERED | MISSHAPEN)
def test_whatever_was_changed_is_told_in_one_line(what: str, tmp_path: Path) -> None:
    """With status 1, or 2 for a file of another shape; the entry that is wrong is named."""
    tamper, told = (TAMPERED | MISSHAPEN)[what]
    paper = Paper(12, page=5)
    tamper(paper)
    run = _run([*MODULE, "verify", *paper.written(tmp_path)])
    assert (run.returncode, run.stdout) == (1 if what in TAMPERED else 2, "")
    assert re.fullmatch(told + "\n", run.stderr), run.stderr


def test_of_many_wrong_things_the_first_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each change is one that is looked for before all that were made so far."""
    paper = Paper(12, page=5)
    for what in ("a place", "another digest", "a receipt twice", "a dropped entry", "another seed", "another event"):
        tamper, told = TAMPERED[what]
        tamper(paper)
        assert draw.main(["verify", *paper.written(tmp_path)]) == 1
        assert re.fullmatch(told + "\n", capsys.readouterr().err)


def test_what_was_noted_is_held_against_the_draw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same people stood in the lobby then, in the same order."""
    verify, first = ["verify", *Paper(12, page=5).written(tmp_path)], "the digest of the first"
    five, twelve = (_digest(_receipt(number) for number in range(1, last + 1)) for last in (5, 12))
    assert draw.main([*verify, *f"--noted 0 {COMMITMENT} --noted 12 {twelve} --noted 5 {five}".split()]) == 0
    for noted, told in (
        (f"--noted 0 {five}", f"the commitment is {COMMITMENT}, noted was {five}\n"),
        (f"--noted 12 {five} --noted 5 {five[::-1]}", f"{first} 5 receipts is {five}, noted was {five[::-1]}\n"),
        (f"--noted 13 {twelve} --noted 12 {twelve}", "noted were 13 entrants, the draw has 12\n"),
    ):
        assert draw.main([*verify, *noted.split()]) == 1
        assert capsys.readouterr().err == told


@pytest.mark.parametrize("content", [None, b"", b'{"event_id": "9f3a', b"\xff\xfe\x00", b"[" * 100_000, b"9" * 10_000])
@pytest.mark.parametrize("which", [0, 1])
def test_a_file_that_cannot_be_read_is_named(content: bytes | None, which: int, tmp_path: Path) -> None:
    """Whichever of the files it is: status 2, one line, no traceback."""
    paths = Paper(2).written(tmp_path)
    Path(paths[which]).unlink()
    if content is not None:
        Path(paths[which]).write_bytes(content)
    told = "No such file or directory" if content is None else "this is not JSON, or only a part of it"
    run = _run([*MODULE, "verify", *paths])
    assert (run.returncode, run.stdout, run.stderr) == (2, "", f"{paths[which]}: {told}\n")


@pytest.mark.parametrize("words", ["", "verify", "verify a", "verify a b --noted -1 c", "verify a b --noted x c"])
def test_a_command_that_is_none_is_told_how_to_ask(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, as for files that do not tell."""
    with pytest.raises(SystemExit, match=r"^2$"):
        draw.main(words.split())
    assert capsys.readouterr().err.startswith("usage: ")
