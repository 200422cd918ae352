import path from 'node:path'
import { fileURLToPath } from 'node:url'

type Located = { readonly place: string } | { readonly problem: string }

/** Keys under which data sets and APIs put the clip of an audio part, in the order in which they are tried. */
const KEYS = ['path', 'url', 'audio_url', 'audio', 'data', 'base64', 'input_audio', 'bytes'] as const

/**
 * Where the clip of an audio part is, as the line writes it: a path, a data URL or an http(s) URL. `audio` may be an
 * object with `path` or `bytes`, as `datasets` writes its audio columns; `audio_url` one with `url` and `input_audio`
 * one with `data` and `format`, as OpenAI's API has them.
 */
export function locateAudio(part: Readonly<Record<string, unknown>>): Located {
  const key = KEYS.find((key) => part[key] !== undefined && part[key] !== null)
  const value = key === undefined ? undefined : part[key]
  if (key === undefined) {
    return 'array' in part
      ? { problem: 'holds the samples of the clip. Save them to a file and write its path.' }
      : { problem: 'an audio part without a clip. Write {"type": "audio", "path": "clip.wav"}.' }
  }
  if (typeof value === 'object' && !Array.isArray(value)) return locateAudio(value as Record<string, unknown>)
  if (typeof value !== 'string' || value === '') {
    return { problem: `"${key}" must be a path, a URL or base64 text, got ${JSON.stringify(value)?.slice(0, 60)}.` }
  }
  return { place: key === 'data' || key === 'base64' || key === 'bytes' ? dataUrl(value, part.format) : value }
}

/** A clip's place made absolute; URLs stay as they are. */
export function resolveClip(place: string, folder: string): string {
  if (isRemote(place)) return place
  return place.startsWith('file://') ? fileURLToPath(place) : path.resolve(folder, place)
}

/** Whether a clip is no file of this machine: an http(s) or data URL. */
export const isRemote = (place: string): boolean => /^(https?|data):/i.test(place)

/** The decoder reads the format from the bytes; the media type is for people. */
function dataUrl(data: string, format: unknown): string {
  return data.startsWith('data:') ? data : `data:audio/${typeof format === 'string' ? format : 'wav'};base64,${data}`
}
