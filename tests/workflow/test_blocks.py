"""The work of a job is divided among blocks, and their tables are read as one."""

from types import SimpleNamespace

import pandas as pd
import pytest
from test_job import job

from convexify_workflow.blocks import Share, block_names, put_together, tables_of, taken_by, whole
from convexify_workflow.cluster import growing, load_cluster, with_demands, work_of
from convexify_workflow.declarations import compute, each, figure, reads
from convexify_workflow.experiments import declare
from convexify_workflow.job import perform

SETTINGS = {
    "smoke": {"shared": {"rows": ["a"]}, "runs": {"draws": 3, "widths": [2, 4]}},
    "default": {"shared": {"rows": ["a"]}, "runs": {"draws": 3, "widths": [2, 4]}},
    "paper": {"shared": {"rows": ["a", "b"]}, "runs": {"draws": 5, "widths": [2, 4, 8]}},
}
ENTRY = {"work": "draws * sum(widths)", "paper": {"blocks": {"draws": 2, "runs.widths": 3}, "runtime": 600}}


def study(cluster=None):
    jobs = {
        "runs": compute("runs", settings=["runs"], writes=["runs_{row}", "steps_{row}"], runtime=30),
        "sums": compute("sums", reads=reads(runs="runs_a"), writes=["sums"]),
    }
    figures = {"curve": figure("Curve", reads(runs="runs_{row}"), over=each("curve_{row}", "shared.rows"))}
    metrics = reads("sums", runs=each("runs_{row}", "shared.rows"))
    return declare(
        "study", "A study", jobs, metrics, figures, SETTINGS, {"runs": ENTRY} if cluster is None else cluster
    )


def at(scale, **wildcards):
    return SimpleNamespace(scale=scale, **wildcards)


def test_nothing_is_named_where_nothing_is_divided():
    assert block_names([1, 1]) == [""]
    assert block_names([2, 2]) == [".1of2.1of2", ".1of2.2of2", ".2of2.1of2", ".2of2.2of2"]
    assert block_names([1, 2]) == [".1of1.1of2", ".1of1.2of2"]


@pytest.mark.parametrize(("entries", "count"), [(5, 2), (7, 7), ([3, 1, 2], 2), (20, 3)])
def test_every_entry_is_taken_once_and_in_order(entries, count):
    shares = [taken_by(name, {"draws": entries}) for name in block_names([count])]
    taken = [entry for share in shares for entry in share["draws"]]
    assert taken == (list(range(entries)) if isinstance(entries, int) else entries)
    assert all(share["draws"] for share in shares)
    assert [share["first"] for share in shares] == [k == 0 for k in range(count)]
    assert [share["last"] for share in shares] == [k == count - 1 for k in range(count)]


def test_one_block_is_first_and_last_of_all():
    shares = [taken_by(name, {"draws": 2, "widths": [1, 2]}) for name in block_names([2, 2])]
    assert [share["first"] for share in shares] == [True, False, False, False]
    assert [share["last"] for share in shares] == [False, False, False, True]


@pytest.mark.parametrize("name", [".1of4", ".0of2", ".3of2", ".1of2.1of2"])
def test_a_block_that_cannot_be_is_refused(name):
    with pytest.raises(ValueError, match="block"):
        taken_by(name, {"draws": 3})


def test_a_job_without_a_share_takes_everything():
    share = Share(SimpleNamespace(draws=3, widths=[2, 4]))
    assert (share.draws, share.widths, share.first, share.last) == ([0, 1, 2], [2, 4], True, True)
    share = Share(SimpleNamespace(draws=3, widths=[2, 4], share=taken_by(".2of2", {"widths": [2, 4]})))
    assert (share.draws, share.widths, share.first, share.last) == ([0, 1, 2], [4], False, True)
    with pytest.raises(AttributeError, match="starts"):
        _ = share.starts


def test_blocks_of_a_table_are_found_by_their_names():
    assert whole("results/paper/a/runs_x.12of20.1of3.parquet") == "results/paper/a/runs_x.parquet"
    assert whole("benchmarks/fits.csv") == "benchmarks/fits.csv"
    paths = ["r_a.1of2.parquet", "r_a.2of2.parquet", "r_b.parquet"]
    assert tables_of(paths) == [paths[:2], paths[2:]]


def test_empty_blocks_do_not_change_types():
    parts = [pd.DataFrame({"n": [1]}), pd.DataFrame(), pd.DataFrame({"n": [2]})]
    assert put_together(parts)["n"].tolist() == [1, 2]
    assert put_together(parts)["n"].dtype == "int64"
    assert put_together([pd.DataFrame(), pd.DataFrame()]).empty


def test_a_divided_job_has_its_block_in_every_file():
    divided = study().jobs["runs"]
    assert study().outputs(divided)["steps"] == "results/{scale}/study/steps_{row}{block}.parquet"
    assert divided.log_name == "compute_runs_{row}{block}"
    assert set(divided.constraints) == {"row", "block"}
    assert (divided.resource("runtime")(at("paper")), divided.resource("runtime")(at("smoke"))) == (600, 30)


def test_readers_are_given_every_block_in_order():
    blocks = [f"runs_a.{i}of2.{k}of3.parquet" for i in (1, 2) for k in (1, 2, 3)]
    one = study().inputs(study().jobs["sums"].reads)["runs"]
    assert one(at("paper")) == [f"results/paper/study/{name}" for name in blocks]
    assert one(at("smoke")) == "results/smoke/study/runs_a.parquet"
    many = study().inputs(study().metrics)["runs"]
    assert len(many(at("paper"))) == 12
    assert many(at("smoke")) == ["results/smoke/study/runs_a.parquet"]
    drawn = study().figures["curve"].reads
    assert study().inputs(drawn)["runs"](at("paper", row="b"))[5] == "results/paper/study/runs_b.2of2.3of3.parquet"
    assert study().gathered(drawn) == {"gathered": ["runs"]}
    assert study().gathered(study().metrics) == {}
    assert len(study().describe("paper")["blocks"]["results/paper/study/runs_b.parquet"]) == 6
    assert study().describe("smoke")["blocks"] == {}


def test_without_a_cluster_file_nothing_is_divided():
    plain = study(cluster={})
    assert plain.inputs(plain.metrics)["sums"] == "results/{scale}/study/sums.parquet"
    assert plain.outputs(plain.jobs["runs"])["runs"] == "results/{scale}/study/runs_{row}.parquet"
    assert plain.share_param(plain.jobs["runs"]) == {}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"paper": {"blocks": {"starts": 2}}}, "runs.starts is none of the job's settings"),
        ({"paper": {"blocks": {"shared.starts": 2}}}, "shared.starts is none of the job's settings"),
        ({"default": {"blocks": {"draws": 2}}, "paper": {"blocks": {"widths": 2}}}, "the same settings"),
    ],
)
def test_a_division_that_cannot_be_is_an_error_before_anything_runs(entry, message):
    with pytest.raises(ValueError, match=message):
        study(cluster={"runs": entry})
    with pytest.raises(ValueError, match="expected jobs among runs, sums"):
        study(cluster={"walks": {}})


def test_the_cluster_file_says_where_it_is_wrong(tmp_path):
    assert load_cluster(tmp_path / "none.yaml") == {}
    (tmp_path / "cluster.yaml").write_text("runs:\n  paper: {blocks: {draws: 0}}\n")
    with pytest.raises(ValueError, match=r"cluster.yaml: runs.paper.blocks.draws"):
        load_cluster(tmp_path / "cluster.yaml")


def test_a_second_attempt_is_given_twice_as_much():
    assert growing(500)(None, 1) == 500
    assert growing(lambda wildcards: 30)(None, 3) == 90


def test_work_of_a_block_is_that_of_its_entries():
    runs = with_demands(study(cluster={}).jobs["runs"], ENTRY, SETTINGS)
    parts = [study().share_of(runs, "paper", name) for name in block_names([2, 3])]
    works = [work_of(runs, SETTINGS["paper"], {"scale": "paper"}, share) for share in parts]
    assert works == [4, 8, 16, 6, 12, 24]
    assert sum(works) == work_of(runs, SETTINGS["paper"], {"scale": "paper"}) == 70
    assert work_of(study(cluster={}).jobs["runs"], SETTINGS["paper"], {}) is None
    first = with_demands(
        study(cluster={}).jobs["runs"], ENTRY | {"work": 'draws + 10 * (0 in taken["draws"])'}, SETTINGS
    )
    assert [work_of(first, SETTINGS["paper"], {}, share) for share in parts[::3]] == [12, 3]
    assert work_of(first, SETTINGS["paper"], {}) == 15


def test_the_runner_reads_blocks_as_one_table_and_offers_the_share(tmp_path):
    paths = {}
    for name in ("a.1of2", "a.2of2", "b.1of1", "c"):
        paths[name] = str(tmp_path / f"{name}.parquet")
        pd.DataFrame({"from": [name]}).to_parquet(paths[name])
    seen = {}

    def sum_up(one, many, settings):
        seen.update(one=one, many=many, draws=Share(settings).draws)
        return pd.DataFrame({"n": [1]})

    made = job(
        tmp_path,
        inputs={"one": [paths["a.1of2"], paths["a.2of2"]], "many": [*paths.values()]},
        outputs={"sum": "out.parquet"},
        params={"settings": {"draws": 4}, "gathered": ["one"], "share": taken_by(".2of2", {"draws": 4})},
        wildcards={"scale": "smoke", "block": ".2of2"},
    )
    perform(made, sum_up)
    assert seen["one"]["from"].tolist() == ["a.1of2", "a.2of2"]
    assert [len(table) for table in seen["many"]] == [2, 1, 1]
    assert seen["draws"] == [2, 3]
