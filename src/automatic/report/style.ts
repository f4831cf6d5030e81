// The look of a report, light and dark.
export const style = `
:root { color-scheme: light dark; --paper: #fdfdfb; --ink: #1c2430; --dim: #66707f; --line: #dfe3e8; --own: #2563eb;
  --other: #d97706; --faint: #9aa5b4; --bad: #b45309; --good: #15803d; --cell: 37 99 235; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181f; --ink: #e6e9ee; --dim: #97a1b0; --line: #2c333e;
  --own: #7aa7ff; --other: #f5b04c; --faint: #5d6878; --bad: #f5b04c; --good: #5ecb86; --cell: 62 104 190; } }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 46rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
p { margin: .4rem 0; } .dim, caption { color: var(--dim); font-size: .9rem; text-align: left; }
.main { font-size: 3rem; font-weight: 650; line-height: 1.1; margin-top: 1.2rem; font-variant-numeric: tabular-nums; }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
svg { width: 100%; height: auto; font: 11px system-ui, sans-serif; fill: var(--dim); }
@media (max-width: 30rem) { svg { font-size: 17px; } }
svg polyline { fill: none; stroke-width: 1.6; } polyline.own { stroke: var(--own); }
polyline.other { stroke: var(--other); } polyline.faint { stroke: var(--faint); stroke-width: 1; }
circle.own { fill: var(--own); fill-opacity: .55; } .grid { stroke: var(--line); }
.mark { stroke: var(--dim); stroke-dasharray: 4 4; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } th { font-weight: 500; text-align: left; }
.barred { width: 100%; table-layout: fixed; } .barred th { padding: .2rem .75rem .2rem 0; overflow-wrap: break-word;
  width: 42%; hyphens: auto; }
.value { text-align: right; white-space: nowrap; padding-right: .75rem; width: 6.5rem; }
.bar { display: block; height: .8rem; background: var(--faint); border-radius: 3px; min-width: 1px; }
.bar.own { background: var(--own); } .scroll { overflow-x: auto; }
.matrix td, .matrix th { padding: .25rem .5rem; text-align: right; } .matrix th[scope="row"] { text-align: left; }
.worst td, .worst th { padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: middle;
  }
.worst td:last-child { overflow-wrap: anywhere; min-width: 8rem; }
.worst img { width: 4rem; image-rendering: pixelated; border: 1px solid var(--line);
  display: block; } details { margin-top: 2.5rem; }
summary { font-weight: 600; cursor: pointer; } pre { margin: 1rem 0 0; font-size: .8rem; color: var(--dim); }
.scroll:focus-visible { outline: 2px solid var(--own); }
ul { padding-left: 1.2rem; overflow-wrap: anywhere; }
`;
