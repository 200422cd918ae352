/**
 * The key for servers that judge: of the environment variable that was named, else `RUBATO_JUDGE_KEY`, else
 * `OPENAI_API_KEY` where every address is OpenAI's own: a key is sent to no server that it was not meant for.
 */
export function judgeKey(urls: readonly string[], variable: string | undefined, environment = process.env) {
  if (variable !== undefined) return environment[variable]
  const toOpenAi = urls.every((url) => URL.canParse(url) && new URL(url).hostname === 'api.openai.com')
  return environment.RUBATO_JUDGE_KEY ?? (toOpenAi ? environment.OPENAI_API_KEY : undefined)
}
