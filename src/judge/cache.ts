import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { UsageError } from '../errors.ts'
import type { ChatReply } from './chat.ts'

/** Replies by key, on disk: what was paid for is there when `put` returns, also after the process is killed. */
export interface ReplyCache {
  get(key: string): ChatReply | undefined
  put(key: string, reply: ChatReply): void
  readonly size: number
  close(): void
}

/** What `better-sqlite3` and `node:sqlite` have in common. */
interface Database {
  exec(sql: string): unknown
  prepare(sql: string): {
    get(...values: unknown[]): unknown
    run(...values: unknown[]): unknown
  }
  close(): void
}

const FORMAT = 1

/**
 * Opens (or begins) a cache file. Several processes may share one. Only keys and replies are kept, no prompts.
 *
 * @throws UsageError when there is no SQLite for this Node, and for a file that is no cache of ours
 */
export async function openReplyCache(file: string): Promise<ReplyCache> {
  const open = await sqlite()
  if (file !== ':memory:') mkdirSync(path.dirname(path.resolve(file)), { recursive: true })
  const database = open(file === ':memory:' ? file : path.resolve(file))
  const { get, put, count } = prepared(database, file)
  return {
    get(key) {
      const row = get.get(key) as { text: string; prompt: number | null; completion: number | null } | undefined
      return row && { text: row.text, promptTokens: row.prompt, completionTokens: row.completion }
    },
    put: (key, { text, promptTokens, completionTokens }) =>
      void put.run(key, text, promptTokens, completionTokens, Date.now()),
    get size() {
      return (count.get() as { n: number }).n
    },
    close: () => database.close(),
  }
}

function prepared(database: Database, file: string) {
  try {
    // A commit is in the file when the call returns; the write-ahead log survives a killed process.
    database.exec('PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    const { user_version: found } = database.prepare('PRAGMA user_version').get() as { user_version: number }
    if (found !== 0 && found !== FORMAT) {
      throw new UsageError(`${file}: a cache of form ${found}, this version reads ${FORMAT}. Name another file.`)
    }
    database.exec(
      `CREATE TABLE IF NOT EXISTS replies (
        key TEXT PRIMARY KEY, text TEXT NOT NULL, prompt INTEGER, completion INTEGER, at INTEGER NOT NULL
      ) WITHOUT ROWID; PRAGMA user_version = ${FORMAT}`,
    )
    return {
      get: database.prepare('SELECT text, prompt, completion FROM replies WHERE key = ?'),
      put: database.prepare('INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?)'),
      count: database.prepare('SELECT count(*) AS n FROM replies'),
    }
  } catch (error) {
    database.close()
    if (error instanceof UsageError) throw error
    throw new UsageError(`${file}: no cache of judgements (${(error as Error).message}). Name another file.`)
  }
}

type Open = (file: string) => Database

/** better-sqlite3 where it could be installed, else the SQLite that newer Nodes carry. */
async function sqlite(): Promise<Open> {
  try {
    const { default: BetterSqlite } = await import('better-sqlite3')
    new BetterSqlite(':memory:').close() // its binary is loaded here, not on import
    return (file) => new BetterSqlite(file) as Database
  } catch {}
  try {
    const name = 'node:sqlite' // unknown to the types of Node 20
    const { DatabaseSync } = (await import(name)) as { DatabaseSync: new (file: string) => Database }
    return (file) => new DatabaseSync(file)
  } catch {
    throw new UsageError(
      'the cache of judgements needs better-sqlite3, which is not installed here, or Node 22.13. Run npm i better-sqlite3, or judge without a cache.',
    )
  }
}
