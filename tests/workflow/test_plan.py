"""What a build would take: declared, estimated and unknown are told apart."""

import subprocess
import sys
import time

import pandas as pd
import pytest
from builds import ROOT
from test_blocks import study
from test_project import ENTRY_SCRIPTS, EXPERIMENTS, load_script

from convexify_workflow.cluster import load_cluster
from convexify_workflow.plan import PlannedJob, estimated, told

POPEN = subprocess.Popen
HEADER = "s\th:m:s\tmax_rss\n"


def planned(block, minutes=600):
    wildcards = {"scale": "paper", "row": "a", "block": block}
    return PlannedJob(
        "study_compute_runs", wildcards, f"benchmarks/paper/study/compute_runs_a{block}.tsv", minutes, 2000
    )


@pytest.fixture
def benchmarks(tmp_path):
    """``benchmarks("default", "compute_runs_a", 12.0)`` writes a benchmark file and returns the folder of all."""

    def write(scale, name, seconds):
        file = tmp_path / "benchmarks" / scale / "study" / f"{name}.tsv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{HEADER}{seconds}\t0:00:01\t100\n")
        return tmp_path / "benchmarks"

    return write


JOBS = [planned(f".{i}of2.{k}of3") for i in (1, 2) for k in (1, 2, 3)]
OTHER = PlannedJob("ledger", {"scale": "paper"}, "benchmarks/paper/ledger.tsv", 5, 500)


def test_time_is_carried_by_the_declared_work(benchmarks, tmp_path):
    folder = benchmarks("default", "compute_runs_a", 18.0)  # work 3 draws · (2 + 4) = 18: a second for each unit
    benchmarks("smoke", "compute_runs_a", 1.0)
    table = estimated([*JOBS, OTHER], {"study": study()}, "paper", folder, tmp_path)
    assert (table["estimated_hours"][:6] * 3600).round(6).tolist() == [4, 8, 16, 6, 12, 24]
    assert set(table["basis"][:6]) == {"from default, by declared work"}
    assert table["estimated_hours"].isna().tolist() == [False] * 6 + [True]


def test_blocks_of_an_earlier_build_are_one_job(benchmarks, tmp_path):
    benchmarks("default", "compute_runs_a.1of2.1of1", 8.0)
    folder = benchmarks("default", "compute_runs_a.2of2.1of1", 10.0)
    table = estimated(JOBS, {"study": study()}, "paper", folder, tmp_path)
    assert table["estimated_hours"].sum() * 3600 == pytest.approx(70)


def test_what_was_measured_at_the_scale_itself_is_not_carried(benchmarks, tmp_path):
    folder = benchmarks("paper", "compute_runs_a.1of2.1of3", 7200.0)
    table = estimated(JOBS, {"study": study()}, "paper", folder, tmp_path)
    assert table["estimated_hours"][0] == 2.0
    assert table["basis"][0] == "measured at paper"
    assert table["basis"][1] == "no benchmark of an earlier scale"


def test_nothing_is_invented_where_nothing_is_known(benchmarks, tmp_path):
    table = estimated(JOBS, {"study": study()}, "paper", tmp_path / "benchmarks", tmp_path)
    assert table["estimated_hours"].isna().all()
    folder = benchmarks("default", "compute_runs_a", 18.0)
    no_work = study(cluster={"runs": {"paper": {"blocks": {"draws": 2, "widths": 3}}}})
    table = estimated(JOBS, {"study": no_work}, "paper", folder, tmp_path)
    assert set(table["basis"]) == {"benchmark at default, no declared work"}
    text = told(table, "paper")
    assert "Unknown: 6 compute jobs, which declare 60 core-hours: study_compute_runs ×6" in text
    assert "estimate unknown: no reports/benchmarks/gpu.csv" in text


def test_what_may_be_longer_than_declared_is_told(benchmarks, tmp_path):
    folder = benchmarks("default", "compute_runs_a", 18.0 * 3600)
    table = estimated([planned(".1of2.1of3", minutes=60), *JOBS[1:]], {"study": study()}, "paper", folder, tmp_path)
    assert "Estimated to be longer than declared: 4 jobs: study_compute_runs" in told(table, "paper")


def test_hours_on_a_device_need_a_measured_ratio(benchmarks, tmp_path):
    folder = benchmarks("default", "compute_runs_a", 18.0 * 3600)
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "compute_runs.py").write_text("def compute_runs(settings, device, seed):\n    pass\n")
    table = estimated(JOBS, {"study": study()}, "paper", folder, tmp_path)
    assert table["device"].all()
    gpu = pd.DataFrame({"ratio": [2.0, 10.0], "device": ["a device", "a device"]})
    assert "estimated 7.0 to 35.0" in told(table, "paper", gpu)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_cluster_files_can_be_read(name):
    load_cluster(ROOT / "workflow" / "experiments" / name / "cluster.yaml")


@pytest.mark.workflow
def test_the_paper_scale_fans_out_and_is_planned_in_half_a_minute(tmp_path):
    code = (
        "import json, sys; from convexify_workflow.plan import estimated, jobs_of_build; "
        "jobs, studies = jobs_of_build('paper'); "
        "table = estimated(jobs, studies, 'paper', 'no benchmarks'); table.to_csv(sys.argv[1], index=False)"
    )
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "plan.csv")], cwd=ROOT, check=True, timeout=300)
    assert time.perf_counter() - started < 30
    table = pd.read_csv(tmp_path / "plan.csv")
    compute = table[table["kind"] == "compute"]
    assert len(compute) >= 200
    assert (compute[["declared_hours", "mem_mb"]] > 0).all(axis=None)
    assert compute["estimated_hours"].isna().all()
    assert (compute["threads"] >= 1).all()


def test_without_cuda_nothing_is_measured_or_written(monkeypatch, capsys, tmp_path):
    sys.path.insert(0, str(ROOT / "scripts" / "bench"))
    gpu = load_script(ROOT / "scripts" / "bench" / "gpu.py")
    sys.path.pop(0)
    monkeypatch.setattr(gpu.torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(gpu, "publish", lambda *_, **__: pytest.fail("written"))
    monkeypatch.setattr(gpu, "measured", lambda *_: pytest.fail("measured"))
    assert gpu.main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "bench-gpu: torch finds no CUDA device on this machine; nothing measured, nothing written"
    ]


def test_every_case_of_the_benchmark_runs_on_a_device(capsys):
    sys.path.insert(0, str(ROOT / "scripts" / "bench"))
    gpu = load_script(ROOT / "scripts" / "bench" / "gpu.py")
    sys.path.pop(0)
    sizes = {
        "networks_full_batch": {"n": 20, "d": 3, "width": 4, "iterations": 2},
        "networks_mini_batch": {"n": 40, "d": 3, "width": 4, "iterations": 2},
        "gated_program": {"n": 40, "d": 3, "patterns": 4},
        "branches_on_images": {"n": 100, "inputs": 4, "branches": 2},
        "deep_linear_stack": {"runs": 2, "rank": 2, "depth": 2, "iterations": 2},
        "projected_starts": {"problems": 2, "samples": 5, "branches": 2, "starts": 2, "steps": 2},
        "wide_networks": {"width": 4, "networks": 2, "iterations": 2},
        "shallow_network": {"n": 6, "width": 4, "iterations": 2},
        "parallel_branches": {"problems": 2, "n": 12, "branches": 2, "starts": 1, "iterations": 2},
    }
    table = gpu.measured(gpu.CASES, ("cpu", "cpu"), 1, sizes)
    assert set(table["case"]) == set(sizes)
    assert (table[["processor_seconds", "cuda_seconds"]] > 0).all(axis=None)
    assert set(table["experiment"]) <= set(EXPERIMENTS)


def test_one_job_measured_at_the_scale_stands_for_its_kind_by_work(benchmarks, tmp_path):
    folder = benchmarks("default", "compute_runs_a", 18.0)
    jobs = pd.DataFrame(
        {
            "rule": ["study_compute_runs"],
            "seconds": [30.0],
            "wildcards": ['{"scale": "paper", "row": "a", "block": ".1of2.2of3"}'],
        }
    )
    table = estimated(JOBS, {"study": study()}, "paper", folder, tmp_path, jobs)
    assert (table["estimated_hours"] * 3600).round(6).tolist() == [15, 30, 60, 22.5, 45, 90]
    assert set(table["basis"]) == {"one job measured at paper"}
    unfinished = jobs.assign(seconds=float("nan"), note="not finished after 240 s")
    table = estimated(JOBS, {"study": study()}, "paper", folder, tmp_path, unfinished)
    assert set(table["basis"]) == {"from default, by declared work"}
    table = estimated(JOBS, {"study": study()}, "paper", tmp_path / "none", tmp_path, unfinished)
    assert set(table["basis"]) == {"one job at paper: not finished after 240 s"}
    assert table["estimated_hours"].isna().all()


def test_the_committed_table_of_single_jobs_has_every_kind():
    recorded = pd.read_csv(ROOT / "reports" / "full_size" / "jobs.csv")
    scripts = [path for path in ENTRY_SCRIPTS if path.stem.startswith("compute_")]
    assert set(recorded["rule"]) == {f"{path.parent.name}_{path.stem}" for path in scripts}
    assert (recorded["seconds"].isna() == recorded["note"].notna()).all()


@pytest.fixture
def time_jobs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return load_script(ROOT / "scripts" / "build" / "time_jobs.py")


def run_instead(monkeypatch, time_jobs, program):
    """Let ``program`` run where the script would start Snakemake."""

    def start(line, **options):
        assert line[-1] == "results/runs.parquet"
        return POPEN([sys.executable, "-c", program], **options)

    monkeypatch.setattr(time_jobs.subprocess, "Popen", start)


def test_a_job_is_timed_by_its_benchmark_file(time_jobs, monkeypatch):
    job = PlannedJob("study_compute_runs", {"block": ".1of2"}, "took.tsv", 600, 2000, 1, "results/runs.parquet")
    text = "s\\tmax_rss\\tcpu_time\\n12.5\\t300\\t11.0\\n"
    run_instead(monkeypatch, time_jobs, f"open('took.tsv', 'w').write('{text}')")
    late = set()
    row = time_jobs.timed(job, 7, 30, late)
    assert (row["seconds"], row["memory_mb"], row["processor_seconds"], row["jobs"]) == (12.5, 300, 11.0, 7)
    assert not late
    assert not row["note"]


def test_what_is_not_finished_or_fails_is_said_and_what_needs_it_is_not_run(time_jobs, monkeypatch):
    job = PlannedJob("study_compute_runs", {}, "took.tsv", 600, 2000, 1, "results/runs.parquet")
    after = PlannedJob("study_compute_more", {}, "more.tsv", 600, 2000, 1, "results/more.parquet", (job.rule,))
    last = PlannedJob("study_compute_last", {}, "last.tsv", 600, 2000, 1, "results/last.parquet", (after.rule,))
    run_instead(monkeypatch, time_jobs, "import time; time.sleep(60)")
    late = set()
    row = time_jobs.timed(job, 1, 0.5, late)
    assert row["note"] == "not finished after 0.5 s"
    assert pd.isna(row["seconds"])
    assert time_jobs.timed(after, 1, 30, late)["note"] == "not run: needs study_compute_runs"
    assert time_jobs.timed(last, 1, 30, late)["note"] == "not run: needs study_compute_more"
    run_instead(monkeypatch, time_jobs, "raise SystemExit(3)")
    assert time_jobs.timed(job, 1, 30, late)["note"] == "failed with exit status 3"
