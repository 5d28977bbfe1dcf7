"""Write the tables of README.md: the findings at the default scale, and how builds agreed with each other."""

from pathlib import Path

from convexify_workflow.readme import FINDINGS, PANELS, findings_table, panels_table, with_table

if __name__ == "__main__":
    readme = Path("README.md")
    text = readme.read_text(encoding="utf-8")
    text = with_table(with_table(text, FINDINGS, findings_table()), PANELS, panels_table())
    readme.write_text(text, encoding="utf-8")
    print("wrote the findings and the panels in README.md")
