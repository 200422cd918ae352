import { createProgress, trainRun } from '../../src/index.ts'

const progress = await createProgress({ mode: 'people', stream: process.stderr })
const { before, after } = await trainRun({ recipeFile: 'examples/own/recipe.yaml', progress })
progress.done()
console.log('mean score before', before, 'and after', after)
