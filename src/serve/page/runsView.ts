import { htmlDocument } from './demo.ts'

/** The page of all runs: markup alone; `client/runs.ts` brings it to life. */
export const runsPage = (imports: string): string =>
  htmlDocument(
    'Runs',
    imports,
    'runs',
    `<main class="runs">
<h1>Runs</h1>
<p class="intro" id="about" role="status"></p>
<div class="scroll" tabindex="0" role="region" aria-label="All runs"><table id="list"><thead><tr><th scope="col">Run</th><th scope="col">State</th><th scope="col" class="n">Steps</th><th scope="col">Score, plain prompt</th><th scope="col" class="n">Alarms</th></tr></thead><tbody></tbody></table></div>
<section id="run" hidden aria-labelledby="run-title">
<h2 id="run-title"></h2>
<p class="note" id="run-facts"></p>
<div id="curves" class="charts"></div>
<h3>Rollouts</h3>
<div class="settings"><label>Step <select id="step"></select></label><label>Prompt <select id="group"></select></label></div>
<div id="rollouts" class="rollouts"></div>
</section>
</main>`,
  )
