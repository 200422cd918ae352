import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hubModel } from '../../../src/hub/hubModel.ts'
import { folderWith } from '../temporary.ts'
import { localHub, type Repository } from './localHub.ts'

const COMMIT = 'a'.repeat(40)
const OTHER = 'b'.repeat(40)
const repository: Repository = {
  name: 'someone/tiny',
  refs: { main: COMMIT, 'v1.0': OTHER },
  files: {
    'config.json': '{"architectures": ["LlamaForCausalLM"]}',
    'model.safetensors': 'weights '.repeat(1000),
    'chat_template.jinja': '{{ messages }}',
    'pytorch_model.bin': 'the same weights once more',
    'original/params.json': '{}',
    'README.md': '# tiny',
  },
}

async function hub(change: Partial<Repository> = {}) {
  const server = await localHub({ ...repository, ...change })
  onTestFinished(() => server.close())
  const cache = folderWith()
  const environment = { HF_ENDPOINT: server.url, HF_HUB_CACHE: cache }
  const notices: string[] = []
  const onNotice = (line: string) => void notices.push(line)
  return { server, cache, environment, notices, onNotice }
}

describe('a model of the hub', () => {
  it('is fetched into Hugging Face’s cache: what a model is opened from and nothing else', async () => {
    const { environment, cache, notices, onNotice } = await hub()
    const folder = await hubModel('someone/tiny', { environment, onNotice })
    expect(folder).toBe(path.join(cache, 'models--someone--tiny/snapshots', COMMIT))
    expect(readdirSync(folder).sort()).toEqual(['chat_template.jinja', 'config.json', 'model.safetensors'])
    expect(readFileSync(path.join(folder, 'model.safetensors'), 'utf8')).toBe(repository.files['model.safetensors'])
    expect(readFileSync(path.join(cache, 'models--someone--tiny/refs/main'), 'utf8')).toBe(COMMIT)
    expect(notices).toContain('fetching someone/tiny model.safetensors (0.0 MB)')
  })

  it('is fetched once: the second time only the commit is asked for', async () => {
    const { environment, server } = await hub()
    await hubModel('someone/tiny', { environment })
    server.asked.length = 0
    await hubModel('someone/tiny', { environment })
    expect(server.asked.filter((line) => line.includes('/resolve/'))).toEqual([])
  })

  it('of a revision, a tag or a commit, has a snapshot of its own', async () => {
    const { environment } = await hub()
    expect(await hubModel('someone/tiny@v1.0', { environment })).toMatch(new RegExp(`/${OTHER}$`))
    expect(await hubModel(`someone/tiny@${COMMIT}`, { environment })).toMatch(new RegExp(`/${COMMIT}$`))
  })

  it('is opened offline from what is kept, without a word to the hub', async () => {
    const { environment, server } = await hub()
    const folder = await hubModel('someone/tiny', { environment })
    server.asked.length = 0
    expect(await hubModel('someone/tiny', { environment: { ...environment, HF_HUB_OFFLINE: '1' } })).toBe(folder)
    expect(server.asked).toEqual([])
    await expect(
      hubModel('someone/tiny@v1.0', { environment: { ...environment, HF_HUB_OFFLINE: 'yes' } }),
    ).rejects.toThrow(/^someone\/tiny@v1\.0: not in .*, and HF_HUB_OFFLINE is set\. Fetch it once without\.$/)
  })

  it('is opened from what is kept when the hub is out of reach, and that is told', async () => {
    const { environment, server, notices, onNotice } = await hub()
    const folder = await hubModel('someone/tiny', { environment })
    await server.close()
    expect(await hubModel('someone/tiny', { environment, onNotice })).toBe(folder)
    expect(notices[0]).toMatch(/^someone\/tiny: the hub is out of reach \(.*\); using the copy in /)
    await expect(hubModel('someone/other', { environment })).rejects.toThrow(/out of reach .* no copy is kept/)
  })

  it('is asked for with the token that is set', async () => {
    const { environment, server } = await hub()
    await hubModel('someone/tiny', { environment: { ...environment, HF_TOKEN: 'hf_secret' } })
    expect([...server.tokens]).toEqual(['Bearer hf_secret'])
  })

  it.each([
    [404, /no such model, or it has no revision "main"\.$/],
    [401, /no such model, or it is private or gated\. Set HF_TOKEN/],
    [503, /the hub answered 503/],
  ])('that the hub refuses with %d says what would help', async (status, message) => {
    const { environment, cache } = await hub({ status })
    await expect(hubModel('someone/tiny', { environment })).rejects.toThrow(message)
    expect(existsSync(path.join(cache, 'models--someone--tiny/refs'))).toBe(false)
  })

  it('never leaves the cache, whatever path the hub names', async () => {
    const { environment, cache } = await hub({ files: { ...repository.files, '..\\..\\evil.json': '{}' } })
    await hubModel('someone/tiny', { environment }).catch(() => {})
    expect(readdirSync(path.dirname(cache)).filter((name) => name.includes('evil'))).toEqual([])
  })
})
