"""The formats of docs/format.md, sections 1 to 7: read strictly, or ValueError."""

import base64
import hashlib
import json
import re

import ed25519

INTEGER_MAX = 2**53 - 1
DEPTH_MAX = 32
EM_DASH = "\u2014"


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(entry):
    return sha256(b"\x00" + entry)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def root(hashes):
    """The root of RFC 6962, joining pairs level by level."""
    if not hashes:
        return sha256(b"")
    while len(hashes) > 1:
        pairs = [node_hash(*hashes[i : i + 2]) for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + (hashes[-1:] if len(hashes) % 2 else [])
    return hashes[0]


def decode_base64(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not strict base64")
    return data


def decimal(text):
    if not re.fullmatch(r"0|[1-9][0-9]*", text, re.ASCII):
        raise ValueError("not a number: " + text)
    return int(text)


# Section 1.


def write_canonical(value):
    def ordered(value, depth):
        if isinstance(value, (dict, list)) and depth >= DEPTH_MAX:
            raise ValueError("nested too deep")
        if isinstance(value, dict):
            keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
            return {key: ordered(value[key], depth + 1) for key in keys}
        if isinstance(value, list):
            return [ordered(item, depth + 1) for item in value]
        return value

    text = json.dumps(ordered(value, 0), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def parse_canonical(data):
    def integer(text):
        number = int(text)
        if abs(number) > INTEGER_MAX:
            raise ValueError("number too large")
        return number

    def refuse(text):
        raise ValueError("not an integer: " + text)

    try:
        value = json.loads(
            data.decode("utf-8"), parse_int=integer, parse_float=refuse, parse_constant=refuse
        )
        if write_canonical(value) != data:
            raise ValueError("not the canonical spelling")
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return value


# Section 2.

FIELDS = {
    "act", "actor", "at", "body", "capacity", "cites", "code", "effect", "private",
    "profile", "seq", "session", "terminal", "v",
}  # fmt: skip


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def is_filled(value):
    return isinstance(value, str) and value != ""


def fault_of_leaf(entry):
    """(leaf, None) for a sound entry, else (None, name of the finding)."""
    try:
        leaf = parse_canonical(entry)
    except ValueError:
        return None, "unreadable"
    fields = leaf if isinstance(leaf, dict) else {}
    if fields.get("effect") not in ("permit", "refuse") or not is_filled(fields.get("code")):
        return None, "undecided"
    cites = fields.get("cites")
    if not isinstance(cites, list) or not cites or not all(map(is_filled, cites)):
        return None, "uncited"
    texts = ("actor", "capacity", "private", "session", "terminal")
    sound = (
        set(fields) == FIELDS
        and len(entry) <= 65535
        and isinstance(leaf["act"], str)
        and re.fullmatch(r"[a-z0-9_.]+", leaf["act"], re.ASCII)
        and is_integer(leaf["at"])
        and leaf["at"] >= 0
        and isinstance(leaf["body"], dict)
        and all(leaf[name] is None or isinstance(leaf[name], str) for name in texts)
        and (leaf["private"] is None or re.fullmatch(r"[A-Za-z0-9_-]{43}", leaf["private"]))
        and isinstance(leaf["profile"], str)
        and re.fullmatch(r"[0-9a-f]{64}", leaf["profile"])
        and is_integer(leaf["seq"])
        and leaf["seq"] >= 0
        and is_integer(leaf["v"])
        and leaf["v"] == 1
    )
    return (leaf, None) if sound else (None, "unreadable")


def private_digest(salt, canonical):
    return base64.urlsafe_b64encode(sha256(salt + canonical)).decode().rstrip("=")


# Section 4.


def path(place, index, width):
    """The path of a tile (`place` is its level) or a bundle (`place` is "entries")."""
    groups = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        groups.insert(0, "x%03d" % (index % 1000))
    partial = "" if width == 256 else ".p/%d" % width
    return "tile/%s/%s%s" % (place, "/".join(groups), partial)


def tiles(level, size):
    """(index, width) of the tiles of a level, or of the bundles for level 0."""
    hashes = size >> (8 * level)
    for index in range((hashes + 255) // 256):
        yield index, min(256, hashes - 256 * index)


# Section 5.


class Key:
    def __init__(self, vkey):
        name, identifier, data = vkey.split("+", 2)
        data = decode_base64(data)
        expected = sha256(name.encode() + b"\n" + data)[:4]
        if not is_key_name(name) or len(data) != 33 or data[0] not in (1, 4):
            raise ValueError("not a key")
        if identifier != expected.hex():
            raise ValueError("the identifier is not the key's")
        point = ed25519.decode_point(data[1:])
        if point is None or ed25519.is_small_order(point):
            raise ValueError("not a sound public key")
        self.vkey, self.name, self.id = vkey, name, expected
        self.kind, self.public = data[0], data[1:]

    def signed(self, text, signature):
        text = text.encode()
        if self.kind == 4:
            time = int.from_bytes(signature[:8], "big")
            if len(signature) != 72 or time >= 2**63:
                return False
            text, signature = b"cosignature/v1\ntime %d\n" % time + text, signature[8:]
        return ed25519.verify(self.public, text, signature)


def is_key_name(name):
    bad = re.search(r"[\s+]", name) or any(ord(c) < 32 or 127 <= ord(c) < 160 for c in name)
    return name != "" and not bad


class Checkpoint:
    """A signed checkpoint, read but not yet believed."""

    def __init__(self, data):
        if len(data) > 1_000_000:
            raise ValueError("too long")
        note = data.decode("utf-8")
        if any(ord(c) < 32 and c != "\n" for c in note):
            raise ValueError("control character")
        before, found, after = note.rpartition("\n\n")
        if not found or not after.endswith("\n"):
            raise ValueError("not a signed note")
        self.text = before + "\n"
        lines = after[:-1].split("\n")
        if len(lines) > 64:
            raise ValueError("too many signatures")
        self.signatures = [self.signature(line) for line in lines]
        self.origin, size, root_text, *more = before.split("\n")
        if self.origin == "" or "" in more:
            raise ValueError("empty line")
        self.size, self.root = decimal(size), decode_base64(root_text)
        if self.size >= 2**64 or len(self.root) != 32:
            raise ValueError("not a size or root")

    @staticmethod
    def signature(line):
        dash, name, data = line.split(" ")
        data = decode_base64(data)
        if dash != EM_DASH or not is_key_name(name) or len(data) < 5:
            raise ValueError("not a signature line")
        return name, data[:4], data[4:]

    def holds(self, key):
        """Whether exactly one line is of this key, and it verifies."""
        lines = [s for name, i, s in self.signatures if (name, i) == (key.name, key.id)]
        return len(lines) == 1 and key.signed(self.text, lines[0])

    def signed_by_log(self, key):
        return self.origin == key.name and self.holds(key)
