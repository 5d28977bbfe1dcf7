"""Settings and configuration: what is wrong is said in one line that names file and key."""

import pytest
import yaml

from convexify_workflow.settings import (
    SCALES,
    SettingsError,
    changed,
    check_config,
    load_settings,
    select,
)

SCHEMA = {
    "dual": {
        "depths": {"type": "array", "minItems": 1, "items": {"type": "integer"}, "description": "depths H"},
        "tolerance": {"type": "number", "description": "stopping tolerance"},
    },
}
GOOD = {"depths": {"smoke": [2], "default": [2, 3], "paper": [2, 3, 5]}, "tolerance": {"all": 1e-8}}


@pytest.fixture
def write_settings(tmp_path):
    def write(table):
        (tmp_path / "schema.yaml").write_text(yaml.safe_dump(SCHEMA))
        text = table if isinstance(table, str) else yaml.safe_dump({"dual": table})
        (tmp_path / "settings.yaml").write_text(text)
        return tmp_path

    return write


def refusal(folder):
    with pytest.raises(SettingsError) as caught:
        load_settings(folder)
    message = str(caught.value)
    assert "\n" not in message
    assert str(folder / "settings.yaml") in message
    return message


def test_values_are_split_by_scale(write_settings):
    settings = load_settings(write_settings(GOOD))
    assert set(settings) == set(SCALES)
    assert settings["default"] == {"shared": {}, "dual": {"depths": [2, 3], "tolerance": 1e-8}}


def test_a_build_can_change_settings_at_its_own_scale_alone(write_settings):
    folder = write_settings(GOOD)
    settings = load_settings(folder, {"dual": {"depths": [9]}}, "paper")
    assert settings["paper"]["dual"] == {"depths": [9], "tolerance": 1e-8}
    assert {scale: settings[scale] for scale in ("smoke", "default")} == {
        scale: load_settings(folder)[scale] for scale in ("smoke", "default")
    }


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"dual": {"depths": []}}, "dual.depths"),
        ({"dual": {"dephts": [2]}}, "dephts"),
        ({"daul": {"depths": [2]}}, "daul"),
        ({"dual": {"tolerance": float("nan")}}, "dual.tolerance: expected finite numbers"),
    ],
)
def test_changed_settings_are_checked_like_the_file(write_settings, changes, named):
    with pytest.raises(SettingsError, match=named) as caught:
        load_settings(write_settings(GOOD), changes, "paper")
    assert "settings of the configuration" in str(caught.value) or "finite" in str(caught.value)


def test_a_build_says_whose_settings_it_changed():
    assert changed({"settings": {"b": {}, "a": {}}}) == ", settings changed of a, b"
    assert changed({"settings": {}}) == changed({}) == ""


def test_unknown_key_is_named(write_settings):
    assert "dephts" in refusal(write_settings({**GOOD, "dephts": {"all": [2]}}))


def test_missing_key_is_named(write_settings):
    assert "tolerance" in refusal(write_settings({"depths": GOOD["depths"]}))


def test_wrong_type_is_named_with_what_was_expected(write_settings):
    message = refusal(write_settings({**GOOD, "tolerance": {"all": "small"}}))
    assert "tolerance" in message
    assert "stopping tolerance" in message


def test_number_that_yaml_reads_as_text_is_refused(write_settings):
    text = "dual:\n  depths: {all: [2]}\n  tolerance: {all: 1e-8}\n"
    assert "'1e-8' is not of type 'number'" in refusal(write_settings(text))


def test_empty_grid_is_named_with_its_scale(write_settings):
    message = refusal(write_settings({**GOOD, "depths": {**GOOD["depths"], "paper": []}}))
    assert "depths" in message
    assert "scale paper" in message


def test_missing_scale_is_named(write_settings):
    message = refusal(write_settings({**GOOD, "depths": {"smoke": [2], "default": [2]}}))
    assert "depths" in message
    assert "paper" in message


def test_text_that_is_not_yaml_is_refused(write_settings):
    assert "not valid YAML" in refusal(write_settings("dual: [2"))


def test_key_that_stands_twice_is_named_with_its_line(write_settings):
    message = refusal(write_settings("dual:\n  depths: {all: [2]}\n  tolerance: {all: 1.0}\n  depths: {all: [3]}\n"))
    assert "depths stands twice" in message
    assert "line 4" in message


@pytest.mark.parametrize("text", ["", "- dual"])
def test_file_that_is_no_mapping_is_refused(write_settings, text):
    assert "expected a mapping, got" in refusal(write_settings(text))


def test_schema_that_is_empty_is_refused(write_settings):
    folder = write_settings(GOOD)
    (folder / "schema.yaml").write_text("")
    with pytest.raises(SettingsError, match=r"schema\.yaml: expected a mapping, got NoneType"):
        load_settings(folder)


def test_missing_file_is_named(tmp_path):
    assert "found none" in refusal(tmp_path)


@pytest.mark.parametrize("value", [".nan", ".inf", "-.inf"])
def test_number_that_is_not_finite_is_refused(write_settings, value):
    message = refusal(write_settings(f"dual:\n  depths: {{all: [2]}}\n  tolerance: {{all: {value}}}\n"))
    assert "dual.tolerance: expected finite numbers" in message


def test_unknown_section_is_named(write_settings):
    text = yaml.safe_dump({"dual": GOOD, "daul": GOOD})
    assert "daul" in refusal(write_settings(text))


def test_a_job_is_given_its_own_sections_and_what_is_shared():
    settings = {"shared": {"seed_count": 3}, "dual": {"tolerance": 1e-8}, "descent": {"step": 0.1, "tolerance": 1.0}}
    assert select(settings, ["dual"]) == {"seed_count": 3, "tolerance": 1e-8}
    with pytest.raises(SettingsError, match="expected a section among shared, dual, descent; got daul"):
        select(settings, ["daul"])
    with pytest.raises(SettingsError, match="tolerance in descent"):
        select(settings, ["dual", "descent"])


CONFIG = {"scale": "smoke", "seed": 1, "device": "auto", "experiments": "all", "settings": {}, "proofs": False}


def test_all_experiments_are_built_by_default():
    assert check_config(CONFIG, ["a", "b"]) == ["a", "b"]


def test_named_experiments_are_built():
    assert check_config({**CONFIG, "experiments": ["b"]}, ["a", "b"]) == ["b"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"scale": "huge"}, "scale"),
        ({"seed": -1}, "seed"),
        ({"seed": 1e3}, "seed: expected an integer, got 1000.0"),
        ({"seed": True}, "seed"),
        ({"experiments": ["a", "b", "a"]}, "experiments: a stands twice"),
        ({"device": "tpu"}, "device"),
        ({"settings": {"a": 3}}, "settings.a"),
        ({"settings": {"c": {}}}, "settings: expected names among a, b; got c"),
        ({"experiments": ["b"], "settings": {"a": {}}}, "settings: expected names among b; got a"),
        ({"experiments": []}, "experiments"),
        ({"proofs": "yes"}, "proofs"),
        ({"experiments": ["c"]}, "c"),
        ({"scael": "smoke"}, "scael"),
    ],
)
def test_bad_configuration_names_the_key(change, named):
    with pytest.raises(SettingsError, match=named) as caught:
        check_config({**CONFIG, **change}, ["a", "b"])
    assert "\n" not in str(caught.value)
