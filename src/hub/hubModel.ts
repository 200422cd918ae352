import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { downloadFileToCacheDir, listFiles, modelInfo } from '@huggingface/hub'
import { UsageError } from '../errors.ts'
import { repositoryFolder } from './cache.ts'

export interface HubModelOptions {
  /** Told of every file that is fetched, and of a hub that is out of reach. */
  readonly onNotice?: (line: string) => void
  /** Variables of the process, as Hugging Face's own tools read them; a test's own. */
  readonly environment?: NodeJS.ProcessEnv
}

/** Files of a repository that a model is opened from; a repository may hold the same weights in five forms. */
const NEEDED = /^[^/]+\.(json|safetensors|jinja)$|^(merges|vocab)\.txt$/

/**
 * The folder of a model of the hub, in Hugging Face's own cache, so that what their tools have fetched is not fetched again.
 * Reads `HF_ENDPOINT` (another hub), `HF_TOKEN` (private and gated models), `HF_HUB_OFFLINE` and where the cache lies.
 * A hub that is out of reach is no failure when the revision is there already.
 *
 * @param id `owner/name`, or `owner/name@revision`: a branch, a tag or a commit
 * @throws UsageError when there is no such model, or it is neither to be had nor there
 */
export async function hubModel(id: string, options: HubModelOptions = {}): Promise<string> {
  const { onNotice = () => {}, environment = process.env } = options
  const [name, revision = 'main'] = id.split('@') as [string, string | undefined]
  const store = repositoryFolder(name, environment)
  const kept = keptSnapshot(store, revision)
  if (isOn(environment.HF_HUB_OFFLINE)) {
    if (kept) return kept
    throw new UsageError(`${id}: not in ${store}, and HF_HUB_OFFLINE is set. Fetch it once without.`)
  }
  try {
    return await fetchSnapshot(name, revision, store, environment, onNotice)
  } catch (error) {
    const { statusCode, message, cause } = error as {
      statusCode?: number
      message: string
      cause?: { message?: string }
    }
    if (statusCode === undefined && kept) {
      onNotice(`${id}: the hub is out of reach (${cause?.message ?? message}); using the copy in ${kept}`)
      return kept
    }
    throw new UsageError(`${id}: ${reasonOf(statusCode, revision, cause?.message ?? message)}`)
  }
}

async function fetchSnapshot(
  name: string,
  revision: string,
  store: string,
  environment: NodeJS.ProcessEnv,
  onNotice: (line: string) => void,
): Promise<string> {
  const { HF_ENDPOINT: hubUrl, HF_TOKEN: accessToken } = environment
  const hub = { ...(hubUrl && { hubUrl: hubUrl.replace(/\/+$/, '') }), ...(accessToken && { accessToken }) }
  const { sha } = await modelInfo({ name, revision, additionalFields: ['sha'], ...hub })
  const files: { path: string; size: number }[] = []
  for await (const { type, path: file, size } of listFiles({ repo: name, revision: sha, ...hub }))
    if (type === 'file' && NEEDED.test(file)) files.push({ path: file, size })
  const snapshot = path.join(store, 'snapshots', sha)
  const cacheDir = path.dirname(store)
  for (const file of files) {
    if (existsSync(path.join(snapshot, file.path))) continue
    onNotice(`fetching ${name} ${file.path} (${(file.size / 1e6).toFixed(1)} MB)`)
    await quietly(() => downloadFileToCacheDir({ repo: name, path: file.path, revision: sha, cacheDir, ...hub }))
  }
  // Last, as the mark that all of it is there.
  if (revision !== sha) {
    const ref = path.join(store, 'refs', revision)
    await mkdir(path.dirname(ref), { recursive: true })
    await writeFile(ref, sha)
  }
  return snapshot
}

/** The snapshot that the cache holds for a branch, a tag or a commit. */
function keptSnapshot(store: string, revision: string): string | undefined {
  const ref = path.join(store, 'refs', revision)
  const sha = existsSync(ref) ? readFileSync(ref, 'utf8').trim() : revision
  const snapshot = path.join(store, 'snapshots', sha)
  const opens = ['config.json', 'adapter_config.json'].some((name) => existsSync(path.join(snapshot, name)))
  return opens ? snapshot : undefined
}

function reasonOf(status: number | undefined, revision: string, message: string): string {
  // The hub says 401 for a repository that is not there, so as not to tell of private ones.
  if (status === 401 || status === 403) {
    return 'no such model, or it is private or gated. Set HF_TOKEN to a token that may read it.'
  }
  if (status === 404) return `no such model, or it has no revision "${revision}".`
  if (status !== undefined) return `the hub answered ${status} (${message}). Try again later.`
  return `the hub is out of reach (${message}) and no copy is kept. Check the network or HF_ENDPOINT.`
}

/** The library tells of downloads on standard output, which belongs to what a command prints. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const { debug } = console
  console.debug = () => {}
  try {
    return await run()
  } finally {
    console.debug = debug
  }
}

const isOn = (value: string | undefined): boolean => ['1', 'true', 'yes', 'on'].includes((value ?? '').toLowerCase())
