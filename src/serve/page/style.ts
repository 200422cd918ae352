/** Style of both pages; the colours are the report's. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #faf9f6; --card: #ffffff; --ink: #1d2126; --muted: #5c6570; --line: #e4e1da; --field: #8b8f94; --accent: #0b6e66; --on-accent: #ffffff;
  --wave: #9cc9c4; --good: #0b6e4f; --bad: #b3261e; --unknown: #8a5a00; --good-bg: #e3f3ec; --bad-bg: #fbe9e7; --unknown-bg: #fbf0dc; --soft: #e6f1ef;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --card: #1b1f23; --ink: #e8e6e1; --muted: #a0a8b0; --line: #2d3238; --field: #6b737b; --accent: #4fd1c1; --on-accent: #10201e;
    --wave: #3d6d69; --good: #63d3a2; --bad: #ff8a7d; --unknown: #e8b45a; --good-bg: #16322a; --bad-bg: #3c1f1c; --unknown-bg: #38290f; --soft: #1b2f2d;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; overflow-wrap: anywhere; }
h1, h2, h3, p { margin: 0; } h1 { font-size: 1.7rem; letter-spacing: -.02em; line-height: 1.2; } h2 { font-size: 1.25rem; } h3 { font-size: 1.02rem; margin-top: 1.6rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.bar { display: flex; align-items: baseline; gap: 1.6rem; padding: .8rem clamp(1rem, 4vw, 2.5rem); border-bottom: 1px solid var(--line); }
.brand { font-weight: 700; letter-spacing: -.01em; } nav { display: flex; gap: 1.1rem; } nav a { color: var(--muted); text-decoration: none; } nav a[aria-current] { color: var(--accent); font-weight: 600; }
main { max-width: 1240px; margin: 0 auto; padding: 1.6rem clamp(1rem, 4vw, 2.5rem) 3rem; }
.demo { display: grid; grid-template-columns: minmax(0, 1.6fr) minmax(0, 1fr); gap: 2.5rem; align-items: start; }
.talk, .judge { display: grid; gap: .8rem; min-width: 0; } .judge { position: sticky; top: 1rem; }
.intro, .note { color: var(--muted); } .note { font-size: .88rem; } .intro { max-width: 40rem; }
.words { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.turns { display: grid; gap: 1rem; } .turns:empty { display: none; }
.turn { display: grid; gap: .7rem; } .asked { justify-self: end; max-width: 92%; background: var(--soft); border-radius: 16px 16px 4px 16px; padding: .7rem 1rem; display: grid; gap: .6rem; }
.asked .clip { width: min(460px, 74vw); }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: .8rem; }
.answer { background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: .8rem 1rem; display: grid; gap: .6rem; align-content: start; min-width: 0; }
.answer header { display: flex; justify-content: space-between; gap: 1rem; font-size: .85rem; color: var(--muted); } .score { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.said { white-space: pre-wrap; font-size: 1.05rem; min-height: 1.6em; } .busy .said::after { content: ''; display: inline-block; width: .5em; height: 1em; background: var(--accent); vertical-align: -.15em; margin-left: .15em; animation: blink 1s steps(2) infinite; }
@keyframes blink { 50% { opacity: 0; } } @media (prefers-reduced-motion: reduce) { .busy .said::after { animation: none; } }
.verdicts { list-style: none; margin: 0; padding: .6rem 0 0; border-top: 1px solid var(--line); display: grid; gap: .45rem; font-size: .9rem; } .verdicts:empty { display: none; }
.verdicts li { display: grid; grid-template-columns: auto 1fr auto; gap: .1rem .6rem; align-items: baseline; } .verdicts .reason { grid-column: 2 / -1; color: var(--muted); font-size: .84rem; }
#export { justify-self: start; } .mark { min-width: 4.6em; text-align: center; border-radius: 6px; padding: 0 .45rem; font-size: .8rem; white-space: nowrap; } .mark.met { color: var(--good); background: var(--good-bg); } .mark.unmet { color: var(--bad); background: var(--bad-bg); } .mark.unknown { color: var(--unknown); background: var(--unknown-bg); } .mark.avoided { color: var(--muted); border: 1px solid var(--line); }
.points { color: var(--muted); font-variant-numeric: tabular-nums; }
.composer { background: var(--card); border: 1px solid var(--line); border-radius: 18px; padding: 1rem; display: grid; gap: .8rem; box-shadow: 0 1px 12px rgb(0 0 0 / 5%); }
.drop { border: 1.5px dashed var(--field); border-radius: 12px; padding: .9rem; display: grid; gap: .8rem; } .drop.over { border-color: var(--accent); background: var(--soft); }
.sources, .settings, .tasks { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; } .settings { gap: .6rem 1.2rem; font-size: .9rem; color: var(--muted); }
.clips { display: grid; gap: .8rem; } .clips:empty { display: none; }
button, .button, select, input, textarea { font: inherit; color: inherit; } button, .button { border: 1px solid var(--field); background: var(--card); border-radius: 10px; padding: .4rem .9rem; cursor: pointer; min-height: 40px; display: inline-flex; align-items: center; }
button:hover, .button:hover { border-color: var(--accent); } button:disabled { opacity: .55; cursor: default; }
.button input { position: absolute; width: 1px; height: 1px; opacity: 0; } .button:focus-within { outline: 2px solid var(--accent); outline-offset: 2px; }
.primary { background: var(--accent); color: var(--on-accent); border-color: var(--accent); font-weight: 600; } .chip { border-radius: 99px; font-size: .88rem; min-height: 34px; padding: .2rem .8rem; border-color: var(--line); }
.round .dot { width: .75em; height: .75em; border-radius: 50%; background: var(--bad); margin-right: .5em; } .round[aria-pressed=true] { border-color: var(--bad); color: var(--bad); } .round[aria-pressed=true] .dot { border-radius: 2px; }
textarea, select, input[type=number] { background: var(--paper); border: 1px solid var(--field); border-radius: 10px; padding: .45rem .7rem; } select { max-width: 15rem; color: var(--ink); } input[type=number] { width: 5rem; color: var(--ink); }
.line { display: flex; gap: .6rem; } .line textarea { flex: 1; resize: vertical; min-width: 0; }
textarea.code { width: 100%; font: .84rem/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; background: var(--card); resize: vertical; }
.status, .fault { font-size: .9rem; min-height: 1.4em; color: var(--muted); } .fault, .status.bad { color: var(--bad); white-space: pre-wrap; } .status:empty, .fault:empty { min-height: 0; }
.clip { margin: 0; display: grid; gap: .35rem; min-width: 0; } .clip .head { display: flex; gap: .6rem; align-items: center; font-size: .86rem; color: var(--muted); } .clip .head .name { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.clip .head button { min-height: 34px; padding: .1rem .7rem; } .mel { position: relative; border-radius: 8px; overflow: hidden; background: #000004; height: 84px; } .mel canvas { width: 100%; height: 100%; display: block; } .mel .cursor { position: absolute; top: 0; bottom: 0; left: 0; width: 2px; background: #fff; opacity: .85; }
.runs { display: grid; gap: 1rem; } .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; overflow-wrap: normal; } th, td { text-align: left; padding: .55rem .9rem .55rem 0; border-bottom: 1px solid var(--line); font-weight: 400; white-space: nowrap; } thead th { color: var(--muted); font-size: .82rem; font-weight: 600; } .n { text-align: right; font-variant-numeric: tabular-nums; }
td button { min-height: 32px; padding: 0 .7rem; } tr.here th { font-weight: 600; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 1rem; margin-top: 1rem; } .chart { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .8rem; min-width: 0; } .chart figcaption { font-weight: 600; } .chart figcaption .note { display: block; font-weight: 400; line-height: 1.35; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem .9rem; font-size: .82rem; color: var(--muted); } .legend i { display: inline-block; width: .7em; height: .7em; border-radius: 3px; margin-right: .35em; }
.rollouts { display: grid; gap: .8rem; margin-top: .9rem; } .prompt { background: var(--soft); border-radius: 12px; padding: .7rem 1rem; white-space: pre-wrap; } .scaffold { white-space: pre-wrap; font-size: .88rem; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: .5rem .8rem; margin: .4rem 0 0; } summary { cursor: pointer; color: var(--accent); font-size: .9rem; }
@media (max-width: 860px) { .demo { grid-template-columns: minmax(0, 1fr); gap: 1.6rem; } .judge { position: static; } .asked .clip { width: 74vw; } }
`
