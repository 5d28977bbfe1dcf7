"""Parts of a page in reStructuredText."""

import re
import textwrap

#: Identifiers that the sources print, and where they lead.
_ADDRESSES = {
    r"doi (10\.\d+/\S+\w)": "https://doi.org/",
    r"arXiv (\d+\.\d+)": "https://arxiv.org/abs/",
    r"Cross Validated (\d+)": "https://stats.stackexchange.com/questions/",
}


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


def linked(text):
    """Identifiers in a reference as links.

    Examples
    --------
    >>> linked("arXiv 2110.09548, 2021")
    '`arXiv 2110.09548 <https://arxiv.org/abs/2110.09548>`__, 2021'
    """
    for pattern, address in _ADDRESSES.items():
        text = re.sub(pattern, rf"`\g<0> <{address}\g<1>>`__", text)
    return text
