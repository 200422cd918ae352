#!/usr/bin/env node
import { addChat } from './commands/chat.ts'
import { addCompose } from './commands/compose.ts'
import { addData } from './commands/data.ts'
import { addDataCraft } from './commands/dataCraft.ts'
import { addDataWrite } from './commands/dataWrite.ts'
import { addDoctor } from './commands/doctor.ts'
import { addEval } from './commands/eval.ts'
import { addImport } from './commands/import.ts'
import { addImprove } from './commands/improve.ts'
import { addInfo } from './commands/info.ts'
import { addMerge } from './commands/merge.ts'
import { addMergeModels } from './commands/mergeModels.ts'
import { addRubric } from './commands/rubric.ts'
import { addScore } from './commands/score.ts'
import { addServe } from './commands/serve.ts'
import { addSynth } from './commands/synth.ts'
import { addTrain } from './commands/train.ts'
import { addTranscribe } from './commands/transcribe.ts'
import { printLine } from './io.ts'
import { runCli } from './program.ts'
import { enterRoomyHeap } from './roomyHeap.ts'

enterRoomyHeap(process.argv.slice(2))

/** Every command, in the order of the help; a new one is one file and one line here. */
const COMMANDS = [
  addTrain({ train: () => import('../train/index.ts'), estimate: () => import('../estimate.ts') }),
  addEval({ evaluate: () => import('../evaluateModel.ts') }),
  addChat({ chat: () => import('../chat.ts') }),
  addCompose({ compose: () => import('../composeFolder.ts') }),
  addImport({ importModel: () => import('../importModel.ts') }),
  addMergeModels({ merge: () => import('../merge/index.ts') }),
  addMerge({ adapter: () => import('../adapters/mergeAdapter.ts') }),
  addData({
    importing: () => import('../data/import/importData.ts'),
    tasks: () => import('../tasks/index.ts'),
    difficulty: () => import('../difficulty.ts'),
  }),
  addTranscribe({ transcribe: () => import('../transcribe/transcribe.ts') }),
  addScore({
    score: () => import('../score/runScore.ts'),
    transcriber: async (model) => (await import('../score/transcriber.ts')).transcriberOf(model),
  }),
  addRubric({ craft: () => import('../rubricCraft/index.ts') }),
  addServe({ serve: () => import('../serve/serve.ts') }),
  addInfo({ info: () => import('../info.ts') }),
  addDataCraft({ craft: () => import('../craft/index.ts') }),
  addDataWrite({ craft: () => import('../craft/index.ts') }),
  addSynth({ synth: () => import('../synth/index.ts') }),
  addImprove({ improve: () => import('../selfImprove/index.ts') }),
  addDoctor(),
]

/** Milliseconds that open handles have to close after the command is done. */
const GRACE = 2000

const stop = new AbortController()
process.on('SIGINT', () => {
  if (stop.signal.aborted) process.exit(130)
  stop.abort()
  printLine(process.stderr, 'Stopping, after what must be finished first; Ctrl-C again stops at once.')
})
process.on('SIGTERM', () => stop.abort())
// The reader went away, as in `rubato info run | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const { stdin, stdout, stderr } = process
process.exitCode = await runCli(process.argv.slice(2), { stdin, stdout, stderr, signal: stop.signal }, COMMANDS)
setTimeout(() => process.exit(), GRACE).unref()
