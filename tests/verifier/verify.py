#!/usr/bin/env python3
"""Verifies an exported Sekisho log without any code of Sekisho's.

Written from docs/format.md alone; needs nothing but Python 3.8 or later.

    python3 verify.py DIR [--checkpoint FILE]... [--vkey VKEY] [--witness VKEY]...

Prints what it found. Exit code 0: sound, 1: something was found, 2: wrong usage.
"""

import argparse
import os
import sys

import formats
from formats import Checkpoint, Key, path

HOLES_MAX = 16


class Directory:
    """The files of an export; `get` gives None for what is not there."""

    def __init__(self, directory):
        self.directory = directory

    def get(self, name):
        try:
            with open(os.path.join(self.directory, *name.split("/")), "rb") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None


class Verifier:
    """One run over one log. Findings are (name, place, words)."""

    def __init__(self, files, trusted=None, outside=(), witnesses=()):
        self.files, self.trusted = files, trusted
        self.outside, self.witnesses = outside, witnesses
        self.findings, self.chain = [], []

    def find(self, name, place, words=""):
        self.findings.append((name, place, words))

    def run(self):
        data = self.files.get("checkpoint")
        own = None
        try:
            own = Checkpoint(data) if data is not None else None
        except ValueError as error:
            self.find("checkpoint-unreadable", "log", str(error))
        if data is None:
            self.find("checkpoint-missing", "log")
        self.stored = self.count(own.size if own else 0)
        self.size = min(own.size, self.stored) if own else self.stored
        self.read_entries()
        self.judge(self.goal(own))
        names = {name for name, _, _ in self.findings}
        damaged = names & {"entry-changed", "entries-missing", "entries-doubtful", "bundle-broken"}
        self.follow_keys()
        listed = self.check_key_file(damaged)
        if own:
            self.check_signatures(own, listed)
        for number, data in enumerate(self.outside):
            self.check_outside(number, data)
        return self.findings

    # How many entries there are.

    def bundle_width(self, index, size):
        """The width of the bundle to read at an index, or None."""
        expected = size - 256 * index
        widths = [expected] if 0 < expected <= 256 else []
        for width in widths + [256] + list(range(255, 0, -1)):
            if self.files.get(path("entries", index, width)) is not None:
                return width
        return None

    def count(self, size):
        def ends():
            last = (size - 1) // 256
            return size > 0 and self.files.get(path("entries", last, size - 256 * last)) is not None

        index = size // 256 if ends() else 0
        stored, missing = 256 * index, 0
        while missing <= HOLES_MAX:
            if self.files.get(path("entries", index, 256)) is not None:
                stored, missing = 256 * (index + 1), 0
            else:
                missing += 1
            index += 1
        if stored < size and ends():
            return size
        return stored + (self.bundle_width(stored // 256, size) or 0)

    def goal(self, own):
        """The root to be reached, if there is one."""
        if own is None:
            return None
        if own.size > self.stored:
            self.find("truncated", "entries %d-%d" % (self.stored, own.size - 1))
            return None
        if own.size < self.stored:
            self.find("extra", "entries %d-%d" % (own.size, self.stored - 1))
        return own.root

    # What the entries say.

    def read_entries(self):
        self.hashes, self.key_events, self.before = [None] * self.size, [], None
        for index, _ in formats.tiles(0, self.size):
            width = self.bundle_width(index, self.size)
            if width is None:
                continue
            rest = self.files.get(path("entries", index, width))
            place, last = 256 * index, 256 * index + width - 1
            while place <= last and len(rest) >= 2:
                end = 2 + int.from_bytes(rest[:2], "big")
                if end > len(rest):
                    break
                if place < self.size:
                    self.read_entry(place, rest[2:end])
                place, rest = place + 1, rest[end:]
            if rest or place <= last:
                self.find("bundle-broken", "entries %d-%d" % (min(place, last), last))
        self.name_missing()

    def read_entry(self, index, entry):
        self.hashes[index] = formats.leaf_hash(entry)
        here = "entries %d-%d" % (index, index)
        leaf, fault = formats.fault_of_leaf(entry)
        if fault:
            return self.find(fault, here)
        if leaf["seq"] != index:
            self.find("seq-mismatch", here, "says %d" % leaf["seq"])
        if self.before is not None and leaf["at"] < self.before:
            self.find("time-backward", here)
        self.before = leaf["at"]
        if leaf["act"] in ("log.open", "log.rotate_key"):
            self.key_events.append((index, leaf["act"], leaf["body"]))

    def name_missing(self):
        broken = set()
        for name, place, _ in self.findings:
            if name == "bundle-broken":
                first, last = map(int, place.split()[1].split("-"))
                broken.update(range(first, last + 1))
        gone = [i for i, h in enumerate(self.hashes) if h is None and i not in broken]
        while gone:
            first = last = gone.pop(0)
            while gone and gone[0] == last + 1:
                last = gone.pop(0)
            self.find("entries-missing", "entries %d-%d" % (first, last))

    # Which store is right.

    def tile(self, level, index, width):
        """(hashes, whether the length is right); reports a tile that is missing."""
        data = self.files.get(path(level, index, width))
        if data is None:
            data = self.files.get(path(level, index, 256))
        if data is None:
            return None, True
        right = len(data) in (32 * width, 8192)
        if len(data) < 32 * width and level == 0:
            return [], right
        whole = len(data) // 32
        return [data[32 * i : 32 * i + 32] for i in range(min(width, whole))], right

    def judge(self, goal):
        tiles = []
        for index, width in formats.tiles(0, self.size):
            stored, right = self.tile(0, index, width)
            if stored is None:
                self.find("tile-missing", "tile " + path(0, index, width))
            entries = self.hashes[256 * index : 256 * index + width]
            tiles.append((index, width, entries, stored or [], right))
        parents = []
        for index, width in formats.tiles(1, self.size):
            stored, _ = self.tile(1, index, width)
            stored = stored or []
            parents += stored + [bytes(32)] * (width - len(stored))
        attempts = [("entries", None), ("tile", parents), ("entries", parents), ("tile", None)]
        sets = [self.choose(tiles, *attempt) for attempt in attempts]
        reaching = [s for s in sets if goal is not None and formats.root(s) == goal]
        self.recorded = (reaching or sets[1:])[0]
        for index, width, entries, stored, right in tiles:
            truth = self.recorded[256 * index : 256 * index + width]
            for place, (entry, true) in enumerate(zip(entries, truth)):
                if entry is not None and entry != true:
                    number = 256 * index + place
                    self.find("entry-changed", "entries %d-%d" % (number, number))
            if not right or (stored and stored != truth):
                self.find("tile-changed", "tile " + path(0, index, width))
        if goal is not None and not reaching:
            self.find("root-mismatch", "log")
        self.compare_upper(bool(reaching))

    @staticmethod
    def choose(tiles, prefer, parents):
        chosen = []
        for index, width, entries, stored, _ in tiles:
            known = stored or [None] * width
            from_entries = [e or t or bytes(32) for e, t in zip(entries, known)]
            from_tile = [t or e or bytes(32) for e, t in zip(entries, known)]
            both = [from_entries, from_tile]
            if prefer == "tile":
                both.reverse()
            fitting = []
            if parents is not None and width == 256 and both[0] != both[1]:
                fitting = [s for s in both if formats.root(s) == parents[index]]
            chosen += (fitting + both)[0]
        return chosen

    def compare_upper(self, proven):
        level, below = 0, self.recorded
        while len(below) >= 256:
            full = len(below) // 256
            below = [formats.root(below[256 * i : 256 * i + 256]) for i in range(full)]
            level += 1
            for index, width in formats.tiles(level, self.size):
                stored, right = self.tile(level, index, width)
                here = "tile " + path(level, index, width)
                if stored is None:
                    self.find("tile-missing", here)
                    continue
                expected = below[256 * index : 256 * index + width]
                if right and stored == expected:
                    continue
                self.find("tile-changed", here)
                stored = stored + [None] * (width - len(stored))
                for place in range(width):
                    if not proven and stored[place] != expected[place]:
                        span = 256**level
                        first = (256 * index + place) * span
                        self.find("entries-doubtful", "entries %d-%d" % (first, first + span - 1))

    # Who signed.

    def follow_keys(self):
        """Fills self.chain with (smallest size, key)."""
        if self.size == 0:
            return
        events = self.key_events
        if not events or events[0][:2] != (0, "log.open"):
            self.find("not-opened", "entries 0-0")
        else:
            try:
                body = events[0][2]
                key = self.log_key(body, "vkey")
                if body.get("origin") != key.name:
                    raise ValueError("another origin")
                self.chain.append((0, key))
            except ValueError as error:
                self.find("not-opened", "entries 0-0", str(error))
            events = events[1:]
        for index, act, body in events:
            try:
                if act == "log.open":
                    raise ValueError("log.open again")
                if self.chain:
                    self.chain.append((index + 1, self.rotate(body)))
            except ValueError as error:
                self.find("key-change", "entries %d-%d" % (index, index), str(error))
        if self.chain and self.trusted:
            if self.trusted.vkey not in [key.vkey for _, key in self.chain]:
                self.find("key-untrusted", "log", self.trusted.vkey)

    @staticmethod
    def log_key(body, field):
        if not isinstance(body.get(field), str):
            raise ValueError("no " + field)
        key = Key(body[field])
        if key.kind != 1:
            raise ValueError("not a log's key")
        return key

    def rotate(self, body):
        old, new = self.log_key(body, "old"), self.log_key(body, "new")
        if old.vkey != self.chain[-1][1].vkey:
            raise ValueError("the old key is not in force")
        if new.name != old.name or new.vkey in [key.vkey for _, key in self.chain]:
            raise ValueError("the new key cannot come into force")
        if not isinstance(body.get("sig"), str):
            raise ValueError("no sig")
        text = "sekisho log.rotate_key/v1\n%s\n%s\n%s\n" % (old.name, old.vkey, new.vkey)
        if not old.signed(text, formats.decode_base64(body["sig"])):
            raise ValueError("the key in force did not sign")
        return new

    def in_force(self, size):
        keys = [key for start, key in self.chain if start <= size]
        return keys[-1:]

    def check_key_file(self, damaged):
        data = self.files.get("log.vkey")
        if not damaged:
            expected = "".join(key.vkey + "\n" for _, key in self.chain).encode()
            if self.chain and data is not None and data != expected:
                self.find("key-file-changed", "log")
            return []
        keys = []
        for line in (data or b"").decode("utf-8", "replace").split("\n"):
            try:
                keys.append(Key(line))
            except ValueError:
                pass
        return keys

    def check_signatures(self, own, listed):
        keys = self.in_force(own.size)
        if not keys and self.trusted:
            keys = [self.trusted]
        keys = keys + listed
        if keys and not any(own.signed_by_log(key) for key in keys):
            self.find("checkpoint-signature", "log")
        for witness in self.witnesses:
            if not own.holds(witness):
                self.find("cosignature-missing", "log", witness.name)

    # Checkpoints kept outside.

    def check_outside(self, number, data):
        here = "outside %d" % number
        try:
            outside = Checkpoint(data)
        except ValueError as error:
            return self.find("outside-unsound", here, str(error))
        trusted = [self.trusted] if self.trusted else []
        names = [key.name for _, key in self.chain[-1:]] or [key.name for key in trusted]
        if names and outside.origin != names[0]:
            return self.find("outside-other", here, outside.origin)
        keys = self.in_force(outside.size) + trusted
        if outside.size > self.size:
            return self.find("older", here, "%d entries then" % outside.size)
        if not any(outside.signed_by_log(key) for key in keys):
            self.find("outside-unsound", here, "not signed by the key in force")
        if formats.root(self.recorded[: outside.size]) != outside.root:
            self.find("forked", here, "in the first %d entries" % outside.size)


def main():
    parser = argparse.ArgumentParser(description="Verify an exported Sekisho log.")
    parser.add_argument("directory")
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE")
    parser.add_argument("--vkey", type=Key, metavar="VKEY", help="a key of the log you trust")
    parser.add_argument("--witness", action="append", default=[], type=Key, metavar="VKEY")
    arguments = parser.parse_args()
    if not os.path.isdir(arguments.directory):
        parser.error("not a directory: " + arguments.directory)
    outside = []
    for name in arguments.checkpoint:
        with open(name, "rb") as file:
            outside.append(file.read())
    verifier = Verifier(
        Directory(arguments.directory), arguments.vkey, outside, arguments.witness
    )
    for name, place, words in verifier.run():
        print("%s: %s%s" % (name, place, " (%s)" % words if words else ""))
    if verifier.findings:
        print("%d findings in %d entries" % (len(verifier.findings), verifier.size))
        return 1
    print("sound: %d entries" % verifier.size)
    return 0


if __name__ == "__main__":
    sys.exit(main())
