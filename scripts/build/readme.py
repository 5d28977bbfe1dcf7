"""Write the table of findings in README.md from the recorded expectations of the default scale."""

from pathlib import Path

from convexify_workflow.readme import findings_table, with_findings

if __name__ == "__main__":
    readme = Path("README.md")
    readme.write_text(with_findings(readme.read_text(encoding="utf-8"), findings_table()), encoding="utf-8")
    print("wrote the findings in README.md")
