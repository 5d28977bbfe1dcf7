"""Every page of a site in headless Chromium, at several widths: what a reader would see, told as data.

One start of the browser opens a page that loads the others one after another in a frame, measures them and writes what
it found into its own document, which ``--dump-dom`` prints.
"""

import html
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_OPTIONS = [
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
    "--enable-logging=stderr",
    "--virtual-time-budget=600000",
    "--dump-dom",
]

_HARNESS = r"""<!doctype html><meta charset="utf-8"><title>pages</title><iframe id="frame"></iframe>
<pre id="found"></pre><script>
const pages = PAGES, widths = WIDTHS, frame = document.getElementById("frame"), found = [];
frame.style.cssText = "border: 0; height: 900px";
const opened = page => new Promise(done => { frame.onload = done; frame.src = page; });
const told = element => `${element.tagName.toLowerCase()}.${element.className} ` +
  element.textContent.replace(/\s+/g, " ").slice(0, 60);
function background(element, window) {
  for (; element; element = element.parentElement) {
    const colour = window.getComputedStyle(element).backgroundColor;
    if (!/^rgba\(.*, 0\)$/.test(colour)) return colour;
  }
  return "rgb(255, 255, 255)";
}
function colours(window, theme) {
  window.document.body.dataset.theme = theme;
  const pairs = {};
  for (const element of window.document.querySelectorAll("article *")) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    const style = window.getComputedStyle(element);
    if (!own || style.visibility === "hidden" || !element.getClientRects().length) continue;
    const pair = [style.color, background(element, window)].join(" on ");
    pairs[pair] ??= told(element);
  }
  return pairs;
}
async function until(seen) {
  for (let waited = 0; !seen() && waited < 10000; waited += 100) await new Promise(done => setTimeout(done, 100));
}
async function measure(page, width) {
  frame.style.width = `${width}px`;
  await opened(page);
  const window = frame.contentWindow, document = window.document, images = [...document.images];
  await Promise.all(images.map(image => new Promise(done => {
    image.onload = image.onerror = done;
    image.loading = "eager";
    if (image.complete) done();
  })));
  document.querySelectorAll("details").forEach(element => element.open = true);
  const root = document.documentElement, beyond = root.scrollWidth - root.clientWidth;
  const wide = beyond <= 0 ? [] : [...document.querySelectorAll("article *")]
    .filter(element => element.getBoundingClientRect().right > root.clientWidth + 1)
    .map(told).slice(0, 5);
  const filtered = [];
  // The table that sorts is made by a script that may still be loading.
  if (document.querySelector('[id^="itables_"]')) {
    const parts = ["table.display", ".dt-search input", ".dtsp-panesContainer"];
    await until(() => parts.every(part => document.querySelector(part)));
    const rows = () => document.querySelectorAll(".dt-layout-table table.display tbody tr").length;
    const search = document.querySelector(".dt-search input");
    filtered.push(rows());
    // Typed again until it is heard: panes that are still being filled draw the whole table anew.
    await until(() => {
      search.value = SEARCHED;
      search.dispatchEvent(new Event("input", {bubbles: true}));
      return rows() < filtered[0];
    });
    filtered.push(rows());
  }
  found.push({
    page, width, beyond, wide, filtered, title: document.title,
    missing: images.filter(image => !image.naturalWidth).map(image => image.getAttribute("src")),
    unnamed: images.filter(image => !image.alt).map(image => image.getAttribute("src")),
    fetched: window.performance.getEntriesByType("resource").map(entry => entry.name),
    // The same at every width: measured once.
    light: width === widths[0] ? colours(window, "light") : {},
    dark: width === widths[0] ? colours(window, "dark") : {},
  });
}
(async () => {
  for (const page of pages) for (const width of widths) await measure(page, width);
  document.getElementById("found").textContent = JSON.stringify(found);
})();
</script>"""


@dataclass(frozen=True)
class Visit:
    """What was found: one entry for each page and width, and what the pages wrote to the console."""

    pages: list
    console: list


def chromium():
    """Path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def visit(folder, widths, searched, program):
    """Open every page of a folder at every width.

    Parameters
    ----------
    folder : path
        The site; it is copied nowhere and gets no file: the page that opens the others stands beside it.
    widths : list of int
        Of the window, in pixels.
    searched : str
        What is typed into the search field of a page that has a table with one.
    program : str
        A Chromium.

    Returns
    -------
    Visit
    """
    folder = Path(folder)
    harness = folder.with_name(f"{folder.name}-visited.html")
    pages = [f"{folder.name}/{path.name}" for path in sorted(folder.glob("*.html"))]
    filled = {"PAGES": pages, "WIDTHS": widths, "SEARCHED": searched}
    text = re.sub("|".join(filled), lambda name: json.dumps(filled[name[0]]), _HARNESS)
    harness.write_text(text, encoding="utf-8")
    # A name that is looked up does not exist: a page that asks for a foreign address says so on the console.
    line = [program, *_OPTIONS, "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder.parent}/chromium"]
    line += ["--no-sandbox"] if os.geteuid() == 0 else []
    try:
        result = subprocess.run(
            [*line, harness.resolve().as_uri()], capture_output=True, text=True, timeout=600, check=True
        )
    finally:
        harness.unlink()
        shutil.rmtree(folder.parent / "chromium", ignore_errors=True)
    written = re.search(r'<pre id="found">(.+?)</pre>', result.stdout, re.DOTALL)
    assert written, f"the pages were not all visited: {result.stderr[-2000:]}"
    console = re.findall(r"CONSOLE\S* (.*)", result.stderr)
    return Visit(json.loads(html.unescape(written[1])), console)


def contrast(pair):
    """Contrast of "rgb(…) on rgb(…)" as WCAG 2 defines it: 1 to 21."""
    text, behind = (_luminance(colour) for colour in pair.split(" on "))
    return (max(text, behind) + 0.05) / (min(text, behind) + 0.05)


def _luminance(colour):
    values = [float(value) / 255 for value in re.findall(r"[\d.]+", colour)[:3]]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
