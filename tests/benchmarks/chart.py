"""The ratios to the limit as a small SVG bar chart for the guide, legible on a light and on a dark page."""

from collections.abc import Sequence

from tests.benchmarks.report import Rounds, ratio
from tests.benchmarks.targets import LIMIT, OURS, OURS_SQLITE, PEER

COLOURS = {OURS: "#2563eb", OURS_SQLITE: "#0d9488", PEER: "#9ca3af"}
WIDTH, LABELS, BAR, GAP, GROUP, TOP = 760, 230, 14, 4, 20, 44
STYLE = """<style>
text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2937 }
.quiet { fill: #6b7280 } .axis { stroke: #9ca3af; stroke-width: 1 } .limit { stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) { text { fill: #e5e7eb } .quiet { fill: #9ca3af } .axis { stroke: #6b7280 } }
</style>"""


def chart(found: Rounds, meanings: dict[str, str], targets: Sequence[str]) -> str:
    """A group of bars a shape, a bar a server; the dashed line is the limit."""
    shown = [target for target in targets if target != LIMIT]
    ratios = {(shape, target): ratio(found, shape, target) or 0.0 for shape in meanings for target in shown}
    most = max([1.0, *ratios.values()]) * 1.08
    group = len(shown) * (BAR + GAP) + GROUP
    height = TOP + group * len(meanings) + 16

    def across(share: float) -> float:
        return LABELS + (WIDTH - LABELS - 20) * share / most

    parts = [legend(shown)]
    for place, (shape, meaning) in enumerate(meanings.items()):
        top = TOP + place * group
        middle = top + len(shown) * (BAR + GAP) / 2
        parts.append(f'<text x="{LABELS - 12}" y="{middle + 3:.0f}" text-anchor="end">{meaning}</text>')
        for row, target in enumerate(shown):
            parts.append(bar(across(ratios[shape, target]), top + row * (BAR + GAP), ratios[shape, target], target))
    line = across(1)
    parts.append(f'<line class="axis" x1="{LABELS}" y1="{TOP - 6}" x2="{LABELS}" y2="{height - 18}"/>')
    parts.append(f'<line class="axis limit" x1="{line:.1f}" y1="{TOP - 6}" x2="{line:.1f}" y2="{height - 18}"/>')
    parts.append(f'<text class="quiet" x="{line:.1f}" y="{TOP - 12}" text-anchor="end">1.0 = the database alone</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    title = "<title>Requests per second as a share of one hand-written SQL statement passed through</title>"
    return "\n".join([head, title, STYLE, *parts, "</svg>", ""])


def legend(targets: Sequence[str]) -> str:
    parts, x = [], 12
    for target in targets:
        parts.append(f'<rect x="{x}" y="8" width="12" height="12" rx="2" fill="{COLOURS[target]}"/>')
        parts.append(f'<text x="{x + 18}" y="18">{target}</text>')
        x += 40 + 7 * len(target)
    return "\n".join(parts)


def bar(end: float, top: float, share: float, target: str) -> str:
    width = max(end - LABELS, 1)
    label = f'<text class="quiet" x="{end + 6:.1f}" y="{top + BAR - 3}">{share:.2f}</text>'
    return f'<rect x="{LABELS}" y="{top}" width="{width:.1f}" height="{BAR}" rx="2" fill="{COLOURS[target]}"/>{label}'
