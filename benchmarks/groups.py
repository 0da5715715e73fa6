"""All benchmarks that have figures, in the order in which they run, under the headings of docs/performance.md."""

GROUPS = {
    "Slots": ("pacing", "tabs", "slots", "upstream", "shared_slots"),
    "Requests": ("http", "group_commit", "pruning", "shared_submissions", "shared_gate", "shared_http"),
    "Much that waits": ("backlog", "schedule", "quotas", "waiting", "startup", "shared_backlog"),
    "Much at once, and much history": ("stalls", "history"),
    "The command line": ("cli",),
}
NAMES = tuple(name for names in GROUPS.values() for name in names)
