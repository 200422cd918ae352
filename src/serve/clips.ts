import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Hono } from 'hono'
import { ApiError } from './errors.ts'

const SOUNDS = /\.(wav|flac|mp3|ogg|aiff?)$/i
const OFFERED = 6

/** Recordings of a folder that the page offers to begin with, spread over its names. */
export function addClips(app: Hono, folder: string | undefined): void {
  app.get('/api/clips', async (c) => c.json({ clips: await clipNames(folder) }))

  // A name is looked up in the listing and never becomes part of a path unseen.
  app.get('/api/clips/:name', async (c) => {
    const name = c.req.param('name')
    if (!folder || !(await clipNames(folder)).includes(name)) throw new ApiError(404, 'no such recording.')
    return c.body(await readFile(path.join(folder, name)), 200, { 'Content-Type': 'application/octet-stream' })
  })
}

async function clipNames(folder: string | undefined): Promise<string[]> {
  if (folder === undefined) return []
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const names = entries.filter((entry) => entry.isFile() && SOUNDS.test(entry.name)).map(({ name }) => name)
  names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  if (names.length <= OFFERED) return names
  return Array.from({ length: OFFERED }, (_, i) => names[Math.floor((i * names.length) / OFFERED)]!)
}
