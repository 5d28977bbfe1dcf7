"""Write the tables of README.md: the findings at the default scale, and how builds agreed with each other."""

from pathlib import Path

from convexify_workflow.readme import with_tables

if __name__ == "__main__":
    readme = Path("README.md")
    readme.write_text(with_tables(readme.read_text(encoding="utf-8")), encoding="utf-8")
    print("wrote the findings and the panels in README.md")
