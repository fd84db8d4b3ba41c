"""The language evaluation and its contract; the labelled lines are our own."""

import gzip

import pytest

from pipeline.desk.evaluate import language
from pipeline.errors import ConfigError

LINES = (
    "de\tStromversorger baut neues Rechenzentrum am Stadtrand\tours\n"
    "zh\t人工智能数据中心耗电量创新高\tours\textra\n"
    "zh-TW\t人工智慧資料中心耗電量創新高\n"
    "\n"
    "fr\tDie Regierung hat beschlossen, dass der Bau nicht mehr aus Steuern bezahlt wird\n"  # labelled wrong on purpose
    "en\txAI\n"
)


@pytest.mark.parametrize("name", ["lines.tsv", "lines.tsv.gz"])
def test_the_contract(tmp_path, name):
    # accuracy is right / said; the other shares are of all lines
    path = tmp_path / name
    data = LINES.encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    found = language.run(path)
    assert found.all.n == 5
    assert found.all.accuracy == 0.75
    assert found.all.abstained == 0.2
    assert found.all.wrong_confident == 0.2
    assert found.texts_per_second > 0
    assert found.languages["en"] == language.Shares(1, None, 1.0, 0.0, {})
    assert found.languages["fr"].said_as == {"de": 1}
    assert list(found.languages) == ["de", "en", "fr", "zh", "zh-TW"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"de\tgut\nno tab here\n", r"x\.tsv:2: no tab"),
        (b"de\tgut\nfr\t\n", r"x\.tsv:2: no text"),
        (b"german\tgut\n", r"x\.tsv:1: 'german' is no language tag"),
        (b"de\tgut\nde\t\xff\xfe\n", r"x\.tsv:2: not UTF-8"),
        (b"", r"x\.tsv: no lines"),
        (b"\x1f\x8b\x08broken", r"x\.tsv: cannot be read"),
    ],
)
def test_malformed_lines_are_named(tmp_path, data, message):
    # a person must find the line without a debugger
    path = tmp_path / "x.tsv"
    path.write_bytes(data)
    with pytest.raises(ConfigError, match=message):
        language.run(path)


def test_a_missing_file_is_named(tmp_path):
    # the path is in the message
    with pytest.raises(ConfigError, match=r"absent\.tsv: cannot be read"):
        language.run(tmp_path / "absent.tsv")
