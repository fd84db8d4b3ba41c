"""Which claims of an event are in dispute: one property, for whatever shows them."""

from datetime import UTC, datetime

from pipeline.core.events.claims import Dispute, Stated


def test_both_claims_of_a_dispute_are_disputed() -> None:
    """The places of the earlier and of the later amount, and no other."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    dispute = Dispute("money", "USD", "price", 0, 2, 5e9, 6e9, "$5bn", "$6bn", 1, 2, at)
    assert Stated((), (dispute,)).disputed == {0, 2}
    assert Stated().disputed == frozenset()
