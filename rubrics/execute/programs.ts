/** How an interpreter is called. */
export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly input: string
  readonly environment: NodeJS.ProcessEnv
}

/** Node's flag of the permission model, which lost its prefix in version 23.5. */
const PERMISSION = Number(process.versions.node.split('.')[0]) >= 24 ? '--permission' : '--experimental-permission'

/**
 * The code is a string inside a program that runs it in a context without anything: no object of the outer realm is reachable,
 * since one would lead to its `Function` and that to `process`. What it prints is collected inside and comes out as text.
 */
export function javaScriptProgram(code: string, timeoutSeconds: number, memoryMiB: number): Program {
  const inside = `
    const printed = []
    const shown = (value) => typeof value === 'string' ? value : (() => { try { return JSON.stringify(value) ?? String(value) } catch { return String(value) } })()
    globalThis.console = { log: (...values) => { printed.push(values.map(shown).join(' ')) } }
    for (const name of ['error', 'info', 'warn', 'debug']) console[name] = console.log
    globalThis.assert = (truth, message = 'assertion failed') => { if (!truth) throw new Error(message) }
    globalThis.__printed = () => printed.join('\\n')
  `
  const outer = `
    const vm = require('node:vm')
    const context = vm.createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false }, microtaskMode: 'afterEvaluate' })
    vm.runInContext(${JSON.stringify(inside)}, context)
    let failure = null
    try {
      vm.runInContext(${JSON.stringify(code)}, context, { timeout: ${Math.round(timeoutSeconds * 1000)}, filename: 'answer.js' })
    } catch (error) {
      failure = error
    }
    process.stdout.write(String(vm.runInContext('__printed()', context)))
    if (failure !== null) {
      let said = 'threw'
      try { said = String(failure.code ?? '') + ' ' + String(failure.message ?? failure) } catch {}
      process.stderr.write(said.slice(0, 2000))
      process.exitCode = 1
    }
  `
  return {
    command: process.execPath,
    args: [
      PERMISSION,
      '--no-warnings',
      '--disallow-code-generation-from-strings',
      `--max-old-space-size=${memoryMiB}`,
      '-',
    ],
    input: outer,
    environment: {},
  }
}

/** The limits are the system's, set before the code is compiled; where it knows none (Windows), time alone is bound. */
export function pythonProgram(code: string, timeoutSeconds: number, memoryMiB: number): Program {
  const outer = `
try:
    import resource as _r
    # The interpreter itself maps some 60 MiB.
    for _what, _most in ((_r.RLIMIT_AS, ${(memoryMiB + 64) * 2 ** 20}), (_r.RLIMIT_CPU, ${Math.ceil(timeoutSeconds)}), (_r.RLIMIT_FSIZE, 0), (_r.RLIMIT_NOFILE, 16), (_r.RLIMIT_CORE, 0), (_r.RLIMIT_NPROC, 0)):
        try:
            _r.setrlimit(_what, (_most, _most))
        except (ValueError, OSError):
            pass
except ImportError:
    pass
exec(compile(${JSON.stringify(code)}, "answer.py", "exec"), {"__name__": "__main__"})
`
  return {
    command: process.platform === 'win32' ? 'python' : 'python3',
    args: ['-I', '-S', '-B', '-'],
    input: outer,
    environment: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1' },
  }
}
