"""Files: by content, not by name; limits before memory; each ends in sheets or in one refusal."""

import csv
import io
import random
import re
import struct
import zipfile

import openpyxl
import pytest

from households.roster.files import FileRefused, sheets_of
from households.roster.rows import Limits, Reading
from tests.households.roster.makers import HEADERS, found, other_head, reading, row, saved, wife, workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def text_roster(separator=","):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(HEADERS)
    writer.writerows([[cells.get(h) for h in HEADERS] for cells in (row(), wife(), other_head())])
    return out.getvalue()


def refusal(data, limits=None):
    with pytest.raises(FileRefused) as refused:
        sheets_of(data, limits or Limits())
    return refused.value.refusal.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_in_any_usual_encoding(encoding, separator):
    result = reading(text_roster(separator).encode(encoding))
    assert (result.refusal, found(result), len(result.families)) == (None, [], 2)
    assert result.sheets[0].header_rows == (1,)


def test_one_lost_character_rejects_one_household():
    data = text_roster().encode("gb18030").replace("王美".encode("gb18030"), "王".encode("gb18030") + b"\xff")
    result = reading(data)
    assert [(f.row, f.code) for f in result.findings if f.severity == "error"] == [(3, "encoding_lost")]
    assert len(result.accepted) == 1


@pytest.mark.parametrize("word", ["#N/A", "#REF!", "#NAME?"])
def test_an_error_value_in_a_text_file_is_one(word):
    data = text_roster().replace("赵六一", word).encode("gbk")
    assert found(reading(data)) == [(4, "name", "cell_error")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n\0", "file_empty"),
        (b"PK\x03\x04" + b"x" * 100, "file_damaged"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        (OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "file_type"),
        (OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), "file_damaged"),
        (b"%PDF-1.7\n1 0 obj", "file_type"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "file_type"),
        ("只有一列\n没有表格".encode(), "file_type"),
        (b"\xff\xd8\xff\xdb\0\x43" + bytes(range(256)), "file_type"),
        (b"\x1f\x8b\x08\0" + bytes(range(256)), "file_type"),
        ("<html><style>td{font:宋体,Arial}</style><table><tr><td>姓名</td></tr></table>".encode(), "file_type"),
        ('\ufeff<?xml version="1.0"?><Workbook><Row a="1,2"/></Workbook>'.encode("utf-16"), "file_type"),
        (b"{\\rtf1\\ansi a, b, c}", "file_type"),
    ],
)
def test_what_is_no_roster_is_refused_by_name(data, code):
    assert refusal(data) == code


def test_a_cut_workbook_is_damaged():
    data = workbook(row(), wife())
    assert refusal(data[: len(data) // 2]) == "file_damaged"


def test_a_zip_that_is_no_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert refusal(out.getvalue()) == "file_type"


def with_entry(name, content):
    """A sound workbook with one entry replaced."""
    source, out = zipfile.ZipFile(io.BytesIO(workbook(row(), wife()))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in source.infolist():
            archive.writestr(info, content if info.filename == name else source.read(info))
    return out.getvalue()


def sheet_of(data, change):
    """The workbook with the XML of its first sheet changed."""
    source, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in source.infolist():
            content = source.read(info)
            archive.writestr(info, change(content) if info.filename == "xl/worksheets/sheet1.xml" else content)
    return out.getvalue()


def test_an_empty_text_is_a_formulas_result():
    data = workbook(row(主要致贫原因='=IF(1,"","x")'), wife(主要致贫原因=None))
    assert [f.code for f in reading(data).findings] == ["formula_no_value"]
    result = b'<c r="K2" t="str"><f>IF(1,"","x")</f><v></v></c>'
    told = reading(sheet_of(data, lambda xml: re.sub(rb'<c r="K2"[^>]*>.*?</c>', result, xml)))
    assert (found(told), told.families[0].main_cause) == ([], "")


def test_what_a_writer_with_a_prefix_before_each_name_marks_is_seen():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADERS)
    for cells in (row(工资性收入="#N/A", 人数=1), other_head(财产性收入="=1+1")):
        sheet.append([cells.get(h) for h in HEADERS])
    sheet.row_dimensions[3].hidden = True

    def prefixed(xml):
        return re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", xml).replace(b"xmlns=", b"xmlns:x=")

    told = found(reading(sheet_of(saved(book), prefixed)))
    assert told == [(2, "wage", "cell_error"), (3, "", "hidden_data"), (3, "property", "formula_no_value")]


def test_other_attributes_before_the_place_of_a_cell_or_row_hide_nothing():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADERS)
    for cells in (row(工资性收入="#N/A", 人数=1), other_head(财产性收入="=1+1", 主要致贫原因='=IF(1,"","x")')):
        sheet.append([cells.get(h) for h in HEADERS])
    sheet.row_dimensions[3].hidden = True

    def turned(xml):
        xml = re.sub(rb'<(c|row) (r="\w+")((?: [\w:]+="[^"]*")+)', rb"<\1\3 \2", xml)
        return re.sub(rb'<c r="K3"[^>]*>.*?</c>', b'<c t="str" r="K3"><f>A1</f><v></v></c>', xml)

    told = found(reading(sheet_of(saved(book), turned)))
    assert told == [(2, "wage", "cell_error"), (3, "", "hidden_data"), (3, "property", "formula_no_value")]


@pytest.mark.parametrize("last", [b'<row r="1048576" ht="12.8"></row>', b'<row r="1048576" hidden="false"/>'])
def test_an_empty_last_row_makes_no_file_too_large(last):
    data = sheet_of(workbook(row(), wife()), lambda xml: xml.replace(b"</sheetData>", last + b"</sheetData>"))
    assert (found(reading(data)), reading(data).rows) == ([], 2)


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = with_entry("xl/worksheets/sheet1.xml", b" " * 40_000_000)
    assert len(bomb) < 100_000
    assert refusal(bomb, Limits(unpacked_bytes=20_000_000)) == "file_unsafe"


def test_a_zip_bomb_that_lies_about_its_size_is_refused():
    bomb = bytearray(with_entry("xl/worksheets/sheet1.xml", b" " * 40_000_000))
    size = struct.pack("<L", 40_000_000)
    at = bomb.find(size)
    while at >= 0:
        bomb[at : at + 4] = struct.pack("<L", 1000)
        at = bomb.find(size)
    assert refusal(bytes(bomb), Limits(unpacked_bytes=20_000_000)) in ("file_damaged", "file_unsafe")


def test_a_far_cell_is_refused_before_the_area_is_made():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = 1, 2
    assert refusal(saved(book)) == "file_too_big"
    row_alone = b'<row r="1048576"><c><v>1</v></c></row></sheetData>'
    assert refusal(sheet_of(workbook(row()), lambda xml: xml.replace(b"</sheetData>", row_alone))) == "file_too_big"


def test_entities_are_refused():
    sheet = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><worksheet>&b;</worksheet>'
    assert refusal(with_entry("xl/worksheets/sheet1.xml", sheet)) == "file_unsafe"


def test_too_large_files_and_too_many_rows_are_refused():
    data = workbook(row(), wife())
    assert refusal(data, Limits(file_bytes=100)) == "file_too_big"
    assert refusal(data, Limits(rows=2)) == "file_too_big"
    assert refusal(data, Limits(cells=10)) == "file_too_big"
    assert refusal(text_roster().encode(), Limits(rows=2)) == "file_too_big"


@pytest.mark.parametrize("seed", range(150))
def test_a_broken_file_ends_in_a_report_or_a_refusal(seed):
    chance = random.Random(seed)
    data = bytearray(workbook(row(), wife()) if seed % 2 else text_roster().encode("gb18030"))
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data))
        if chance.random() < 0.6:
            data[at] = chance.randrange(256)
        elif chance.random() < 0.5:
            del data[at : at + chance.randint(1, 50)]
        else:
            data[at:at] = data[at : at + chance.randint(1, 50)]
    assert isinstance(reading(bytes(data)), Reading)
