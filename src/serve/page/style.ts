/** Style of both pages; the colours are the report's. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #faf9f6; --card: #ffffff; --ink: #1d2126; --muted: #5c6570; --line: #e4e1da; --field: #8b8f94; --accent: #0b6e66; --on-accent: #ffffff;
  --wave: #9cc9c4; --good: #0b6e4f; --bad: #b3261e; --unknown: #8a5a00; --good-bg: #e3f3ec; --bad-bg: #fbe9e7; --unknown-bg: #fbf0dc; --soft: #eaf2f0;
  --span: rgb(230 160 30 / 35%); --mark: #fbe3a6;
  --line-1: #0d8a7f; --line-2: #c4640f; --line-3: #5b6fd6; --line-4: #b94c8e; --line-5: #7d8f1a; --line-6: #2a7fb8;
  --serif: 'Iowan Old Style', 'Palatino Linotype', Palatino, 'URW Palladio L', 'Book Antiqua', Georgia, 'DejaVu Serif', serif;
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif; --mono: ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --card: #1b1f23; --ink: #e8e6e1; --muted: #a0a8b0; --line: #2d3238; --field: #6b737b; --accent: #4fd1c1; --on-accent: #10201e;
    --wave: #3d6d69; --good: #63d3a2; --bad: #ff8a7d; --unknown: #e8b45a; --good-bg: #16322a; --bad-bg: #3c1f1c; --unknown-bg: #38290f; --soft: #1d2b2a;
    --span: rgb(240 180 60 / 35%); --mark: #6b4e10;
    --line-1: #4fd1c1; --line-2: #f0964a; --line-3: #96a5ff; --line-4: #ec8ac4; --line-5: #bccb5a; --line-6: #6ebbf0;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 var(--sans); overflow-wrap: anywhere; }
h1, h2, h3, p, figure, ul { margin: 0; padding: 0; }
h1, h2, .brand { font-family: var(--serif); font-weight: 500; letter-spacing: -.01em; line-height: 1.2; }
h1 { font-size: 2rem; } h2 { font-size: 1.5rem; } h3 { font-size: 1rem; margin: 2rem 0 .6rem; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.skip { position: absolute; left: 1rem; top: -4rem; background: var(--card); padding: .5rem 1rem; border-radius: 8px; z-index: 2; } .skip:focus { top: .5rem; }
.words { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.bar { display: flex; align-items: baseline; gap: 2rem; padding: .9rem max(clamp(1rem, 4vw, 2.5rem), calc((100vw - 1220px) / 2 + 2.5rem)); border-bottom: 1px solid var(--line); }
.brand { font-style: italic; font-size: 1.3rem; } nav { display: flex; gap: 1.3rem; } nav a { color: var(--muted); text-decoration: none; } nav a:hover { color: var(--ink); } nav a[aria-current] { color: var(--ink); text-decoration: underline; text-decoration-color: var(--accent); text-decoration-thickness: 2px; text-underline-offset: .4em; }
main { max-width: 1220px; margin: 0 auto; padding: 2.2rem clamp(1rem, 4vw, 2.5rem) 4rem; }
.lead { display: grid; gap: .35rem; } .lead .title { justify-content: space-between; } .intro, .note { color: var(--muted); } .note { font-size: .86rem; } .note:empty { display: none; } .intro { max-width: 38rem; } .bad, .fault { color: var(--bad) !important; }

/* controls */
button, .button, select, input, textarea { font: inherit; color: inherit; }
button, .button { border: 1px solid var(--field); background: transparent; border-radius: 10px; padding: .35rem .9rem; cursor: pointer; min-height: 40px; display: inline-flex; align-items: center; justify-content: center; }
button:hover, .button:hover { border-color: var(--accent); } button:disabled { opacity: .55; cursor: default; }
.button input { position: absolute; width: 1px; height: 1px; opacity: 0; } .button:focus-within { outline: 2px solid var(--accent); outline-offset: 2px; }
.primary { background: var(--accent); color: var(--on-accent); border-color: var(--accent); font-weight: 600; min-width: 5rem; }
.quiet { border-color: transparent; color: var(--muted); } .quiet:hover { color: var(--ink); }
.link { border: 0; padding: 0 .1rem; min-height: 28px; color: var(--accent); text-decoration: underline; text-underline-offset: .2em; }
.chip { border-radius: 99px; font-size: .84rem; min-height: 34px; padding: .1rem .7rem; border-color: var(--line); color: var(--muted); } .chip:hover { color: var(--ink); } select.chip { background: transparent; max-width: 8.5rem; }
textarea, select, input[type=number] { background: var(--paper); border: 1px solid var(--field); border-radius: 10px; padding: .4rem .7rem; color: var(--ink); } select { max-width: 15rem; } input[type=number] { width: 4.8rem; } input[type=checkbox] { accent-color: var(--accent); width: 1.05em; height: 1.05em; vertical-align: -.15em; }
textarea.code { width: 100%; font: .82rem/1.6 var(--mono); background: var(--card); resize: vertical; border-color: var(--line); } textarea.code[aria-invalid] { border-color: var(--bad); }
.settings, .tools, .tasks { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; } .tasks { gap: .45rem; } .settings { gap: .6rem 1.4rem; font-size: .9rem; color: var(--muted); } .gap { flex: 1; } .pair { display: inline-flex; gap: .3rem; margin-left: -.9rem; } .pair button { min-width: 40px; padding: 0; }
.status, .fault { font-size: .9rem; color: var(--muted); } .fault { white-space: pre-wrap; } .status:empty, .fault:empty { display: none; }

/* the demo page */
.demo { display: grid; grid-template-columns: minmax(0, 1.65fr) minmax(0, 1fr); gap: 3.2rem; align-items: start; }
.talk, .judge { display: grid; gap: 1.1rem; min-width: 0; } .judge { position: sticky; top: 1.2rem; gap: .8rem; } #export { justify-self: start; }
.turns { display: grid; gap: 1.8rem; } .turns:empty { display: none; } .turn { display: grid; gap: .8rem; }
.asked { justify-self: end; width: fit-content; max-width: min(92%, 32rem); background: var(--soft); border-radius: 16px 16px 4px 16px; padding: .8rem 1rem; display: grid; gap: .7rem; } .asked p { white-space: pre-wrap; } .asked .clip { width: min(28rem, 74vw); }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 280px), 1fr)); gap: .8rem; }
.answer { background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: .9rem 1.1rem; display: grid; gap: .6rem; align-content: start; min-width: 0; }
.answer header { display: flex; justify-content: space-between; gap: 1rem; font-size: .85rem; color: var(--muted); } .score { font-variant-numeric: tabular-nums; white-space: nowrap; } .score b { color: var(--ink); font-size: 1.05rem; }
.said { font: 1.16rem/1.5 var(--serif); white-space: pre-wrap; } .said:empty { display: none; } .busy .said { display: block; min-height: 1.5em; } .busy .said::after { content: ''; display: inline-block; width: .45em; height: 1em; background: var(--accent); vertical-align: -.15em; margin-left: .15em; animation: blink 1s steps(2) infinite; } .said mark { background: var(--mark); color: inherit; border-radius: 3px; }
@keyframes blink { 50% { opacity: 0; } } @media (prefers-reduced-motion: reduce) { .busy .said::after { animation: none; } }
.verdicts { list-style: none; padding: .7rem 0 0; border-top: 1px solid var(--line); display: grid; gap: .5rem; font-size: .9rem; } .verdicts:empty { display: none; }
.verdicts li { display: grid; grid-template-columns: 5.4em 1fr auto; gap: .1rem .7rem; align-items: baseline; } .verdicts .reason { grid-column: 2 / -1; color: var(--muted); font-size: .82rem; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.mark { text-align: center; border-radius: 6px; padding: 0 .3rem; font-size: .8rem; white-space: nowrap; } .mark.met { color: var(--good); background: var(--good-bg); } .mark.unmet { color: var(--bad); background: var(--bad-bg); } .mark.unknown { color: var(--unknown); background: var(--unknown-bg); } .mark.avoided { color: var(--muted); box-shadow: inset 0 0 0 1px var(--line); }
.where { display: inline; border: 0; border-radius: 3px; padding: 0; min-height: 0; text-align: left; text-decoration: underline dotted var(--field); text-underline-offset: .25em; }
.points { color: var(--muted); font-variant-numeric: tabular-nums; }
.composer { background: var(--card); border: 1px solid var(--line); border-radius: 18px; padding: 1rem; display: grid; gap: .8rem; box-shadow: 0 2px 16px rgb(0 0 0 / 4%); } .composer textarea { width: 100%; resize: vertical; border: 0; background: transparent; padding: .2rem; font-size: 1.05rem; } .composer:focus-within { border-color: var(--field); } .composer textarea:focus-visible { outline: none; } .composer:has(textarea:focus-visible) { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.tools { border-top: 1px solid var(--line); padding-top: .8rem; } .dropping .composer { border: 1.5px dashed var(--accent); background: var(--soft); }
#record .dot { width: .7em; height: .7em; border-radius: 50%; background: var(--bad); margin-right: .55em; transition: transform 60ms; } #record[aria-pressed=true] { border-color: var(--bad); font-variant-numeric: tabular-nums; } #record[aria-pressed=true] .dot { transform: scale(calc(.8 + var(--level, 0))); }
.offered .link { margin-right: .5rem; }
.clips { display: grid; gap: .9rem; } .clips:empty { display: none; }
.clip { display: grid; gap: .4rem; min-width: 0; } .clip .head { display: flex; gap: .7rem; align-items: center; font-size: .86rem; color: var(--muted); } .clip .name { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .clip .head button { min-height: 32px; padding: 0 .7rem; font-size: .86rem; } .clip .play { min-width: 4.4rem; }
.heard { display: grid; gap: 2px; } .mel { position: relative; border-radius: 6px; overflow: hidden; background: #000004; height: 76px; } .mel canvas { width: 100%; height: 100%; display: block; } .mel .cursor { position: absolute; top: 0; bottom: 0; left: 0; width: 1px; background: #fff; opacity: .85; }

/* the page of runs */
.runs { display: grid; gap: 1.4rem; } .runs > section { margin-top: 1rem; min-width: 0; } .scroll { overflow-x: auto; min-width: 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; overflow-wrap: normal; } th, td { text-align: left; padding: .5rem 1.2rem .5rem 0; border-bottom: 1px solid var(--line); font-weight: 400; white-space: nowrap; font-variant-numeric: tabular-nums; } thead th, tr:first-child th[scope=col] { color: var(--muted); font-size: .84rem; } .n { text-align: right; font-variant-numeric: tabular-nums; } tr.here th { font-weight: 600; } table.code th[scope=row], table.code td { font: .82rem/1.5 var(--mono); }
.state::before { content: ''; display: inline-block; width: .55em; height: .55em; border-radius: 50%; margin-right: .5em; background: var(--field); } .state.training::before { background: var(--accent); } .state.stopped::before { background: var(--unknown); }
.title { display: flex; align-items: baseline; gap: 1.2rem; } .alarms { margin: .5rem 0 0; padding-left: 1.1rem; color: var(--unknown); font-size: .88rem; } .alarms:empty { display: none; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr)); gap: 1.6rem 2rem; margin-top: 1.4rem; } .chart { min-width: 0; display: flex; flex-direction: column; } .chart figcaption { display: flex; flex-wrap: wrap; gap: 0 .6rem; align-items: baseline; } .chart b { font-weight: 600; } .chart .stage { color: var(--muted); font-size: .84rem; } .chart .note { flex-basis: 100%; line-height: 1.4; } .chart .plot { margin-top: auto; padding-top: .5rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0 1rem; font-size: .82rem; color: var(--muted); } .legend i { display: inline-block; width: .9em; height: .22em; border-radius: 2px; margin-right: .4em; vertical-align: .25em; }
.rollouts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); gap: .9rem; margin-top: 1rem; align-items: start; } .rollouts .asked { grid-column: 1 / -1; justify-self: start; border-radius: 4px 16px 16px 16px; }
.advantage { position: relative; height: 4px; border-radius: 2px; background: var(--line); } .advantage i { position: absolute; top: 0; bottom: 0; left: 50%; border-radius: 2px; background: var(--good); } .advantage .below { left: auto; right: 50%; background: var(--bad); }
.scaffold { white-space: pre-wrap; font-size: .86rem; border-left: 2px solid var(--line); padding: .1rem 0 .1rem .9rem; margin: .5rem 0; } summary { cursor: pointer; color: var(--muted); font-size: .88rem; } summary:hover { color: var(--ink); } details .verdicts { margin-top: .6rem; }
@media (max-width: 900px) { .demo { grid-template-columns: minmax(0, 1fr); gap: 2.4rem; } .judge { position: static; } h1 { font-size: 1.7rem; } main { padding-top: 1.5rem; } .tasks { flex-wrap: nowrap; overflow-x: auto; margin: 0 -1rem; padding: 2px 1rem; } .chip { flex: none; } }
`
