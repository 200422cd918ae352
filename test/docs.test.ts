import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const pages = [
  'README.md',
  ...readdirSync(path.join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
]

describe('the documentation', () => {
  it('gives every dependency of package.json one reason, and names no other', () => {
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
      string,
      Record<string, string>
    >
    const [run, develop] = read('docs/dependencies.md').split('\n## To develop')
    const named = (text: string) => [...text.matchAll(/^\| `([^`]+)` \| \S/gm)].map(([, name]) => name).sort()
    expect(named(run!)).toEqual(Object.keys({ ...dependencies, ...optionalDependencies }).sort())
    expect(named(develop!)).toEqual(Object.keys(devDependencies!).sort())
  })

  it.each(pages)('%s links to files that are there', (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target!)
    const missing = targets.filter(
      (target) => !/^https?:/.test(target) && !existsSync(path.join(root, path.dirname(page), target)),
    )
    // The picture is made of a run of the quickstart.
    expect(missing.filter((target) => target !== 'docs/report.png')).toEqual([])
  })

  it.each(pages)('%s names no script of package.json that is not there', (page) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const asked = [...read(page).matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!)
    expect(asked.filter((name) => !(name in scripts))).toEqual([])
  })
})
