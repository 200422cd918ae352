/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Runs in the page. Shows the rollouts of one step at a time; without this code all of them are shown.

const chooser = document.querySelector<HTMLFieldSetElement>('fieldset.steps')
const groups = [...document.querySelectorAll<HTMLElement>('article.group')]

function show(step: string): void {
  for (const group of groups) group.hidden = group.dataset.step !== step
}

if (chooser) {
  chooser.hidden = false
  chooser.addEventListener('change', (event) => {
    if (event.target instanceof HTMLInputElement) show(event.target.value)
  })
  show(chooser.querySelector<HTMLInputElement>('input:checked')?.value ?? '')
}
