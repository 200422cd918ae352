// Runs a program of `dist` in a heap that suits the engine (src/cli/roomyHeap.ts), on every Node and every system:
//
//     node scripts/roomy.mjs dist/examples/quickstart/main.js --seed 2
import { spawn } from 'node:child_process'
import { ROOMY_HEAP } from '../dist/src/cli/roomyHeap.js'

const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...ROOMY_HEAP, ...process.env },
})
process.on('SIGINT', () => {}) // a terminal tells both; the program decides when it is done
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('error', (error) => {
  console.error(`${process.execPath}: ${error.message}`)
  process.exitCode = 1
})
child.on('close', (code, signal) => {
  if (signal) process.kill(process.pid, signal)
  else process.exitCode = code ?? 1
})
