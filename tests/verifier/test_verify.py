#!/usr/bin/env python3
"""Tests of the Python verifier.

Without arguments: the examples of docs/format.md, and RFC 8032's own vectors.
With a file of cases (written by crates/record/tests/log/python.rs): verifies
each case and prints its findings as one line of JSON.
"""

import base64
import json
import os
import re
import sys
import unittest

import ed25519
import formats
from formats import Checkpoint, Key
from verify import Directory, Verifier

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/format.md")


class Altered:
    """An export with some files replaced or removed."""

    def __init__(self, cache, directory, replaced):
        self.cache, self.directory, self.replaced = cache, directory, replaced

    def get(self, name):
        if name in self.replaced:
            data = self.replaced[name]
            return None if data is None else base64.b64decode(data)
        key = (self.directory, name)
        if key not in self.cache:
            self.cache[key] = Directory(self.directory).get(name)
        return self.cache[key]


def run_cases(name):
    cache = {}
    with open(name, encoding="utf-8") as file:
        for line in file:
            case = json.loads(line)
            files = Altered(cache, case["directory"], case["replaced"])
            trusted = Key(case["vkey"]) if case["vkey"] else None
            outside = [base64.b64decode(data) for data in case["outside"]]
            findings = Verifier(files, trusted, outside).run()
            print(json.dumps(sorted([name, place] for name, place, _ in findings)))


class FormatPage(unittest.TestCase):
    def setUp(self):
        with open(PAGE, encoding="utf-8") as file:
            page = file.read()
        self.block = dict(re.findall(r"^```text (\w+)\n(.*?)\n```$", page, re.M | re.S))

    def test_entry(self):
        entry = self.block["entry"].encode()
        leaf, fault = formats.fault_of_leaf(entry)
        self.assertIsNone(fault)
        self.assertEqual(formats.write_canonical(leaf), entry)
        hashes = [bytes.fromhex(line) for line in self.block["hashes"].split("\n")]
        self.assertEqual(formats.leaf_hash(entry), hashes[1])
        self.assertEqual(formats.root(hashes[:3]), hashes[3])

    def test_private(self):
        text, digest = self.block["private"].split("\n")
        formats.parse_canonical(text.encode())
        self.assertEqual(formats.private_digest(bytes(range(16)), text.encode()), digest)

    def test_paths(self):
        size = 70_000
        made = set()
        for level in range(8):
            made |= {formats.path(level, *tile) for tile in formats.tiles(level, size)}
        made |= {formats.path("entries", *tile) for tile in formats.tiles(0, size)}
        self.assertLessEqual(set(self.block["paths"].split("\n")), made)

    def test_checkpoint(self):
        checkpoint = Checkpoint((self.block["checkpoint"] + "\n").encode())
        self.assertTrue(checkpoint.signed_by_log(Key(self.block["vkey"])))
        self.assertTrue(checkpoint.holds(Key(self.block["witness"])))
        self.assertEqual(checkpoint.root.hex(), self.block["hashes"].split("\n")[3])

    def test_proof(self):
        head, checkpoint = self.block["proof"].split("\n\n", 1)
        first, extra, index, *siblings = head.split("\n")
        self.assertEqual(first, "c2sp.org/tlog-proof@v1")
        node = formats.leaf_hash(formats.decode_base64(extra.split(" ")[1]))
        self.assertEqual(index, "index 1")
        left, right = map(formats.decode_base64, siblings)
        node = formats.node_hash(formats.node_hash(left, node), right)
        self.assertEqual(node, Checkpoint((checkpoint + "\n").encode()).root)

    def test_bundle_and_rotation(self):
        files = {
            "tile/entries/000.p/3": formats.decode_base64(self.block["bundle"]),
            "tile/0/000.p/3": bytes.fromhex("".join(self.block["hashes"].split("\n")[:3])),
            "checkpoint": (self.block["checkpoint"] + "\n").encode(),
            "log.vkey": (self.block["vkey"] + "\n").encode(),
        }
        verifier = Verifier(files, Key(self.block["vkey"]), [files["checkpoint"]])
        self.assertEqual(verifier.run(), [])
        verifier.rotate(formats.parse_canonical(self.block["rotation"].encode()))
        files["checkpoint"] = files["checkpoint"].replace(b"\n3\n", b"\n2\n", 1)
        self.assertNotEqual(Verifier(files).run(), [])


class Ed25519(unittest.TestCase):
    def test_vectors_of_rfc_8032(self):
        vectors = [
            ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
             "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
             "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
            ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
             "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
             "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        ]  # fmt: skip
        for public, message, signature in vectors:
            public, message = bytes.fromhex(public), bytes.fromhex(message)
            signature = bytes.fromhex(signature)
            self.assertTrue(ed25519.verify(public, message, signature))
            self.assertFalse(ed25519.verify(public, message + b"x", signature))
            for place in (0, 31, 32, 63):
                altered = bytearray(signature)
                altered[place] ^= 1
                self.assertFalse(ed25519.verify(public, message, bytes(altered)))


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--cases":
        run_cases(sys.argv[2])
    else:
        unittest.main()
