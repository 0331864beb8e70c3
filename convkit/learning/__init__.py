"""What serves the learner beside the checks: the magic, the journal, hints, their own layers."""
