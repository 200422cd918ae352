import { homedir } from 'node:os'
import path from 'node:path'

/** Folder of a repository in Hugging Face's cache (huggingface_hub's constants.py: the first variable that is set). */
export function repositoryFolder(name: string, environment: NodeJS.ProcessEnv): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME } = environment
  const hub = HF_HUB_CACHE ?? HUGGINGFACE_HUB_CACHE
  const home = HF_HOME ?? path.join(cacheHome(environment), 'huggingface')
  return path.join(hub ?? path.join(home, 'hub'), `models--${name.replaceAll('/', '--')}`)
}

/** Folder of what Rubato makes and can make again: `RUBATO_CACHE`, else `rubato` in the user's cache. */
export const ownCache = (environment: NodeJS.ProcessEnv): string =>
  environment.RUBATO_CACHE ?? path.join(cacheHome(environment), 'rubato')

const cacheHome = ({ XDG_CACHE_HOME }: NodeJS.ProcessEnv): string => XDG_CACHE_HOME ?? path.join(homedir(), '.cache')
