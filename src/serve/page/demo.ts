/** The page to talk with models: markup alone; `client/demo.ts` brings it to life. */
export const demoPage = (imports: string): string =>
  htmlDocument(
    'Listen and ask',
    imports,
    'demo',
    `<main class="demo">
<section class="talk" aria-labelledby="talk-title">
<h1 id="talk-title">Listen and ask</h1>
<p class="intro">Drop a recording or speak, ask about it, and see which criteria the answer meets. Everything stays on this server.</p>
<div id="turns" class="turns" role="log" aria-label="Conversation" tabindex="0"></div>
<form id="ask" class="composer">
<div id="drop" class="drop">
<div class="sources">
<button type="button" id="record" class="round" aria-pressed="false"><span class="dot" aria-hidden="true"></span><span id="record-text">Record</span></button>
<label class="button">Choose a file<input type="file" id="file" accept="audio/*,.flac,.ogg,.opus,.aiff" multiple></label>
<span class="note">or drop recordings here</span>
</div>
<div id="clips" class="clips" aria-live="polite"></div>
</div>
<div class="tasks" role="group" aria-label="Questions to begin with">
<button type="button" class="chip" data-ask="what do you hear?">What do you hear?</button>
<button type="button" class="chip" data-ask="describe the sounds.">Describe</button>
<button type="button" class="chip" data-ask="list the sounds.">List the sounds</button>
<button type="button" class="chip" data-ask="which sound comes first?">Which comes first?</button>
</div>
<label class="words" for="question">Question</label>
<div class="line"><textarea id="question" rows="1" placeholder="Ask about the recording"></textarea><button type="submit" id="send" class="primary">Ask</button></div>
<div class="settings">
<label>Model <select id="model"></select></label>
<label id="beside-label" hidden>Beside it <select id="beside"></select></label>
<label>Temperature <input id="temperature" type="number" min="0" max="2" step="0.1" value="0"></label>
</div>
<p id="status" class="status" role="status"></p>
</form>
</section>
<section class="judge" aria-labelledby="judge-title">
<h2 id="judge-title">Rubric</h2>
<p class="intro">Edit it, and every answer is judged anew.</p>
<div class="settings"><label>Begin with <select id="library"></select></label></div>
<label class="words" for="rubric">Rubric in YAML</label>
<textarea id="rubric" class="code" spellcheck="false" rows="20" aria-describedby="rubric-fault"></textarea>
<p id="rubric-fault" class="fault" role="status"></p>
<button type="button" id="export">Export as a data line</button>
</section>
</main>`,
  )

/** A page with the head, the bar and the script that both pages share. */
export function htmlDocument(title: string, imports: string, script: 'demo' | 'runs', body: string): string {
  const link = (href: string, name: string, isHere: boolean) =>
    `<a href="${href}"${isHere ? ' aria-current="page"' : ''}>${name}</a>`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Rubato</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/uplot.css">
<link rel="stylesheet" href="/assets/style.css">
<script type="importmap">${imports}</script>
<script type="module" src="/assets/${script}.js"></script>
</head>
<body>
<header class="bar"><span class="brand">Rubato</span><nav aria-label="Pages">${link('/', 'Ask', script === 'demo')}${link('/runs', 'Runs', script === 'runs')}</nav></header>
${body}
</body>
</html>
`
}
