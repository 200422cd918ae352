import path from 'node:path'
import { jsonLines } from '../lines.ts'
import { BadRow, heard, type Importer, said, textAt, turned } from './importer.ts'

/** JSON lines of R1-AQA: a question with choices about a clip. */
export const r1Aqa: Importer = {
  name: 'r1-aqa',
  about: 'R1-AQA: JSON lines with audio_path, question_text, multi_choice and answer',
  isMine: (file, head) => /\.jsonl?$/.test(file) && /"audio_path"\s*:/.test(head) && /"question_text"\s*:/.test(head),
  read: (file, { audio }) =>
    turned(jsonLines(file), (row) => {
      const clip = path.resolve(audio ?? path.dirname(file), textAt(row, 'audio_path'))
      const answer = textAt(row, 'answer', 'answer_gt')
      const { multi_choice: choices } = row
      const isList = Array.isArray(choices) && choices.every((choice) => typeof choice === 'string')
      if (choices !== undefined && choices !== null && !isList)
        throw new BadRow('multi_choice: expected a list of texts.')
      if (isList && choices.length > 0 && !choices.includes(answer)) {
        throw new BadRow(`answer: "${answer}" is none of the choices (${choices.join(', ')}).`)
      }
      const tags = Object.fromEntries(
        ['dataset_name', 'task_name'].flatMap((key) =>
          typeof row[key] === 'string' ? [[key, row[key] as string]] : [],
        ),
      )
      return [
        {
          ...(row.id === undefined ? {} : { id: String(row.id) }),
          task: {
            name: 'question',
            audio_language: 'unknown',
            question: textAt(row, 'question_text'),
            ...(isList && choices.length > 1 ? { choices } : {}),
          },
          messages: [heard(clip), said(answer)],
          ...(Object.keys(tags).length > 0 ? { tags } : {}),
        },
      ]
    }),
}
