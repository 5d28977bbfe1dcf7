"""Parts of a page in reStructuredText."""

import textwrap


def page(title, *parts):
    """One page: a title and its parts, reStructuredText as it is."""
    return "\n".join([title, "=" * 2 * len(title), "", *parts, ""])


def raw(markup):
    """HTML inside a page."""
    return ".. raw:: html\n\n" + textwrap.indent(markup, "   ") + "\n"


def heading(text):
    """Second-level title."""
    return f"{text}\n{'-' * 2 * len(text)}\n"


def title_of(experiment):
    """``strong_penalty`` as words."""
    return experiment.replace("_", " ").capitalize()


def toctree(caption, names):
    """Hidden table of contents: a group of the side bar."""
    return f".. toctree::\n   :hidden:\n   :caption: {caption}\n\n" + textwrap.indent("\n".join(names), "   ") + "\n"


def wide(lines, head="", style="claims"):
    """A table that scrolls by itself where the window is narrow."""
    top = f"<thead><tr>{head}</tr></thead>" if head else ""
    return f"<div class='wide'><table class='{style}'>{top}<tbody>\n{lines}\n</tbody></table></div>"
