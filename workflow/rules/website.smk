# The reading edition: web pages from what the report shows. Its words that are not computed stand in workflow/site/.
use rule job as website with:
    message:
        "Site: reports/{wildcards.scale}/site/index.html"
    input:
        ledger="reports/{scale}/ledger.csv",
        coverage="reports/{scale}/coverage.csv",
        errors="reports/{scale}/errors_of_the_survey.csv",
        manifest="reports/{scale}/manifest.json",
        documents="workflow/sources/documents.yaml",
        figures=lambda wildcards: built(lambda study: study.figure_paths(wildcards.scale)),
        texts=[
            *sorted(map(str, Path("workflow/site").rglob("*.*"))),
            *sorted(map(str, Path("docs").glob("*.md"))),
            *[str(path) for name in FOLDERS for path in sorted(FOLDERS[name].glob("captions/*.rst"))],
        ],
        code=code_of("scripts/build/website.py"),
    output:
        directory("reports/{scale}/site"),
    params:
        studies=lambda wildcards: [DECLARED[name].describe(wildcards.scale) for name in EXPERIMENTS],
        places=lambda wildcards: {
            "claims": [str(folder / "claims.yaml") for folder in FOLDERS.values()],
            "experiments": "workflow/experiments",
            "content": "workflow/site",
            "stylesheet": "workflow/site/site.css",
            "docs": "docs",
            # No input: another address of a data set makes nothing again.
            "registry": "data/sources.yaml",
            "prepared": "data/prepared",
            "results": f"results/{wildcards.scale}",
            "benchmarks": f"benchmarks/{wildcards.scale}",
        },
    pathvars:
        job="website",
    resources:
        mem_mb=1500,
        runtime=10,
