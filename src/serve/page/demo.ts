import { htmlDocument } from './document.ts'

/** The page to talk with models: markup alone; `client/demo.ts` brings it to life. */
export const demoPage = (imports: string, modules: readonly string[]): string =>
  htmlDocument(
    { title: 'Listen', script: 'demo', imports, modules },
    `<main class="demo" id="main">
<section class="talk" aria-labelledby="talk-title">
<div class="lead">
<div class="title"><h1 id="talk-title">Listen and ask</h1><button type="button" id="begin-anew" class="quiet" hidden>Start over</button></div>
<p class="intro">Give a recording, ask about it, and see what the answer is worth. Everything stays on this server.</p>
</div>
<div id="turns" class="turns" role="log" aria-label="Conversation"></div>
<form id="ask" class="composer">
<div id="clips" class="clips"></div>
<label class="words" for="question">Question</label>
<textarea id="question" rows="2" placeholder="Ask about a recording, or send one alone to talk"></textarea>
<div class="tasks" role="group" aria-label="Questions to begin with">
<button type="button" class="chip" data-ask="what do you hear?">What do you hear?</button>
<button type="button" class="chip" data-ask="describe the sounds.">Describe</button>
<button type="button" class="chip" data-ask="which sound comes first?">Which comes first?</button>
<select id="task" class="chip" aria-label="Task"><option value="">A task …</option></select>
</div>
<div class="tools">
<button type="button" id="record" aria-pressed="false"><span class="dot" aria-hidden="true"></span><span id="record-text">Record</span></button>
<label class="button">Add a file<input type="file" id="file" accept="audio/*,.flac,.ogg,.opus,.aiff" multiple></label>
<span class="gap"></span>
<button type="button" id="judge" title="Scores the recording itself, as a spoken answer" hidden>Judge the recording</button>
<button type="submit" id="send" class="primary">Ask</button>
</div>
<p id="status" class="status" role="status"></p>
</form>
<p id="offered" class="note offered" hidden>Nothing at hand? Take one of these: </p>
<div class="settings">
<label>Model <select id="model"></select></label>
<label id="beside-setting" hidden>Beside it <select id="beside"></select></label>
<label>Temperature <input id="temperature" type="number" min="0" max="2" step="0.1" value="0"></label>
<label id="tags-setting" hidden><input id="as-tags" type="checkbox"> Tasks as tags</label>
<label id="spoken-setting" hidden>Spoken <select id="spoken"></select></label>
</div>
</section>
<section class="judge" aria-labelledby="judge-title">
<div class="lead">
<h2 id="judge-title">Rubric</h2>
<p class="intro">What an answer earns points for. Edit it, and every answer is judged anew.</p>
</div>
<div class="settings"><label>Begin with <select id="library"></select></label></div>
<label class="words" for="rubric">Rubric in YAML</label>
<textarea id="rubric" class="code" spellcheck="false" autocapitalize="off" rows="19" aria-describedby="rubric-fault"></textarea>
<p id="rubric-fault" class="fault" role="status"></p>
<button type="button" id="export" hidden>Export as a data line</button>
</section>
</main>`,
  )
