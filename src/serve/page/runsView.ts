import { htmlDocument } from './document.ts'

/** The page of all runs: markup alone; `client/runs.ts` brings it to life. */
export const runsPage = (imports: string, modules: readonly string[]): string =>
  htmlDocument(
    { title: 'Runs', script: 'runs', imports, modules },
    `<main class="runs" id="main">
<div class="lead">
<h1>Runs</h1>
<p class="intro" id="about" role="status"></p>
</div>
<div class="scroll" tabindex="0" role="region" aria-label="All runs"><table id="list" hidden>
<thead><tr><td><span class="words">Compare</span></td><th scope="col">Run</th><th scope="col">State</th><th scope="col" class="n">Steps</th><th scope="col" class="n">Time</th><th scope="col">Score, plain prompt</th><th scope="col" class="n">Alarms</th></tr></thead>
<tbody></tbody></table></div>
<section id="comparison" hidden aria-labelledby="comparison-title">
<h2 id="comparison-title">Side by side</h2>
<h3>Scores</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Scores"><table id="scores"></table></div>
<h3>What differs in their recipes</h3>
<p class="note" id="alike" hidden>Nothing: the recipes are alike.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Differences of recipes"><table id="differences" class="code"></table></div>
<div id="overlay" class="charts"></div>
</section>
<section id="run" hidden aria-labelledby="run-title">
<div class="title"><h2 id="run-title"></h2><a id="report" hidden>Report</a></div>
<p class="note" id="run-facts"></p>
<ul id="alarms" class="alarms" aria-label="Alarms"></ul>
<div id="curves" class="charts"></div>
<div id="rollouts-part" hidden>
<h3>Rollouts</h3>
<div class="settings">
<label>Step <select id="step"></select></label><span class="pair"><button type="button" id="step-before" aria-label="Step before">←</button><button type="button" id="step-after" aria-label="Step after">→</button></span>
<label>Prompt <select id="group"></select></label><span class="pair"><button type="button" id="group-before" aria-label="Prompt before">←</button><button type="button" id="group-after" aria-label="Prompt after">→</button></span>
</div>
<p class="note" id="left-out"></p>
<div id="rollouts" class="rollouts"></div>
</div>
</section>
</main>`,
  )
