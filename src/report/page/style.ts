/** The page's style sheet. Colours are variables, so that dark and light differ in one place; charts read them too. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #faf9f6; --card: #ffffff; --ink: #1d2126; --muted: #5c6570; --line: #e4e1da; --track: #ebe8e1;
  --accent: #0b6e66; --before: #8b95a1; --after: #0d8a7f; --good: #0b6e4f; --bad: #b3261e; --unknown: #8a5a00;
  --good-bg: #e3f3ec; --bad-bg: #fbe9e7; --unknown-bg: #fbf0dc; --band: rgba(13, 138, 127, .14);
  --s0: #0d8a7f; --s1: #a8530a; --s2: #4f63c9; --s3: #a8437f; --s4: #6b7d12; --s5: #2a7fb8; --s6: #8f5b34; --s7: #6c6f76;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --card: #1b1f23; --ink: #e8e6e1; --muted: #a0a8b0; --line: #2d3238; --track: #2a2f35;
    --accent: #4fd1c1; --before: #76818d; --after: #2fb8a8; --good: #63d3a2; --bad: #ff8a7d; --unknown: #e8b45a;
    --good-bg: #16322a; --bad-bg: #3c1f1c; --unknown-bg: #38290f; --band: rgba(79, 209, 193, .16);
    --s0: #35c4b3; --s1: #f0994a; --s2: #8fa0ff; --s3: #e583bd; --s4: #b7c84a; --s5: #6cbcf0; --s6: #cf9a6f; --s7: #a4a8b0;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 3.5rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; overflow-wrap: anywhere; }
h1, h2, h3, h4, p, dl, dd, ul, figure { margin: 0; padding: 0; }
h1 { font-size: clamp(1.7rem, 5vw, 2.5rem); line-height: 1.15; letter-spacing: -.02em; }
h2 { font-size: 1.45rem; letter-spacing: -.01em; }
h3 { font-size: 1.05rem; }
h4 { font-size: .78rem; font-weight: 600; color: var(--muted); text-transform: uppercase; letter-spacing: .05em; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main, .headline { max-width: 1120px; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem); }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 9; background: var(--card); padding: .5rem 1rem; }
nav { position: sticky; top: 0; z-index: 5; background: var(--paper); border-bottom: 1px solid var(--line); }
nav ul { list-style: none; display: flex; gap: 1.25rem; overflow-x: auto; max-width: 1120px; margin: 0 auto; padding: .6rem clamp(1rem, 4vw, 2.5rem); scrollbar-width: none; }
nav a { color: var(--muted); text-decoration: none; white-space: nowrap; font-size: .88rem; padding: .15rem 0; }
nav a:hover { color: var(--ink); }
.headline { padding-top: 2.5rem; padding-bottom: 2rem; }
.kicker { color: var(--accent); font-weight: 600; font-size: .85rem; margin-bottom: .35rem; }
.facts, .note, .intro, .missing { color: var(--muted); }
.facts { margin-top: .4rem; font-size: .92rem; }
.note { font-size: .85rem; font-weight: 400; text-transform: none; letter-spacing: 0; }
.intro { max-width: 46rem; margin-top: .3rem; }
.missing { font-style: italic; margin-top: .75rem; font-size: .95rem; }
.verdict { margin-top: 1.4rem; font-size: 1.18rem; line-height: 1.5; max-width: 54rem; padding-left: 1rem; border-left: 4px solid var(--before); }
.verdict.good { border-color: var(--good); } .verdict.bad { border-color: var(--bad); } .verdict.unclear { border-color: var(--unknown); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 205px), 1fr)); gap: .8rem; margin-top: 1.6rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .85rem 1rem; }
.card dt { font-size: .85rem; color: var(--muted); }
.card .value { display: block; font-size: 1.55rem; font-weight: 600; letter-spacing: -.01em; font-variant-numeric: tabular-nums; }
.card .note { display: block; line-height: 1.4; }
.card.good .value { color: var(--good); } .card.bad .value { color: var(--bad); } .card.unclear .value { color: var(--unknown); }
.notice { margin-top: 1rem; padding: .7rem 1rem; border-radius: 10px; background: var(--unknown-bg); font-size: .94rem; }
.notice ul { padding-left: 1.2rem; }
section { padding: 2.2rem 0; border-top: 1px solid var(--line); }
section:first-child { border-top: 0; }
section > h3 { margin-top: 1.6rem; }
.scroll { overflow-x: auto; margin-top: 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; overflow-wrap: normal; }
th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
thead th { color: var(--muted); font-size: .8rem; font-weight: 600; white-space: nowrap; vertical-align: bottom; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
td.n { white-space: nowrap; }
tr.strong th, tr.strong td { font-weight: 600; } tr .note { display: block; white-space: nowrap; }
table.dense { font-size: .8rem; width: auto; } table.dense th, table.dense td { padding: .25rem .8rem .25rem 0; white-space: nowrap; }
.interval { white-space: nowrap; }
.track { display: inline-block; position: relative; height: 10px; border-radius: 5px; background: var(--track); overflow: hidden; vertical-align: middle; }
.interval .track { width: 120px; margin-right: .5rem; overflow: visible; height: 4px; }
.interval .range { position: absolute; height: 4px; background: var(--after); opacity: .55; border-radius: 2px; }
.interval .dot { position: absolute; width: 8px; height: 8px; margin: -2px 0 0 -4px; border-radius: 50%; background: var(--after); }
.controls { margin-top: .8rem; }
.controls input, .steps input { accent-color: var(--accent); }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr)); gap: 1rem; margin-top: .9rem; }
.chart { display: flex; flex-direction: column; background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .9rem .9rem .7rem; min-width: 0; }
.chart h4 { text-transform: none; letter-spacing: 0; font-size: .98rem; color: var(--ink); }
.chart figcaption { flex: 1; } .chart figcaption .note { line-height: 1.3; }
.plot { min-height: 190px; } .plot .uplot { font-family: inherit; }
.u-cursor-x, .u-cursor-y { border-color: var(--muted) !important; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem .9rem; font-size: .82rem; color: var(--muted); font-variant-numeric: tabular-nums; }
.legend b { color: var(--ink); font-weight: 600; }
.words { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.swatch { display: inline-block; width: .7em; height: .7em; border-radius: 3px; margin-right: .35em; background: var(--track); }
.s0 { background: var(--s0); } .s1 { background: var(--s1); } .s2 { background: var(--s2); } .s3 { background: var(--s3); }
.s4 { background: var(--s4); } .s5 { background: var(--s5); } .s6 { background: var(--s6); } .s7 { background: var(--s7); } .other { background: var(--before); }
details.more { margin-top: 1rem; }
summary { cursor: pointer; }
details.more > summary { color: var(--accent); font-size: .92rem; }
.paired { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); gap: 1.1rem 2.5rem; margin-top: 1.2rem; }
.pair { min-width: 0; display: grid; grid-template-columns: 1fr auto; gap: .2rem 1rem; align-items: baseline; align-content: start; }
.pair h3 { font-size: .97rem; font-weight: 600; } .pair .change { grid-row: 1; grid-column: 2; font-size: .9rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.pair .bar { grid-column: 1 / -1; display: grid; grid-template-columns: 4.2rem 1fr 10.5rem; gap: .6rem; align-items: center; font-size: .86rem; }
.bar .name { color: var(--muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .bar .track { display: block; width: 100%; height: 12px; border-radius: 3px; } .bar .n { text-align: left; }
.fill { position: absolute; inset: 0 auto 0 0; border-radius: 3px; background: var(--before); }
.fill.after { background: var(--after); } .fill.bad { background: var(--bad); }
.change.good, .advantage.good b { color: var(--good); } .change.bad, .advantage.bad b { color: var(--bad); }
.tag { display: inline-block; font-size: .76rem; font-weight: 400; color: var(--muted); border: 1px solid var(--line); border-radius: 99px; padding: 0 .55rem; white-space: nowrap; }
.tag.lit { color: var(--accent); border-color: var(--accent); }
.example, .group { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: clamp(.9rem, 2.5vw, 1.4rem); margin-top: 1.1rem; }
.example header, .group header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; margin-bottom: .8rem; flex-wrap: wrap; }
.heard { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); gap: 1rem 1.6rem; }
.heard > * , .answers > * { min-width: 0; }
.run-text { white-space: pre-wrap; overflow-wrap: anywhere; margin-top: .2rem; }
.run-text.empty, .cut { color: var(--muted); font-style: italic; }
.clip { margin-bottom: .6rem; }
.clip .pictures { position: relative; border-radius: 8px; overflow: hidden; border: 1px solid var(--line); background: var(--paper); cursor: pointer; }
.clip svg { display: block; width: 100%; height: 56px; } .clip polygon, .clip use { fill: var(--after); stroke: var(--after); stroke-width: .6; vector-effect: non-scaling-stroke; }
.clip canvas { display: block; width: 100%; height: 92px; background: #000004; }
.playhead { position: absolute; top: 0; bottom: 0; width: 2px; left: 0; opacity: 0; background: var(--s1); pointer-events: none; }
.clip audio { display: block; width: 100%; height: 40px; margin-top: .5rem; }
.clip figcaption { font-size: .82rem; color: var(--muted); margin-top: .2rem; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); gap: 1rem 1.6rem; margin-top: 1rem; }
.answer { border-left: 3px solid var(--before); padding-left: .8rem; } .answer.after { border-color: var(--after); }
.answer .score { color: var(--ink); margin-left: .4rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-size: .85rem; color: var(--muted); padding-bottom: .3rem; }
.verdicts { table-layout: fixed; min-width: 520px; } .verdicts th[scope=row] { overflow-wrap: anywhere; padding-right: 1.2rem; } .verdicts td { overflow-wrap: anywhere; }
.points { color: var(--muted); font-variant-numeric: tabular-nums; font-size: .85rem; white-space: nowrap; }
.mark { display: inline-block; font-size: .84rem; border-radius: 6px; padding: .02rem .45rem; white-space: nowrap; background: var(--track); }
.mark.good { color: var(--good); background: var(--good-bg); } .mark.bad { color: var(--bad); background: var(--bad-bg); } .mark.unknown { color: var(--unknown); background: var(--unknown-bg); }
.mark .earned { font-variant-numeric: tabular-nums; }
.reason { display: block; font-size: .86rem; color: var(--muted); margin-top: .1rem; }
.steps { border: 0; padding: 0; margin: 1rem 0 0; display: flex; flex-wrap: wrap; gap: .4rem; min-width: 0; } .steps[hidden] { display: none; }
.steps legend { font-size: .85rem; color: var(--muted); padding: 0 0 .3rem; }
.steps label { position: relative; } .steps input { position: absolute; opacity: 0; inset: 0; margin: 0; width: 100%; height: 100%; cursor: pointer; }
.steps span { display: block; padding: .25rem .8rem; border: 1px solid var(--line); border-radius: 99px; background: var(--card); font-variant-numeric: tabular-nums; }
.steps input:checked + span { background: var(--accent); border-color: var(--accent); color: var(--paper); }
.steps input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
.rollout { border-top: 1px solid var(--line); }
.rollout summary { display: grid; grid-template-columns: 11rem 13rem 8.5rem 1fr; gap: .3rem 1rem; align-items: center; padding: .6rem 0; font-size: .89rem; list-style: none; position: relative; padding-left: 1.2rem; }
.rollout summary::-webkit-details-marker { display: none; }
.rollout summary::before { content: '▸'; position: absolute; left: 0; color: var(--muted); } .rollout[open] summary::before { content: '▾'; }
.rollout .reward { display: flex; gap: .6rem; align-items: center; } .rollout .reward .track { width: 70px; flex: none; }
.rollout b { font-variant-numeric: tabular-nums; }
.rollout .said { color: var(--muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.rollout[open] .said { visibility: hidden; }
.rollout .body { padding: 0 0 1rem 1.2rem; display: grid; gap: .5rem; } .rollout .body h4 { margin-top: .5rem; }
.scaffold { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .9rem; font-size: .93rem; }
.verdict-list { list-style: none; display: grid; gap: .5rem; }
.alarms { list-style: none; margin-top: 1rem; display: grid; gap: .8rem; } .alarms li { border-left: 3px solid var(--unknown); padding-left: .8rem; }
.code { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.1rem; margin: 1rem 0 0; overflow-x: auto; font: .86rem/1.55 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; max-height: 36rem; overflow-wrap: normal; }
.y-key { color: var(--accent); } .y-string { color: var(--s1); } .y-number { color: var(--s2); } .y-comment { color: var(--muted); font-style: italic; }
.stack { display: flex; height: 22px; border-radius: 6px; overflow: hidden; gap: 2px; margin-top: .5rem; } .stack span { flex: 1 1 0; min-width: 2px; }
.stack-keys { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.3rem; margin-top: .5rem; font-size: .9rem; } .stack-keys b { font-variant-numeric: tabular-nums; }
.facts-list { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: .5rem 2rem; margin: 1rem 0; }
.facts-list dt { font-size: .82rem; color: var(--muted); }
footer { max-width: 1120px; margin: 0 auto; padding: 1rem clamp(1rem, 4vw, 2.5rem) 3rem; color: var(--muted); font-size: .85rem; }
@media (max-width: 720px) {
  .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .6rem; } .card { padding: .7rem .8rem; } .card .value { font-size: 1.3rem; }
  .rollout summary { grid-template-columns: 1fr auto; } .rollout .said { grid-column: 1 / -1; } .rollout[open] .said { display: none; }
  .rollout .shown { grid-column: 1 / -1; font-weight: 600; }
  .pair .bar { grid-template-columns: 3.4rem 1fr 3.6rem; } .pair .bar .note { display: none; }
  .verdicts { min-width: 0; } .verdicts caption { display: block; } .verdicts thead { display: none; } .verdicts tr { display: block; padding: .6rem 0; border-bottom: 1px solid var(--line); }
  .verdicts th, .verdicts td { display: block; border: 0; padding: .15rem 0; } .verdicts td::before { content: attr(data-label) ': '; color: var(--muted); font-size: .85rem; }
}
@media print { nav, .controls, .steps { display: none; } section { break-inside: avoid-page; } }
`
