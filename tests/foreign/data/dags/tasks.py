"""The team's own module: named as one of newswatch's is."""

NAME = "theirs"
