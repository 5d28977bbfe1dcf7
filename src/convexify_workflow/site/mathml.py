"""Sphinx extension: equations as MathML, made at build time; browsers typeset it without a script."""

from latex2mathml.converter import convert


def to_mathml(latex, display):
    """MathML of one equation."""
    latex = latex.strip()
    if display == "block" and "\\\\" in latex and "\\begin" not in latex:
        latex = f"\\begin{{align*}}{latex}\\end{{align*}}"
    return convert(latex, display=display)


def visit_inline(self, node):
    """Write inline mathematics."""
    from docutils.nodes import SkipNode

    self.body.append(to_mathml(node.astext(), "inline"))
    raise SkipNode


def visit_block(self, node):
    """Write a displayed equation."""
    from docutils.nodes import SkipNode

    self.body.append(f'<div class="math">{to_mathml(node.astext(), "block")}</div>')
    raise SkipNode


def setup(app):
    """Register the renderer as ``html_math_renderer = "mathml"``."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
