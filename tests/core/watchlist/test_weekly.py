"""What the weekly mail says of the watchlist: names beside ours, forms that never match, entities gone silent."""

from pipeline.core.watchlist import weekly
from pipeline.model import Alias, Entity, Role, Watchlist


def seen(number: int, title: str, event: int | None = None, language: str = "en") -> weekly.Seen:
    """Make a stored story of an outlet of its own."""
    parts = {"title": title, "summary": "", "text": ""}
    return weekly.Seen(number, language, f"outlet {number}", event, event is not None, False, parts)


def entity(key: str, *names: Alias) -> Entity:
    """Make a watched firm."""
    return Entity(key=key, name=names[0].text, kind="company", roles=(Role.WATCHED,), aliases=names)


ALPINA = entity("alpina", Alias("Alpina", "any"), Alias("Alpina Käserei", "de"))
BERGO = entity("bergo", Alias("Bergo", "any"))
WATCH = Watchlist("1", "cheese", (ALPINA, BERGO), (), (), (), ())


def test_a_name_that_stands_where_ours_stands_is_proposed() -> None:
    """The stories of one event write the firm in another script, and no alias of it matches there."""
    stories = [seen(n, f"Alpina closes plant number {n}", event=1) for n in range(4)]
    stories += [seen(n, f"Альпина закрывает завод {n}", event=1, language="ru") for n in range(4, 7)]
    found = weekly.lacks(WATCH, stories)
    assert [(s.entity, s.language) for s in found.names] == [("alpina", "ru")]
    assert found.names[0].text.startswith("Альпин")


def test_a_form_that_never_matches_is_told() -> None:
    """The firm is named often in that language, by another form."""
    stories = [seen(n, f"Alpina schließt Werk {n}", event=n, language="de") for n in range(1, 15)]
    assert ("alpina", "Alpina Käserei") in weekly.lacks(WATCH, stories).unmatched


def test_silence_is_told_only_where_there_is_enough_to_hear() -> None:
    """Of a few stories nothing follows."""
    few = [seen(n, "Alpina opens a shop", event=None) for n in range(20)]
    many = [seen(n, "Alpina opens a shop", event=None) for n in range(weekly.ENOUGH)]
    assert weekly.lacks(WATCH, few).silent == ()
    assert weekly.lacks(WATCH, many).silent == ("bergo",)


def test_it_is_bounded_and_says_nothing_of_nothing() -> None:
    """A mail is read only when it is short."""
    crowd = Watchlist("1", "many", tuple(entity(f"e{n}", Alias(f"Firm{n}")) for n in range(40)), (), (), (), ())
    assert weekly.lacks(WATCH, []) == weekly.Lacks()
    assert len(weekly.lacks(crowd, [seen(n, "Rain", None) for n in range(weekly.ENOUGH)]).silent) == weekly.MOST
