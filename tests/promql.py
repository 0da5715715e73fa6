"""Just enough of PromQL to say which metrics and labels an expression is about."""

import re

_WORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "bool"}
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
_SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}")
_NAME = re.compile(r"(?<![\w$.])[a-zA-Z_:][\w:]*\b(?!\s*\()")


def metrics_of(expression: str) -> set[str]:
    """Return the names of the metrics."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", _GROUPING.sub("", expression))
    return set(_NAME.findall(bare)) - _WORDS


def grouping_of(expression: str) -> set[str]:
    """Return the labels that are grouped by."""
    return {label.strip() for labels in _GROUPING.findall(expression) for label in labels.split(",")}


def matched_by(expression: str) -> set[tuple[str, str, str]]:
    """Return the metrics with a matched label, each with the label and the value it must have."""
    return {
        (metric, label, value)
        for metric, matchers in _SELECTOR.findall(expression)
        for label, value in re.findall(r'(\w+)="([^"]*)"', matchers)
    }
