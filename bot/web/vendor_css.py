"""Copies what the pages use of NL Design System into `static/vendor`: `make vendor-css`, after a change of CSS.

Two files come of it: the components' rules that are used, and the example theme with only the tokens that those rules
and the project's own style sheets read. Needs npm and the npm registry; the assistant itself needs neither.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

STATIC = Path(__file__).parent / "static"
STAFF = Path(__file__).parent.parent / "review" / "static"
THEME = ("@nl-design-system-unstable/voorbeeld-design-tokens", "7.4.1", "dist/theme.css")
COMPONENTS = (
    ("@nl-design-system-candidate/button-css", "1.1.0", "dist/button.css"),
    ("@nl-design-system-candidate/link-css", "2.0.3", "dist/link.css"),
    ("@utrecht/alert-css", "4.0.2", "dist/index.css"),
    ("@utrecht/form-label-css", "3.0.1", "dist/index.css"),
    ("@utrecht/textarea-css", "4.0.1", "dist/html/index.css"),
)
UNUSED = re.compile(
    r"positive|negative|pressed|busy|icon-only|__icon|__label|__message|--current|inline-box|alert--ok"
    r"|label--|read-only|:disabled|link--disabled|(primary|subtle)\)\.nl-button--disabled|invalid|placeholder"
)
"""Parts of selectors of variants that no page uses."""
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
READ = re.compile(r"var\(\s*(--[\w-]+)")
TOKEN = re.compile(r"^\s*(--[\w-]+):\s*([^;]+);", re.MULTILINE)


def blocks(css: str) -> Iterator[tuple[str, str]]:
    """Each rule of a style sheet as its selector and what stands between its braces, nested braces included."""
    at = 0
    while (start := css.find("{", at)) >= 0:
        depth, end = 1, start + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield css[at:start].strip(), css[start + 1 : end - 1].strip()
        at = end


def used_rules(css: str) -> str:
    """The rules for what the pages use, one a line; a selector list loses the selectors that are not used."""
    lines = []
    for selector, body in blocks(COMMENT.sub("", css)):
        if selector.startswith("@"):
            kept, body = selector, used_rules(body)
        else:
            kept = ",".join(part for part in _selectors(selector) if not UNUSED.search(part))
            body = re.sub(r"\s+", " ", body)
        if kept and body:
            lines.append(f"{kept}{{{body}}}")
    return "\n".join(lines)


def _selectors(selector: str) -> list[str]:
    """The selectors of a list. Commas inside brackets do not part them."""
    return [part.strip() for part in re.split(r",(?![^()]*\))(?![^()]*\([^()]*\)[^()]*\))", selector)]


def used_tokens(theme: str, styles: str) -> dict[str, str]:
    """The theme's tokens that the styles read, and those that these read in turn, in the theme's order."""
    tokens = dict(TOKEN.findall(COMMENT.sub("", theme)))
    wanted: set[str] = set()
    found = set(READ.findall(styles))
    while found:
        wanted |= found
        found = {name for token in found for name in READ.findall(tokens.get(token, ""))} - wanted
    return {name: value for name, value in tokens.items() if name in wanted}


def _package(name: str, version: str, path: str, folder: str) -> str:
    """The text of one file of an npm package."""
    command = ["npm", "pack", "--silent", "--pack-destination", folder, f"{name}@{version}"]
    packed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]
    with tarfile.open(Path(folder) / packed) as archive:
        file = archive.extractfile(f"package/{path}")
        assert file is not None, f"{name}@{version} has no {path}"
        return file.read().decode()


def main() -> int:
    target = STATIC / "vendor"
    target.mkdir(exist_ok=True)
    head = "/* Made by bot/web/vendor_css.py, used parts only. Licence: EUPL-1.2. */\n"
    with TemporaryDirectory() as folder:
        rules = [
            f"/* {name}@{version} */\n{used_rules(_package(name, version, path, folder))}\n"
            for name, version, path in COMPONENTS
        ]
        theme = _package(*THEME, folder)
    components = head + "".join(rules)
    (target / "components.css").write_text(components)
    own = "".join(path.read_text() for folder in (STATIC, STAFF) for path in sorted(folder.glob("*.css")))
    tokens = used_tokens(theme, components + own)
    lines = "".join(f"  {name}: {value};\n" for name, value in tokens.items())
    origin = f"/* {THEME[0]}@{THEME[1]} */\n"
    (target / "voorbeeld-theme.css").write_text(f"{head}{origin}.voorbeeld-theme {{\n{lines}}}\n")
    print(f"{len(components)} characters of components, {len(tokens)} tokens")
    return 0


if __name__ == "__main__":
    sys.exit(main())
