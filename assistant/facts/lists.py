"""Several things typed at once → lists of words, people, and rows of a table."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence

from assistant.facts.catalogue import Column
from assistant.facts.clean import cleaned, one_line, refused
from assistant.facts.values import Person, Row

ITEM_LIMIT = 200
# A comma separates short items; in longer ones it is part of the sentence.
SHORT_WORDS, SHORT_LETTERS = 5, 40
BULLET = re.compile(r"^\s*(?:[-*+•·▪◦‣–—]\s+|\(?\d{1,2}[.)]\s+)")
_NAME_ROLE = re.compile(
    r"(?P<name>[^()]+?)\s*\((?P<role>.+)\)\.?|(?P<name2>.+?)(?:\s+[-–—]\s*|\s*:\s+|\s*=\s*)(?P<role2>.+)"
)
# Who writes this is known, but a document is read by others.
_MYSELF = frozenset({"me", "myself", "i", "us", "we", "ourselves", "you"})
_RULE = re.compile(r":?-{3,}:?")


def items_of(raw: str) -> tuple[str, ...]:
    """Items between line breaks, semicolons, or commas where all are short.

    >>> items_of("cards, loans and leases, insurance"), items_of("- one, two")
    (('cards', 'loans and leases', 'insurance'), ('one, two',))
    """
    text = cleaned(raw)
    lines = [line for line in text.split("\n") if line.strip()]
    if any(BULLET.match(line) for line in lines):
        return checked_items(_bulleted(lines))
    if len(lines) > 1:
        return checked_items(lines)
    if ";" in text:
        return checked_items(text.split(";"))
    parts = [re.sub(r"^\s*(?:and|or)\s+", "", part) for part in text.split(",")]
    return checked_items(parts if commas_separate(text) else [text])


def commas_separate(text: str) -> bool:
    """Whether commas stand between items: all are short, and none is in a number."""
    parts = text.split(",")
    short = all(
        0 < len(part.split()) <= SHORT_WORDS and len(part) <= SHORT_LETTERS for part in parts
    )
    return len(parts) > 1 and short and not re.search(r"\d,\d", text)


def checked_items(items: Sequence[str]) -> tuple[str, ...]:
    """The items, each on one line, without empty ones and repetitions."""
    found = tuple(dict.fromkeys(one for item in items if (one := one_line(cleaned(item)))))
    if not found:
        raise refused("There is nothing in it.", "Write one item on each line.", "empty")
    if len(found) > ITEM_LIMIT:
        raise refused(
            f"These are {len(found)} items; at most {ITEM_LIMIT} fit here.",
            "Keep the most important ones.",
            "too_long",
        )
    return found


def _bulleted(lines: Sequence[str]) -> list[str]:
    """Items of a list with bullets; a line without one goes on with the item before it."""
    items: list[str] = []
    for line in lines:
        mark = BULLET.match(line)
        if mark or not items:
            items.append(line[mark.end() :] if mark else line)
        else:
            items[-1] = f"{items[-1]} {line.strip()}"
    return items


# -- people


def people_of(raw: str) -> tuple[Person, ...]:
    """People with their roles: "Mira (head of payments), Tom – data engineer".

    >>> people_of("Mira (head of payments), Tom – data engineer and Ann Lee, lawyer")[2]
    Person(name='Ann Lee', role='lawyer')
    """
    found: list[Person] = []
    for line in re.split(r"[\n;]", cleaned(raw)):
        parts = _outside_brackets(BULLET.sub("", line, count=1))
        for part in parts:
            person = _person(part)
            # "Mira Novak, head of payments": what begins small is no name.
            if found and parts[0] != part and _is_role(part) and not found[-1].role:
                found[-1] = Person(found[-1].name, one_line(part))
            elif person:
                found.append(person)
    return checked_people(found)


def checked_people(people: Sequence[Person]) -> tuple[Person, ...]:
    """The people, without repetitions."""
    found = tuple(dict.fromkeys(people))
    if not found:
        raise refused(
            "There is no name in it.", "Write each name with the role behind it.", "empty"
        )
    if len(found) > ITEM_LIMIT:
        raise refused(f"At most {ITEM_LIMIT} people fit here.", "Name the main ones.", "too_long")
    return found


def _outside_brackets(line: str) -> list[str]:
    """Parts between commas and "and", but not inside of brackets."""
    parts, depth = [""], 0
    pieces = re.split(r"([(),]|\s+(?:and|&)\s+)", line)
    for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
        depth += (piece == "(") - (piece == ")" and depth > 0)
        word = piece.strip() in ("and", "&")
        # "Tom – research and development" is one person.
        role = word and following[:1].islower() and re.search(r"\s[-–—]\s|:\s", parts[-1])
        if depth == 0 and (piece == "," or word) and not role:
            parts.append("")
        else:
            parts[-1] += piece
    return [part.strip() for part in parts if part.strip()]


def _is_role(part: str) -> bool:
    return part[0].islower() and not _NAME_ROLE.fullmatch(part)


def _person(part: str) -> Person | None:
    found = _NAME_ROLE.fullmatch(part.strip())
    first = found["name"] or found["name2"] if found else part
    if one_line(first).casefold().rstrip(".") in _MYSELF:
        raise refused(
            f"Who {one_line(first)!r} is, others cannot tell.", "Write the name or role.", "no_name"
        )
    if not found:
        name = one_line(part)
        return Person(name) if re.search(r"\w", name) else None
    name, role = found["name"] or found["name2"], found["role"] or found["role2"]
    return Person(one_line(name), one_line(role))


# -- tables


def rows_of(columns: Sequence[Column], raw: str) -> tuple[Row, ...]:
    """Rows of a Markdown table, CSV, tab-separated lines, JSON, or "a | b | c" lines.

    A line without any separator fills the first column.
    """
    text = cleaned(raw)
    if text.startswith(("[", "{")):
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
        if isinstance(data, dict):
            data = [data]
        if isinstance(data, list) and all(isinstance(one, dict | list) for one in data):
            return rows_of_data(columns, data)
    lines = [line for line in text.split("\n") if line.strip()]
    return rows_of_data(columns, [list(cells) for cells in _without_rule(_cells(columns, lines))])


def _cells(columns: Sequence[Column], lines: list[str]) -> list[list[str]]:
    if any("|" in line for line in lines):
        return [_piped(line) for line in lines]
    if any("\t" in line for line in lines):
        return [line.split("\t") for line in lines]
    for mark in (";", ","):
        table = list(
            csv.reader(io.StringIO("\n".join(lines)), delimiter=mark, skipinitialspace=True)
        )
        width = len(columns)
        short = all(len(cell.split()) <= 2 * SHORT_WORDS for row in table for cell in row)
        even = len({len(row) for row in table}) == 1 and 1 < len(table[0]) <= width
        # One line with as many parts as there are columns is a row; with fewer, a list.
        if even and short and (len(table) > 1 or len(table[0]) == width):
            return table
    if len(lines) == 1:
        lines = lines[0].split(";")
    return [[BULLET.sub("", line, count=1)] for line in lines]


def _piped(line: str) -> list[str]:
    cells = re.split(r"(?<!\\)\|", line.strip())
    if len(cells) > 2 and not cells[0].strip() and not cells[-1].strip():
        cells = cells[1:-1]
    return [cell.replace("\\|", "|") for cell in cells]


def _without_rule(table: list[list[str]]) -> list[list[str]]:
    """The rows without the line of dashes below a Markdown table's head."""
    ruled = len(table) > 1 and all(_RULE.fullmatch(cell.strip()) for cell in table[1])
    return [table[0], *table[2:]] if ruled else table


def rows_of_data(columns: Sequence[Column], data: Sequence[object]) -> tuple[Row, ...]:
    """Rows given as mappings, or as lists of cells in the columns' order or below a head."""
    names = [column.name for column in columns]
    rows: list[Row] = []
    for place, entry in enumerate(data):
        if isinstance(entry, Mapping):
            rows.append(_named_row(columns, entry))
        elif isinstance(entry, Sequence) and not isinstance(entry, str):
            cells = [_cell(cell) for cell in entry]
            head = [_column(columns, cell) for cell in cells]
            if place == 0 and len(cells) > 1 and all(head) and len(set(head)) == len(head):
                names = [str(name) for name in head]
                continue
            rows.append(_listed_row(columns, names, cells))
        else:
            raise refused("A row is a list of cells.", "Write one row on each line.", "no_table")
    rows = [row for row in rows if any(row.values())]
    if not rows:
        raise refused("There is no row in it.", "Write one row on each line.", "empty")
    if len(rows) > ITEM_LIMIT:
        raise refused(
            f"These are {len(rows)} rows; at most {ITEM_LIMIT} fit here.",
            "Keep the most important ones, and add the rest as a file.",
            "too_long",
        )
    return tuple(rows)


def _cell(cell: object) -> str:
    return "" if cell is None else one_line(cleaned(str(cell)))


def _column(columns: Sequence[Column], name: str) -> str | None:
    wanted = re.sub(r"[_\W]+", " ", name).strip().casefold()
    for column in columns:
        if wanted and wanted in (column.name.replace("_", " "), column.label.casefold()):
            return column.name
    return None


def _named_row(columns: Sequence[Column], entry: Mapping[object, object]) -> Row:
    row = {column.name: "" for column in columns}
    for key, cell in entry.items():
        name = _column(columns, str(key))
        if name is None:
            listed = ", ".join(column.name for column in columns)
            raise refused(
                f"There is no column {str(key)[:40]!r}.", f"The columns are {listed}.", "no_table"
            )
        row[name] = _cell(cell)
    return row


def _listed_row(columns: Sequence[Column], names: list[str], cells: list[str]) -> Row:
    if len(cells) > len(names):
        # What is too much belongs to the last column: nothing that was said is lost.
        cells = [*cells[: len(names) - 1], " | ".join(cells[len(names) - 1 :])]
    given = dict(zip(names, cells, strict=False))
    return {column.name: given.get(column.name, "") for column in columns}
