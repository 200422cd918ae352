declare module 'espeak-ng' {
  /** espeak-ng's command line, run once. */
  export default function run(options: {
    arguments: readonly string[]
  }): Promise<{ FS: { readFile(path: string): Uint8Array } }>
}
