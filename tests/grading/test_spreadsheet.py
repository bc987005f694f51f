"""Tables as people save them are read, and what is written comes back as it was."""

import pytest

from course.grading import spreadsheet

NAMES = ["José Núñez", "Zoë Müller", "Anaïs Lefèvre", "Søren Østergård"]


def saved(path, encoding, delimiter=",", hint=""):
    lines = ["student,name", *(f"s{k},{name}" for k, name in enumerate(NAMES))]
    text = hint + "\r\n".join(lines).replace(",", delimiter)
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_tables_are_read_however_they_were_saved(tmp_path, encoding, delimiter):
    for hint in ("", f"sep={delimiter}\r\n"):
        rows = spreadsheet.read(saved(tmp_path / "t.csv", encoding, delimiter, hint), ["student"])
        assert [row["name"] for row in rows] == NAMES, (encoding, hint)


@pytest.mark.parametrize(
    "encoding, names",
    [("cp1250", ["Łukasz Żółć", "Dvořák"]), ("cp1251", ["Анна Каренина", "Фёдор Достоевский"])],
)
def test_other_code_pages_of_windows_are_told_apart(tmp_path, encoding, names):
    path = tmp_path / "t.csv"
    path.write_bytes(("student;name\r\n" + "".join(f"a;{n}\r\n" for n in names)).encode(encoding))
    assert [row["name"] for row in spreadsheet.read(path, ["student"])] == names


@pytest.mark.parametrize("content", [b"PK\x03\x04 workbook", b"\xd0\xcf\x11\xe0", b"a\0b\0\0\0c"])
def test_what_is_no_table_says_how_to_save_it(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(ValueError, match="CSV UTF-8"):
        spreadsheet.read(tmp_path / "t.csv", ["student"])


@pytest.mark.parametrize(
    "text",
    ["'=dan", "=dan", "''=dan", "'dan", "a\u2028b", "a\x0bb\x1cc", 'two\nlines, "quoted"', "-"],
)
def test_a_text_comes_back_as_it_was_and_is_no_formula(tmp_path, text):
    path = tmp_path / "t.csv"
    spreadsheet.write(path, ["student", "answer"], [{"student": text, "answer": text}] * 2)
    assert spreadsheet.read(path, ["answer"]) == [{"student": text, "answer": text}] * 2
    assert text == "-" or not str(spreadsheet.harmless(text)).startswith(spreadsheet.FORMULA)
