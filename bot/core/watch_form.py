"""A watch as the fields of a dialog, and back to one expression (contract §5)."""

from collections.abc import Iterator


def compose(expression: str, *, exclude: str = "", outlets: str = "") -> str:
    """The expression with what the other fields say.

    `-` and `매체:` bind to their comma part, so they are added to every part.

    Args:
        expression: any expression, also one that says all by itself.
        exclude: words or phrases that must not occur, separated by commas or lines.
        outlets: names or domains; with `-` before it, an outlet is left out.
    """
    added = [f"-{_term(each.removeprefix('-').strip())}" for each in _split(exclude)]
    for outlet in _split(outlets):
        sign = "-" if outlet.startswith("-") else ""
        added.append(f"{sign}매체:{_term(outlet.removeprefix('-').strip())}")
    parts = list(_split(expression))
    if not parts or not added:
        return ", ".join(parts)
    return ", ".join(" ".join([part, *added]) for part in parts)


def _split(text: str) -> Iterator[str]:
    """Parts between commas and line breaks that stand in no quotes and no brackets."""
    part, quoted, depth = "", False, 0
    for sign in text.replace("，", ",") + ",":
        if sign == '"':
            quoted = not quoted
        elif not quoted:
            depth += (sign == "(") - (sign == ")")
        if sign in ",\n" and not quoted and depth <= 0:
            if part.strip():
                yield part.strip()
            part = ""
        else:
            part += sign
    if part.strip(" ,"):
        yield part.rstrip(", ").strip()  # a quote that was never closed: the expression's own check tells where


def _term(term: str) -> str:
    """A phrase needs quotes."""
    return f'"{term}"' if " " in term and not term.startswith('"') else term
