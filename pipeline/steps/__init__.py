"""One file a task: run(settings, now, …) -> Tally: gather, decide, apply."""
