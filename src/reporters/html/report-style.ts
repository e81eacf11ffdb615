/** The page's style, for screens light and dark, and for paper. It stands in XML too: no `<` and no `&`. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #ffffff;
  --panel: #f6f6f4;
  --band: #ebebe8;
  --line: #dcdcd8;
  --text: #1d1d1b;
  --muted: #60605b;
  --good: #1f6e39;
  --trouble: #b3261e;
  --trouble-ground: #fdf1f0;
  --engine: #3d6cc9;
  font: 100%/1.5 system-ui, sans-serif;
  color: var(--text);
  background: var(--ground);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #1b1b1a;
    --panel: #232322;
    --band: #30302e;
    --line: #3d3d3a;
    --text: #ececea;
    --muted: #a8a8a2;
    --good: #6cc287;
    --trouble: #ff9b92;
    --trouble-ground: #33211f;
    --engine: #86a8ec;
  }
}
*, ::before, ::after { box-sizing: border-box; }
body { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 2rem 0 0.25rem; font-size: 1.125rem; }
h3 { margin: 1.25rem 0 0.25rem; font-size: 0.875rem; }
p { margin: 0.25rem 0; }
a { color: inherit; }
code, pre { font: 0.875em/1.5 ui-monospace, monospace; }
code, pre, dd, td, .words, figcaption { unicode-bidi: isolate; }
pre { margin: 0.25rem 0; padding: 0.5rem 0.75rem; white-space: pre-wrap; background: var(--panel); border-radius: 0.25rem; }
.raw { max-height: 30rem; overflow: auto; }
.quiet { color: var(--muted); font-size: 0.875rem; }
.trouble { color: var(--trouble); }
.counts { font-size: 1.125rem; }
.mark { display: inline-block; width: 1.25rem; font-weight: 700; color: var(--muted); }
.mark.holds { color: var(--good); }
.mark.broken, .mark.flaky, .mark.could-not-run { color: var(--trouble); }
:focus-visible { outline: 2px solid var(--engine); outline-offset: 2px; }

dl { display: grid; grid-template-columns: minmax(5rem, max-content) 1fr; gap: 0.125rem 1rem; margin: 0.5rem 0; }
dt { color: var(--muted); }
dd { margin: 0; min-width: 0; white-space: pre-wrap; }
.trouble-list { margin: 0.5rem 0; padding: 0; list-style: none; }
.trouble-list li { margin: 0.5rem 0; padding: 0.5rem 0.75rem; border-left: 3px solid var(--trouble); background: var(--trouble-ground); }
.trouble-list li { display: grid; grid-template-columns: 1.25rem 1fr; }
.trouble-list li > :not(.mark) { grid-column: 2; min-width: 0; }
.trouble-list a { font-weight: 600; }

.claim { border-top: 1px solid var(--line); }
summary { cursor: pointer; }
.claim > summary { display: flex; padding: 0.375rem 0; list-style: none; }
.claim > summary::-webkit-details-marker { display: none; }
.claim > summary:hover { background: var(--panel); }
.claim > summary .mark { flex: none; }
.words { display: flex; flex: 1; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; min-width: 0; }
.claim[open] > summary .title { font-weight: 600; }
.body { padding: 0 0 1.25rem 1.25rem; }

.wide { max-width: 100%; overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.125rem 1rem 0.125rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 400; white-space: nowrap; }
td { max-width: 40rem; white-space: pre-wrap; overflow-wrap: break-word; }
.number { white-space: nowrap; }
del, ins { padding: 0 0.125rem; border-radius: 0.125rem; color: var(--trouble); background: var(--trouble-ground); }
ins { color: var(--good); background: var(--band); }

figure { margin: 1rem 0; padding: 0.75rem; border: 1px solid var(--line); border-radius: 0.25rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: 0.5rem 0; padding: 0; list-style: none; font-size: 0.875rem; color: var(--muted); }
svg { display: block; margin: 0.75rem 0 0; overflow: visible; font: 11px/1 system-ui, sans-serif; }
svg text { fill: var(--text); stroke: var(--ground); stroke-width: 3px; paint-order: stroke; }
svg text.quiet { font-size: 11px; fill: var(--muted); }
svg text.trouble { fill: var(--trouble); }
svg line { stroke: var(--text); }
svg line.grid { stroke: var(--line); }
svg line.client, svg line.leader { stroke: var(--muted); }
svg line.leader { stroke-width: 0.75px; }
svg line.token, svg line.first-token { stroke-width: 1.5px; }
svg line.cancel { stroke-width: 1.5px; stroke-dasharray: 5 3; }
svg line.end { stroke-width: 3px; }
svg line.end.cut, svg line.end.given-up { stroke: var(--trouble); }
svg line.end.given-up { stroke-dasharray: 3 2; }
svg .gap { fill: var(--band); }
svg .heartbeat { fill: var(--ground); stroke: var(--text); stroke-width: 1.5px; }
svg .engine { fill: var(--engine); }
svg .engine.failed { fill: var(--trouble); }
svg .engine.aborted { fill: var(--ground); stroke: var(--engine); stroke-width: 1.5px; }
svg .engine.running { opacity: 0.5; }
svg line.curve { stroke: var(--engine); stroke-width: 1.5px; }
svg line.curve.dashed { stroke-dasharray: 5 3; }
svg circle.curve { fill: var(--engine); }
svg line.knee { stroke: var(--trouble); stroke-width: 1.5px; stroke-dasharray: 5 3; }

@media (max-width: 40rem) {
  dl { grid-template-columns: 1fr; }
  dd { margin-bottom: 0.25rem; }
  .body { padding-left: 0; }
}
@media print {
  :root { font-size: 10pt; color-scheme: light; --ground: #fff; --panel: #fff; --band: #e4e4e4; --line: #bbb; --text: #000; --muted: #444; --good: #063; --trouble: #900; --trouble-ground: #fff; --engine: #36c; }
  body { max-width: none; padding: 0; }
  .raw { max-height: none; overflow: visible; }
  figure, tr, .trouble-list li { break-inside: avoid; }
  h2, h3, summary { break-after: avoid; }
  rect, .mark, ins, del { print-color-adjust: exact; }
}
`;
