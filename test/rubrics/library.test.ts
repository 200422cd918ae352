import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { libraryRubrics, loadRubric, verifyCriterion } from '../../rubrics/index.ts'

const decided = async (name: string, text: string) => {
  const { criteria } = await loadRubric(name)
  const verdicts = criteria.map((criterion) => verifyCriterion(criterion, { text }))
  return verdicts.filter(({ met }) => met).map(({ criterionId }) => criterionId)
}

describe('the rubric library', () => {
  it('holds rubrics under their own names, each with wanted and unwanted criteria', async () => {
    expect(libraryRubrics()).toEqual([
      'audio-analysis',
      'audio-caption',
      'audio-qa',
      'customer-call',
      'language-tutor',
      'music-description',
      'spoken-medical-triage',
      'transcription',
      'voice-assistant',
    ])
    for (const name of libraryRubrics()) {
      const rubric = await loadRubric(name)
      expect(rubric.name).toBe(name)
      expect(rubric.criteria.some(({ points }) => points > 0) && rubric.criteria.some(({ points }) => points < 0)).toBe(
        true,
      )
    }
  })

  it('voice-assistant tells speakable replies from markup and self-talk', async () => {
    expect(await decided('voice-assistant', 'It is half past nine.')).toEqual(['brief'])
    expect(await decided('voice-assistant', 'Sure:\n- **milk**\n- eggs')).toEqual(['brief', 'unspeakable'])
    expect(await decided('voice-assistant', 'As an AI, I have no watch.')).toEqual(['brief', 'self-talk'])
  })

  it.each(["I'm unable to listen to the audio.", 'I can’t hear recordings.', 'I am not able to process audio files.'])(
    'audio-analysis knows %j for a claim of deafness',
    async (text) => {
      expect(await decided('audio-analysis', text)).toContain('claims-deafness')
      expect(await decided('audio-analysis', 'I can hear a dog that cannot stop.')).not.toContain('claims-deafness')
    },
  )
})

describe('loadRubric', () => {
  it('reads a path from a folder and names the file in faults', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rubrics-'))
    try {
      await writeFile(join(folder, 'own.yaml'), 'name: own\ncriteria:\n  - criterion: Is brief.\n    points: 1\n')
      await writeFile(join(folder, 'bad.json'), '{"name": 3}')
      expect((await loadRubric('./own.yaml', { folder })).name).toBe('own')
      await expect(loadRubric('bad.json', { folder })).rejects.toThrow(
        'bad.json:1 name: expected text, got 3. Write name: "3".',
      )
      await expect(loadRubric('none.yaml', { folder })).rejects.toThrow('none.yaml: no such file. Check the path.')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('suggests the nearest name', async () => {
    await expect(loadRubric('voice-asistant')).rejects.toThrow(
      'rubric "voice-asistant": unknown name. Did you mean "voice-assistant"?',
    )
  })
})
