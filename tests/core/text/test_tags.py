"""Language tags as feeds write them."""

import pytest

from pipeline.core.text import tags


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("en-us", "en-US"),
        ("EN", "en"),
        ("pt_BR", "pt-BR"),
        ("zh_CN", "zh-Hans"),
        ("zh-tw", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-Hant-TW", "zh-Hant"),
        ("zh", "zh"),
        ("zh-cht", "zh-Hant"),
        ("nb-NO", "no-NO"),
        ("nn", "no"),
        ("in", "id"),
        ("iw-IL", "he-IL"),
        ("fil", "tl"),
        ("sh", "sr-Latn"),
        ("sr-latn-rs", "sr-Latn-RS"),
        ("de_DE.UTF-8", "de-DE"),
        (" fr ", "fr"),
        ("", ""),
        ("english", ""),
        ("und", ""),
        ("<lang>", ""),
        ("x", ""),
    ],
)
def test_every_spelling_becomes_one(written, stored):
    # feeds write locales, retired codes and whole words; we store one form
    assert tags.normalise(written) == stored
    assert tags.normalise(stored) == stored


@pytest.mark.parametrize(
    ("label", "answer", "right"),
    [
        ("zh", "zh-Hans", True),
        ("zh", "zh-Hant", True),
        ("zh-TW", "zh-Hant", True),
        ("zh-TW", "zh-Hans", False),
        ("zh-Hans", "zh-Hant", False),
        ("zh-TW", "zh", True),
        ("no", "nb", True),
        ("nn", "no", True),
        ("pt", "pt-BR", True),
        ("pt-PT", "pt-BR", True),
        ("sr", "sr-Latn", True),
        ("sr-Cyrl", "sr-Latn", False),
        ("ku", "ckb", True),
        ("sh", "hr", True),
        ("hr", "bs", False),
        ("id", "ms", False),
        ("fil", "tl", True),
        ("en", "und", False),
        ("und", "und", True),
    ],
)
def test_a_label_accepts_what_a_reader_would(label, answer, right):
    # the coarser label wins; a region cannot be heard, a script can be seen
    assert tags.accepts(label, answer) is right


@pytest.mark.parametrize(
    ("tag", "script", "declared", "refined"),
    [
        ("pt", "Latn", ("pt-BR",), "pt-BR"),
        ("pt", "Latn", ("en", "pt_PT"), "pt-PT"),
        ("pt", "Latn", ("en-US",), "pt"),
        ("sr", "Latn", (), "sr-Latn"),
        ("sr", "Cyrl", (), "sr"),
        ("uz", "Cyrl", (), "uz-Cyrl"),
        ("de", "Latn", ("de-AT",), "de"),
    ],
)
def test_tags_are_refined_by_what_can_be_known(tag, script, declared, refined):
    # script from the text, Portuguese variant from the publisher, nothing else
    assert tags.refine(tag, script, declared) == refined
