// The look of the page: one column of paper, one accent for what was trained, grey for what it began from.

export const STYLE = `
:root { color-scheme: light dark;
  --paper: #fbfaf6; --card: #ffffff; --ink: #22252b; --soft: #676c76; --line: #e4e1d8; --wash: #f3f1ea;
  --tuned: #0b7a6f; --base: #9a8f7d; --train: #3f6fb5; --eval: #c2562d; --good: #16794c; --bad: #b3372f; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #15171b; --card: #1c1f25; --ink: #e6e4de; --soft: #979ca6; --line: #30343c; --wash: #23272e;
  --tuned: #4cc2b2; --base: #a3998a; --train: #7fa8e6; --eval: #ee8f64; --good: #5fcb94; --bad: #f0857b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; -webkit-text-size-adjust: 100%; }
main { max-width: 960px; margin: 0 auto; padding: 56px 24px 72px; }
header { margin-bottom: 36px; }
.eyebrow { margin: 0 0 4px; color: var(--soft); font-size: 13px; letter-spacing: .08em; text-transform: uppercase; }
h1 { margin: 0; font: 600 clamp(30px, 5vw, 44px)/1.12 "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif; letter-spacing: -.01em; overflow-wrap: anywhere; }
header .lede { margin: 10px 0 0; color: var(--soft); overflow-wrap: anywhere; }
h2 { margin: 52px 0 6px; font: 600 23px/1.25 "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif; }
h2 + .note { margin-top: 0; } h2 + .scroll, h2 + .facts { margin-top: 14px; }
h3 { margin: 0 0 10px; font-size: 13px; font-weight: 600; color: var(--soft); letter-spacing: .04em; }
.note { margin: 8px 0 16px; color: var(--soft); font-size: 14px; }
.badge { display: inline-block; padding: 1px 10px; border: 1px solid currentColor; border-radius: 99px; font: 600 12px/1.7 system-ui, sans-serif; vertical-align: middle; }
.badge.finished, .better { color: var(--good); } .badge.failed, .worse { color: var(--bad); } .badge.stopped, .badge.running { color: var(--eval); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 14px; margin: 28px 0 0; }
.card { padding: 16px 18px 14px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.card b { display: block; font-size: 25px; font-weight: 600; line-height: 1.35; white-space: nowrap; font-variant-numeric: tabular-nums; }
.card span { color: var(--soft); font-size: 13px; }
.card b .from { font-size: 14px; font-weight: 400; color: var(--base); } .card span.better { color: var(--good); font-weight: 600; } .card span.worse { color: var(--bad); font-weight: 600; }
.alert { margin: 24px 0 0; padding: 12px 16px; border-left: 4px solid var(--bad); background: var(--wash); border-radius: 0 8px 8px 0; overflow-wrap: anywhere; }
.panel, table { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.panel { padding: 20px; }
.scroll { overflow-x: auto; }
table { width: 100%; border-spacing: 0; overflow: hidden; font-variant-numeric: tabular-nums; font-size: 15px; }
th, td { padding: 9px 14px; text-align: left; border-bottom: 1px solid var(--line); vertical-align: middle; }
tr:last-child > * { border-bottom: 0; }
thead th { font-size: 12.5px; font-weight: 600; color: var(--soft); background: var(--wash); white-space: nowrap; }
tbody th { font-weight: 500; }
.n { text-align: right; white-space: nowrap; }
.unit { color: var(--soft); font-size: 12.5px; font-weight: 400; white-space: nowrap; }
.tuned-text { color: var(--tuned); font-weight: 600; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 360px), 1fr)); gap: 0 44px; margin: 0; }
.facts div { display: flex; gap: 14px; justify-content: space-between; padding: 6px 0; border-bottom: 1px solid var(--line); }
.facts dt { color: var(--soft); white-space: nowrap; } .facts dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
code, .mono { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.chart { margin: 0; } .chart > svg { display: block; width: 100%; height: auto; overflow: visible; }
.grid line { stroke: var(--line); } .axis line { stroke: var(--soft); stroke-opacity: .6; } .axis text { fill: var(--soft); font-size: 12px; } .axis .axis-name { font-size: 12.5px; }
path.line, path.dots, path.faint { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; } path.faint { stroke-width: 1; opacity: .33; }
line.line { stroke-width: 2; }
.train { stroke: var(--train); } .eval { stroke: var(--eval); } circle.train { fill: var(--train); stroke: var(--card); stroke-width: 1.5; } circle.eval { fill: var(--eval); stroke: var(--card); stroke-width: 1.5; }
figcaption { display: flex; gap: 22px; justify-content: center; margin-top: 6px; color: var(--soft); font-size: 13.5px; } .key svg { margin-right: 8px; vertical-align: middle; }
.whisker { display: block; } .whisker .zero { stroke: var(--soft); stroke-dasharray: 2 2; } .whisker .range { stroke-width: 2; stroke-linecap: round; }
.whisker.better line.range { stroke: var(--good); } .whisker.better circle { fill: var(--good); } .whisker.worse line.range { stroke: var(--bad); } .whisker.worse circle { fill: var(--bad); }
.whisker.unclear line.range { stroke: var(--base); } .whisker.unclear circle { fill: var(--base); }
.bar { width: 100%; min-width: 90px; height: 8px; border-radius: 4px; background: var(--wash); } .bar i { display: block; height: 100%; border-radius: 4px; background: var(--tuned); } .bar i.source { background: var(--base); }
.sample { margin: 0 0 16px; } .sample pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 14px/1.5 system-ui, sans-serif; }
.prompt { padding-bottom: 14px; margin-bottom: 14px; border-bottom: 1px solid var(--line); }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 20px; } .answers h3 { margin-bottom: 4px; } .answers .tuned h3 { color: var(--tuned); }
footer { margin-top: 56px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
@media print { :root { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --soft: #555; --line: #ccc; --wash: #f4f4f4; --tuned: #0b7a6f; --base: #8a8070; --train: #3f6fb5; --eval: #c2562d; --good: #16794c; --bad: #b3372f; }
  body { font-size: 11pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; } main { max-width: none; padding: 0; } h2 { break-after: avoid; margin-top: 28px; } .panel, .card, tr, .sample { break-inside: avoid; } .scroll { overflow: visible; } }
`;
