"""Files that are not the YAML that was expected are refused in one line that names them."""

import pytest

from convexify_workflow.yaml_files import load_yaml


@pytest.fixture
def refusal(tmp_path):
    def of(content, kind=None):
        file = tmp_path / "file.yaml"
        file.write_bytes(content)
        with pytest.raises(ValueError, match=r"file\.yaml: ") as caught:
            load_yaml(file, kind)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return of


def test_content_is_that_of_the_file(tmp_path):
    (tmp_path / "file.yaml").write_text("a: &x {b: 1, c: 2}\nd: &y {<<: *x, b: 3}\ne: [1.5, null, {<<: *y, b: 4}]\n")
    assert load_yaml(tmp_path / "file.yaml", dict) == {
        "a": {"b": 1, "c": 2},
        "d": {"b": 3, "c": 2},
        "e": [1.5, None, {"b": 4, "c": 2}],
    }


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (b"a: 1\nb: 2\na: 3\n", None, "a stands twice"),
        (b"- {a: 1, b: {c: 1, c: 2}}\n", None, "c stands twice"),
        (b"a: [1\n", None, "not valid YAML"),
        (b"? [1, 2]\n: 3\n", None, "unhashable"),
        (b"a: \xff\n", None, "expected text in UTF-8"),
        (b"", dict, "expected a mapping, got NoneType"),
        (b"a: 1\n", list, "expected a list, got dict"),
    ],
)
def test_what_is_wrong_is_said(refusal, content, kind, message):
    assert message in refusal(content, kind)


def test_missing_file_and_folder_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"absent\.yaml: expected this file, found none"):
        load_yaml(tmp_path / "absent.yaml")
    with pytest.raises(ValueError, match="cannot be read"):
        load_yaml(tmp_path)
