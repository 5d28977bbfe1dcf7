# Everything that is built, from data/sources.yaml to reports/<scale>/report.html.
# Adding an experiment adds two folders, workflow/experiments/<id>/ and scripts/<id>/, and changes nothing here.
from snakemake.utils import min_version

min_version("9.0")


configfile: "config/config.yaml"


include: "workflow/rules/common.smk"


report: f"reports/{config['scale']}/front_page.rst"


rule all:
    default_target: True
    message:
        "Site and report are there"
    input:
        f"reports/{config['scale']}/report.html",
        f"reports/{config['scale']}/site",


include: "workflow/rules/job.smk"
include: "workflow/rules/data.smk"


for folder in FOLDERS.values():

    include: folder / "rules.smk"


include: "workflow/rules/experiments.smk"
include: "workflow/rules/ledger.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/website.smk"
include: "workflow/rules/verify.smk"


onstart:
    if workflow.resource_settings.cores == 0:
        # Snakemake would wait for a free core for ever.
        raise WorkflowError("--cores: expected at least 1 or all, got 0")
    try:
        hold(".snakemake/build.lock")
    except BlockingIOError as error:
        raise WorkflowError(str(error)) from None
    print(start(config["scale"], EXPERIMENTS, [job.rule.name for job in workflow.dag.needrun_jobs()]), flush=True)
    if workflow.local_exec:
        # Snakemake 9 looks at its rate limit of jobs once a second for every job that it has started so far (its pull
        # request 3744): after fifty jobs that takes more than half a core. A machine of one's own needs no limit.
        workflow.scheduler.job_rate_limiter = None


onsuccess:
    print(summary(config["scale"], {job.rule.name for job in workflow.dag.jobs}))
